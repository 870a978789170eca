"""How often each training image is drawn.

An image that needed many corrections shows what the model does not know yet, and is drawn more
often, but never so often that the others are forgotten. One that is labelled in part is drawn less
often: its crops show the same few labels again and again, among pixels that teach nothing.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

MOST_OFTEN: Final = 3.0
"""How many times as often as an image without corrections the others are drawn at most."""

LEAST_OFTEN: Final = 0.1
"""How often an image with hardly a label is drawn, relative to one that is labelled."""

_WELL_LABELLED: Final = 0.5  # of the pixels: as good as all of them


def draw_weights(
    labelled: Sequence[float], corrected: Sequence[int] | None = None
) -> tuple[float, ...] | None:
    """Return how often each image is drawn, relative to a labelled one without corrections.

    Args:
        labelled: Share of each image's pixels that have a class, 0..1.
        corrected: Number of corrected pixels of each image, or None if they are not to count.

    Returns:
        One number an image, or None if all are to be drawn alike.
    """
    weights = np.clip(np.asarray(labelled, np.float64) / _WELL_LABELLED, LEAST_OFTEN, 1)
    counts = np.asarray(corrected if corrected is not None else [0] * len(weights), np.float64)
    if counts.any():
        weights *= 1 + np.minimum(counts / counts.mean(), MOST_OFTEN - 1)
    return None if (weights == weights[0]).all() else tuple(weights.tolist())


def drawn_images(
    weights: Sequence[float], count: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw images for an epoch, in random order.

    Systematic sampling: each image comes up as often as it should, rounded up or down, so that an
    epoch does not leave an image out by bad luck (Kish, Survey Sampling, 1965, ch. 4).

    Args:
        weights: How often each of N images is to be drawn, relative to the others, > 0.
        count: How many to draw.
        rng: Source of randomness.

    Returns:
        (count,) int64 places of images, 0..N-1.
    """
    shares = np.cumsum(np.asarray(weights, np.float64))
    spots = (np.arange(count) + rng.random()) / count * shares[-1]
    drawn = np.minimum(np.searchsorted(shares, spots, side="right"), len(shares) - 1)
    return rng.permutation(drawn)
