"""The history of a run, read back from its folder; see ``segstudio.core.run_history``."""

import json
from pathlib import Path
from typing import Final

from segstudio.core.run_history import ENDINGS, ClassScore, Epoch, History, Start, Step
from trainer.errors import RunError
from trainer.run_folder import EVENTS

__all__ = ["ENDINGS", "ClassScore", "Epoch", "History", "Start", "Step", "read_history"]

_STEP_LINE: Final = '{"event": "step"'


def read_history(folder: Path) -> History:
    """Return the history of the run in ``folder``.

    Lines that a killed run left half written are passed over.

    Raises:
        RunError: If there are no events, or some are not such as this program writes.
    """
    history = History()
    try:
        with (folder / EVENTS).open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, start=1):
                # Most lines are steps, few of which are kept: the others need no decoding.
                if line.startswith(_STEP_LINE) and not history.takes_step():
                    continue
                _add_line(history, folder, number, line)
    except FileNotFoundError as error:
        known = folder.is_dir()
        problem = (
            f"this is not a run folder, {EVENTS} is missing"
            if known
            else "there is no such run folder"
        )
        raise RunError(folder, problem, hint="Check the name") from error
    except OSError as error:
        raise RunError(
            folder,
            f"its {EVENTS} cannot be read ({error.strerror})",
            hint="Check its permissions",
        ) from error
    if not history.starts:
        raise RunError(
            folder, f"its {EVENTS} tells of no training", hint="Train first: a run writes it"
        )
    return history


def _add_line(history: History, folder: Path, number: int, line: str) -> None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return
    try:
        history.take(event)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError(
            folder,
            f"line {number} of its {EVENTS} is not an event of this trainer's version ({error!r})",
            hint="Use the version that trained it",
        ) from error
