"""What an ONNX file says, read from its bytes without loading a weight.

A protobuf message is a list of (field number, wire type, value). Only the fields that lead to
tensors, operators and names are entered, by tables; everything else, weights above all, is stepped
over by its length. So a file of gigabytes takes milliseconds, and nothing in it is trusted.

Formats:
    https://protobuf.dev/programming-guides/encoding/
    https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Final, TypeAlias

_MAX_DEPTH: Final = 100  # protobuf itself goes no deeper
_MAX_TEXT: Final = 64 * 2**10


class ScanError(Exception):
    """The file is no ONNX model."""


@dataclass(slots=True)
class Scan:
    """What was found in a file.

    Attributes:
        external: Where weights lie that are not in the file, as the file names the places.
        operators: (domain, type) of every operator; the domain of ONNX's own is empty.
        functions: (domain, name) of every function that the file itself defines.
        makers: Tensor of the outermost graph -> type of the operator that makes it.
        takers: Tensor of the outermost graph -> types of the operators that take it.
        has_graph: Whether there is a graph at all.
    """

    external: list[str] = field(default_factory=list)
    operators: set[tuple[str, str]] = field(default_factory=set)
    functions: set[tuple[str, str]] = field(default_factory=set)
    makers: dict[str, str] = field(default_factory=dict)
    takers: dict[str, list[str]] = field(default_factory=dict)
    has_graph: bool = False


class _Kind(Enum):
    MODEL = auto()
    TRAINING = auto()
    FUNCTION = auto()
    GRAPH = auto()
    NODE = auto()
    ATTRIBUTE = auto()
    SPARSE = auto()
    TENSOR = auto()
    ENTRY = auto()


# Message -> field number -> the message in that field.
_CHILDREN: Final[dict[_Kind, dict[int, _Kind]]] = {
    _Kind.MODEL: {7: _Kind.GRAPH, 20: _Kind.TRAINING, 25: _Kind.FUNCTION},
    _Kind.TRAINING: {1: _Kind.GRAPH, 2: _Kind.GRAPH},
    _Kind.FUNCTION: {7: _Kind.NODE, 11: _Kind.ATTRIBUTE},
    _Kind.GRAPH: {1: _Kind.NODE, 5: _Kind.TENSOR, 15: _Kind.SPARSE},
    _Kind.NODE: {5: _Kind.ATTRIBUTE},
    _Kind.ATTRIBUTE: {
        5: _Kind.TENSOR,
        6: _Kind.GRAPH,
        10: _Kind.TENSOR,
        11: _Kind.GRAPH,
        22: _Kind.SPARSE,
        23: _Kind.SPARSE,
    },
    _Kind.SPARSE: {1: _Kind.TENSOR, 2: _Kind.TENSOR},
    _Kind.TENSOR: {13: _Kind.ENTRY},
    _Kind.ENTRY: {},
}
# Message -> field number -> what its text is called here.
_TEXTS: Final[dict[_Kind, dict[int, str]]] = {
    _Kind.FUNCTION: {1: "name", 10: "domain"},
    _Kind.NODE: {1: "inputs", 2: "outputs", 4: "type", 7: "domain"},
    _Kind.ENTRY: {1: "key", 2: "value"},
}
_Field: TypeAlias = tuple[int, int, int]
"""Number of a field, and where its value starts and ends; those that are no bytes are empty."""


def scan_model(path: Path) -> Scan:
    """Return what an ONNX file says.

    Raises:
        ScanError: If it is no ONNX model.
        OSError: If it cannot be read.
    """
    with path.open("rb") as file:
        try:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise ScanError("it is empty") from error
        with content:
            return scan_bytes(content)


def scan_bytes(content: bytes | mmap.mmap) -> Scan:
    """Return what the bytes of an ONNX model say; raises ScanError if they are none."""
    scan = Scan()
    _enter(content, 0, len(content), _Kind.MODEL, scan, 0, outermost=True)
    if not scan.has_graph:
        raise ScanError("it has no graph")
    return scan


def _enter(
    content: bytes | mmap.mmap,
    start: int,
    end: int,
    kind: _Kind,
    scan: Scan,
    depth: int,
    *,
    outermost: bool,
) -> None:
    """Read one message and those in it; ``outermost`` if no graph but the main one is around it."""
    if depth > _MAX_DEPTH:
        raise ScanError("its parts lie too deep in one another")
    children, names = _CHILDREN[kind], _TEXTS.get(kind, {})
    texts: dict[str, list[str]] = {}
    for number, value, value_end in _fields(content, start, end):
        if number in children:
            child = children[number]
            is_main = outermost and (kind is _Kind.MODEL or kind is _Kind.GRAPH)
            scan.has_graph |= kind is _Kind.MODEL and child is _Kind.GRAPH
            _enter(content, value, value_end, child, scan, depth + 1, outermost=is_main)
        elif number in names:
            texts.setdefault(names[number], []).append(_text(content, value, value_end))
    if kind is _Kind.NODE:
        _note_node(texts, scan, outermost)
    elif kind is _Kind.FUNCTION:
        scan.functions.add((_last(texts, "domain"), _last(texts, "name")))
    elif kind is _Kind.ENTRY and _last(texts, "key") == "location":
        # Every value, should there be several: readers differ in which one they take.
        scan.external += texts.get("value", [""])


def _note_node(texts: dict[str, list[str]], scan: Scan, outermost: bool) -> None:
    operator = _last(texts, "type")
    domain = _last(texts, "domain")
    scan.operators.add(("" if domain == "ai.onnx" else domain, operator))
    if outermost:
        for name in texts.get("outputs", ()):
            scan.makers[name] = operator
        for name in texts.get("inputs", ()):
            scan.takers.setdefault(name, []).append(operator)


def _last(texts: dict[str, list[str]], name: str) -> str:
    return texts.get(name, [""])[-1]


def _text(content: bytes | mmap.mmap, start: int, end: int) -> str:
    if end - start > _MAX_TEXT:
        raise ScanError("a name in it is too long")
    return content[start:end].decode("utf-8", "surrogateescape")


def _fields(content: bytes | mmap.mmap, position: int, end: int) -> Iterator[_Field]:
    while position < end:
        tag, position = _varint(content, position, end)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            _, position = _varint(content, position, end)
            yield number, position, position
            continue
        if wire == 2:
            length, position = _varint(content, position, end)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
        else:
            raise ScanError("it is no protobuf message")
        if not number or length > end - position:
            raise ScanError("it is cut off, or no protobuf message")
        if wire == 2:
            yield number, position, position + length
        position += length


def _varint(content: bytes | mmap.mmap, position: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while position < end and shift < 70:
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise ScanError("it is cut off, or no protobuf message")
