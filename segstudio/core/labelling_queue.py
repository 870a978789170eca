"""Which parts of which images to label next.

A part is worth labelling if the model is unsure about many of its pixels, if nobody has looked at
it, and if it is unlike what is proposed already: twenty frames of one scene would fill the queue
and teach the network one thing.

Papers:
    Settles, Active Learning Literature Survey, 2009 (least confidence, query by committee)
    Carbonell and Goldstein, The Use of MMR, Diversity-Based Reranking, 1998 (greedy choice of what
        is valuable and unlike what was chosen)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, RgbImage, pixel_counts
from segstudio.core.rect import Rect

_STEPS_PER_SIDE: Final = 4  # places of a window along its own side
_TINY: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A part of an image that may be labelled next.

    Attributes:
        key: Image key.
        rect: The part, half-open, image pixels.
        gain: What labelling it may bring: its uncertainty, summed over pixels nobody looked at.
        features: (F,) float64, how it looks; parts that look alike have nearby features.
    """

    key: str
    rect: Rect
    gain: float
    features: NDArray[np.float64]


def doubt(
    confidence: NDArray[np.float32],
    class_map: LabelMap | None = None,
    other_class_map: LabelMap | None = None,
) -> NDArray[np.float32]:
    """Return how unsure each pixel's class is, 0..1.

    Args:
        confidence: (H, W) float32 probability of the predicted class.
        class_map: (H, W) uint8, what the model says, or None.
        other_class_map: (H, W) uint8, what another model says; where both differ, one is wrong.
            ``IGNORE_INDEX`` where it speaks of a class that the first one does not know.

    Returns:
        (H, W) float32: 1 - confidence (least confidence), 1 where two models disagree.
    """
    unsure = 1 - confidence
    if class_map is not None and other_class_map is not None:
        differs = (class_map != other_class_map) & (other_class_map != IGNORE_INDEX)
        unsure = np.where(differs, np.float32(1), unsure)
    return unsure.astype(np.float32)


def best_windows(
    unsure: NDArray[np.float32], unchecked: NDArray[np.bool_], side: int, count: int
) -> list[tuple[Rect, float]]:
    """Return the windows with the most doubt over pixels that nobody has looked at.

    Args:
        unsure: (H, W) float32, 0..1.
        unchecked: (H, W) bool.
        side: Side of the windows, pixels; those of smaller images are as large as the image.
        count: How many to return at most; they do not overlap.

    Returns:
        Windows with their sums, the best first; none whose sum is 0.
    """
    height, width = unsure.shape
    tall, wide = min(side, height), min(side, width)
    total = np.zeros((height + 1, width + 1))
    np.cumsum(
        np.cumsum(np.where(unchecked, unsure, 0), axis=0, dtype=np.float64),
        axis=1,
        out=total[1:, 1:],
    )
    rows, columns = _places(height, tall), _places(width, wide)
    top, left = np.meshgrid(rows, columns, indexing="ij")
    sums = (
        total[top + tall, left + wide]
        - total[top, left + wide]
        - total[top + tall, left]
        + total[top, left]
    )
    found: list[tuple[Rect, float]] = []
    while len(found) < count:
        place = np.unravel_index(int(sums.argmax()), sums.shape)
        gain = float(sums[place])
        if gain <= _TINY:
            break
        y, x = int(top[place]), int(left[place])
        found.append((Rect(y, x, y + tall, x + wide), gain))
        sums[(np.abs(top - y) < tall) & (np.abs(left - x) < wide)] = -1
    return found


def look_of(image: RgbImage, class_map: LabelMap, num_classes: int) -> NDArray[np.float64]:
    """Return features that tell how a part of an image looks.

    Args:
        image: (h, w, 3) uint8 RGB.
        class_map: (h, w) uint8, what the model sees in it.
        num_classes: C.

    Returns:
        (6 + C,) float64: means and standard deviations of the colours, 0..1, and shares of the
        classes.
    """
    pixels = image.reshape(-1, 3) / 255
    shares = pixel_counts(class_map)[:num_classes] / class_map.size
    return np.concatenate([pixels.mean(axis=0), pixels.std(axis=0), shares])


def ranked(
    candidates: Sequence[Candidate], count: int, *, diversity: float = 0.7
) -> list[Candidate]:
    """Choose what to label, one after the other: valuable, and unlike what was chosen before.

    Each time, the candidate with the largest ``gain * (1 - diversity * similarity)`` is taken,
    where similarity is 1 to a twin of one that was chosen and falls with the squared distance of
    the features.

    Args:
        candidates: What there is.
        count: How many to choose at most.
        diversity: 0 takes the largest gains, 1 never takes a twin.
    """
    if not candidates:
        return []
    features = np.stack([candidate.features for candidate in candidates])
    gains = np.array([candidate.gain for candidate in candidates])
    scale = features.std(axis=0)
    features = features[:, scale > _TINY] / scale[scale > _TINY]
    # As far as two candidates usually are from each other.
    usual = max(2 * features.shape[1], 1)
    similarity = np.zeros(len(candidates))
    left = np.ones(len(candidates), np.bool_)
    chosen: list[Candidate] = []
    while left.any() and len(chosen) < count:
        values = np.where(left, gains * (1 - diversity * similarity), -np.inf)
        place = int(values.argmax())
        chosen.append(candidates[place])
        left[place] = False
        distance = np.square(features - features[place]).sum(axis=1)
        similarity = np.maximum(similarity, np.exp(-4 * distance / usual))
    return chosen


def _places(length: int, side: int) -> NDArray[np.int64]:
    step = max(side // _STEPS_PER_SIDE, 1)
    places = np.arange(0, length - side + 1, step)
    return np.unique(np.append(places, length - side))
