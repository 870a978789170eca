"""``trainer evaluate`` and ``trainer export``."""

from pathlib import Path

import click

from trainer.cli import shared


@click.command()
@click.argument("model", type=shared.path_type, metavar="RUN_OR_MODEL")
@click.option(
    "--data", type=shared.path_type, metavar="DIR", required=True, help="Folder of the label set."
)
@click.option("--split", default="val", show_default=True, metavar="NAME")
@shared.format_name
@shared.positive
@shared.classes
@shared.device
@shared.as_json
def evaluate(
    model: Path,
    data: Path,
    split: str,
    format_name: str | None,
    positive: str | None,
    classes: Path | None,
    device: str,
    as_json: bool,
) -> None:
    """Judge a run, a checkpoint or an ONNX model on labelled images."""
    from trainer.commands.judge import evaluate_model
    from trainer.data.source import read_class_names

    evaluate_model(
        shared.console(),
        model,
        data,
        split,
        format_name=format_name,
        positive=positive,
        classes=read_class_names(classes) if classes else None,
        device=device,
        as_json=as_json,
    )


@click.command()
@click.argument("run", type=shared.path_type, metavar="RUN")
@click.option(
    "--out", type=shared.path_type, metavar="MODEL.onnx", required=True, help="File to write."
)
@click.option("--name", metavar="NAME", help="Name people see; the file's stem unless given.")
def export(run: Path, out: Path, name: str | None) -> None:
    """Write the best weights of RUN as an ONNX model with its card inside."""
    from trainer.commands.judge import export_run

    export_run(shared.console(), run, out, name)
