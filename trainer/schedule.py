"""How far a run is, and the learning rate that follows from it."""

import math
from dataclasses import dataclass


def learning_rate_factor(
    schedule: str, progress: float, warmup: float, *, epoch: int = 0, drops: int = 0
) -> float:
    """Return what the base learning rate is multiplied by.

    Args:
        schedule: "poly" (Liu et al., ParseNet, arXiv:1506.04579: power 0.9), "cosine"
            (Loshchilov and Hutter, SGDR, arXiv:1608.03983, without restarts), "exponential" (0.96
            for every epoch), "plateau" (halved for every drop) or "constant".
        progress: Share of the run that is over, 0..1.
        warmup: Share of the run in which the rate rises linearly.
        epoch: Finished epochs.
        drops: How often validation stopped getting better.

    Returns:
        A number above 0 and up to 1; poly and cosine end near 0.
    """
    progress = min(max(progress, 0.0), 1.0)
    rising = min((progress + _FIRST) / (warmup + _FIRST), 1.0)
    falling: float
    match schedule:
        case "poly":
            falling = (1 - progress) ** 0.9
        case "cosine":
            falling = (1 + math.cos(math.pi * progress)) / 2
        case "exponential":
            falling = _PER_EPOCH**epoch
        case "plateau":
            falling = _PER_DROP**drops
        case "constant":
            falling = 1.0
        case _:
            raise ValueError(f"there is no schedule {schedule!r}")
    return max(rising * falling, _LAST)


# The first step should move, and the last should not be exactly without effect.
_FIRST = 0.005
_LAST = 1e-3
_PER_EPOCH = 0.96
_PER_DROP = 0.5


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to train: a number of epochs, or minutes of wall-clock time.

    Minutes are hard: they hold everything from the start of the command to the last validation.
    """

    epochs: int | None
    minutes: float | None

    @property
    def seconds(self) -> float:
        """The time that may be used; infinite if epochs are counted."""
        return math.inf if self.minutes is None else self.minutes * 60

    def progress(self, epoch: int, share: float, elapsed: float, reserve: float) -> float:
        """Return the share of the run that is over, 0..1.

        Args:
            epoch: Number of finished epochs.
            share: Share of the present epoch that is over, 0..1.
            elapsed: Seconds used.
            reserve: Seconds to keep for the last validation.
        """
        if self.epochs is not None:
            return min((epoch + share) / self.epochs, 1.0)
        return min(elapsed / max(self.seconds - reserve, 1e-9), 1.0)

    def is_spent(self, epoch: int, elapsed: float, reserve: float) -> bool:
        """Return whether no further step fits; arguments as for ``progress``."""
        if self.epochs is not None:
            return epoch >= self.epochs
        return elapsed + reserve >= self.seconds
