"""What ``trainer report`` does; it needs no torch."""

from pathlib import Path

from rich.console import Console

from trainer.errors import TrainerError
from trainer.reports.files import ReportFiles
from trainer.reports.history import read_history
from trainer.run_folder import REPORT


def make_report(console: Console, run: Path) -> None:
    """Write the reports of a run anew, from its events and sample pictures.

    Raises:
        RunError: If there is no run, or its events cannot be used.
        TrainerError: If a report cannot be written.
    """
    history = read_history(run)
    problems: list[str] = []
    ReportFiles(run, problems.append).write_all(history)
    if problems:
        raise TrainerError("; ".join(problem.rstrip(".") for problem in problems))
    console.print(f"report: {run / REPORT}", highlight=False, markup=False, soft_wrap=True)
