"""Label files of other programs into a project, from the command line."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from segstudio.commands.console import error_console, progress_bar
from segstudio.commands.text import counted, plain
from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError, SegStudioError
from segstudio.formats.binary import Positive
from segstudio.formats.import_labels import (
    Fate,
    ImportPlan,
    ImportReport,
    Row,
    plan_import,
    run_import,
)
from segstudio.formats.source import prepared_source, read_source
from segstudio.formats.table import FORMATS
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.image_list import PROJECT_FILE, PROJECT_FOLDER, is_project
from segstudio.storage.locks import ProjectLock
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project, load_project

_ROWS_SHOWN = 50


def import_labels(
    source: Path,
    target: Path,
    format_name: str | None,
    *,
    images: Path | None,
    class_map: Sequence[str],
    positive: str | None,
    replace: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import the labels in ``source`` into the project ``target``, which is made if need be.

    Raises:
        SegStudioError: If nothing can be imported.
    """
    project, is_new = _project(target)
    with tempfile.TemporaryDirectory(prefix="segstudio-import-") as scratch:
        labels = prepared_source(source, Path(scratch))
        own = [project.image_root] if project.image_root.is_dir() else []
        dataset = read_source(
            labels,
            positive=Positive(positive) if positive else None,
            format_name=format_name,
            images=[images, *own] if images else own,
        )
        plan = plan_import(dataset, project, _class_map(class_map), list(labels.problems))
        if dry_run:
            _show_plan(plan, as_json=as_json)
            return
        if is_new:
            make_folder(target)
            create_project(project.image_root)
        lock = ProjectLock.acquire(project.folder)
        try:
            with progress_bar(error_console(), "Importing") as advance:
                _, report = run_import(plan, replace_masks=replace, progress=advance)
        finally:
            lock.release()
    _show_report(plan, report, as_json=as_json)


def _project(target: Path) -> tuple[Project, bool]:
    """Return the project that ``target`` means, and whether it is still to be made."""
    folder = target.parent if target.name == PROJECT_FILE else target
    for candidate in (folder, folder / PROJECT_FOLDER):
        if is_project(candidate):
            return load_project(candidate), False
    if folder.exists() and not folder.is_dir():
        raise FormatError(folder, "this is a file, not a project", hint="Name a folder")
    return Project(folder / PROJECT_FOLDER, folder, LabelSet.named(["background"])), True


def _class_map(given: Sequence[str]) -> dict[str, str | None]:
    mapping: dict[str, str | None] = {}
    for text in given:
        old, sign, new = text.rpartition("=")
        if not sign or not old.strip():
            raise click.UsageError(f"--map {text!r} does not read OLD=NEW.")
        mapping[old.strip()] = new.strip() or None
    return mapping


def _show_plan(plan: ImportPlan, *, as_json: bool) -> None:
    labelled = sum(1 for _ in plan.labelled())
    splits = {name: len(items) for name, items in plan.dataset.splits.items()}
    if as_json:
        result = {
            "format": plan.dataset.format_name,
            "images": len(plan.matches),
            "splits": splits,
            "copied": plan.copies,
            "labelled_already": labelled,
            "classes": dict(plan.mapping),
            "rows": _rows_json(plan.rows),
        }
        click.echo(json.dumps(result, indent=2))
        return
    title = FORMATS[plan.dataset.format_name].title
    parts = ", ".join(f"{name} {count}" for name, count in splits.items())
    click.echo(f"{title}: {counted(len(plan.matches), 'image')} ({plain(parts)})")
    click.echo(f"{counted(plan.copies, 'image')} would be copied into the project")
    click.echo(f"{counted(labelled, 'image')} have a mask already")
    table = Table("in the files", "in the project", title="Classes")
    for name, target in plan.mapping.items():
        is_added = target is not None and plan.project.label_set.index_of(target) is None
        shown = "unlabelled" if target is None else f"{target}{' (new)' if is_added else ''}"
        table.add_row(Text(name), Text(shown))
    Console(highlight=False).print(table)
    _show_rows(plan.rows)


def _show_report(plan: ImportPlan, report: ImportReport, *, as_json: bool) -> None:
    if as_json:
        result = {
            "format": plan.dataset.format_name,
            "imported": report.counts[Fate.IMPORTED],
            "already_there": report.counts[Fate.SAME],
            "kept": report.counts[Fate.KEPT],
            "left_out": report.counts[Fate.LEFT_OUT],
            "copied": report.copied,
            "rows": _rows_json(report.rows),
        }
        click.echo(json.dumps(result, indent=2))
    else:
        imported = counted(report.counts[Fate.IMPORTED], "image")
        click.echo(f"{imported} imported into {plain(str(plan.project.folder))}")
        if report.copied:
            click.echo(f"{counted(report.copied, 'image')} copied into the project")
        if report.counts[Fate.SAME]:
            click.echo(f"{counted(report.counts[Fate.SAME], 'image')} had the same mask already")
        if report.counts[Fate.KEPT]:
            kept = counted(report.counts[Fate.KEPT], "image")
            click.echo(f"{kept} with a mask already were left as they are; --replace imports them")
        _show_rows([row for row in report.rows if row.fate is Fate.LEFT_OUT])
    if not report.counts[Fate.IMPORTED] + report.counts[Fate.SAME] + report.counts[Fate.KEPT]:
        raise SegStudioError("Nothing was imported", hint="The rows above say why")


def _show_rows(rows: Sequence[Row]) -> None:
    for row in rows[:_ROWS_SHOWN]:
        name = f"{plain(row.name)}: " if row.name else ""
        click.echo(f"{name}{plain(row.reason)}", err=True)
    if len(rows) > _ROWS_SHOWN:
        more = counted(len(rows) - _ROWS_SHOWN, "row")
        click.echo(f"and {more} more; --json lists all", err=True)


def _rows_json(rows: Sequence[Row]) -> list[dict[str, str]]:
    return [{"name": row.name, "fate": str(row.fate), "reason": row.reason} for row in rows]
