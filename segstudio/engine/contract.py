"""What our own models take and give, so that their result means the same everywhere.

One input: uint8 RGB (N, H, W, 3) of any size. Outputs: ``class_index`` uint8 (N, H, W),
``confidence`` float32 (N, H, W) and, in models exported since tiles are blended, ``logits``
(N, H', W', C), where H' and W' are H and W rounded up to the network's stride; at first they were
(N, C, H, W). Normalisation, resizing, softmax and argmax are in the graph.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from segstudio.errors import ModelError

CLASS_INDEX: Final = "class_index"
CONFIDENCE: Final = "confidence"
LOGITS: Final = "logits"

Shape: TypeAlias = tuple[int | str | None, ...]
"""Sizes of a tensor's axes; a name or None where the size is free."""

_TYPES: Final = {CLASS_INDEX: "tensor(uint8)", CONFIDENCE: "tensor(float)"}
_FIX: Final = "Use a model that this program's trainer exported"


class Port(NamedTuple):
    """One input or output of a model.

    Attributes:
        name: Its name in the graph.
        type: Its element type as onnxruntime writes it, such as ``tensor(uint8)``.
        shape: Its axes.
    """

    name: str
    type: str
    shape: Shape


def check_contract(path: Path, inputs: Sequence[Port], outputs: Sequence[Port]) -> None:
    """Check that a model takes and gives what this program runs.

    Raises:
        ModelError: If it does not; the message says what it has instead.
    """
    if len(inputs) != 1:
        raise ModelError(path, f"it takes {len(inputs)} inputs instead of one image", hint=_FIX)
    (image,) = inputs
    if image.type != "tensor(uint8)" or not _is_image_batch(image.shape, 3):
        raise ModelError(
            path, f"it takes {words(image)} instead of uint8 images (N, H, W, 3)", hint=_FIX
        )
    by_name = {port.name: port for port in outputs}
    for name, element_type in _TYPES.items():
        port = by_name.get(name)
        if port is None:
            raise ModelError(path, f"it has no output called {name}", hint=_FIX)
        if port.type != element_type or not _is_image_batch(port.shape):
            kind = element_type.removeprefix("tensor(").rstrip(")")
            raise ModelError(
                path, f"its output {name} is {words(port)} instead of {kind} (N, H, W)", hint=_FIX
            )


def is_own(outputs: Sequence[Port]) -> bool:
    """Return whether a model is meant to be one of ours, though it may not keep to it."""
    return any(port.name == CLASS_INDEX for port in outputs)


def _is_image_batch(shape: Shape, channels: int | None = None) -> bool:
    """Return whether a shape is (N, H, W), or (N, H, W, channels), for images of any size."""
    batch, sizes, rest = shape[:1], shape[1:3], shape[3:]
    return (
        len(sizes) == 2
        and (batch == (1,) or not isinstance(batch[0], int))
        and not any(isinstance(size, int) for size in sizes)
        and rest == (() if channels is None else (channels,))
    )


def words(port: Port) -> str:
    """Return a port's type and shape as a person writes them."""
    kind = port.type.removeprefix("tensor(").rstrip(")")
    axes = ", ".join("?" if size is None else str(size) for size in port.shape)
    return f"{kind} ({axes})"
