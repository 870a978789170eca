"""Folders of images and of NumPy arrays: (H, W) integers, 255 is unlabelled.

    images/a.jpg  masks/a.npy    or a.npz with one array, or with one called mask or label_map
    classes.txt                  names of the classes, one a line (optional)
    train.txt                    names of the training images (optional; also val.txt)

Arrays of Python objects (pickles) are never loaded. Of other arrays the header is read first: one
that is larger than its file, or packed and larger than its image, is refused before any memory is
taken for it.

Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
"""

import io
import math
import os
import zipfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive, resolve_binary
from segstudio.formats.classes import NamedClasses, read_named_classes
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.finding import Gathered, ImageFinder
from segstudio.formats.pairing import files_in, pair
from segstudio.formats.png import by_lists
from segstudio.formats.reading import first_folder, refuse_foreign_values
from segstudio.formats.writing import (
    copy_image,
    new_export,
    write_classes,
    write_each,
    write_lines,
)
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.fresh_files import write_fresh
from segstudio.storage.images import read_image_size

_IMAGES: Final = ("images", "image", "imgs", "img", "JPEGImages")
_MASKS: Final = ("masks", "mask", "labels", "label", "annotations", "gt", "targets")
_SUFFIXES: Final = (".npy", ".npz")
_NAMES: Final = ("mask", "label_map", "labels", "label", "arr_0")
_HEADER_BYTES: Final = 2**16


def is_npy(root: Path) -> bool:
    """Return whether ``root`` holds a folder of images and one of arrays."""
    images, masks = first_folder(root, _IMAGES), first_folder(root, _MASKS)
    return images is not None and masks is not None and bool(_arrays(masks))


def read_npy(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Pair the images and arrays of a folder; arrays are read later, one by one.

    Raises:
        FormatError: If no array belongs to an image, or a list or ``classes.txt`` is wrong.
    """
    needs = "It needs images/a.jpg and masks/a.npy"
    images, masks = first_folder(root, _IMAGES), first_folder(root, _MASKS)
    if images is None or masks is None:
        raise FormatError(root, "there are no images with arrays beside them", hint=needs)
    pairing = pair(files_in(images).images, _arrays(masks))
    gathered = Gathered(ImageFinder(root))
    for image, mask in pairing.pairs:
        gathered.add(images / image, masks / mask)
    gathered.problems += pairing.problems
    if gathered.splits:
        gathered.splits, told = by_lists(root, gathered.splits)
        gathered.problems += told
    classes = read_named_classes(root)
    read = partial(_read_label_map, positive, classes)
    return gathered.dataset(root, classes.label_set, read, needs)


def write_npy(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images, arrays, ``classes.txt`` and a list per split; see ``Writer``."""
    images, masks = out / "images", out / "masks"

    def write(stem: str, item: LabelledArray) -> LabelMap:
        image = copy_image(item.image, images, stem)
        path = masks / f"{stem}.npy"
        write_fresh(path, _encoded(item.label_map))
        return _loaded(LabelledImage(stem, image, path))

    with new_export(out):
        make_folder(images)
        make_folder(masks)
        stems, report = write_each(items, label_set, write, total=total, progress=progress)
        for split, names in stems.items():
            write_lines(out / f"{split}.txt", names)
        write_classes(out, label_set)
    return report


def _encoded(label_map: LabelMap) -> bytes:
    values = np.ascontiguousarray(label_map)
    header = io.BytesIO()
    npy_format.write_array_header_1_0(header, npy_format.header_data_from_array_1_0(values))
    return b"".join([header.getvalue(), values.data])


def _arrays(folder: Path) -> list[str]:
    return [name for name in files_in(folder).strays if name.lower().endswith(_SUFFIXES)]


def _read_label_map(
    positive: Positive | None, classes: NamedClasses, item: LabelledImage
) -> LabelMap:
    label_map = _loaded(item)
    if positive is not None or not len(classes.label_set):
        return resolve_binary(item.mask, label_map, positive)
    refuse_foreign_values(item.mask, label_map, len(classes.label_set), classes.named_in)
    return label_map


def _loaded(item: LabelledImage) -> LabelMap:
    try:
        if item.mask.suffix.lower() == ".npz":
            data = _packed(item.mask, read_image_size(item.image))
            return _array(io.BytesIO(data), len(data))
        with item.mask.open("rb") as file:
            return _array(file, os.fstat(file.fileno()).st_size)
    except OSError as error:
        raise FormatError(item.mask, f"it cannot be read ({error.strerror})") from error
    except (ValueError, EOFError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise FormatError(
            item.mask, f"{error}", hint="Save it with numpy.save, as (H, W) integers"
        ) from error


def _array(file: BinaryIO, num_bytes: int) -> LabelMap:
    version = npy_format.read_magic(file)
    if version not in ((1, 0), (2, 0), (3, 0)):
        raise ValueError(f"its format {version} is not known")
    read_header = (
        npy_format.read_array_header_1_0 if version == (1, 0) else npy_format.read_array_header_2_0
    )
    shape, _, dtype = read_header(file)
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which are never loaded")
    if dtype.kind not in "iub":
        raise ValueError(f"it holds {dtype} numbers, and class indices are integers")
    size = shape if len(shape) == 2 else tuple(part for part in shape if part != 1)
    if len(size) != 2 or 0 in size:
        raise ValueError(f"its shape is {shape}, and masks are (H, W)")
    if math.prod(shape) * dtype.itemsize > num_bytes - file.tell():
        raise ValueError("it is shorter than its shape says")
    file.seek(0)
    values: NDArray[np.integer] = npy_format.read_array(file, allow_pickle=False).reshape(size)
    if dtype == np.uint8:
        return values.view(np.uint8)
    wrong = next((int(v) for v in (values.min(), values.max()) if not 0 <= int(v) <= 255), None)
    if wrong is not None:
        raise ValueError(f"it holds the value {wrong}, and class indices are 0 to 255")
    return values.astype(np.uint8)


def _packed(path: Path, size: tuple[int, int]) -> bytes:
    with zipfile.ZipFile(path) as archive:
        infos = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        names: list[str] = [name for name in _NAMES if name in infos] or list(infos)
        if len(infos) > 1 and names[0] not in _NAMES:
            raise ValueError("it holds several arrays, and none is called mask")
        if not names:
            raise ValueError("it holds no array")
        name = names[0]
        most = _most_bytes(size)
        if infos[name].file_size > most:
            raise ValueError("it is larger unpacked than an array of its image's size")
        with archive.open(infos[name]) as file:
            data = file.read(most + 1)  # what the archive says about sizes is a claim
    if len(data) > most:
        raise ValueError("it is larger unpacked than an array of its image's size")
    return data


def _most_bytes(size: tuple[int, int]) -> int:
    return size[0] * size[1] * 8 + _HEADER_BYTES
