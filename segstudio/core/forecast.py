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
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

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
    fits = _fits(points)
    if fits is None:
        return None
    reaches = (fits.limits > target) & (fits.drops > 0)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        needed = np.where(
            reaches, (fits.drops / (fits.limits - target)) ** (1 / fits.speeds), np.inf
        )
    needed = np.where(needed > 1e9, np.inf, needed)
    low, middle, high = map(_count, _quantiles(needed, fits.weights))
    reachable = float((fits.weights * np.isfinite(needed)).sum() / fits.weights.sum())
    return Forecast(target, middle, low, high, reachable)


def learning_curve(
    points: Sequence[tuple[int, float]], counts: Sequence[float]
) -> NDArray[np.float64]:
    """Return what score to expect of models trained on other numbers of images.

    Args:
        points: As for ``forecast``.
        counts: N numbers of images, > 0.

    Returns:
        (3, N) float64: one in ten curves is lower, the median, one in ten is higher.

    Raises:
        ValueError: If there are too few points for a forecast.
    """
    fits = _fits(points)
    if fits is None:
        raise ValueError(f"{len(points)} points are too few for a curve")
    columns = []
    for count in counts:
        scores = fits.limits - fits.drops * count**-fits.speeds
        columns.append(_quantiles(scores, fits.weights))
    return np.array(columns).T


class _Fits(NamedTuple):
    """Curves ``limit - drop * count ** -speed``, and how well each fits."""

    limits: NDArray[np.float64]  # (L, 1)
    speeds: NDArray[np.float64]  # (1, S)
    drops: NDArray[np.float64]  # (L, S)
    weights: NDArray[np.float64]  # (L, S)


def _fits(points: Sequence[tuple[int, float]]) -> _Fits | None:
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
    return _Fits(limits, speeds, drops, np.exp(-(errors - errors.min()) / (2 * noise**2)))


def _quantiles(values: NDArray[np.float64], weights: NDArray[np.float64]) -> list[float]:
    """Return the values below which lie the shares ``_RANGE`` of the weights; both (L, S)."""
    flat = values.ravel()
    order = np.argsort(flat)
    total = np.cumsum(weights.ravel()[order])
    places = np.searchsorted(total, np.array(_RANGE) * total[-1])
    found: list[float] = flat[order][np.minimum(places, len(flat) - 1)].tolist()
    return found


def _count(value: float) -> int | None:
    return int(np.ceil(value)) if np.isfinite(value) else None
