"""Writing a project's labels in another format."""

import json
from pathlib import Path

import click

from segstudio.commands.console import error_console, progress_bar
from segstudio.commands.text import counted, plain
from segstudio.core.label_set import LabelSet
from segstudio.errors import ProjectError
from segstudio.formats.dataset import ExportReport
from segstudio.formats.export_project import export_project
from segstudio.storage.image_list import PROJECT_FILE, PROJECT_FOLDER, is_project
from segstudio.storage.project import load_project


def export_labels(
    folder: Path, format_name: str, out: Path, *, each_region: bool, as_json: bool
) -> None:
    """Export the project in ``folder``, or that of the images in ``folder``, to ``out``.

    Raises:
        SegStudioError: If that fails.
    """
    project = load_project(_project_folder(folder))
    with progress_bar(error_console(), "Exporting") as advance:
        project, report = export_project(
            project, format_name, out, each_region=each_region, progress=advance
        )
    if as_json:
        click.echo(json.dumps(_proof(report, project.label_set, format_name, out)))
        return
    images, pixels = counted(report.images, "image"), counted(report.changed_pixels, "pixel")
    click.echo(f"{images} written to {plain(str(out))}, {pixels} changed")
    for name, count in report.changed_by_class(project.label_set).items():
        click.echo(f"  {plain(name)}: {counted(count, 'pixel')} cannot be held by {format_name}")
    if report.lossless:
        click.echo(f"--format {report.lossless} keeps every pixel")


def _proof(
    report: ExportReport, label_set: LabelSet, format_name: str, out: Path
) -> dict[str, object]:
    return {
        "format": format_name,
        "images": report.images,
        "files": report.files,
        "changed_pixels": report.changed_pixels,
        "changed_by_class": report.changed_by_class(label_set),
        "changed_images": list(report.changed_images),
        "lossless_format": report.lossless or None,
        "out": str(out),
    }


def _project_folder(folder: Path) -> Path:
    if folder.name == PROJECT_FILE:
        folder = folder.parent
    for candidate in (folder, folder / PROJECT_FOLDER):
        if is_project(candidate):
            return candidate
    if not folder.is_dir():
        raise ProjectError(folder, "there is no such folder", hint="Check the name")
    raise ProjectError(
        folder,
        "this is not a project, and its images have none yet",
        hint="Open it once with segstudio and label an image",
    )
