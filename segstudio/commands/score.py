"""Comparing masks with the truth from the command line."""

import json
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from segstudio.commands.console import error_console, progress_bar
from segstudio.commands.score_values import Meaning, meaning_of
from segstudio.commands.text import counted
from segstudio.core.agreement import cohen_kappa
from segstudio.core.boundary import BoundaryCounts, BoundaryScores, boundary_counts
from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.metrics import Confusion, PairCounts, Scores, confusion_of, pair_counts
from segstudio.core.thumbnails import difference_thumbnail
from segstudio.errors import ScoreError
from segstudio.formats.binary import Positive
from segstudio.formats.mask_pairs import mask_pairs
from segstudio.storage.atomic_write import atomic_write
from segstudio.storage.contact_sheet import TILE, contact_sheet
from segstudio.storage.masks import read_label_map

_SHOWN_WORST: Final = 5
_ON_SHEET: Final = 24
_THREADS: Final = min(os.cpu_count() or 1, 4)
_MOST_COLUMNS: Final = 12  # of a table in the terminal; JSON has them all


@dataclass(frozen=True, slots=True)
class _Pair:
    """One image: its masks, and how far they differ."""

    predicted: Path
    truth: Path
    name: str
    pixels: int
    different: int
    mean_iou: float

    @property
    def share(self) -> float:
        return self.different / self.pixels if self.pixels else 0.0


