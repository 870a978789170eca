"""How many more images will it take?

A model's score rises with the number of labelled images about as ``a - b n^-c``: fast at first, and
towards a limit that more images do not pass.

Papers:
    Hestness et al., Deep Learning Scaling is Predictable, Empirically, 2017 -
        https://arxiv.org/abs/1712.00409
    Mahmood et al., How Much More Data Do I Need?, 2022 - https://arxiv.org/abs/2207.01725 (a single
        curve through few points promises too much; so the answer here is a range)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

LEAST_POINTS: Final = 3
_NOISE: Final = 0.01  # of a score, from one training to the next, at least
_GRID: Final = 120
_RANGE: Final = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many labelled images a score will take.

    Attributes:
        target: The score.
        images: The likeliest number; None if the score is likelier never to be reached.
        low: One in ten says that fewer will do.
        high: One in ten says that more are needed; None if that many may never be enough.
        reachable: Share of the plausible curves that reach it at all, 0..1.
    """

    target: float
    images: int | None
    low: int | None
    high: int | None
    reachable: float


def forecast(points: Sequence[tuple[int, float]], target: float) -> Forecast | None:
    """Forecast the number of images that a score takes, from models trained on fewer.

    Every curve on a grid of limits and speeds is weighed by how well it fits the points, with
    normal noise of the size of the best fit's residuals.

    Args:
        points: (labelled images, score 0..1) of each model.
        target: The score wanted.

    Returns:
        The forecast, or None if there are fewer than three points with different counts.
    """
    counts = np.array([count for count, _ in points], np.float64)
    scores = np.array([score for _, score in points])
    if len(np.unique(counts)) < LEAST_POINTS or counts.min() < 1:
        return None
    limits = np.linspace(max(scores.max() - _NOISE, 0), 1, _GRID)[:, None]
    speeds = np.linspace(0.1, 2.5, _GRID)[None, :]
    falls = counts[:, None, None] ** -speeds[None]  # (points, 1, speeds)
    gaps = limits[None] - scores[:, None, None]  # (points, limits, 1)
    # Least squares for b, which cannot be negative: more images do no harm.
    drops = np.maximum((gaps * falls).sum(axis=0) / np.square(falls).sum(axis=0), 0)
    errors = np.square(gaps - drops * falls).sum(axis=0)
    freedom = max(len(points) - 3, 1)
    noise = max(float(np.sqrt(errors.min() / freedom)), _NOISE)
    weights = np.exp(-(errors - errors.min()) / (2 * noise**2))
    reaches = (limits > target) & (drops > 0)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        needed = np.where(reaches, (drops / (limits - target)) ** (1 / speeds), np.inf)
    needed = np.where(needed > 1e9, np.inf, needed)
    low, middle, high = (_quantile(needed.ravel(), weights.ravel(), share) for share in _RANGE)
    return Forecast(
        target, middle, low, high, float((weights * np.isfinite(needed)).sum() / weights.sum())
    )


def _quantile(
    values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
    weights: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
    share: float,
) -> int | None:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    value = values[order][min(int(np.searchsorted(total, share * total[-1])), len(values) - 1)]
    return int(np.ceil(value)) if np.isfinite(value) else None
