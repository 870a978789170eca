"""Is one model better than another on the same images, and how sure is that?

Papers:
    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13 (percentile intervals) and
        ch. 16: images are drawn with replacement, the same ones for both models, so that what makes
        an image hard for both cancels out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.metrics import Confusion

RESAMPLES: Final = 2000
_CHUNK: Final = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better one number of the new model is than that of the old.

    Attributes:
        name: Name of the class, or of a mean over the classes.
        old: IoU of the old model, 0..1, or None where it is not defined.
        new: IoU of the new model.
        difference: New minus old, or None.
        low: Lower end of its 95 % interval, or None.
        high: Upper end.
    """

    name: str
    old: float | None
    new: float | None
    difference: float | None
    low: float | None
    high: float | None

    @property
    def is_sure(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.low is not None and self.high is not None and self.low * self.high > 0


def compare_models(
    old: Sequence[Confusion],
    new: Sequence[Confusion],
    names: Sequence[str],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[Difference, ...]:
    """Compare two models image by image.

    Args:
        old: (C, C + 1) pixel counts of each image, of the old model.
        new: The same of the new model, in the same order.
        names: Names of the C classes.
        resamples: How often the images are drawn anew.
        seed: Start of the randomness.

    Returns:
        One row for the mean IoU, then one for each class. With a single image there is no interval.

    Raises:
        ValueError: If the models were not judged on the same number of images, or on none.
    """
    if len(old) != len(new) or not old:
        raise ValueError(f"{len(old)} and {len(new)} images cannot be compared")
    before, after = np.stack(old), np.stack(new)
    iou = [_with_mean(_iou(counts.sum(axis=0)[None]))[0] for counts in (before, after)]
    spread = _spread(before, after, resamples, seed) if len(old) > 1 else None
    columns = [None] * len(iou[0]) if spread is None else list(spread.T)
    return tuple(
        _difference(name, iou[0][place], iou[1][place], columns[place])
        for place, name in enumerate(("mean IoU", *names))
    )


def judge_model(confusions: Sequence[Confusion], names: Sequence[str]) -> tuple[Difference, ...]:
    """Judge a model that there is none to compare with.

    Args:
        confusions: (C, C + 1) pixel counts of each image; at least one.
        names: Names of the C classes.

    Returns:
        Rows as of ``compare_models``, without an old model and without differences.
    """
    iou = _with_mean(_iou(np.sum(confusions, axis=0)[None]))[0]
    return tuple(
        Difference(name, None, _number(value), None, None, None)
        for name, value in zip(("mean IoU", *names), iou.tolist(), strict=True)
    )


def _spread(
    old: NDArray[np.int64], new: NDArray[np.int64], resamples: int, seed: int
) -> NDArray[np.float64]:
    """Return (R, 1 + C) differences over images drawn with replacement."""
    rng = np.random.default_rng(seed)
    count = len(old)
    parts = []
    for start in range(0, resamples, _CHUNK):
        drawn = rng.multinomial(count, [1 / count] * count, min(_CHUNK, resamples - start))
        sums = [np.einsum("ri,ijk->rjk", drawn, counts) for counts in (old, new)]
        parts.append(_with_mean(_iou(sums[1])) - _with_mean(_iou(sums[0])))
    return np.concatenate(parts)


def _iou(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (N, C) IoU of N confusion matrices; NaN where a class is nowhere."""
    classes = counts.shape[1]
    right = np.diagonal(counts[:, :, :classes], axis1=1, axis2=2).astype(np.float64)
    union = counts.sum(axis=2) + counts[:, :, :classes].sum(axis=1) - right
    with np.errstate(invalid="ignore"):
        iou: NDArray[np.float64] = right / union
    return iou


def _with_mean(iou: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(iou)
    total = np.where(known, iou, 0).sum(axis=1)
    with np.errstate(invalid="ignore"):
        mean = total / known.sum(axis=1)
    return np.column_stack([mean, iou])


def _difference(
    name: str, old: float, new: float, spread: NDArray[np.float64] | None
) -> Difference:
    known = None if spread is None else spread[~np.isnan(spread)]
    low = high = None
    if known is not None and known.size:
        low, high = np.percentile(known, [2.5, 97.5]).tolist()
    return Difference(name, _number(old), _number(new), _number(new - old), low, high)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
