"""What ``trainer export`` does."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from segstudio.core.splits import VALIDATION
from segstudio.errors import SegStudioError
from segstudio.formats.dataset import LabelledDataset
from trainer.checkpoint import find_checkpoint, load_checkpoint
from trainer.data.source import items_of, open_label_set, read_sample
from trainer.errors import ExportError, RunError
from trainer.export import Exported, exported_model, images_to_check, write_model
from trainer.recipe import Recipe
from trainer.reports.terminal import TerminalReport
from trainer.words import counted

if TYPE_CHECKING:
    from trainer.exporting.precision import Converted


def export_run(
    console: Console,
    path: Path,
    out: Path,
    *,
    name: str | None,
    data: Path | None,
    precision: str,
    max_loss: float,
) -> None:
    """Export the best checkpoint of a run.

    Args:
        console: Where to say what was done.
        path: The run folder or a checkpoint.
        out: File to write.
        name: Name of the model that people see, or None for the file's stem.
        data: Where the run's label set is now, or None if it is where it was.
        precision: "fp32", "fp16" or "int8".
        max_loss: Points of mean IoU that may be lost by less than fp32.

    Raises:
        SegStudioError: If anything does not fit; nothing is written then.
    """
    if out.suffix.lower() != ".onnx":
        raise ExportError(f"{out.name}: this is no name of a model", hint="End it with .onnx")
    file = find_checkpoint(path)
    checkpoint = load_checkpoint(file)
    recipe = checkpoint.recipe
    try:
        dataset = open_label_set(
            data or Path(recipe.data), recipe.positive, recipe.classes, recipe.format
        )
        images = images_to_check(dataset)
    except SegStudioError as error:
        raise RunError(
            path,
            f"the images to check the export with cannot be read ({error})",
            hint="Say where the run's data is now with --data DIR",
        ) from error
    exported = exported_model(checkpoint, file, name=name or out.stem, images=images)
    if precision == "fp32":
        write_model(out, exported.content)
        agreement = f"onnxruntime agrees with PyTorch, confidence to {exported.difference:.0e}"
        _say(console, f"wrote {out}; {agreement}")
    else:
        _export_converted(console, out, exported, precision, recipe, dataset, max_loss)


def _export_converted(
    console: Console,
    out: Path,
    exported: Exported,
    precision: str,
    recipe: Recipe,
    dataset: LabelledDataset,
    max_loss: float,
) -> None:
    from trainer.exporting.precision import calibration_crops, converted_model

    items = items_of(dataset, VALIDATION)
    with TerminalReport(console) as report:
        converted = converted_model(
            exported,
            precision,
            crops=calibration_crops(dataset, recipe.crop, recipe.seed),
            images=images_to_check(dataset),
            samples=(read_sample(dataset, item) for item in items),
            label_set=dataset.label_set,
            max_loss=max_loss,
            progress=lambda done: report.looked_at(done, len(items), "judging both models"),
        )
    write_model(out, converted.content)
    console.print(_table(converted, exported, precision, len(items)))
    if precision == "fp16":
        _say(console, "note: fp16 is for GPUs; most processors compute it as fp32")
    elif converted.comparison.speed < 1:
        _say(console, f"note: on this processor {precision} is slower than fp32")
    _say(console, f"wrote {out}")


def _table(converted: "Converted", exported: Exported, precision: str, num_images: int) -> Table:
    comparison = converted.comparison
    sizes = len(exported.content) / 1e6, len(converted.content) / 1e6
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1))
    table.add_column(f"{counted(num_images, 'validation image')}, on the CPU")
    for title in ("fp32", precision, ""):
        table.add_column(title, justify="right")
    table.add_row(
        "mean IoU, %",
        f"{100 * comparison.full.mean_iou:.2f}",
        f"{100 * comparison.converted.mean_iou:.2f}",
        f"{-comparison.loss:+.2f} points",
    )
    table.add_row("same class, % of pixels", "", f"{100 * comparison.agreement:.2f}", "")
    table.add_row("file, MB", *(f"{size:.2f}" for size in sizes), f"{sizes[1] / sizes[0]:.0%}")
    table.add_row(
        "seconds an image",
        f"{comparison.full_s:.3f}",
        f"{comparison.converted_s:.3f}",
        f"{comparison.speed:.2f} times as fast",
    )
    return table


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
