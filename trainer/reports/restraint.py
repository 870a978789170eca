"""Keep reports from harming the run that they report on: no failure of theirs, and little time."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Final

from segstudio.errors import SegStudioError

Note = Callable[[str], None]
"""Tells the user one sentence."""

_SHARE: Final = 0.02


class Guard:
    """Turns failures of one report into a note, told once.

    Nobody should lose a night of training because a chart could not be drawn. Checkpoints and
    events are not guarded: without them the night is lost anyway.

    Args:
        what: The report, as the note names it.
        note: Gets the note.
    """

    def __init__(self, what: str, note: Note) -> None:
        self._what = what
        self._note = note
        self.has_failed = False

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        """Run the body; what it raises is noted, and not raised."""
        try:
            yield
        except Exception as error:  # disks, missing libraries, and bugs of drawing libraries
            if not self.has_failed:
                self.has_failed = True
                self._note(f"{self._what} could not be written: {_reason(error)}")


class Cadence:
    """Says when a report may be made again: not too often, and in a small share of the time.

    Args:
        seconds: Least time between two reports, and before the first.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = time.monotonic() + seconds

    @property
    def is_due(self) -> bool:
        """Whether the report may be made now."""
        return time.monotonic() >= self._next

    @contextlib.contextmanager
    def spending(self) -> Iterator[None]:
        """Time the body; the more it takes, the longer the next one has to wait."""
        began = time.monotonic()
        try:
            yield
        finally:
            now = time.monotonic()
            self._next = now + max(self._seconds, (now - began) / _SHARE)


def _reason(error: Exception) -> str:
    if isinstance(error, SegStudioError):
        return error.sentence
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed. Install it with: pip install 'segstudio[train]'"
    return f"{type(error).__name__}: {error}"
