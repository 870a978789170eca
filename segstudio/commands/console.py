"""What all commands share: complaints, progress and results in the terminal.

Results go to the standard output, everything else to the standard error, so that results can be
piped.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class Advance(Protocol):
    """Told how far the work is."""

    def __call__(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` images are finished."""


class _SpeedColumn(ProgressColumn):
    """Images a second."""

    def render(self, task: Task) -> Text:
        """Return the words; none before there is something to tell."""
        return Text(f"{task.speed:.3g} images/s" if task.speed else "")


def error_console() -> Console:
    """Return the console for everything but results."""
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def progress_bar(console: Console, title: str) -> Iterator[Advance]:
    """Show a bar with the time left while the block runs, if a person is looking."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        _SpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task(title, total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield advance
