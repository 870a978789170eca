"""Writing a project's labels in another format."""

import json
from pathlib import Path

import click

from segstudio.commands.console import error_console, progress_bar
from segstudio.commands.text import counted, plain
from segstudio.errors import ProjectError
from segstudio.formats.export_project import export_project
from segstudio.storage.image_list import PROJECT_FILE, PROJECT_FOLDER, is_project
from segstudio.storage.project import load_project


def export_labels(folder: Path, format_name: str, out: Path, *, as_json: bool) -> None:
    """Export the project in ``folder``, or that of the images in ``folder``, to ``out``.

    Raises:
        SegStudioError: If that fails.
    """
    project = load_project(_project_folder(folder))
    with progress_bar(error_console(), "Exporting") as advance:
        project, report = export_project(project, format_name, out, progress=advance)
    if as_json:
        result = {"images": report.images, "changed_pixels": report.changed_pixels}
        click.echo(json.dumps({**result, "out": str(out)}))
        return
    images, pixels = counted(report.images, "image"), counted(report.changed_pixels, "pixel")
    click.echo(f"{images} written to {plain(str(out))}, {pixels} changed")


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
