"""How long does it take to teach a model what five corrected images show?

    python tests/benchmarks/fine_tuning.py --data DATA/isbi [--first-minutes 3] [--minutes 2]
    python tests/benchmarks/fine_tuning.py --data DATA/isbi --first RUN --minutes 2

As in the window: a model that nearly fits is run on five images, a simulated user puts right what
it says there, to the truth of the data set, approves it, and has the model trained further with the
job file that the train panel writes. The first model is trained on micrographs that
``trainer.samples`` draws, and the five images are real ones; it also knows classes that these do
not have. Told are the time of the second training, from the press of the button to the finished
model, and the mean IoU of both models, on the images that judge and on the five.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from segstudio.controllers.comparison import compare_on_disk
from segstudio.controllers.trainer_process import run_trainer
from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.metrics import Scores, confusion_matrix
from segstudio.core.review import Review
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.core.training_request import TrainingRequest
from segstudio.engine.worker import Worker
from segstudio.formats.binary import Positive
from segstudio.formats.dataset import LabelledDataset
from segstudio.formats.table import read_any
from segstudio.storage.class_choice import class_table
from segstudio.storage.frozen_labels import freeze_labels
from segstudio.storage.images import read_image
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project
from segstudio.storage.review import approved_now, write_review
from segstudio.storage.training_runs import new_run

NEW = 5


def make_project(dataset: LabelledDataset, folder: Path) -> Project:
    """Make a project of the data set's images, none of them labelled."""
    images = folder / "images"
    images.mkdir(parents=True)
    splits: dict[str, str] = {}
    for split in (TRAIN, VALIDATION):
        for item in dataset.splits[split]:
            key = f"{split}-{item.image.name}"
            (images / key).symlink_to(item.image.resolve())
            splits[key] = split
    project = create_project(images).with_label_set(dataset.label_set).with_splits(splits)
    project.save()
    return project


def approve(project: Project, key: str, dataset: LabelledDataset) -> None:
    """Put an image right and approve it."""
    split, name = key.split("-", 1)
    item = next(item for item in dataset.splits[split] if item.image.name == name)
    project.write_mask(key, dataset.read_label_map(item))
    write_review(project, key, approved_now(Review(), is_approved=True))


def first_run(folder: Path, options: argparse.Namespace) -> Path:
    """Train the first model on drawn micrographs; return its run."""
    drawn, run = folder / "drawn", folder / "first"
    command = [sys.executable, "-m", "trainer.samples", "--out", str(drawn), "--count", "40"]
    subprocess.run([*command, "--size", "512", "512"], cwd=ROOT, check=True)
    arguments = ["--data", str(drawn), "--network", options.network, "--out", str(run)]
    _train([*arguments, "--minutes", str(options.first_minutes)], folder)
    return run


def _train(arguments: Sequence[str], folder: Path) -> float:
    """Run ``trainer train``; return the seconds it took."""
    start = time.perf_counter()
    done = run_trainer(["train", *arguments], folder)
    if done.returncode:
        raise SystemExit(done.stderr)
    return time.perf_counter() - start


def answers(project: Project, model: Path, keys: Sequence[str]) -> Iterator[LabelMap]:
    """Yield what a model says about images, in the classes of the project."""
    with Worker() as worker:
        table = class_table(project, model, worker.load(model).card.label_set.names)
        for key in keys:
            image = read_image(project.image_path(key))
            yield table[worker.predict(image, threading.Event()).class_map]


def mean_iou(project: Project, model: Path, keys: Sequence[str]) -> float:
    """Judge a model on images that are labelled."""
    count = len(project.label_set)
    total = np.zeros((count, count + 1), np.int64)
    for key, said in zip(keys, answers(project, model, keys), strict=True):
        truth = project.read_any_mask(key)
        assert truth is not None
        total += confusion_matrix(truth, said, count)
    return Scores.of(total).mean_iou


def measure(options: argparse.Namespace, folder: Path) -> dict[str, float]:
    """Train a first model, correct what it says, train it further."""
    first = options.first or first_run(folder, options)
    old, checkpoint = first / "model.onnx", first / "best.pt"
    recipe = json.loads((first / "recipe.json").read_text())
    dataset = read_any(options.data, positive=Positive.DARK, format_name="voc")
    dataset = replace(dataset, label_set=LabelSet.named(["background", "membrane"]))
    project = make_project(dataset, folder)
    for key in (key for key, split in project.splits.items() if split == VALIDATION):
        approve(project, key, dataset)
    new = [key for key, split in project.splits.items() if split == TRAIN][:NEW]
    corrected = 0
    for key, said in zip(new, answers(project, old, new), strict=True):
        project.write_prediction(key, said)
        approve(project, key, dataset)
        truth = project.read_any_mask(key)
        corrected += int((truth != said).sum())

    request = TrainingRequest(
        network=recipe["network"],
        backbone=recipe["backbone"],
        weights=str(checkpoint),
        minutes=options.minutes,
    )
    run = new_run(project)
    freeze_labels(project, run.labels, request.images)
    run.write_job(request.options(data=run.labels, out=run.output, control=run.control))
    seconds = _train(["--job", str(run.job)], run.folder)
    comparison = compare_on_disk(run, old, threading.Event(), lambda _done, _total: None)
    assert comparison is not None
    mean = comparison.rows[0]
    return {
        "seconds": seconds,
        "corrected_share": corrected / (NEW * said.size),
        "old_mean_iou": mean.old or 0.0,
        "new_mean_iou": mean.new or 0.0,
        "low": mean.low or 0.0,
        "high": mean.high or 0.0,
        "old_on_corrected": mean_iou(project, old, new),
        "new_on_corrected": mean_iou(project, run.model, new),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--network", default="unet-mini")
    parser.add_argument("--first", type=Path, help="a run to start from, trained before")
    parser.add_argument("--first-minutes", type=float, default=3.0)
    parser.add_argument("--minutes", type=float, default=2.0, help="of the second training")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="an empty folder that keeps the project")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(options, options.keep or Path(folder))
    if options.json:
        print(json.dumps(found))
        return
    print(f"trained further on {NEW} corrected images in {found['seconds']:.0f} s")
    print(f"share of their pixels that were corrected   {found['corrected_share']:.1%}")
    for title, name in (("the images that judge", "mean_iou"), ("the five images", "on_corrected")):
        old, new = found[f"old_{name}"], found[f"new_{name}"]
        print(f"mean IoU on {title:22s} {old:.3f} -> {new:.3f} ({new - old:+.3f})")
    print(f"95 % interval of the former: {found['low']:+.3f} to {found['high']:+.3f}")


if __name__ == "__main__":
    main()
