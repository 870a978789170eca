"""Comparing masks with the truth from the command line."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

import click
import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from segstudio.commands.console import error_console, progress_bar
from segstudio.commands.text import counted
from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.metrics import PairCounts, Scores, confusion_of, pair_counts
from segstudio.errors import ScoreError
from segstudio.formats.binary import Positive
from segstudio.storage.image_list import find_images
from segstudio.storage.images import IMAGE_SUFFIXES
from segstudio.storage.masks import read_label_map

# JPEG changes pixels, so no mask is kept in it; truth folders often hold the photographs too.
_MASK_SUFFIXES: Final = IMAGE_SUFFIXES - {".jpg", ".jpeg"}
_BINARY: Final = frozenset({0, IGNORE_INDEX})


def score_masks(
    predicted: Path,
    truth: Path,
    classes: Path | None,
    positive: str | None,
    ignore: int | None,
    *,
    as_json: bool,
) -> None:
    """Print the scores of all pairs together: one confusion matrix, summed over the images.

    Args:
        predicted: A mask or a folder of masks.
        truth: The same.
        classes: File with the names of the classes, one a line.
        positive: "dark" or "light": which value of 0/255 masks is class 1.
        ignore: Value that means unlabelled in both.
        as_json: Whether to print JSON instead of tables.

    Raises:
        SegStudioError: If the masks cannot be compared.
    """
    names = None if classes is None else _names(classes)
    pairs, unpaired = _pairs(predicted, truth)
    counts = _counts(pairs)
    if ignore is not None and ignore != IGNORE_INDEX:
        counts = _moved(_moved(counts, ignore).T, ignore).T
    counts = _resolved(counts, truth, None if positive is None else Positive(positive))
    if names is None:
        names = [str(index) for index in range(_largest(counts) + 1)]
    try:
        scores = Scores.of(confusion_of(counts, len(names)))
    except ValueError as error:
        raise ScoreError(
            f"{truth.name or truth}: {error}",
            hint="Name all classes with --classes, or say --ignore VALUE if it means unlabelled",
        ) from error
    if not scores.pixels:
        raise ScoreError(f"{truth.name or truth}: every pixel of the truth is unlabelled")
    if as_json:
        count = {"images": len(pairs), "truths_without_prediction": unpaired}
        click.echo(json.dumps({**scores.to_json(names), **count}, indent=2, allow_nan=False))
        return
    _print(scores, names, len(pairs), unpaired)


def _pairs(predicted: Path, truth: Path) -> tuple[list[tuple[Path, Path]], int]:
    """Return the pairs of masks, and how many truths no prediction belongs to."""
    for path in (predicted, truth):
        if not path.exists():
            raise ScoreError(f"{path}: there is no such file or folder", hint="Check the name")
    if predicted.is_file() and truth.is_file():
        return [(predicted, truth)], 0
    if not (predicted.is_dir() and truth.is_dir()):
        raise ScoreError(
            f"{predicted} and {truth}: one is a file and one is a folder",
            hint="Give two masks, or two folders of masks",
        )
    truths: dict[str, list[str]] = {}
    for key in _masks(truth):
        truths.setdefault(_stem(key), []).append(key)
    pairs = []
    for key in _masks(predicted):
        found = _truth_of(key, truths.get(_stem(key), []))
        if found is None:
            raise ScoreError(
                f"{predicted / key}: {truth} holds no truth of that name",
                hint="Compare folders whose masks have the same names",
            )
        pairs.append((predicted / key, truth / found))
    if not pairs:
        raise ScoreError(f"{predicted}: there are no masks in this folder")
    total = sum(map(len, truths.values()))
    return pairs, total - len({path for _, path in pairs})


def _masks(folder: Path) -> Iterator[str]:
    try:
        keys = find_images(folder)
    except OSError as error:
        raise ScoreError(f"{folder}: this folder cannot be read ({error.strerror})") from error
    return (key for key in keys if PurePosixPath(key).suffix.lower() in _MASK_SUFFIXES)


def _truth_of(key: str, candidates: Sequence[str]) -> str | None:
    """Return the truth of a prediction, out of those with its stem."""
    for wanted in (key, key.removesuffix(".png"), f"{key}.png"):
        if wanted in candidates:
            return wanted
    if len(candidates) > 1:
        raise ScoreError(
            f"{key}: {' and '.join(candidates[:2])} could both be its truth",
            hint="Give the truth the name of the prediction",
        )
    return candidates[0] if candidates else None


def _stem(key: str) -> str:
    """Return the key without its image suffixes: ``a.jpg.png`` is ``a``."""
    path = PurePosixPath(key)
    while path.suffix.lower() in IMAGE_SUFFIXES:
        path = path.with_suffix("")
    return str(path)


def _counts(pairs: Sequence[tuple[Path, Path]]) -> PairCounts:
    total = np.zeros((256, 256), np.int64)
    with progress_bar(error_console(), "Comparing") as advance:
        for done, (predicted, truth) in enumerate(pairs, start=1):
            try:
                total += pair_counts(read_label_map(truth), read_label_map(predicted))
            except ValueError as error:
                raise ScoreError(
                    f"{predicted.name}: {error}", hint="Compare masks of the same images"
                ) from error
            advance(done, len(pairs))
    return total


def _moved(counts: PairCounts, value: int) -> PairCounts:
    """Return the counts with the row of ``value`` added to that of unlabelled pixels."""
    moved = counts.copy()
    moved[IGNORE_INDEX] += moved[value]
    moved[value] = 0
    return moved


def _resolved(counts: PairCounts, truth: Path, positive: Positive | None) -> PairCounts:
    """Return the counts with 0 and 255 turned into classes, where masks hold nothing else."""
    true = set(np.flatnonzero(counts.any(axis=1)).tolist())
    predicted = set(np.flatnonzero(counts.any(axis=0)).tolist())
    # A prediction of zeros alone is class 0 everywhere; only 255 shows that it is a 0/255 mask.
    predicted_binary = predicted <= _BINARY and IGNORE_INDEX in predicted
    if positive is None:
        if predicted_binary or (true <= _BINARY and IGNORE_INDEX in true):
            raise ScoreError(
                f"{truth.name or truth}: the masks hold only 0 and 255, "
                "and 255 may be a class or mean unlabelled",
                hint="Say which one is class 1 with --positive dark (0) or --positive light (255)",
            )
        return counts
    if true <= _BINARY:
        counts = _as_classes(counts, positive)
    if predicted_binary:
        counts = _as_classes(counts.T, positive).T
    return counts


def _as_classes(counts: PairCounts, positive: Positive) -> PairCounts:
    resolved = np.zeros_like(counts)
    light, dark = (1, 0) if positive is Positive.LIGHT else (0, 1)
    resolved[light], resolved[dark] = counts[IGNORE_INDEX], counts[0]
    return resolved


def _largest(counts: PairCounts) -> int:
    pixels = counts.sum(axis=0) + counts.sum(axis=1)
    return int(np.flatnonzero(pixels[:IGNORE_INDEX]).max(initial=0))


def _names(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ScoreError(f"{path}: this list of classes cannot be read") from error
    names = [line.strip() for line in lines if line.strip()]
    if not 0 < len(names) <= IGNORE_INDEX:
        raise ScoreError(f"{path}: it names {len(names)} classes", hint="Write one name a line")
    return names


def _print(scores: Scores, names: Sequence[str], images: int, unpaired: int) -> None:
    table = Table("class", title=f"{counted(images, 'image')}, {scores.pixels} pixels")
    for column in ("IoU", "F-score", "precision", "recall"):
        table.add_column(column, justify="right")
    columns = zip(scores.iou, scores.f_score, scores.precision, scores.recall, strict=True)
    for name, values in zip(names, columns, strict=True):
        table.add_row(Text(name), *map(_decimal, values))
    console = Console(highlight=False)
    console.print(table)
    console.print(f"pixel accuracy {_decimal(scores.pixel_accuracy)}")
    console.print(f"mIoU           {_decimal(scores.mean_iou)}")
    if unpaired:
        console.print(f"{counted(unpaired, 'truth')} without a prediction did not count")


def _decimal(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.4f}"
