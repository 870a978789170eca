"""Finding out how somebody else's model takes images and gives classes.

What the file declares comes first, then what the outputs look like when it runs on noise, then what
the files beside it say, then the habits of the tool that made it. What no file can say, above all
how pixels are normalised, is a guess; the guesses are ranked, and the user sees what each gives.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple

from segstudio.core.label_set import LabelSet
from segstudio.core.model_contract import (
    IMAGENET,
    NO_NORMALIZATION,
    SIGNED_UNIT,
    UNIT,
    Colors,
    Fit,
    Layout,
    ModelContract,
    Normalization,
    OutputKind,
)
from segstudio.engine.answers import LoadAnswer, Look
from segstudio.engine.card_file import ForeignCard
from segstudio.engine.contract import Port, words
from segstudio.engine.sidecars import Hints
from segstudio.errors import ModelError

Probe = Callable[[str, Sequence[int], str], list[Look] | None]
"""Runs the model on noise: (input, shape, element type) -> its outputs, or None if it refuses."""

_ELEMENTS: Final = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
    "tensor(int32)": "int32",
}
_USUAL_SIDE: Final = 128
_LONGER: Final = 192
_STRIDES: Final = (1, 2, 4, 8, 14, 16, 32, 64)
_MAX_FIXED: Final = 4096
_OTHER: Final = "Use another model, or export this one with one image as input"
# Operators that may stand before the network proper, where pixels are normalised inside.
_NORMALIZING: Final = frozenset({"Sub", "Div", "Mul", "Add", "BatchNormalization", "Cast"})


@dataclass(frozen=True, slots=True)
class _Input:
    """The image input, as far as it is known."""

    name: str
    element: str
    layout: Layout
    channels: int
    batch: int
    size: tuple[int, int] | None

    def shape(self, height: int, width: int) -> list[int]:
        """Return the shape of a batch."""
        if self.layout is Layout.NCHW:
            return [self.batch, self.channels, height, width]
        return [self.batch, height, width, self.channels]


class _Output(NamedTuple):
    """An output that can be read as classes, and how; lower ranks are likelier."""

    rank: float
    name: str
    kind: OutputKind
    layout: Layout
    has_channels: bool
    classes: int


def guesses(path: Path, loaded: LoadAnswer, hints: Hints, probe: Probe) -> list[ForeignCard]:
    """Return the ways in which a model may be meant, the likeliest first.

    Args:
        path: The model.
        loaded: What it declares.
        hints: What the files beside it say.
        probe: Runs it on noise.

    Raises:
        ModelError: If it takes no image, or gives nothing that can be read as classes.
    """
    if len(loaded.inputs) != 1:
        raise ModelError(
            path, f"it takes {len(loaded.inputs)} inputs instead of one image", hint=_OTHER
        )
    (port,) = loaded.inputs
    taken, looks = _working_input(path, port, probe)
    outputs = _outputs(path, taken, looks, loaded)
    stride = 1 if taken.size else _stride(taken, probe)
    found = []
    for output, (normal, colors, why) in product(
        outputs, _normalizations(taken, hints, loaded, outputs[0])
    ):
        height, width = taken.size or (None, None)
        contract = ModelContract(
            input=taken.name,
            element=taken.element,
            layout=taken.layout,
            colors=colors,
            batch=taken.batch,
            height=height,
            width=width,
            stride=stride,
            normalization=normal,
            fit=hints.fit or Fit.TILE,
            output=output.name,
            output_layout=output.layout,
            kind=output.kind,
            channel_axis=output.has_channels,
        )
        reason = f"{why}; {hints.unread} cannot be read" if hints.unread else why
        found.append(ForeignCard(contract, _classes(output, hints), reason))
    return found


def with_classes(card: ForeignCard, label_set: LabelSet) -> ForeignCard:
    """Return a card with other classes."""
    return replace(card, label_set=label_set)


# --- The input


def _working_input(path: Path, port: Port, probe: Probe) -> tuple[_Input, list[Look]]:
    """Return the first reading of the input that runs, and the outputs it gives."""
    wrong = ModelError(path, f"it takes {words(port)}, which is no image", hint=_OTHER)
    element = _ELEMENTS.get(port.type)
    if element is None or len(port.shape) != 4:
        raise wrong
    candidates = list(_readings(port, element))
    if not candidates:
        raise wrong
    for candidate in candidates:
        height, width = candidate.size or (_USUAL_SIDE, _LONGER)
        looks = probe(candidate.name, candidate.shape(height, width), candidate.element)
        if looks is not None:
            return candidate, looks
    raise ModelError(
        path, f"it takes {words(port)}, but does not run on an image of that kind", hint=_OTHER
    )


def _readings(port: Port, element: str) -> Iterator[_Input]:
    first, *axes = (size if isinstance(size, int) and size > 0 else None for size in port.shape)
    batch = first or 1
    for layout, channels in product((Layout.NCHW, Layout.NHWC), (3, 1)):
        place = 0 if layout is Layout.NCHW else 2
        sides = axes[1:] if layout is Layout.NCHW else axes[:2]
        # A side of three pixels or less is no side of an image.
        if axes[place] not in (None, channels) or any(s is not None and s < 8 for s in sides):
            continue
        height, width = sides
        if height and width:
            if max(height, width) <= _MAX_FIXED and batch <= 64:
                yield _Input(port.name, element, layout, channels, batch, (height, width))
        elif batch <= 64:
            # One free side is of no use with the other fixed; the other's length fits both.
            size = (height or width, width or height) if height or width else None
            yield _Input(port.name, element, layout, channels, batch, size)  # type: ignore[arg-type]


def _stride(taken: _Input, probe: Probe) -> int:
    """Return the smallest step of sides that the model runs with and answers in proportion."""
    for stride in _STRIDES:
        side = -(-_USUAL_SIDE // stride) * stride + stride
        looks = probe(taken.name, taken.shape(side, side), taken.element)
        if looks is not None and any(_divides(look.shape, side) for look in looks):
            return stride
    return _STRIDES[-1]


def _divides(shape: Sequence[int], side: int) -> bool:
    """Return whether an output has two equal sides that divide the input's."""
    for place in (1, 2):
        sides = shape[place : place + 2]
        if len(sides) == 2 and sides[0] == sides[1] > 1 and side % sides[0] == 0:
            return True
    return False


