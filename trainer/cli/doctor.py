"""``trainer doctor``."""

from pathlib import Path

import click

from trainer.cli import shared


@click.command()
@click.option(
    "--data", type=shared.path_type, metavar="DIR", required=True, help="Folder of the label set."
)
@shared.format_name
@shared.positive
@shared.classes
@shared.as_json
@click.pass_context
def doctor(
    context: click.Context,
    data: Path,
    format_name: str | None,
    positive: str | None,
    classes: Path | None,
    as_json: bool,
) -> None:
    """Look at every image and mask of a label set, and say what is odd.

    Exits with 2 if it cannot be trained on as it is.
    """
    from trainer.commands.doctor import examine_data
    from trainer.data.source import read_class_names

    code = examine_data(
        shared.console(),
        data,
        format_name=format_name,
        positive=positive,
        classes=read_class_names(classes) if classes else None,
        as_json=as_json,
    )
    context.exit(code)
