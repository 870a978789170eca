"""``trainer evaluate`` and ``trainer export``."""

from pathlib import Path

import click

from trainer.cli import shared


def _window(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[int, int] | None:
    if value is None:
        return None
    sides = value.lower().split("x")
    try:
        height, width = map(int, sides * 2 if len(sides) == 1 else sides)
    except ValueError:
        raise click.BadParameter(f"{value!r} is neither SIDE nor HEIGHTxWIDTH") from None
    return height, width


def _scales(ctx: click.Context, param: click.Parameter, value: str) -> tuple[float, ...]:
    from segstudio.core.scales import parsed_scales

    try:
        return parsed_scales(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@click.argument("model", type=shared.path_type, metavar="RUN_OR_MODEL")
@click.option(
    "--data", type=shared.path_type, metavar="DIR", required=True, help="Folder of the label set."
)
@click.option("--split", default="val", show_default=True, metavar="NAME")
@shared.format_name
@shared.positive
@shared.classes
@click.option(
    "--window",
    metavar="SIDE|HxW",
    callback=_window,
    help="Look through windows of this size, blended where they overlap; for large images.",
)
@click.option(
    "--overlap",
    type=float,
    default=0.5,
    show_default=True,
    metavar="SHARE",
    help="Share of a window that the next one covers as well.",
)
@click.option(
    "--flips",
    type=click.Choice(["none", "horizontal", "both"]),
    default="none",
    show_default=True,
    help="Average over mirror images; best are those the run was trained on.",
)
@click.option(
    "--scales",
    default="1",
    show_default=True,
    metavar="S,S,...",
    callback=_scales,
    help="Average over sizes of the image, such as 0.75,1,1.25.",
)
@click.option("--boundary", is_flag=True, help="Judge contours, too: the boundary F-score.")
@click.option("--out", type=shared.path_type, metavar="DIR", help="Write the masks here.")
@shared.device
@shared.as_json
def evaluate(
    model: Path,
    data: Path,
    split: str,
    format_name: str | None,
    positive: str | None,
    classes: Path | None,
    window: tuple[int, int] | None,
    overlap: float,
    flips: str,
    scales: tuple[float, ...],
    boundary: bool,
    out: Path | None,
    device: str,
    as_json: bool,
) -> None:
    """Judge a run, a checkpoint or an ONNX model on labelled images.

    Windows, flips and scales average probabilities, so they need a run or a checkpoint.
    """
    from trainer.commands.judge import evaluate_model
    from trainer.data.source import read_class_names
    from trainer.inference import InferenceSettings

    evaluate_model(
        shared.console(),
        model,
        data,
        split,
        format_name=format_name,
        positive=positive,
        classes=read_class_names(classes) if classes else None,
        device=device,
        inference=InferenceSettings(window=window, overlap=overlap, flips=flips, scales=scales),
        boundary=boundary,
        out=out,
        as_json=as_json,
    )


@click.command()
@click.argument("run", type=shared.path_type, metavar="RUN")
@click.option(
    "--out", type=shared.path_type, metavar="MODEL.onnx", required=True, help="File to write."
)
@click.option("--name", metavar="NAME", help="Name people see; the file's stem unless given.")
@click.option(
    "--data", type=shared.path_type, metavar="DIR", help="Where the run's label set is now."
)
@click.option(
    "--precision",
    type=click.Choice(["fp32", "fp16", "int8"]),
    default="fp32",
    show_default=True,
    help="fp16 is for GPUs, int8 for processors.",
)
@click.option(
    "--max-loss",
    type=float,
    default=0.5,
    show_default=True,
    metavar="POINTS",
    help="Mean IoU that fp16 or int8 may lose, or nothing is written.",
)
def export(
    run: Path, out: Path, name: str | None, data: Path | None, precision: str, max_loss: float
) -> None:
    """Write the best weights of RUN as an ONNX model with its card inside.

    What is written was compared with the run's network on its images. fp16 and int8 are judged
    beside fp32 on the validation images.
    """
    from trainer.commands.export import export_run

    export_run(
        shared.console(), run, out, name=name, data=data, precision=precision, max_loss=max_loss
    )
