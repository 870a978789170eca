"""Does the loop of labelling and training pay? A simulated annotator works on real data.

    python tests/benchmarks/loop.py isbi --data DATA/isbi --minutes 3 --last-minutes 15
    python tests/benchmarks/loop.py camvid --data DATA/camvid --minutes 3 --seeds 3

``isbi``: from an untrained project, the loop (label two images, train, put right what the queue
proposes, train on; four rounds) against training on all images, by the F-score on the validation
images and by the pixels that were labelled. With ``--last-minutes`` the last training of the loop
has as much time as the one on all images: what somebody does who is done with labelling.
``camvid``: the queue against parts drawn at random, at each of four budgets, by mean IoU over
several seeds; both go on from the same first training.

What is compared is done at the same time, on half of the cores each: whatever else the machine
does, and however its speed swings, both lose the same.

The annotator takes the truth from the data set. It looks at the parts that are proposed and at
nothing else; all other pixels are left unchecked, and so do not train.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from segstudio.controllers.queue_items import QueueRequest, queue_on_disk
from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.rect import Rect
from segstudio.core.review import CHECKED, CORRECTED, UNCHECKED
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.engine.worker import Worker
from segstudio.formats.binary import Positive
from segstudio.formats.dataset import LabelledDataset, LabelledImage
from segstudio.formats.table import read_any
from segstudio.storage.images import read_image
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project
from segstudio.storage.review import read_noted, write_noted

_One = TypeVar("_One")
_Other = TypeVar("_Other")
_Done = TypeVar("_Done")
_Record = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Plan:
    """What one loop does.

    Attributes:
        network: The trainer's name of the network.
        reduce: Squares of so many pixels a side are one to it.
        minutes: Time of each training but the last.
        last_minutes: Time of the last one.
        rounds: Trainings after the first.
        first: Images labelled as a whole before the first.
        parts: Parts labelled before each of the others.
        strategy: "queue" or "random".
        seed: Of what is drawn, and of the training.
    """

    network: str
    reduce: int
    minutes: float
    last_minutes: float
    rounds: int
    first: int
    parts: int
    strategy: str
    seed: int

    def minutes_of(self, number: int) -> float:
        """Return the time of a training, counted from 0."""
        return self.last_minutes if number == self.rounds else self.minutes


@dataclass(frozen=True)
class Round:
    """A training and what was labelled for it: pixels looked at, and those of them put right."""

    trained: tuple[Path, dict[str, Any]]
    looked_at: int
    corrected: int
    mean_iou: float
    f_score: float
    recorded: _Record


class Bench:
    """A project made of a data set, and the truth that the annotator knows."""

    def __init__(self, dataset: LabelledDataset, folder: Path, train: int | None) -> None:
        self._dataset = dataset
        self.folder = folder
        items = list(dataset.splits[TRAIN])
        # Evenly spread, for neighbours in a film are alike.
        self.train = items[:: max(len(items) // train, 1)][:train] if train else items
        self.judge = list(dataset.splits[VALIDATION])
        root = folder / "images"
        root.mkdir(parents=True)
        self._items: dict[str, LabelledImage] = {}
        splits: dict[str, str] = {}
        for split, chosen in ((TRAIN, self.train), (VALIDATION, self.judge)):
            for item in chosen:
                key = f"{split}-{item.image.name}"
                (root / key).symlink_to(item.image.resolve())
                self._items[key], splits[key] = item, split
        project = create_project(root, folder / "project").with_label_set(dataset.label_set)
        self.project: Project = project.with_splits(splits)
        self.project.save()
        for key in self.keys(VALIDATION):
            self.project.write_mask(key, self.truth(key))

    def keys(self, split: str) -> list[str]:
        """Return the images of a split."""
        return [key for key, own in self.project.splits.items() if own == split]

    def truth(self, key: str) -> LabelMap:
        """Return the true labels of an image."""
        return self._dataset.read_label_map(self._items[key])

    def label_whole(self, key: str) -> int:
        """Label an image from scratch; return its pixels."""
        truth = self.truth(key)
        self.project.write_mask(key, truth)
        return truth.size

    def label_part(self, key: str, rect: Rect, said: LabelMap) -> tuple[int, int]:
        """Put a part of an image right; return the pixels looked at and those that were wrong.

        Args:
            key: Image key.
            rect: The part.
            said: (H, W) uint8, what the model says about the image.
        """
        truth = self.truth(key)
        height, width = truth.shape
        noted = read_noted(self.project, key, height, width)
        if noted is None:
            noted = np.zeros(truth.shape, np.uint8)
        mask = self.project.read_mask(key, height, width)
        labels = said.copy() if mask is None else np.where(noted == UNCHECKED, said, mask)
        labels[rect.slices] = truth[rect.slices]
        wrong = said[rect.slices] != truth[rect.slices]
        noted[rect.slices] = np.where(wrong, CORRECTED, np.maximum(noted[rect.slices], CHECKED))
        write_noted(self.project, key, noted)
        self.project.write_prediction(key, said)
        self.project.write_mask(key, labels.astype(np.uint8))
        return wrong.size, int(wrong.sum())


def train(
    bench: Bench, plan: Plan, number: int, parent: Path | None
) -> tuple[Path, dict[str, Any]]:
    """Train on the project as it is; return the run folder and its last event."""
    out = bench.folder / f"run-{plan.strategy}-{plan.seed}-{number}"
    command = [sys.executable, "-m", "trainer", "train", "--json", "--format", "segstudio"]
    command += ["--data", str(bench.project.folder), "--network", plan.network, "--out", str(out)]
    command += [
        "--minutes",
        str(plan.minutes_of(number)),
        "--seed",
        str(plan.seed),
        "--device",
        "cpu",
    ]
    command += ["--reduce", str(plan.reduce)]
    command += ["--weights", str(parent)] if parent else []
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    lines = (out / "events.jsonl").read_text().splitlines()
    return out, json.loads(lines[-1])


def loop(
    bench: Bench, plan: Plan, first: tuple[Path, dict[str, Any]] | None = None
) -> Iterator[Round]:
    """Label and train in turns, and tell each round.

    Args:
        bench: What is labelled.
        plan: How.
        first: What ``train`` returned for another loop of this seed: its first training, which is
            this one's, too.
    """
    rng = np.random.default_rng(plan.seed)
    keys = bench.keys(TRAIN)
    whole = set(rng.choice(keys, plan.first, replace=False).tolist())
    looked_at = corrected = sum(bench.label_whole(key) for key in sorted(whole))
    parent: Path | None = None
    for number in range(plan.rounds + 1):
        out, event = first if first and not number else train(bench, plan, number, parent)
        recorded = json.loads((out / "images.json").read_text())
        trained = {row["key"] for row in recorded[TRAIN]}
        assert not trained & set(bench.keys(VALIDATION)), "a validation image trained"
        yield _round((out, event), looked_at, corrected, recorded)
        parent = out
        if number == plan.rounds:
            return
        others = [key for key in keys if key not in whole]
        for key, rect, said in _proposals(bench, plan, others, out / "model.onnx", rng):
            seen, wrong = bench.label_part(key, rect, said)
            looked_at, corrected = looked_at + seen, corrected + wrong


def _proposals(
    bench: Bench, plan: Plan, keys: list[str], model: Path, rng: np.random.Generator
) -> list[tuple[str, Rect, LabelMap]]:
    never = threading.Event()
    request = QueueRequest(bench.project, tuple(keys), model, length=plan.parts)
    items = queue_on_disk(request, never, lambda _done, _total: None)
    assert items
    if plan.strategy == "queue":
        return [(item.key, item.rect, item.class_map()) for item in items]
    # As many parts of the same size, anywhere.
    proposals = []
    with Worker() as worker:
        worker.load(model)
        for item in items:
            key = str(rng.choice(keys))
            said = worker.predict(read_image(bench.project.image_path(key))).class_map
            tall, wide = item.rect.height, item.rect.width
            top = int(rng.integers(said.shape[0] - tall + 1))
            left = int(rng.integers(said.shape[1] - wide + 1))
            proposals.append((key, Rect(top, left, top + tall, left + wide), said))
    return proposals


def _round(
    trained: tuple[Path, dict[str, Any]], looked_at: int, corrected: int, recorded: _Record
) -> Round:
    metrics = trained[1]["metrics"]
    return Round(
        trained,
        looked_at,
        corrected,
        metrics["mean_iou"],
        metrics["classes"][1]["f_score"] or 0.0,
        recorded,
    )


def side_by_side(one: Callable[[], _One], other: Callable[[], _Other]) -> tuple[_One, _Other]:
    """Do two things at the same time, on half of the cores each; their processes keep to these."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []

    def begun_on(own: list[int], work: Callable[[], _Done]) -> _Done:
        if own:
            os.sched_setaffinity(0, own)  # of this thread, and of what it starts
        return work()

    half = len(cores) // 2
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(begun_on, cores[:half], one)
        second = threads.submit(begun_on, cores[half:], other)
        return first.result(), second.result()


