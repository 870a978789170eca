"""How a model of somebody else's takes images and gives classes.

Our own models say it by themselves; for others it is detected, confirmed by the user once, and
kept beside the model (``engine.card_file``).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

_MAX_SIDE: Final = 2**15
_MAX_STRIDE: Final = 1024


class Layout(StrEnum):
    """Order of the axes of a batch of images or scores."""

    NCHW = "nchw"
    NHWC = "nhwc"


class Colors(StrEnum):
    """What the channels of the input are."""

    RGB = "rgb"
    BGR = "bgr"
    GRAY = "gray"


class Fit(StrEnum):
    """How an image gets into an input of fixed size."""

    TILE = "tile"
    LETTERBOX = "letterbox"
    STRETCH = "stretch"


class OutputKind(StrEnum):
    """What the values of the output are."""

    LOGITS = "logits"
    PROBABILITIES = "probabilities"
    CLASS_MAP = "class map"
    BINARY_LOGITS = "binary logits"
    BINARY_PROBABILITIES = "binary probabilities"

    @property
    def is_scores(self) -> bool:
        """Whether there is a value for each class, so that overlapping answers can be averaged."""
        return self is not OutputKind.CLASS_MAP

    @property
    def is_binary(self) -> bool:
        """Whether there is one channel, for the second of two classes."""
        return self in (OutputKind.BINARY_LOGITS, OutputKind.BINARY_PROBABILITIES)


@dataclass(frozen=True, slots=True)
class Normalization:
    """What is done to pixels, 0..255: ``(pixel * scale - mean) / std``, for each channel.

    The values of ``mean`` and ``std`` are in the order of the model's channels; one value serves
    all channels.

    Raises:
        ValueError: If a value is not finite, or would divide by nothing.
    """

    scale: float = 1.0
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.scale, *self.mean, *self.std))):
            raise ValueError("the normalisation holds values that are no numbers")
        if not self.scale or not all(self.std):
            raise ValueError("the normalisation would divide by zero")
        if {len(self.mean), len(self.std)} - {1, 3}:
            raise ValueError("the normalisation needs one or three values")

    @property
    def is_none(self) -> bool:
        """Whether pixels stay as they are."""
        return self == Normalization()


IMAGENET: Final = Normalization(1 / 255, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
UNIT: Final = Normalization(1 / 255)
SIGNED_UNIT: Final = Normalization(1 / 255, (0.5,), (0.5,))
NO_NORMALIZATION: Final = Normalization()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelContract:
    """How to ask a model, and how to read its answer.

    Attributes:
        input: Name of its input.
        element: Element type of the input as numpy writes it: "float32", "float16", "uint8".
        layout: Order of the input's axes.
        colors: What the channels are.
        batch: How many images it takes at once; others than the first are repeats of it.
        height, width: The only size it takes, pixels, or None where any will do.
        stride: Sides must be multiples of it, pixels.
        normalization: What is done to pixels first.
        fit: How images get into a fixed size; without meaning where the size is free.
        output: Name of the output that is read.
        output_layout: Order of its axes, where it has channels.
        kind: What its values are.
        channel_axis: Whether it has an axis of channels at all.
    """

    input: str
    element: str = "float32"
    layout: Layout = Layout.NCHW
    colors: Colors = Colors.RGB
    batch: int = 1
    height: int | None = None
    width: int | None = None
    stride: int = 1
    normalization: Normalization = NO_NORMALIZATION
    fit: Fit = Fit.TILE
    output: str
    output_layout: Layout = Layout.NCHW
    kind: OutputKind = OutputKind.LOGITS
    channel_axis: bool = True

    def __post_init__(self) -> None:
        if self.element not in ("float32", "float16", "float64", "uint8", "int8", "int32"):
            raise ValueError(f"images of {self.element[:40]} cannot be made")
        for side in (self.height, self.width):
            if side is not None and not 1 <= side <= _MAX_SIDE:
                raise ValueError(f"its size is {side} pixels")
        if (self.height is None) != (self.width is None):
            raise ValueError("only one of its sides is fixed")
        if not 1 <= self.stride <= _MAX_STRIDE or not 1 <= self.batch <= 64:
            raise ValueError("its stride or its batch makes no sense")

    @property
    def fixed_size(self) -> tuple[int, int] | None:
        """(height, width) of the only size that it takes, or None."""
        if self.height is None or self.width is None:
            return None
        return self.height, self.width

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "input": self.input,
            "element": self.element,
            "layout": self.layout.value,
            "colors": self.colors.value,
            "batch": self.batch,
            "height": self.height,
            "width": self.width,
            "stride": self.stride,
            "scale": self.normalization.scale,
            "mean": list(self.normalization.mean),
            "std": list(self.normalization.std),
            "fit": self.fit.value,
            "output": self.output,
            "output_layout": self.output_layout.value,
            "kind": self.kind.value,
            "channel_axis": self.channel_axis,
        }

    @classmethod
    def from_json(cls, value: object) -> "ModelContract":
        """Return what ``to_json`` wrote.

        Raises:
            ValueError: If it makes no sense; the text says what.
        """
        if not isinstance(value, Mapping):
            raise ValueError("the contract is no object")
        try:
            return cls(
                input=_text(value["input"]),
                element=_text(value["element"]),
                layout=Layout(value["layout"]),
                colors=Colors(value["colors"]),
                batch=_whole(value["batch"]),
                height=_whole_or_none(value["height"]),
                width=_whole_or_none(value["width"]),
                stride=_whole(value["stride"]),
                normalization=Normalization(
                    float(value["scale"]), _numbers(value["mean"]), _numbers(value["std"])
                ),
                fit=Fit(value["fit"]),
                output=_text(value["output"]),
                output_layout=Layout(value["output_layout"]),
                kind=OutputKind(value["kind"]),
                channel_axis=bool(value["channel_axis"]),
            )
        except KeyError as error:
            raise ValueError(f"the contract lacks {error}") from error
        except TypeError as error:
            raise ValueError(f"the contract is wrong: {error}") from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is no whole number")
    return value


def _whole_or_none(value: object) -> int | None:
    return None if value is None else _whole(value)


def _numbers(value: object) -> tuple[float, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise TypeError(f"{value!r} is no list of numbers")
    return tuple(float(number) for number in value)
