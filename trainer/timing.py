"""How much time a run has used, and how much its next moves will take."""

import time
from dataclasses import dataclass
from typing import Final

_MARGIN: Final = 1.15


@dataclass(slots=True)
class Clock:
    """Time used by the run: what was used before, and what this session uses.

    Attributes:
        before: Seconds used by earlier sessions.
        started: ``time.monotonic()`` when this one began.
    """

    before: float
    started: float

    @property
    def elapsed(self) -> float:
        """Seconds used altogether."""
        return self.before + time.monotonic() - self.started


@dataclass(slots=True)
class Pace:
    """How long things take, to end in time.

    Attributes:
        step: Seconds of a step, smoothed; 0 before the first.
        validation: Seconds of the last validation, or an estimate.
        step_then: Seconds of a step when the validation was timed; 0 if not known.
    """

    step: float = 0.0
    validation: float = 0.0
    step_then: float = 0.0

    @property
    def reserve(self) -> float:
        """Seconds to keep for one more step and the validation after it."""
        # When other programs slow the steps down, they slow the validation down as much.
        slower = max(self.step / self.step_then, 1.0) if self.step_then else 1.0
        return (self.validation * slower + self.step) * _MARGIN

    def add_step(self, seconds: float) -> None:
        """Take a step's time into account."""
        self.step = seconds if self.step == 0 else 0.8 * self.step + 0.2 * seconds
        self.step_then = self.step_then or self.step

    def set_validation(self, seconds: float) -> None:
        """Take a validation's time into account."""
        self.validation, self.step_then = seconds, self.step