# --- The outputs


def _outputs(path: Path, taken: _Input, looks: Sequence[Look], loaded: LoadAnswer) -> list[_Output]:
    height, width = taken.size or (_USUAL_SIDE, _LONGER)
    too_many = 0
    found: list[_Output] = []
    for place, look in enumerate(looks):
        if look.element == "nan":
            raise ModelError(
                path,
                f"its output {look.name} holds values that are no numbers (NaN)",
                hint=_OTHER,
            )
        for output in _readings_of_output(look, taken, height, width, loaded.makers):
            if output.classes > 255:
                too_many = max(too_many, output.classes)
            else:
                found.append(output._replace(rank=output.rank + place / 100))
    if found:
        return sorted(found)
    if too_many:
        raise ModelError(
            path,
            f"it tells {too_many} classes apart, and at most 255 fit in a mask",
            hint="Use a model with fewer classes",
        )
    given = "; ".join(f"{port.name}: {words(port)}" for port in loaded.outputs[:4])
    raise ModelError(
        path,
        f"it gives {given or 'nothing'}, which is no map of classes",
        hint="Use a model for semantic segmentation",
    )


def _readings_of_output(
    look: Look, taken: _Input, height: int, width: int, makers: dict[str, str]
) -> Iterator[_Output]:
    maker = makers.get(look.name, "")
    if look.element == "other":
        return
    if len(look.shape) == 3 and _in_proportion(look.shape[1:], height, width):
        kind = _kind_of_one(look, maker)
        yield _Output(_rank(kind, look, height), look.name, kind, Layout.NCHW, False, _count(look))
    if len(look.shape) != 4:
        return
    for layout in (Layout.NCHW, Layout.NHWC):
        axis = 1 if layout is Layout.NCHW else 3
        sides = look.shape[2:] if layout is Layout.NCHW else look.shape[1:3]
        if not _in_proportion(sides, height, width):
            continue
        channels = look.shape[axis]
        if channels == 1:
            kind = _kind_of_one(look, maker)
            count = _count(look)
        else:
            is_sum = axis in look.sums or maker == "Softmax"
            kind = OutputKind.PROBABILITIES if is_sum else OutputKind.LOGITS
            count = channels
        # Where both readings fit, the output has the order of the input.
        rank = _rank(kind, look, height) + (0 if layout is taken.layout else 0.5)
        yield _Output(rank, look.name, kind, layout, True, count)


