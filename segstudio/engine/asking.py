"""Asking a model by its contract: from pixels to its input, and from its output to probabilities.

Numpy only: what runs the model is handed in.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.model_contract import Colors, Fit, Layout, ModelContract, OutputKind
from segstudio.core.resample import resized_image, resized_scores
from segstudio.engine.decide import sigmoid, softmax
from segstudio.engine.tiles import Probabilities

RunModel = Callable[[NDArray[Any]], object]
"""Runs the model on its input and returns the output that the contract names."""

MAX_CLASSES: Final = 255
_GRAY: Final = np.array([0.299, 0.587, 0.114], np.float32)  # as Pillow weighs them


class OutputError(Exception):
    """A model gives something else than its contract says; the text is for the user."""


class _Placement(NamedTuple):
    """Where an image lies in a model's input, and how large it is there."""

    height: int
    width: int


def probabilities_of(contract: ModelContract, image: RgbImage, run: RunModel) -> Probabilities:
    """Return the (C, H, W) float32 probabilities of an (H, W, 3) uint8 image.

    Raises:
        OutputError: If the output is not what the contract says.
    """
    feed, placement = _prepared(contract, image)
    scores = _scores(contract, run(feed))
    if contract.kind in (OutputKind.LOGITS, OutputKind.BINARY_LOGITS):
        # Logits are resized before the softmax, as SegFormer's authors do it: sharper edges.
        scores = _cut_to_image(contract, scores, feed, placement, image)
        scores = _from_logits(contract, scores)
    else:
        scores = _from_probabilities(contract, scores)
        scores = _cut_to_image(contract, scores, feed, placement, image)
    return scores


def class_map_of(contract: ModelContract, image: RgbImage, run: RunModel) -> LabelMap:
    """Return the (H, W) uint8 class map of an image, from a model that gives classes.

    Raises:
        OutputError: If the output is not what the contract says.
    """
    feed, placement = _prepared(contract, image)
    values = _array(contract, run(feed))[0]
    if contract.channel_axis:
        axis = 0 if contract.output_layout is Layout.NCHW else -1
        if values.ndim != 3 or values.shape[axis] != 1:
            raise OutputError(f"its output {contract.output} is {values.shape}, not one class map")
        values = np.squeeze(values, axis)
    if values.ndim != 2:
        raise OutputError(f"its output {contract.output} is {values.shape}, not one class map")
    least, largest = values.min(), values.max()
    if not 0 <= least <= largest < MAX_CLASSES:
        raise OutputError(
            f"its output {contract.output} holds {least:g} to {largest:g}, which are no classes "
            f"of 0 to {MAX_CLASSES - 1}"
        )
    classes: LabelMap = np.rint(values).astype(np.uint8)
    feed_height, feed_width = _sides(contract, feed.shape)
    rows = _nearest(feed_height, classes.shape[0], placement.height, image.shape[0])
    columns = _nearest(feed_width, classes.shape[1], placement.width, image.shape[1])
    return classes[rows[:, None], columns]


def _prepared(contract: ModelContract, image: RgbImage) -> tuple[NDArray[Any], _Placement]:
    """Return the model's input for an image, and where in it the image is."""
    height, width = image.shape[:2]
    size = contract.fixed_size
    if size is not None and contract.fit is Fit.STRETCH:
        placement = _Placement(*size)
    elif size is not None and (
        contract.fit is Fit.LETTERBOX or height > size[0] or width > size[1]
    ):
        factor = min(size[0] / height, size[1] / width)
        placement = _Placement(
            max(min(round(height * factor), size[0]), 1),
            max(min(round(width * factor), size[1]), 1),
        )
    else:
        placement = _Placement(height, width)
    pixels = resized_image(image, *placement)
    wanted = size or (_up_to(placement.height, contract), _up_to(placement.width, contract))
    below, right = wanted[0] - placement.height, wanted[1] - placement.width
    if below or right:
        # Repeating the edge keeps colours that the network knows; black would be an object.
        pixels = np.pad(pixels, ((0, below), (0, right), (0, 0)), "edge")
    return _normalized(contract, pixels), placement


def _exceeds(image: RgbImage, size: tuple[int, int]) -> bool:
    return bool(image.shape[0] > size[0] or image.shape[1] > size[1])


