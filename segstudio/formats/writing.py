"""What the writers of several formats share: the new folder, names, copies, the loop."""

import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

import numpy as np
from PIL import Image

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.palette import Palette
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.errors import FormatError, ImageError
from segstudio.formats.classes import CLASSES_FILE
from segstudio.formats.dataset import ExportReport, LabelledArray, Progress
from segstudio.formats.reading import refuse_foreign_values
from segstudio.storage.atomic_write import atomic_write, make_folder
from segstudio.storage.images import is_turned, read_image
from segstudio.storage.masks import read_label_map, write_label_map

UNFINISHED: Final = "unfinished-export.txt"
_MAX_STEM_BYTES: Final = 200
_NAMED_IMAGES: Final = 100
_NOT_IN_STEMS: Final = frozenset(' <>:"\\|?*')


class Written(NamedTuple):
    """What ``write_each`` did.

    Attributes:
        stems: Split -> names of its images, without suffix; "train" and "val" are always there.
        report: How many, and what changed.
    """

    stems: dict[str, list[str]]
    report: ExportReport


@contextmanager
def new_export(out: Path) -> Iterator[None]:
    """Make the folder of an export; until the block ends without a failure it is marked unfinished.

    Raises:
        FormatError: If ``out`` is not empty.
        StorageError: If it cannot be written.
    """
    if _is_taken(out):
        raise FormatError(
            out, "this folder is not empty", hint="Choose a new folder for the export"
        )
    make_folder(out)
    mark = out / UNFINISHED
    atomic_write(mark, b"segstudio is writing this folder, or was stopped while it did.\n")
    yield
    try:
        os.unlink(mark)  # noqa: PTH108 - as atomic_write does
    except OSError as error:
        raise FormatError(
            out, f"{UNFINISHED} cannot be removed ({error.strerror})", hint="Remove it"
        ) from error


def write_each(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    write: Callable[[str, LabelledArray], LabelMap],
    *,
    total: int,
    progress: Progress | None,
) -> Written:
    """Write every item under a name of its own.

    Args:
        items: The images, read one at a time.
        label_set: The classes; a label map with another value is refused.
        write: Writes one item under a file stem that no other has, and returns its label map as
            it reads back.
        total: Number of items, for ``progress``.
        progress: Told after each image.

    Raises:
        FormatError: If a label map holds a value that is no class.
    """
    stems: dict[str, list[str]] = {TRAIN: [], VALIDATION: []}
    taken: set[str] = set()
    changed = np.zeros(256, np.int64)
    changed_images: list[str] = []
    for done, item in enumerate(items, start=1):
        refuse_foreign_values(item.image, item.label_map, len(label_set), "the project")
        stem = unique_stem(item.key, taken)
        differs = write(stem, item) != item.label_map
        if differs.any():
            changed += np.bincount(item.label_map[differs], minlength=256)
            changed_images = [*changed_images, item.key][:_NAMED_IMAGES]
        stems.setdefault(item.split, []).append(stem)
        if progress:
            progress(done, total)
    by_value = {value: int(changed[value]) for value in np.flatnonzero(changed).tolist()}
    return Written(stems, ExportReport(len(taken), by_value, tuple(changed_images)))


def copy_image(source: Path, folder: Path, stem: str) -> Path:
    """Copy an image file under another name; returns the copy.

    The copy is byte for byte, except for images whose EXIF data asks to turn them: they are
    written upright as PNG, because most readers would show them beside a mask that does not fit.

    Raises:
        ImageError: If the image cannot be read.
        StorageError: If the copy cannot be written.
    """
    suffix, content = upright_bytes(source)
    copy = folder / f"{stem}{suffix}"
    atomic_write(copy, content)
    return copy


def upright_bytes(source: Path) -> tuple[str, bytes]:
    """Return the suffix and the content that a copy of an image file gets; see ``copy_image``.

    Raises:
        ImageError: If the image cannot be read.
    """
    if is_turned(source):
        buffer = io.BytesIO()
        Image.fromarray(read_image(source)).save(buffer, "PNG", compress_level=1)
        return ".png", buffer.getvalue()
    try:
        return source.suffix.lower(), source.read_bytes()
    except OSError as error:
        raise ImageError(source, "it cannot be copied") from error


def write_mask(path: Path, label_map: LabelMap, palette: Palette) -> LabelMap:
    """Write a label map as an indexed PNG and return what reads back.

    Raises:
        StorageError: If it cannot be written.
    """
    write_label_map(path, label_map, palette)
    return read_label_map(path)


def write_gray_mask(path: Path, values: LabelMap) -> LabelMap:
    """Write an (H, W) uint8 array as a grey PNG and return what reads back.

    Raises:
        StorageError: If it cannot be written.
    """
    return _written_picture(path, np.ascontiguousarray(values), "PNG", compress_level=1)


def write_tiff_mask(path: Path, label_map: LabelMap) -> LabelMap:
    """Write a label map as a grey TIFF, packed without loss, and return what reads back.

    Raises:
        StorageError: If it cannot be written.
    """
    return _written_picture(
        path, np.ascontiguousarray(label_map), "TIFF", compression="tiff_adobe_deflate"
    )


def _written_picture(path: Path, pixels: LabelMap, kind: str, **options: Any) -> LabelMap:  # noqa: ANN401
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    atomic_write(path, buffer.getvalue())
    return read_label_map(path)


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """Write a text file of these lines; raises StorageError."""
    atomic_write(path, "".join(f"{line}\n" for line in lines).encode("utf-8"))


def write_classes(out: Path, label_set: LabelSet) -> None:
    """Write ``classes.txt``: one name a line, in class index order; raises StorageError."""
    write_lines(out / CLASSES_FILE, label_set.names)


def _is_taken(out: Path) -> bool:
    try:
        return out.exists() and (not out.is_dir() or any(out.iterdir()))
    except OSError as error:
        raise FormatError(out, f"this folder cannot be read ({error.strerror})") from error


def unique_stem(key: str, taken: set[str]) -> str:
    """Return a file stem for an image that no other has, and note it in ``taken``.

    Args:
        key: Relative path of the image, forward slashes.
        taken: Stems that are in use, case folded.
    """
    path = PurePosixPath(key)
    # Folders become part of the name. White space ends a stem in the lists of other programs; line
    # breaks and bytes that are no text cannot stand there; Windows has no files with the others.
    flat = "__".join((*path.parts[:-1], path.stem))
    flat = "".join(
        "_" if char in _NOT_IN_STEMS or not char.isprintable() else char for char in flat
    )
    flat = flat.encode()[-_MAX_STEM_BYTES:].decode(errors="ignore").lstrip(".") or "image"
    stem, number = flat, 1
    while stem.casefold() in taken:
        number += 1
        stem = f"{flat}-{number}"
    taken.add(stem.casefold())
    return stem
