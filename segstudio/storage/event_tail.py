"""Follow a file of JSON lines that another process appends to."""

import json
from pathlib import Path
from typing import Any, Final

_MOST_BYTES: Final = 2**20


class EventTail:
    """Reads what is new since the last look.

    A line that is not finished yet waits for its end; one that is no JSON, which a killed process
    left behind, is passed over.

    Args:
        path: The file; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""

    def read(self) -> tuple[list[dict[str, Any]], bool]:
        """Return the new events, and whether there may be more to read at once.

        A file that became shorter is read from its start again.
        """
        try:
            with self._path.open("rb") as file:
                if file.seek(0, 2) < self._offset:
                    self._offset, self._rest = 0, b""
                file.seek(self._offset)
                content = file.read(_MOST_BYTES)
        except OSError:  # not there yet, or for a moment not
            return [], False
        self._offset += len(content)
        *lines, self._rest = (self._rest + content).split(b"\n")
        return [event for line in lines if (event := _event(line))], len(content) == _MOST_BYTES


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None
