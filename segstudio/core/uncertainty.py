"""Where a model is unsure: a heat map to look at, and the regions worth looking at first."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.rect import Rect

_MIN_PIXELS: Final = 16
_ROWS: Final = 256
_MAX_REGIONS: Final = 500
# Dark to light through orange, evenly bright steps; told apart by colour-blind eyes as well.
_STOPS: Final = np.array(
    [[0, 0, 0], [64, 10, 103], [147, 38, 103], [221, 81, 58], [252, 165, 10], [252, 255, 164]],
    np.float64,
)


class UncertainRegion(NamedTuple):
    """A connected region in which a model is unsure.

    Attributes:
        rect: What it lies in, image pixels.
        weight: Sum of the uncertainty of its pixels: how unsure times how large.
        pixels: Its area.
    """

    rect: Rect
    weight: float
    pixels: int


def uncertain_regions(
    uncertainty: NDArray[np.float32], threshold: float = 0.5
) -> list[UncertainRegion]:
    """Return the regions whose pixels are at least as uncertain as a threshold, the worst first.

    Args:
        uncertainty: (H, W) float32, 0 certain to 1 unsure.
        threshold: Where regions end.
    """
    import cv2

    mask = (uncertainty >= threshold).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    weights = np.bincount(labels.ravel(), uncertainty.ravel(), count)
    regions = [
        UncertainRegion(
            Rect(int(top), int(left), int(top + height), int(left + width)),
            float(weights[number]),
            int(area),
        )
        for number, (left, top, width, height, area) in enumerate(stats.tolist())
        if number and area >= _MIN_PIXELS
    ]
    return sorted(regions, key=lambda region: -region.weight)[:_MAX_REGIONS]


def mean_uncertainty(confidence: NDArray[np.float32]) -> float:
    """Return how unsure a model is of an image on average, 0 certain to 1 unsure.

    A pixel whose class has at most half of the probability counts as wholly unsure.

    Args:
        confidence: (H, W) float32, probability of the class.
    """
    height = confidence.shape[0]
    total = sum(
        float(np.clip(2 * (1 - confidence[top : top + _ROWS]), 0, 1).sum(dtype=np.float64))
        for top in range(0, height, _ROWS)
    )
    return total / max(confidence.size, 1)


def heat_colors(opacity: float = 1.0) -> NDArray[np.uint8]:
    """Return (256, 4) uint8 colours, red green blue alpha, from certain to unsure.

    What is certain is transparent, so that the image shows there.
    """
    places = np.linspace(0, len(_STOPS) - 1, 256)
    colors = np.stack(
        [np.interp(places, np.arange(len(_STOPS)), _STOPS[:, channel]) for channel in range(3)],
        axis=1,
    )
    alpha = np.clip(np.linspace(0, 3, 256), 0, 1) * opacity * 255
    return np.rint(np.column_stack([colors, alpha])).astype(np.uint8)
