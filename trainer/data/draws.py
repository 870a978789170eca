"""How often each training image is drawn.

An image that needed many corrections shows what the model does not know yet, and is drawn more
often, but never so often that the others are forgotten.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

MOST_OFTEN: Final = 3.0
"""How many times as often as an image without corrections the others are drawn at most."""


def draw_weights(corrected: Sequence[int]) -> tuple[float, ...] | None:
    """Return how often each image is drawn, relative to one without corrections; 1 to MOST_OFTEN.

    Args:
        corrected: Number of corrected pixels of each image.

    Returns:
        One number an image, or None if all are to be drawn alike.
    """
    counts = np.asarray(corrected, np.float64)
    if not counts.any():
        return None
    weights = 1 + np.minimum(counts / counts.mean(), MOST_OFTEN - 1)
    return tuple(weights.tolist())


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
