"""Where label files come from: a folder, a ZIP archive, or a single JSON or XML file."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.coco_json import ANNOTATIONS, is_coco_file
from segstudio.formats.dataset import LabelledDataset
from segstudio.formats.table import read_labels
from segstudio.formats.unpack import content_folder, unpack
from segstudio.storage.atomic_write import StreamedFile, make_folder

SINGLE_FILES: Final = (".json", ".xml")
_COCO: Final = "instances_"
_CHUNK: Final = 2**20


class LabelSource(NamedTuple):
    """Label files, ready to be read.

    Attributes:
        root: Their folder.
        problems: What was left out of an archive and why, one sentence each.
        beside: The folder in which a single file lies, where its images may be, too; else None.
    """

    root: Path
    problems: tuple[str, ...] = ()
    beside: Path | None = None


def prepared_source(source: Path, scratch: Path) -> LabelSource:
    """Return the folder of what the user named.

    Args:
        source: A folder, a ZIP archive, or a single file.
        scratch: An empty folder, for what must be unpacked; it is to be kept as long as the labels
            are read.

    Raises:
        FormatError: If it is none of these, or cannot be read.
        StorageError: If ``scratch`` cannot be written.
    """
    if source.is_dir():
        return LabelSource(source)
    if not source.is_file():
        raise FormatError(source, "there is no such file or folder", hint="Check the name")
    if source.suffix.lower() == ".zip":
        problems = unpack(source, scratch)
        return LabelSource(content_folder(scratch), tuple(problems))
    if source.suffix.lower() not in SINGLE_FILES:
        raise FormatError(
            source,
            "this is no folder, ZIP archive, JSON or XML file",
            hint="Name the folder it lies in",
        )
    root = scratch / source.stem
    place = root / source.name
    if source.suffix.lower() == ".json" and is_coco_file(source):
        # By their names COCO's files are told from others.
        name = source.name if source.name.startswith(_COCO) else f"{_COCO}{source.name}"
        place = root / ANNOTATIONS / name
    make_folder(place.parent)
    _put(source, place)
    return LabelSource(root, beside=source.resolve().parent)


def read_source(
    source: LabelSource,
    *,
    positive: Positive | None = None,
    format_name: str | None = None,
    images: Sequence[Path] = (),
) -> LabelledDataset:
    """Read label files, whose images may lie in other folders.

    Args:
        source: The files.
        positive: How to read masks that hold only 0 and 255.
        format_name: A name in the table of formats, or None.
        images: Folders where the images may be; the first counts, except for a single file, whose
            images are looked for in one after another, and at last beside it.

    Raises:
        FormatError: As ``table.read_any`` does; what the first folder gave is told.
        ProjectError: As ``table.read_any`` does.
    """
    folders: list[Path | None] = list(images[:1]) or [None]
    if source.beside is not None:
        folders = [*images, source.beside]
    told: FormatError | None = None
    for folder in folders:
        try:
            return read_labels(
                source.root, positive=positive, format_name=format_name, images=folder
            )
        except FormatError as error:
            told = told or error
    assert told is not None
    raise told


def _put(source: Path, place: Path) -> None:
    """Give a file another name, without a copy where the disk can do that."""
    try:
        os.link(source, place)
        return
    except OSError:
        pass  # another disk, or one without links
    try:
        with source.open("rb") as file, StreamedFile(place) as copy:
            while chunk := file.read(_CHUNK):
                copy.write(chunk)
    except OSError as error:
        raise FormatError(source, f"it cannot be read ({error.strerror})") from error