def score_masks(
    predicted: Path,
    truth: Path,
    classes: Path | None,
    positive: str | None,
    ignore: int | None,
    sheet: Path | None = None,
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
        sheet: PNG file to write, with the images that differ most; or None.
        as_json: Whether to print JSON instead of tables.

    Raises:
        SegStudioError: If the masks cannot be compared, or the sheet not be written.
    """
    names = None if classes is None else _names(classes)
    pairs, unpaired = mask_pairs(predicted, truth)
    counts = _counts(pairs)
    meaning = meaning_of(counts, truth, ignore, None if positive is None else Positive(positive))
    counts = meaning.of(counts)
    if names is None:
        names = [str(index) for index in range(_largest(counts) + 1)]
    try:
        confusion = confusion_of(counts, len(names))
    except ValueError as error:
        raise ScoreError(
            f"{truth.name or truth}: {error}",
            hint="Name all classes with --classes, or say --ignore VALUE if it means unlabelled",
        ) from error
    scores = Scores.of(confusion)
    if not scores.pixels:
        raise ScoreError(f"{truth.name or truth}: every pixel of the truth is unlabelled")
    # A second reading: only all masks together tell what their values mean.
    images, contours = _judged(pairs, predicted, meaning, len(names))
    worst = sorted((image for image in images if image.different), key=lambda image: -image.share)
    if sheet is not None:
        atomic_write(sheet, _sheet(worst[:_ON_SHEET], meaning, len(names)))
    if as_json:
        value = _json(scores, contours, confusion, names)
        count = {"images": len(pairs), "truths_without_prediction": unpaired}
        each = {"each": [_row(image) for image in images]}
        click.echo(json.dumps({**value, **count, **each}, indent=2, allow_nan=False))
        return
    _print(scores, contours, confusion, names, len(pairs), unpaired)
    if len(images) > 1:
        _print_worst(worst[:_SHOWN_WORST])
    if sheet is not None:
        Console(highlight=False).print(
            Text(f"{counted(min(len(worst), _ON_SHEET), 'image')} drawn to {sheet}")
        )


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


def _judged(
    pairs: Sequence[tuple[Path, Path]], root: Path, meaning: Meaning, num_classes: int
) -> tuple[list[_Pair], BoundaryScores]:
    """Return how far each image differs, and how well the contours of all lie."""

    def judge(pair: tuple[Path, Path]) -> tuple[_Pair, BoundaryCounts]:
        predicted, truth = pair
        true, guess = _maps(predicted, truth, meaning)
        counts = confusion_of(pair_counts(true, guess), num_classes)
        pixels = int(counts.sum())
        name = predicted.relative_to(root).as_posix() if root.is_dir() else predicted.name
        right = int(np.diagonal(counts).sum())
        mean_iou = Scores.of(counts).mean_iou if pixels else math.nan
        image = _Pair(predicted, truth, name, pixels, pixels - right, mean_iou)
        return image, boundary_counts(true, guess, num_classes).astype(np.uint32)

    images: list[_Pair] = []
    contours: list[BoundaryCounts] = []
    with (
        progress_bar(error_console(), "Comparing contours") as advance,
        ThreadPoolExecutor(_THREADS) as threads,
    ):
        for image, counts in threads.map(judge, pairs):
            images.append(image)
            contours.append(counts)
            advance(len(images), len(pairs))
    return images, BoundaryScores.of(contours)


def _maps(predicted: Path, truth: Path, meaning: Meaning) -> tuple[LabelMap, LabelMap]:
    return meaning.truth[read_label_map(truth)], meaning.predicted[read_label_map(predicted)]


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


def _sheet(images: Sequence[_Pair], meaning: Meaning, num_classes: int) -> bytes:
    """Return the PNG of a contact sheet: the truth in its colours, dimmed, with what differs."""
    # The first class is mostly the background: dark.
    names = ["background", *(str(index) for index in range(1, num_classes))]
    palette = LabelSet.named(names).palette
    pictures = []
    for image in images:
        true, guess = _maps(image.predicted, image.truth, meaning)
        dimmed = (palette[true] // 2 + 64).astype(np.uint8)
        different = (true != guess) & (true != IGNORE_INDEX)
        small = difference_thumbnail(dimmed, different, TILE, is_grey=False)
        pictures.append((small, f"{image.share:.1%}  {image.name}"))
    return contact_sheet(pictures)


def _json(
    scores: Scores, contours: BoundaryScores, confusion: Confusion, names: Sequence[str]
) -> dict[str, object]:
    value = scores.to_json(names)
    classes = value["classes"]
    assert isinstance(classes, list)
    for row, f_score in zip(classes, contours.f_score, strict=True):
        row["boundary_f_score"] = _number(f_score)
    value["mean_boundary_f_score"] = _number(contours.mean_f_score)
    value["kappa"] = _number(cohen_kappa(confusion))
    value["confusion"] = confusion.tolist()
    return value


def _row(image: _Pair) -> dict[str, object]:
    return {
        "name": image.name,
        "pixels": image.pixels,
        "different": image.different,
        "mean_iou": _number(image.mean_iou),
    }


def _print(
    scores: Scores,
    contours: BoundaryScores,
    confusion: Confusion,
    names: Sequence[str],
    images: int,
    unpaired: int,
) -> None:
    table = Table("class", title=f"{counted(images, 'image')}, {scores.pixels} pixels")
    for column in ("IoU", "F-score", "precision", "recall", "boundary F"):
        table.add_column(column, justify="right")
    columns = zip(
        scores.iou, scores.f_score, scores.precision, scores.recall, contours.f_score, strict=True
    )
    for name, values in zip(names, columns, strict=True):
        table.add_row(Text(name), *map(_decimal, values))
    console = Console(highlight=False)
    console.print(table)
    console.print(f"pixel accuracy {_decimal(scores.pixel_accuracy)}")
    console.print(f"mIoU           {_decimal(scores.mean_iou)}")
    console.print(f"boundary F     {_decimal(contours.mean_f_score)}")
    console.print(f"kappa          {_decimal(cohen_kappa(confusion))}")
    if np.count_nonzero(confusion.any(axis=1)) <= _MOST_COLUMNS:
        console.print(_confusion_table(confusion, names))
    if unpaired:
        console.print(f"{counted(unpaired, 'truth')} without a prediction did not count")


def _confusion_table(confusion: Confusion, names: Sequence[str]) -> Table:
    """Return where the true pixels of each class went: as many columns as classes that matter."""
    shown = np.flatnonzero(confusion.sum(axis=1) + confusion[:, : len(names)].sum(axis=0))
    columns = [*shown.tolist(), *([len(names)] if confusion[:, -1].any() else [])]
    titles = [*names, "unlabelled"]
    table = Table("true class", title="predicted as, share of the true pixels")
    for column in columns:
        table.add_column(Text(titles[column]), justify="right")
    for row in shown.tolist():
        total = confusion[row].sum()
        shares = [f"{confusion[row, column] / total:.1%}" if total else "-" for column in columns]
        table.add_row(Text(names[row]), *shares)
    return table


def _print_worst(images: Sequence[_Pair]) -> None:
    if not images:
        return
    table = Table("differs most", title="")
    for column in ("pixels that differ", "mIoU"):
        table.add_column(column, justify="right")
    for image in images:
        table.add_row(Text(image.name), f"{image.share:.2%}", _decimal(image.mean_iou))
    Console(highlight=False).print(table)


def _decimal(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.4f}"


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
