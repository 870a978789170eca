"""Options that several commands take."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console


def _known_format(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    from segstudio.formats.table import FORMATS  # not for everyone who asks for help

    if value not in FORMATS:
        raise click.BadParameter(f"there is no format {value!r}; known are {', '.join(FORMATS)}")
    return value


path_type = click.Path(path_type=Path)
format_name = click.option(
    "--format",
    "format_name",
    callback=_known_format,
    metavar="NAME",
    help="How the label set is kept, such as voc or png; recognised unless given.",
)
positive = click.option(
    "--positive",
    type=click.Choice(["dark", "light"]),
    help="Which value of masks that hold only 0 and 255 is class 1.",
)
classes = click.option(
    "--classes", type=path_type, metavar="NAMES.txt", help="Names of the classes, one a line."
)
device = click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def console() -> "Console":
    """Return the terminal that a command writes to."""
    from rich.console import Console

    return Console()