def _in_proportion(sides: Sequence[int], height: int, width: int) -> bool:
    """Return whether sides are those of the input, or all of them the same part of it."""
    rows, columns = sides
    if min(rows, columns) < 2 or rows > height or columns > width:
        return False
    return abs(rows / height - columns / width) <= 1.01 / min(height, width)


def _kind_of_one(look: Look, maker: str) -> OutputKind:
    is_class = look.is_whole and look.least >= 0
    if is_class and (look.element.startswith(("int", "uint", "bool")) or maker == "ArgMax"):
        return OutputKind.CLASS_MAP
    in_unit = look.least >= 0 and look.largest <= 1
    if maker in ("Sigmoid", "HardSigmoid") or in_unit:
        return OutputKind.BINARY_PROBABILITIES
    return OutputKind.CLASS_MAP if is_class else OutputKind.BINARY_LOGITS


def _count(look: Look) -> int:
    """Return how many classes an output of one channel has; a class map does not say."""
    return max(int(look.largest) + 1, 2) if look.is_whole and look.least >= 0 else 2


def _rank(kind: OutputKind, look: Look, height: int) -> float:
    # Scores say more than classes; a finer map is the main one, a coarse one an auxiliary head's.
    side = look.shape[2] if len(look.shape) == 4 else look.shape[1]
    return (0.0 if kind.is_scores else 1.0) + (1 - min(side / height, 1.0)) / 2


# --- Pixels and classes


def _normalizations(
    taken: _Input, hints: Hints, loaded: LoadAnswer, output: _Output
) -> list[tuple[Normalization, Colors, str]]:
    """Return the ways in which pixels may be meant, the likeliest first, each with its reason."""
    color = Colors.RGB if taken.channels == 3 else Colors.GRAY
    if "int" in taken.element:
        return [(NO_NORMALIZATION, color, "takes pixels as they are")]
    rows: list[tuple[Normalization, Colors, str]] = []
    if hints.normalization is not None:
        rows.append((_for_channels(hints.normalization, taken), color, hints.source))
    ways = {
        "imagenet": (IMAGENET, "ImageNet's mean and spread"),
        "unit": (UNIT, "0 to 1"),
        "signed": (SIGNED_UNIT, "-1 to 1"),
        "none": (NO_NORMALIZATION, "0 to 255"),
    }
    producer = loaded.producer.lower()
    if loaded.takers and set(loaded.takers) <= _NORMALIZING:
        order = ("none", "imagenet", "unit", "signed")
    elif "paddle" in producer:
        order = ("signed", "imagenet", "unit", "none")
    elif taken.layout is Layout.NHWC or "tf" in producer or "keras" in producer:
        order = ("unit", "signed", "none", "imagenet")
    else:
        order = ("imagenet", "unit", "signed", "none")
    for name in order:
        normal, why = ways[name]
        if name == "imagenet" and taken.channels == 1:
            continue
        if all(normal != row[0] for row in rows):
            rows.append((normal, color, why))
    if taken.channels == 3:
        # OpenCV's order of the channels, as MMSegmentation's older models and Caffe's have it.
        rows.append((rows[0][0], Colors.BGR, f"{rows[0][2]}, blue before red"))
    return rows


def _for_channels(normal: Normalization, taken: _Input) -> Normalization:
    if taken.channels == 3 or len(normal.mean) == len(normal.std) == 1:
        return normal
    return Normalization(
        normal.scale, (sum(normal.mean) / len(normal.mean),), (sum(normal.std) / len(normal.std),)
    )


def _classes(output: _Output, hints: Hints) -> LabelSet:
    names = list(hints.classes)
    if output.kind.is_binary:
        if len(names) == 1:
            names = ["background", names[0]]
        if len(names) != 2:
            names = ["background", "object"]
    elif output.kind.is_scores and len(names) != output.classes:
        # A list of another length is of another model, or leaves the background out.
        names = (
            ["background", *names]
            if len(names) + 1 == output.classes and "background" not in names
            else []
        )
    if not names:
        names = [f"class {index}" for index in range(output.classes)]
    return LabelSet.named(names)
