"""A file through which another program asks a run to stop.

Signals would do on Linux, but Windows has none that a program can answer, and a process number may
belong to somebody else by the time a signal is sent.
"""

import time
from pathlib import Path
from typing import Final

PAUSE: Final = "pause"
FINISH: Final = "finish"
_INTERVAL: Final = 0.2


class ControlFile:
    """Looks into the file a few times a second.

    Args:
        path: The file, or None if nobody will ask. It holds "pause": save and end, to go on later;
            or "finish": judge and end now, as if the time were over. Anything else asks nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._asked = ""
        self._next = 0.0

    @property
    def wants_pause(self) -> bool:
        """Whether the run is to save and end."""
        return self._look() == PAUSE

    @property
    def wants_finish(self) -> bool:
        """Whether the run is to end as if its time were over."""
        return self._look() == FINISH

    def _look(self) -> str:
        if self._path is not None and time.monotonic() >= self._next:
            self._next = time.monotonic() + _INTERVAL
            try:
                self._asked = self._path.read_text(encoding="ascii", errors="replace").strip()
            except OSError:  # mostly: there is none
                self._asked = ""
        return self._asked
