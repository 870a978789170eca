"""What the writers of several formats share: the new folder, names, copies, the loop."""

import io
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.label_set import LabelSet
from segstudio.core.palette import Palette
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.errors import FormatError, ImageError
from segstudio.formats.classes import CLASSES_FILE
from segstudio.formats.dataset import ExportReport, LabelledArray, Progress
from segstudio.formats.reading import refuse_foreign_values
from segstudio.storage.atomic_write import atomic_write, make_folder, sync_folder
from segstudio.storage.fresh_files import flush_tree, write_fresh
from segstudio.storage.images import is_turned, read_image
from segstudio.storage.masks import encode_label_map, read_colors, read_label_map
from segstudio.storage.plain_masks import encode_png, encode_tiff

UNFINISHED: Final = "unfinished-export.txt"
_MAX_STEM_BYTES: Final = 200
_NAMED_IMAGES: Final = 100
_MOST_THREADS: Final = 4
_NOT_IN_STEMS: Final = frozenset(' <>:"\\|?*')

_Entry = TypeVar("_Entry")
_Given = TypeVar("_Given")
_Result = TypeVar("_Result")


class Written(NamedTuple):
    """What was written.

    Attributes:
        stems: Split -> names of its images, without suffix; "train" and "val" are always there.
        report: How many, and what changed.
    """

    stems: dict[str, list[str]]
    report: ExportReport


class Numbered(NamedTuple):
    """An item to be written.

    Attributes:
        number: Its place, counted from 1.
        stem: A file stem that no other has.
        item: The item.
    """

    number: int
    stem: str
    item: LabelledArray


@contextmanager
def new_export(out: Path) -> Iterator[None]:
    """Make the folder of an export; until the block ends without a failure it is marked unfinished.

    Files in it are written by ``write_fresh``: all of them are flushed to the disk at once, before
    the mark goes.

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
    flush_tree(out)  # before that, an export which looks whole might not survive a power cut
    try:
        mark.unlink()
        sync_folder(out)
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
    """Write every item under a name of its own, several at once.

    Args:
        items: The images, read one at a time.
        label_set: The classes; a label map with another value is refused.
        write: Writes one item under a file stem that no other has, and returns its label map as
            it reads back; called on several threads.
        total: Number of items, for ``progress``.
        progress: Told after each image.

    Raises:
        FormatError: If a label map holds a value that is no class.
    """

    def make(numbered: Numbered) -> tuple[LabelMap, None]:
        return write(numbered.stem, numbered.item), None

    return write_in_order(items, label_set, make, lambda *_: None, total=total, progress=progress)


def write_in_order(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    make: Callable[[Numbered], tuple[LabelMap, _Entry]],
    add: Callable[[LabelledArray, _Entry], None],
    *,
    total: int,
    progress: Progress | None,
) -> Written:
    """Write every item, several at once, and list them one after another; see ``write_each``.

    Args:
        items: The images, read one at a time.
        label_set: The classes; a label map with another value is refused.
        make: Writes the files of one item; returns its label map as it reads back, and what is to
            be listed. Called on several threads.
        add: Lists it; called in the order of the items, on this thread.
        total: Number of items, for ``progress``.
        progress: Told after each image.
    """
    stems: dict[str, list[str]] = {TRAIN: [], VALIDATION: []}
    changed = np.zeros(256, np.int64)
    changed_images: list[str] = []
    done = 0

    def run(numbered: Numbered) -> tuple[Numbered, NDArray[np.int64] | None, _Entry]:
        read, entry = make(numbered)
        return numbered, _changed_pixels(numbered.item.label_map, read), entry

    for numbered, lost, entry in _at_once(run, _numbered(items, label_set)):
        add(numbered.item, entry)
        if lost is not None:
            changed += lost
            changed_images = [*changed_images, numbered.item.key][:_NAMED_IMAGES]
        stems.setdefault(numbered.item.split, []).append(numbered.stem)
        done += 1
        if progress:
            progress(done, total)
    by_value = {value: int(changed[value]) for value in np.flatnonzero(changed).tolist()}
    return Written(stems, ExportReport(done, by_value, tuple(changed_images)))


def _numbered(items: Iterable[LabelledArray], label_set: LabelSet) -> Iterator[Numbered]:
    taken: set[str] = set()
    for number, item in enumerate(items, start=1):
        refuse_foreign_values(item.image, item.label_map, len(label_set), "the project")
        yield Numbered(number, unique_stem(item.key, taken), item)


def _changed_pixels(given: LabelMap, read: LabelMap) -> NDArray[np.int64] | None:
    """Return how many pixels of each value read back as another one; None if none did."""
    differs = read != given
    return np.bincount(given[differs], minlength=256) if differs.any() else None


def _at_once(function: Callable[[_Given], _Result], given: Iterable[_Given]) -> Iterator[_Result]:
    """Call a function on a few threads, and yield what it returns in the order of what is given.

    Disks make threads wait, and packing leaves the other threads running. Only a few of what is
    given are held at a time. If one call fails or the caller stops, no other begins.
    """
    # No more than cores: formats that are made in Python would only wait for each other.
    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    pool = ThreadPoolExecutor(threads, thread_name_prefix="segstudio-export")
    waiting: deque[Future[_Result]] = deque()
    try:
        for one in given:
            waiting.append(pool.submit(function, one))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def write_listed(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    folder_of: Callable[[str], Path],
    make: Callable[[Numbered, Path], tuple[LabelMap, _Entry]],
    add: Callable[[LabelledArray, _Entry], None],
    *,
    total: int,
    progress: Progress | None,
) -> ExportReport:
    """Copy every image, and list them one after another in a file; see ``write_in_order``.

    Args:
        items: The images, read one at a time.
        label_set: The classes; a label map with another value is refused.
        folder_of: Where the images of a split go.
        make: Returns the label map as it reads back, and what is to be listed, of an item and the
            copy of its image.
        add: Lists it, in the order of the items.
        total: Number of items, for ``progress``.
        progress: Told after each image.
    """

    def copy_and_make(numbered: Numbered) -> tuple[LabelMap, _Entry]:
        folder = folder_of(numbered.item.split)
        make_folder(folder)
        return make(numbered, copy_image(numbered.item.image, folder, numbered.stem))

    return write_in_order(
        items, label_set, copy_and_make, add, total=total, progress=progress
    ).report


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
    write_fresh(copy, content)
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
    write_fresh(path, encode_label_map(label_map, palette))
    return read_label_map(path)


def write_gray_mask(path: Path, values: LabelMap) -> LabelMap:
    """Write an (H, W) uint8 array as a grey PNG and return what reads back.

    Raises:
        StorageError: If it cannot be written.
    """
    write_fresh(path, encode_png(values, None))
    return read_label_map(path)


def write_picture(path: Path, pixels: RgbImage) -> RgbImage:
    """Write (H, W, 3) uint8 RGB as a PNG and return what reads back.

    Raises:
        StorageError: If it cannot be written.
    """
    write_fresh(path, encode_png(pixels, None))
    return read_colors(path)


def write_tiff_mask(path: Path, label_map: LabelMap) -> LabelMap:
    """Write a label map as a grey TIFF, packed without loss, and return what reads back.

    Raises:
        StorageError: If it cannot be written.
    """
    write_fresh(path, encode_tiff(label_map))
    return read_label_map(path)


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """Write a text file of these lines; raises StorageError."""
    write_fresh(path, "".join(f"{line}\n" for line in lines).encode("utf-8"))


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