def _up_to(side: int, contract: ModelContract) -> int:
    return -(-side // contract.stride) * contract.stride


def _normalized(contract: ModelContract, pixels: RgbImage) -> NDArray[Any]:
    channels: NDArray[Any] = pixels
    if contract.colors is Colors.GRAY:
        channels = (pixels @ _GRAY)[..., None]
    elif contract.colors is Colors.BGR:
        channels = pixels[..., ::-1]
    normal = contract.normalization
    if contract.element == "uint8":
        values = np.rint(channels).astype(np.uint8) if channels.dtype != np.uint8 else channels
    else:
        # One multiplication and one addition: (pixel * scale - mean) / std.
        std = np.array(normal.std, np.float32)
        factor = np.float32(normal.scale) / std
        values = channels * factor
        values += -np.array(normal.mean, np.float32) / std
        values = values.astype(contract.element, copy=False)
    if contract.layout is Layout.NCHW:
        values = values.transpose(2, 0, 1)
    batch = np.broadcast_to(values, (contract.batch, *values.shape))
    return np.ascontiguousarray(batch)


def _array(contract: ModelContract, output: object) -> NDArray[Any]:
    name = contract.output
    if not isinstance(output, np.ndarray):
        raise OutputError(f"its output {name} is no array of numbers")
    if output.dtype.kind not in "fiub":
        raise OutputError(f"its output {name} holds text or objects instead of numbers")
    wanted = 4 if contract.channel_axis else 3
    if output.ndim != wanted or not output.size or output.shape[0] < 1:
        raise OutputError(
            f"its output {name} is {output.shape}, which has {output.ndim} axes instead of {wanted}"
        )
    return output


def _scores(contract: ModelContract, output: object) -> NDArray[np.float32]:
    """Return the (C, h, w) values of the first image."""
    values = _array(contract, output)[0]
    if not contract.channel_axis:
        values = values[None]
    elif contract.output_layout is Layout.NHWC:
        values = values.transpose(2, 0, 1)
    if len(values) > MAX_CLASSES:
        raise OutputError(
            f"it tells {len(values)} classes apart, and at most {MAX_CLASSES} fit in a mask"
        )
    if contract.kind.is_binary != (len(values) == 1):
        raise OutputError(f"its output {contract.output} has {len(values)} channels")
    scores: NDArray[np.float32] = np.ascontiguousarray(values, np.float32)
    if not bool(np.isfinite(scores).all()):
        raise OutputError(f"its output {contract.output} holds values that are no numbers (NaN)")
    return scores


def _from_logits(contract: ModelContract, scores: NDArray[np.float32]) -> Probabilities:
    return _two_classes(sigmoid(scores)) if contract.kind.is_binary else softmax(scores)


def _from_probabilities(contract: ModelContract, scores: NDArray[np.float32]) -> Probabilities:
    scores = np.clip(scores, 0, 1)
    return _two_classes(scores) if contract.kind.is_binary else scores


def _two_classes(probabilities: NDArray[np.float32]) -> Probabilities:
    return np.concatenate([1 - probabilities, probabilities])


def _cut_to_image(
    contract: ModelContract,
    scores: NDArray[np.float32],
    feed: NDArray[Any],
    placement: _Placement,
    image: RgbImage,
) -> NDArray[np.float32]:
    """Bring scores to the size of the input, cut off what was added, and undo the resizing."""
    scores = resized_scores(scores, *_sides(contract, feed.shape))
    scores = scores[:, : placement.height, : placement.width]
    if placement == image.shape[:2]:
        return scores
    return resized_scores(np.ascontiguousarray(scores), *image.shape[:2])


def _sides(contract: ModelContract, shape: tuple[int, ...]) -> tuple[int, int]:
    return shape[2:4] if contract.layout is Layout.NCHW else shape[1:3]  # type: ignore[return-value]


def _nearest(feed: int, answer: int, placed: int, wanted: int) -> NDArray[np.intp]:
    """Return, for each pixel of an axis of the image, the pixel of the answer that it lies in."""
    in_feed = (np.arange(wanted) + 0.5) * placed / wanted
    return np.minimum((in_feed * answer / feed).astype(np.intp), answer - 1)
