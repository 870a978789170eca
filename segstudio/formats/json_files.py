"""JSON files that other programs wrote: small ones whole, large ones element by element.

A list of ten thousand images is not held in memory: one pass notes where each element stands, and
each is read again when it is needed. What is wrong with one element then does not cost the others.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from segstudio.core.strict_json import parse_json
from segstudio.errors import FormatError

_CHUNK: Final = 2**20
_MOST_BYTES: Final = 256 * 2**20  # of one element, and of a file that is read whole
_NEAR_END: Final = 64
_SPACE: Final = " \t\r\n"
_CUT: Final = ("Unterminated string", "Invalid \\escape", "Invalid \\uXXXX escape")


class Span(NamedTuple):
    """Where an element stands in its file, in bytes."""

    start: int
    end: int


class Element(NamedTuple):
    """What stands in a file: an entry of one of its lists, or the value of another key.

    Attributes:
        key: The key at the top of the file; "" for the entries of a list that is the whole file.
        span: Where it stands.
        value: The value, or what is wrong with it.
    """

    key: str
    span: Span
    value: Any


def read_json_object(path: Path) -> dict[str, Any]:
    """Read a JSON file that holds an object.

    Raises:
        FormatError: If it cannot be read, is too large, or holds something else.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise FormatError(path, f"it is larger than {_MOST_BYTES // 2**20} MiB")
        value = parse_json(path.read_bytes())
    except OSError as error:
        raise FormatError(path, f"it cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise _not_json(path, error) from error
    if not isinstance(value, dict):
        raise FormatError(path, "it holds no JSON object", hint="Export it again from its source")
    return value


def scan_json(path: Path, lists: frozenset[str]) -> Iterator[Element]:
    """Yield what a JSON file holds, reading a little at a time.

    Args:
        path: The file: an object, or a list of anything.
        lists: Keys of the object whose values are lists to be yielded entry by entry.

    Yields:
        The entries of these lists, and the values of all other keys. The value is a ``ValueError``
        where an entry is well formed but not strict JSON: NaN, or a key that stands twice.

    Raises:
        FormatError: If the file cannot be read or is not JSON.
    """
    try:
        with path.open("rb") as file:
            yield from _Scanner(file).elements(lists)
    except OSError as error:
        raise FormatError(path, f"it cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise _not_json(path, error) from error


def read_span(path: Path, span: Span) -> Any:  # noqa: ANN401 - any JSON value
    """Read one element again.

    Raises:
        FormatError: If the file changed meanwhile, or the element is not strict JSON.
    """
    (value,) = read_spans(path, [span])
    return value


def read_spans(path: Path, spans: Iterable[Span]) -> list[Any]:
    """Read several elements of one file again; raises as ``read_span`` does."""
    try:
        with path.open("rb") as file:
            found = []
            for span in spans:
                file.seek(span.start)
                found.append(parse_json(file.read(span.end - span.start)))
            return found
    except OSError as error:
        raise FormatError(path, f"it cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise _not_json(path, error) from error


def read_loosely(path: Path, span: Span) -> Any:  # noqa: ANN401 - any JSON value
    """Read an element that is JSON but not strict: to see what it is about, not to use it.

    Raises:
        FormatError: If that fails.
    """
    try:
        with path.open("rb") as file:
            file.seek(span.start)
            return json.loads(file.read(span.end - span.start))
    except OSError as error:
        raise FormatError(path, f"it cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise _not_json(path, error) from error


def _not_json(path: Path, error: ValueError) -> FormatError:
    return FormatError(
        path, f"it is not valid JSON ({error})", hint="Export it again from its source"
    )


class _Scanner:
    """Walks through a file; its bytes are taken for characters, as JSON's own signs are ASCII."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._text = ""
        self._start = 0  # of the text in the file
        self._place = 0  # in the text
        self._is_whole = False  # whether the text reaches to the end of the file
        self._decoder = json.JSONDecoder()

    def elements(self, lists: frozenset[str]) -> Iterator[Element]:
        self._more()
        if self._text.startswith("\xef\xbb\xbf"):
            self._place = 3
        if self._next() == "[":
            yield from self._entries("")
        else:
            self._expect("{")
            seen: set[str] = set()
            while self._has_more("}", is_first=not seen):
                key = self._value("").value
                if not isinstance(key, str) or key in seen:
                    raise ValueError(f"the key {str(key)[:40]!r} stands twice or is none")
                seen.add(key)
                self._expect(":")
                if key in lists and self._next() == "[":
                    yield from self._entries(key)
                else:
                    yield self._value(key)
        if self._next():
            raise ValueError("something follows after its end")

    def _entries(self, key: str) -> Iterator[Element]:
        self._expect("[")
        is_first = True
        while self._has_more("]", is_first=is_first):
            is_first = False
            yield self._value(key)

    def _has_more(self, closing: str, *, is_first: bool) -> bool:
        """Step over the comma before the next entry, or over the end of a list or object."""
        if self._next() == closing:
            self._place += 1
            return False
        if not is_first:
            self._expect(",")
        return True

    def _value(self, key: str) -> Element:
        self._next()
        while True:
            try:
                _, end = self._decoder.raw_decode(self._text, self._place)
            except json.JSONDecodeError as error:
                is_cut = error.pos > len(self._text) - _NEAR_END or error.msg.startswith(_CUT)
                if self._is_whole or not is_cut:
                    at = self._start + error.pos
                    raise ValueError(f"{error.msg} at byte {at}") from None
            except RecursionError:
                raise ValueError("it is nested too deeply") from None
            else:
                if end < len(self._text) or self._is_whole:  # else a number may go on
                    break
            if len(self._text) - self._place > _MOST_BYTES:
                raise ValueError(f"an entry is larger than {_MOST_BYTES // 2**20} MiB")
            self._more()
        raw = self._text[self._place : end].encode("latin-1")
        span = Span(self._start + self._place, self._start + end)
        self._place = end
        try:
            return Element(key, span, parse_json(raw))
        except ValueError as error:
            return Element(key, span, error)

    def _next(self) -> str:
        """Return the next character that is no space; "" at the end."""
        while True:
            while self._place < len(self._text) and self._text[self._place] in _SPACE:
                self._place += 1
            if self._place < len(self._text):
                return self._text[self._place]
            if self._is_whole:
                return ""
            self._more()

    def _expect(self, sign: str) -> None:
        if self._next() != sign:
            raise ValueError(f"{sign!r} is missing at byte {self._start + self._place}")
        self._place += 1

    def _more(self) -> None:
        rest = self._text[self._place :]
        data = self._file.read(max(_CHUNK, len(rest)))
        self._is_whole = not data
        self._text = rest + data.decode("latin-1")
        self._start += self._place
        self._place = 0
