"""What ``trainer doctor`` does."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from segstudio.core.palette import Color
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.formats.dataset import LabelledDataset
from segstudio.formats.table import FORMATS
from trainer.data.source import SampleCache, open_label_set
from trainer.data.survey.examination import SHORT_FINGERPRINT, Examination, examine
from trainer.data.survey.facts import ImageFacts
from trainer.data.survey.findings import Finding
from trainer.data.survey.mask_values import MaskValues, mask_values, smoothed_masks
from trainer.data.survey.statistics import color_statistics
from trainer.data.survey.tables import Size, class_rows, mask_kinds, split_rows
from trainer.reports.terminal import JsonReport, TerminalReport
from trainer.words import counted

UNUSABLE_CODE: Final = 2
_SHOWN_VALUES: Final = 16
_SHOWN_SPLITS: Final = (TRAIN, VALIDATION, "test")


def examine_data(
    console: Console,
    data: Path,
    *,
    format_name: str | None,
    positive: str | None,
    classes: tuple[str, ...] | None,
    as_json: bool,
) -> int:
    """Print what is in a label set and what is odd about it, and return the exit code.

    Raises:
        SegStudioError: If the folder cannot be read as a label set at all.
    """
    dataset = open_label_set(data, positive, classes, format_name)
    with JsonReport(console) if as_json else TerminalReport(console) as report:
        found = examine(
            dataset, SampleCache(dataset, 0), list(dataset.splits), progress=report.looked_at
        )
        values = mask_values(item.mask for split in dataset.splits.values() for item in split)
    findings = (*found.findings, *(smoothed_masks(values) if positive else ()))
    if as_json:
        print(json.dumps(_to_json(found, findings, values), indent=2), file=console.file)
    else:
        _show(console, found, findings, values, positive)
    return UNUSABLE_CODE if found.refusals else 0


def _to_json(found: Examination, findings: Sequence[Finding], values: MaskValues) -> dict[str, Any]:
    evidence, dataset = found.evidence, found.evidence.dataset
    splits = list(evidence.splits)
    statistics = color_statistics(evidence.of(TRAIN)) if evidence.of(TRAIN) else None
    return {
        "data": str(dataset.root),
        "format": dataset.format_name,
        "usable": not found.refusals,
        "fingerprint": found.fingerprint,
        "splits": {
            row.name: {key: value for key, value in row._asdict().items() if key != "name"}
            for row in split_rows(evidence)
        },
        "masks": mask_kinds(evidence),
        "mask_values": {_value(value): values[value] for value in _in_order(values)},
        "classes": [
            {
                "index": row.class_index,
                "name": row.item.name,
                "color": row.item.color.hex,
                "splits": {
                    split: count._asdict() for split, count in zip(splits, row.counts, strict=True)
                },
            }
            for row in class_rows(evidence, splits)
        ],
        "mean": statistics and statistics[0],
        "std": statistics and statistics[1],
        "findings": [asdict(finding) for finding in findings],
    }


def _show(
    console: Console,
    found: Examination,
    findings: Sequence[Finding],
    values: MaskValues,
    positive: str | None,
) -> None:
    evidence, dataset = found.evidence, found.evidence.dataset
    title = FORMATS[dataset.format_name].title
    _say(console, f"{dataset.root.resolve().name}: {title}", style="bold")
    console.print(_split_table(found))
    if evidence.of(TRAIN):
        _say(console, f"training images: {_colors(evidence.of(TRAIN))}")
    _say(console, f"masks: {_masks(found, positive)}")
    if values:
        _say(console, f"values in the masks: {_values(values)}")
    _say(console, f"fingerprint: {found.fingerprint[:SHORT_FINGERPRINT]}")
    if evidence.facts and len(evidence.label_set):
        console.print(_class_table(found))
    for finding in findings:
        _show_finding(console, finding)
    _say(console, _verdict(found, findings, dataset), style="bold")


def _split_table(found: Examination) -> Table:
    rows = split_rows(found.evidence)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1))
    table.add_column("split", overflow="fold")
    for column in ("images", "unusable", "smallest", "median", "largest", "unlabelled"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            Text(row.name),
            f"{row.images:,}",
            f"{row.unusable:,}" if row.unusable else "-",
            *(_size(size) for size in (row.smallest, row.median, row.largest)),
            "-" if row.unlabelled is None else f"{row.unlabelled:.1%}",
        )
    return table


def _class_table(found: Examination) -> Table:
    splits = [name for name in _SHOWN_SPLITS if found.evidence.of(name)]
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1))
    table.add_column("", justify="right")
    table.add_column("class", overflow="fold")
    for split in splits:
        table.add_column(f"{split} pixels", justify="right")
        table.add_column("images", justify="right")
    for row in class_rows(found.evidence, splits):
        cells = [
            text
            for count in row.counts
            for text in (f"{count.share:.2%}" if count.pixels else "-", f"{count.images:,}")
        ]
        table.add_row(str(row.class_index), Text(row.item.name), *cells)
    return table


def _show_finding(console: Console, finding: Finding) -> None:
    style = "red" if finding.severity == "refused" else "yellow"
    line = Text.assemble((f"{finding.severity.value}: ", style), finding.message)
    console.print(line)
    if finding.hint:
        console.print(Padding(Text(finding.hint), (0, 0, 0, 4), expand=False))


def _verdict(found: Examination, findings: Sequence[Finding], dataset: LabelledDataset) -> str:
    warnings = len(findings) - len(found.refusals)
    if found.refusals:
        return f"cannot be trained on: {counted(found.refusals, 'problem')}"
    return f"can be trained on; {counted(warnings, 'warning')}" if warnings else "all is well"


def _colors(training: Sequence[ImageFacts]) -> str:
    mean, std = color_statistics(training)
    grey = sum(facts.is_grey for facts in training)
    if grey == len(training):
        return f"all grey; mean {mean[0]:.0f}, deviation {std[0]:.0f}"
    kind = f"{grey:,} of {len(training):,} grey" if grey else "in colour"
    return f"{kind}; mean {_three(mean)}, deviation {_three(std)}"


def _masks(found: Examination, positive: str | None) -> str:
    kinds = mask_kinds(found.evidence)
    kept = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items()) or "none of use"
    meaning = FORMATS[found.evidence.dataset.format_name].values
    if positive:
        meaning = f"{'0 to 127' if positive == 'dark' else '128 to 255'} is class 1"
    return f"{kept}; {meaning}"


def _values(values: MaskValues) -> str:
    total = sum(values.values())
    frequent = sorted(values, key=lambda value: -values[value])[:_SHOWN_VALUES]
    shown = ", ".join(
        f"{_value(value)} ({_share(values[value] / total)})" for value in _in_order(frequent)
    )
    more = len(values) - len(frequent)
    return f"{shown} and {more:,} more" if more else shown


def _in_order(values: Iterable[int | Color]) -> list[int | Color]:
    """Return numbers before colours, both upwards."""
    return sorted(values, key=lambda value: (1, *value) if isinstance(value, Color) else (0, value))


def _value(value: int | Color) -> str:
    return value.hex if isinstance(value, Color) else str(value)


def _size(size: Size | None) -> str:
    return f"{size[1]}x{size[0]}" if size else "-"


def _share(share: float) -> str:
    return f"{share:.1%}" if share >= 0.0005 else "<0.1%"


def _three(values: tuple[float, float, float]) -> str:
    return ", ".join(f"{value:.0f}" for value in values)


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style))
