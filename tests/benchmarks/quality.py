"""How well networks train in a given time: one run after the other, and a table at the end.

    python tests/benchmarks/quality.py --data ../shared/data/camvid --minutes 10 --device cuda \
        --out runs deeplabv3plus bisenet:resnet18 unet-mobilenet -- --precision bf16

A network is written as in ``trainer networks``, its backbone after a colon. What follows ``--``
goes to ``trainer train`` as it is. Runs that are finished are not run again, so a list that was
cut short goes on where it stopped.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    """Outcome of one run.

    Attributes:
        name: Network, with its backbone.
        minutes: Training with validation, without export.
        epochs: Passes over the data.
        images_per_s: Crops a second in the last epoch.
        mean_iou: Best mIoU on the validation images.
        accuracy: Pixel accuracy of that epoch.
        f_score: F-score of class 1, where there are two classes.
    """

    name: str
    minutes: float
    epochs: int
    images_per_s: float
    mean_iou: float
    accuracy: float
    f_score: float | None


def main() -> None:
    """Train every network that is asked for, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="+", metavar="NETWORK[:BACKBONE]")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True, help="for each network")
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--out", type=Path, required=True, help="folder of the run folders")
    own, rest = _split(sys.argv[1:])
    arguments = parser.parse_args(own)
    console = Console()
    results = []
    for network in arguments.networks:
        folder = arguments.out / network.replace(":", "-")
        if not _epochs(folder) or not _finished(folder):
            _train(folder, network, arguments, rest)
        if _epochs(folder):
            results.append(_result(network, folder))
            console.print(_table(results))
        else:
            console.print(f"{network}: no epoch was finished", style="red")


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    if "--" not in arguments:
        return list(arguments), []
    at = list(arguments).index("--")
    return list(arguments[:at]), list(arguments[at + 1 :])


def _train(folder: Path, network: str, arguments: argparse.Namespace, rest: list[str]) -> None:
    name, _, backbone = network.partition(":")
    command = [sys.executable, "-m", "trainer", "train", "--network", name, "--out", str(folder)]
    command += ["--backbone", backbone] if backbone else []
    command += ["--data", str(arguments.data.resolve()), "--minutes", str(arguments.minutes)]
    command += ["--device", arguments.device, *rest]
    # One network that fails must not keep the others from their turn.
    subprocess.run(command, cwd=ROOT, check=False)


def _events(folder: Path) -> Iterator[dict[str, Any]]:
    path = folder / "events.jsonl"
    if path.is_file():
        for line in path.read_text(encoding="ascii").splitlines():
            yield json.loads(line)


def _epochs(folder: Path) -> list[dict[str, Any]]:
    return [event for event in _events(folder) if event["event"] == "epoch"]


def _finished(folder: Path) -> bool:
    return any(event["event"] == "finished" for event in _events(folder))


def _result(name: str, folder: Path) -> Result:
    epochs = _epochs(folder)
    best = max(epochs, key=lambda event: event["metrics"]["mean_iou"])
    classes = best["metrics"]["classes"]
    return Result(
        name=name,
        minutes=epochs[-1]["seconds"] / 60,
        epochs=len(epochs),
        images_per_s=epochs[-1]["images_per_s"],
        mean_iou=best["metrics"]["mean_iou"],
        accuracy=best["metrics"]["pixel_accuracy"],
        f_score=classes[1]["f_score"] if len(classes) == 2 else None,
    )


def _table(results: Sequence[Result]) -> Table:
    table = Table("network", "minutes", "epochs", "images/s", "mIoU", "accuracy", "F-score")
    for result in results:
        f_score = "-" if result.f_score is None else f"{result.f_score:.4f}"
        table.add_row(
            result.name,
            f"{result.minutes:.1f}",
            str(result.epochs),
            f"{result.images_per_s:.1f}",
            f"{result.mean_iou:.4f}",
            f"{result.accuracy:.4f}",
            f_score,
        )
    return table


if __name__ == "__main__":
    main()
