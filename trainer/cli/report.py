"""``trainer report``."""

from pathlib import Path

import click

from trainer.cli import shared


@click.command()
@click.argument("run", type=shared.path_type, metavar="RUN")
def report(run: Path) -> None:
    """Make the report of RUN anew, as report.html, curves.png and epochs.csv in it."""
    from trainer.commands.report import make_report

    make_report(shared.console(), run)