def _plan(arguments: argparse.Namespace, seed: int) -> Plan:
    return Plan(
        arguments.network,
        arguments.reduce,
        arguments.minutes,
        arguments.last_minutes or arguments.minutes,
        rounds=4,
        first=2,
        parts=arguments.parts,
        strategy="queue",
        seed=seed,
    )


def isbi(arguments: argparse.Namespace) -> dict[str, Any]:
    """Compare the loop with training on everything."""
    dataset = read_any(arguments.data, positive=Positive.DARK, format_name="voc")
    dataset = replace(dataset, label_set=LabelSet.named(["background", "membrane"]))
    with tempfile.TemporaryDirectory() as folder:
        whole = Bench(dataset, Path(folder) / "whole", None)
        pixels = sum(whole.label_whole(key) for key in whole.keys(TRAIN))
        plan = _plan(arguments, 0)
        total = arguments.last_minutes or arguments.minutes * (plan.rounds + 1)
        full = replace(plan, minutes=total, strategy="all")

        def at_once() -> Round:
            done = _round(train(whole, full, 0, None), pixels, pixels, {})
            _say(f"all images, {total:g} minutes", done, pixels)
            return done

        def in_rounds() -> list[Round]:
            rounds = []
            for number, done in enumerate(loop(Bench(dataset, Path(folder) / "loop", None), plan)):
                _say(f"round {number}, {plan.minutes_of(number):g} minutes", done, pixels)
                rounds.append(done)
            return rounds

        reference, rounds = side_by_side(at_once, in_rounds)
    return {
        "reference_f_score": reference.f_score,
        "f_scores": [done.f_score for done in rounds],
        "corrected_share": [done.corrected / pixels for done in rounds],
        "looked_at_share": [done.looked_at / pixels for done in rounds],
    }


