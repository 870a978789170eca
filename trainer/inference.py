"""From a network to class probabilities of a whole image: in windows, mirrored and resized.

Papers:
    nnU-Net: a self-configuring method for deep learning-based biomedical image segmentation
        (Isensee et al., 2021; windows under a Gaussian, mirrored images) -
        https://doi.org/10.1038/s41592-020-01008-z
    Encoder-Decoder with Atrous Separable Convolution for Semantic Image Segmentation (Chen et al.,
        2018; several scales and mirrored images) - https://arxiv.org/abs/1802.02611
"""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any, Final

import torch
import torch.nn.functional as F
from torch import Tensor

from segstudio.core.scales import check_scales
from trainer.errors import RecipeError
from trainer.networks.segmenter import Segmenter, decide, up_to

_SIGMA: Final = 1 / 8

FLIPS: Final = {
    "none": ((False, False),),
    "horizontal": ((False, False), (False, True)),
    "both": ((False, False), (False, True), (True, False), (True, True)),
}
"""Which axes are mirrored in each view, as (vertically, horizontally)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceSettings:
    """How a network is asked about an image; by default once, about the whole of it.

    Attributes:
        window: (height, width) of the windows that the image is cut into, pixels, or None for the
            whole image at once. Sides are rounded up to the network's stride.
        overlap: Share of a window that the next one covers as well, 0 <= overlap < 1; more where
            the windows would not fit exactly.
        flips: "none", "horizontal" or "both"; the answers to the mirror images are averaged.
        scales: Sizes at which the image is looked at, 1 is its own; the answers are averaged.

    Raises:
        RecipeError: If a value makes no sense.
    """

    window: tuple[int, int] | None = None
    overlap: float = 0.5
    flips: str = "none"
    scales: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        if self.window is not None and min(self.window) < 1:
            raise RecipeError("--window needs sides of at least 1 pixel")
        if not 0 <= self.overlap < 1:
            raise RecipeError("--overlap must be at least 0 and below 1", hint="0.5 is usual")
        if self.flips not in FLIPS:
            raise RecipeError(f"--flips is one of {', '.join(FLIPS)}")
        try:
            check_scales(self.scales)
        except ValueError as error:
            raise RecipeError(f"--{error}", hint="Write them as 0.75,1,1.25") from error

    @property
    def is_plain(self) -> bool:
        """Whether the network is asked once, about the whole image at its own size."""
        return self.window is None and self.flips == "none" and self.scales == (1.0,)

    @property
    def summary(self) -> str:
        """The settings in words, those that are as usual left out; may be empty."""
        words = []
        if self.window:
            height, width = self.window
            words.append(f"windows of {height}x{width}, overlap {self.overlap:g}")
        if self.flips != "none":
            words.append(f"flips {self.flips}")
        if self.scales != (1.0,):
            words.append("scales " + ", ".join(f"{scale:g}" for scale in self.scales))
        return "; ".join(words)

    def to_json(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return asdict(self)


@torch.no_grad()
def class_index_of(segmenter: Segmenter, image: Tensor, settings: InferenceSettings) -> Tensor:
    """Return the likeliest class of every pixel.

    Args:
        segmenter: The network in evaluation mode.
        image: (1, H, W, 3) uint8 RGB, on the network's device.
        settings: How it is asked.

    Returns:
        (1, H, W) uint8.
    """
    if settings.is_plain:  # as the exported model decides: of equal logits, the first
        return decide(segmenter(image))[0]
    return probabilities_of(segmenter, image, settings).argmax(dim=1).to(torch.uint8)


@torch.no_grad()
def probabilities_of(segmenter: Segmenter, image: Tensor, settings: InferenceSettings) -> Tensor:
    """Return the class probabilities of every pixel, averaged over all views of the image.

    Args:
        segmenter: The network in evaluation mode.
        image: (1, H, W, 3) uint8 RGB, on the network's device.
        settings: How it is asked.

    Returns:
        (1, C, H, W) float32, softmax over the classes.
    """
    size = (image.shape[1], image.shape[2])
    mirrors = FLIPS[settings.flips]
    views = [
        _resized(_mean_over_mirrors(segmenter, view, mirrors, settings), size)
        for view in _scaled(image, settings.scales)
    ]
    return views[0] if len(views) == 1 else torch.stack(views).mean(dim=0)


def windowed_probabilities(
    segmenter: Segmenter, image: Tensor, window: tuple[int, int] | None, overlap: float
) -> Tensor:
    """Return the class probabilities of one image, blended from overlapping windows.

    Windows lie as in nnU-Net: as many as the overlap needs, spread evenly from edge to edge. In
    shared pixels their probabilities are averaged under ``importance``. A window as large as the
    image gives what the network gives for the image.

    Args:
        segmenter: The network in evaluation mode.
        image: (1, H, W, 3) RGB, 0..255, on the network's device.
        window: (height, width) in pixels, or None for the whole image.
        overlap: Share of a window that the next one covers as well, 0 <= overlap < 1.

    Returns:
        (1, C, H, W) float32.
    """
    height, width = image.shape[1:3]
    if window is None:
        window = (height, width)
    # Windows of whole strides are not padded, so that no made-up pixels lie inside the image.
    tall, wide = (up_to(segmenter.stride, side) for side in window)
    tops = window_starts(height, tall, overlap)
    lefts = window_starts(width, wide, overlap)
    if len(tops) == len(lefts) == 1:
        return torch.softmax(segmenter(image), dim=1)
    weight = importance(min(tall, height), min(wide, width)).to(image.device)
    total: Tensor | None = None
    weights = torch.zeros(height, width, device=image.device)
    for top, left in product(tops, lefts):
        rows, columns = slice(top, top + tall), slice(left, left + wide)
        part = torch.softmax(segmenter(image[:, rows, columns]), dim=1)
        if total is None:
            total = part.new_zeros(1, part.shape[1], height, width)
        total[:, :, rows, columns] += part * weight
        weights[rows, columns] += weight
    assert total is not None
    return total / weights


def window_starts(side: int, window: int, overlap: float) -> list[int]:
    """Return where windows begin along one axis, so that they cover it from end to end.

    Args:
        side: Length of the image, pixels.
        window: Length of a window, pixels.
        overlap: Share of a window that the next one covers at least, 0 <= overlap < 1.
    """
    if window >= side:
        return [0]
    farthest = max(window * (1 - overlap), 1.0)
    steps = math.ceil((side - window) / farthest)
    return [round((side - window) * step / steps) for step in range(steps + 1)]


def importance(height: int, width: int) -> Tensor:
    """Return how much each pixel of a window counts: a Gaussian, 1 at the centre.

    Its standard deviation is an eighth of the side (Isensee et al., 2021): a window's border, where
    the network sees least around it, counts least.

    Returns:
        (H, W) float32, above 0.
    """
    rows, columns = (
        torch.exp(-0.5 * ((torch.arange(side) - (side - 1) / 2) / (side * _SIGMA)) ** 2)
        for side in (height, width)
    )
    return rows[:, None] * columns


def _scaled(image: Tensor, scales: tuple[float, ...]) -> Iterator[Tensor]:
    """Yield (1, h, w, 3) images, those of other sizes as floats."""
    for scale in scales:
        height, width = (max(round(side * scale), 1) for side in image.shape[1:3])
        if (height, width) == image.shape[1:3]:
            yield image
        else:
            yield _resized(image.permute(0, 3, 1, 2).float(), (height, width)).permute(0, 2, 3, 1)


def _resized(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Return (1, C, H, W) maps bilinearly resized, and smoothed first where they shrink."""
    if maps.shape[2:] == size:
        return maps
    return F.interpolate(maps, size=size, mode="bilinear", align_corners=False, antialias=True)


def _mean_over_mirrors(
    segmenter: Segmenter,
    image: Tensor,
    mirrors: tuple[tuple[bool, bool], ...],
    settings: InferenceSettings,
) -> Tensor:
    total: Tensor | None = None
    for mirror in mirrors:
        # Rows and columns are the axes 1 and 2 of an image, and 2 and 3 of probabilities.
        axes = [axis for axis, mirrored in enumerate(mirror, start=1) if mirrored]
        view = windowed_probabilities(
            segmenter, image.flip(axes), settings.window, settings.overlap
        ).flip([axis + 1 for axis in axes])
        total = view if total is None else total + view
    assert total is not None
    return total / len(mirrors)
