"""What ``trainer evaluate`` and ``trainer export`` do."""

import json
from pathlib import Path

from rich.console import Console

from segstudio.errors import SegStudioError
from trainer.checkpoint import find_checkpoint, load_checkpoint
from trainer.data.source import items_of, leaves_positive_open, open_label_set, read_sample
from trainer.device import pick_device
from trainer.errors import RunError
from trainer.evaluate import load_model, score
from trainer.export import export_onnx, images_to_check
from trainer.reports.terminal import JsonReport, TerminalReport, scores_table
from trainer.words import counted


def evaluate_model(
    console: Console,
    path: Path,
    data: Path,
    split: str,
    *,
    format_name: str | None,
    positive: str | None,
    classes: tuple[str, ...] | None,
    device: str,
    as_json: bool,
) -> None:
    """Print the metrics of a run, checkpoint or ONNX file on a split."""
    model = load_model(path, pick_device(device))
    dataset = open_label_set(data, positive, classes, format_name)
    items = items_of(dataset, split)
    if positive is None and model.positive and leaves_positive_open(dataset, items):
        dataset = open_label_set(data, model.positive, classes, format_name)
    samples = (read_sample(dataset, item) for item in items)
    with TerminalReport(console) if not as_json else JsonReport(console) as report:
        scores = score(
            model,
            samples,
            dataset.label_set,
            progress=lambda done: report.looked_at(done, len(items)),
        )
    names = dataset.label_set.names or model.label_set.names
    values = scores.to_json(names)
    if as_json:
        notes = {"notes": list(dataset.problems)}
        result = {"model": str(path), "split": split, "images": len(items), **notes, **values}
        print(json.dumps(result), file=console.file)
    else:
        for problem in dataset.problems:
            console.print(f"note: {problem}", highlight=False, markup=False, soft_wrap=True)
        console.print(
            scores_table(values, f"{path.name} on {counted(items, 'image')} of {split!r}")
        )


def export_run(console: Console, path: Path, out: Path, name: str | None) -> None:
    """Export the best checkpoint of a run."""
    file = find_checkpoint(path)
    checkpoint = load_checkpoint(file)
    recipe = checkpoint.recipe
    try:
        dataset = open_label_set(Path(recipe.data), recipe.positive, recipe.classes, recipe.format)
        images = images_to_check(dataset)
    except SegStudioError as error:
        raise RunError(
            path,
            f"the images to check the export with cannot be read ({error})",
            hint="Bring the data back to where the run found it",
        ) from error
    difference = export_onnx(checkpoint, file, out, name=name or out.stem, images=images)
    console.print(
        f"wrote {out}; onnxruntime agrees with PyTorch, confidence to {difference:.0e}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