def camvid(arguments: argparse.Namespace) -> dict[str, Any]:
    """Compare the queue with parts drawn at random, at the same number of parts."""
    dataset = read_any(arguments.data, format_name="camvid")
    found: dict[str, list[list[float]]] = {"queue": [], "random": []}
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
        plan = _plan(arguments, seed)
        with tempfile.TemporaryDirectory() as folder:
            benches = {strategy: Bench(dataset, Path(folder) / strategy, 100) for strategy in found}
            queue = loop(benches["queue"], plan)
            first = next(queue)
            random = loop(benches["random"], replace(plan, strategy="random"), first.trained)
            both = side_by_side(partial(list, queue), partial(list, random))
            for (strategy, scores), rounds in zip(found.items(), both, strict=True):
                # Those of a budget: the first training was before any of them.
                scores.append([done.mean_iou for done in rounds[-plan.rounds :]])
                shown = "  ".join(f"{score:.3f}" for score in scores[-1])
                print(f"{strategy:6}  seed {seed}  mIoU {shown}", flush=True)
    means = {
        strategy: [statistics.mean(column) for column in zip(*scores, strict=True)]
        for strategy, scores in found.items()
    }
    for strategy, scores in means.items():
        print(f"{strategy:6}  mean    mIoU {'  '.join(f'{score:.3f}' for score in scores)}")
    return {"runs": found, "means": means}


def _say(title: str, done: Round, pixels: int) -> None:
    print(
        f"{title:28}  F-score {done.f_score:.3f}  mIoU {done.mean_iou:.3f}  "
        f"looked at {done.looked_at / pixels:6.1%}  put right {done.corrected / pixels:6.1%}",
        flush=True,
    )


def main() -> None:
    """Run one part and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["isbi", "camvid"])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--network")
    parser.add_argument("--minutes", type=float, default=3.0, help="of each training")
    parser.add_argument(
        "--last-minutes", type=float, help="of the last; as the others unless given"
    )
    parser.add_argument("--reduce", type=int, help="pixels a side that are one to the network")
    parser.add_argument("--parts", type=int, default=24, help="labelled before each round")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    usual = {"isbi": "unet-mini", "camvid": "deeplabv3plus"}
    arguments.network = arguments.network or usual[arguments.part]
    # So that a network that knows nothing yet learns something in minutes on two cores.
    arguments.reduce = arguments.reduce or {"isbi": 1, "camvid": 2}[arguments.part]
    result = {"isbi": isbi, "camvid": camvid}[arguments.part](arguments)
    if arguments.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
