"""What ``trainer evaluate`` does."""

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from rich.console import Console

from segstudio.formats.dataset import LabelledImage
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.masks import write_label_map
from trainer.data.source import items_of, leaves_positive_open, open_label_set, read_sample
from trainer.device import pick_device
from trainer.errors import RecipeError
from trainer.evaluate import Tally, load_model
from trainer.inference import InferenceSettings
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
    inference: InferenceSettings,
    boundary: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Print the metrics of a run, checkpoint or ONNX file on a split; write its masks if asked."""
    model = load_model(path, pick_device(device), inference)
    dataset = open_label_set(data, positive, classes, format_name)
    items = items_of(dataset, split)
    if positive is None and model.positive and leaves_positive_open(dataset, items):
        dataset = open_label_set(data, model.positive, classes, format_name)
    masks = _mask_paths(out, items) if out else {}
    tally = Tally(model.label_set, dataset.label_set, boundary=boundary)
    with TerminalReport(console) if not as_json else JsonReport(console) as report:
        for done, item in enumerate(items, start=1):
            sample = read_sample(dataset, item)
            predicted = tally.add(sample, model.predict(sample.image))
            if mask := masks.get(item):
                make_folder(mask.parent)
                write_label_map(mask, predicted, tally.classes.palette)
            report.looked_at(done, len(items), "judging the model")
    values = tally.to_json()
    if as_json:
        result = {
            "model": str(path),
            "split": split,
            "images": len(items),
            "notes": list(dataset.problems),
            "inference": inference.to_json(),
            **values,
        }
        print(json.dumps(result), file=console.file)
        return
    for problem in dataset.problems:
        _say(console, f"note: {problem}")
    title = f"{path.name} on {counted(items, 'image')} of {split!r}"
    console.print(scores_table(values, title))
    if not inference.is_plain:
        _say(console, f"averaged over {inference.summary}")
    if out:
        _say(console, f"wrote {counted(items, 'mask')} to {out}")


def _mask_paths(out: Path, items: Sequence[LabelledImage]) -> dict[LabelledImage, Path]:
    """Return the file of each predicted mask, named as a project names masks: a.jpg.png."""
    folder = out.resolve()
    for item in items:
        for path in (item.mask, item.image):
            if folder in path.resolve().parents:
                raise RecipeError(
                    f"--out {out} holds the label set's {path.name}, which masks may not mix with",
                    hint="Name another folder",
                )
    return {
        item: out / PurePosixPath(item.key).with_name(f"{item.image.name}.png") for item in items
    }


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
