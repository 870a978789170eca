"""The one table of formats: a new format is one file and one row here."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError
from segstudio.formats.ade20k import is_ade20k, read_ade20k, write_ade20k
from segstudio.formats.binary import Positive
from segstudio.formats.camvid import is_camvid, read_camvid, write_camvid
from segstudio.formats.cityscapes import (
    is_cityscapes,
    is_cityscapes_34,
    read_cityscapes,
    read_cityscapes_34,
    write_cityscapes,
    write_cityscapes_34,
)
from segstudio.formats.coco_instances import (
    is_coco_instances,
    read_coco_instances,
    write_coco_instances,
)
from segstudio.formats.coco_panoptic import (
    is_coco_panoptic,
    read_coco_panoptic,
    write_coco_panoptic,
)
from segstudio.formats.coco_stuff import is_coco_stuff, read_coco_stuff, write_coco_stuff
from segstudio.formats.cvat import is_cvat, read_cvat, write_cvat
from segstudio.formats.cvat_mask import is_cvat_mask, read_cvat_mask, write_cvat_mask
from segstudio.formats.dataset import ExportReport, LabelledArray, LabelledDataset, Progress
from segstudio.formats.datumaro import is_datumaro, read_datumaro, write_datumaro
from segstudio.formats.deep_png import is_deep_png, read_deep_png, write_deep_png
from segstudio.formats.huggingface import is_huggingface, read_huggingface, write_huggingface
from segstudio.formats.labelme import is_labelme, read_labelme, write_labelme
from segstudio.formats.labelstudio import is_labelstudio, read_labelstudio, write_labelstudio
from segstudio.formats.npy import is_npy, read_npy, write_npy
from segstudio.formats.pets import is_pets, read_pets, write_pets
from segstudio.formats.png import is_png, read_png, write_png
from segstudio.formats.rgb import is_rgb, read_rgb, write_rgb
from segstudio.formats.segstudio_project import PROJECT_FORMAT, is_project_or_images, read_project
from segstudio.formats.supervisely import is_supervisely, read_supervisely, write_supervisely
from segstudio.formats.tiff import is_tiff, read_tiff, write_tiff
from segstudio.formats.voc import is_voc, read_voc, write_voc
from segstudio.formats.writing import UNFINISHED
from segstudio.formats.xanylabeling import is_xanylabeling, read_xanylabeling, write_xanylabeling
from segstudio.formats.yolo import is_yolo, read_yolo, write_yolo
from segstudio.formats.yolo_mask import is_yolo_mask, read_yolo_mask, write_yolo_mask
from segstudio.storage.image_list import is_project


class Reader(Protocol):
    """Reads the layout of a label set."""

    def __call__(self, root: Path, *, positive: Positive | None = None) -> LabelledDataset:
        """Return the label set in ``root``; raises FormatError."""


class ApartReader(Protocol):
    """Reads a label set whose images may lie in another folder."""

    def __call__(
        self, root: Path, *, positive: Positive | None = None, images: Path | None = None
    ) -> LabelledDataset:
        """Return the label set in ``root``; raises FormatError."""


class Writer(Protocol):
    """Writes a label set and reads it back."""

    def __call__(
        self,
        items: Iterable[LabelledArray],
        label_set: LabelSet,
        out: Path,
        *,
        total: int,
        progress: Progress | None = None,
    ) -> ExportReport:
        """Write ``items`` to ``out``; raises FormatError, StorageError or ImageError."""


class LabelFormat(NamedTuple):
    """One way to keep a label set on disk.

    Attributes:
        name: Word on the command line.
        title: Words in the window.
        recognises: Whether a folder looks like this format.
        write: None for what is only read.
        asks_positive: Whether masks of 0 and 255 leave open what they mean; the others define it.
        values: What the values in its masks stand for, in words.
        write_regions: ``write`` with each connected region of a class as an object of its own, for
            formats that tell objects apart.
        read_apart: ``read``, where it also finds images in another folder.
        lossless: Name of a format that keeps what this one cannot, which is told when pixels
            changed; empty where everything is kept.
    """

    name: str
    title: str
    recognises: Callable[[Path], bool]
    read: Reader
    write: Writer | None = None
    asks_positive: bool = False
    values: str = "the value is the class index, 255 is unlabelled"
    read_apart: ApartReader | None = None
    lossless: str = ""
    write_regions: Writer | None = None


_PROJECT: Final = LabelFormat(
    PROJECT_FORMAT, "segstudio project", is_project_or_images, read_project
)

# In the order of recognising: what is particular before what fits many folders.
_ROWS: Final = (
    _PROJECT,
    LabelFormat(
        "cvat-mask",
        "CVAT segmentation masks",
        is_cvat_mask,
        read_cvat_mask,
        write_cvat_mask,
        values="a colour for each class, named in labelmap.txt",
        read_apart=read_cvat_mask,
    ),
    LabelFormat("voc", "Pascal VOC", is_voc, read_voc, write_voc, asks_positive=True),
    LabelFormat(
        "camvid",
        "CamVid lists",
        is_camvid,
        read_camvid,
        write_camvid,
        asks_positive=True,
        values="the value is the class index, 255 and the value after the last are unlabelled",
    ),
    LabelFormat(
        "pets",
        "Oxford-IIIT Pet",
        is_pets,
        read_pets,
        write_pets,
        values="the value is one more than the class index, 0 is unlabelled",
    ),
    LabelFormat(
        "cityscapes",
        "Cityscapes, 19 classes",
        is_cityscapes,
        read_cityscapes,
        write_cityscapes,
        values="train ids, or label ids turned into them, 255 is unlabelled",
    ),
    LabelFormat(
        "cityscapes-34",
        "Cityscapes, 34 label ids",
        is_cityscapes_34,
        read_cityscapes_34,
        write_cityscapes_34,
        values="label ids, 255 is unlabelled",
    ),
    LabelFormat(
        "coco-panoptic",
        "COCO panoptic",
        is_coco_panoptic,
        read_coco_panoptic,
        write_coco_panoptic,
        values="colours number the segments, whose categories stand in the JSON file",
    ),
    LabelFormat(
        "coco-stuff",
        "COCO-Stuff",
        is_coco_stuff,
        read_coco_stuff,
        write_coco_stuff,
        values="the value is the label id less one, 255 is unlabelled",
    ),
    LabelFormat(
        "coco-instances",
        "COCO instances",
        is_coco_instances,
        read_coco_instances,
        write_coco_instances,
        values="polygons and run lengths of a category each, in the JSON file",
        read_apart=read_coco_instances,
        write_regions=partial(write_coco_instances, each_region=True),
    ),
    LabelFormat(
        "yolo-mask",
        "YOLO masks",
        is_yolo_mask,
        read_yolo_mask,
        write_yolo_mask,
    ),
    LabelFormat(
        "yolo",
        "YOLO polygons",
        is_yolo,
        read_yolo,
        write_yolo,
        values="polygons of a class each, in text files",
        lossless="yolo-mask",
    ),
    LabelFormat(
        "ade20k",
        "ADE20K",
        is_ade20k,
        read_ade20k,
        write_ade20k,
        values="the value is one more than the class index, 0 is unlabelled",
    ),
    LabelFormat(
        "cvat",
        "CVAT for images",
        is_cvat,
        read_cvat,
        write_cvat,
        values="shapes of a label each, in the XML file",
        read_apart=read_cvat,
    ),
    LabelFormat(
        "supervisely",
        "Supervisely",
        is_supervisely,
        read_supervisely,
        write_supervisely,
        values="shapes of a class each, in JSON files",
        read_apart=read_supervisely,
    ),
    LabelFormat(
        "datumaro",
        "Datumaro",
        is_datumaro,
        read_datumaro,
        write_datumaro,
        values="shapes of a label each, in JSON files",
        read_apart=read_datumaro,
    ),
    LabelFormat(
        "labelstudio",
        "Label Studio",
        is_labelstudio,
        read_labelstudio,
        write_labelstudio,
        values="brush strokes and shapes of a label each, in the JSON file",
        read_apart=read_labelstudio,
    ),
    LabelFormat(
        "xanylabeling",
        "X-AnyLabeling",
        is_xanylabeling,
        read_xanylabeling,
        write_xanylabeling,
        values="shapes of a label each, in JSON files",
        read_apart=read_xanylabeling,
        lossless="labelme",
    ),
    LabelFormat(
        "labelme",
        "Labelme",
        is_labelme,
        read_labelme,
        write_labelme,
        values="shapes of a label each, in JSON files",
        read_apart=read_labelme,
    ),
    LabelFormat(
        "huggingface",
        "Hugging Face, Parquet",
        is_huggingface,
        read_huggingface,
        write_huggingface,
        asks_positive=True,
    ),
    LabelFormat("npy", "NumPy arrays", is_npy, read_npy, write_npy, asks_positive=True),
    LabelFormat(
        "png16",
        "16-bit PNG masks",
        is_deep_png,
        read_deep_png,
        write_deep_png,
        values="a value for each class, named in values.txt, 65535 is unlabelled",
    ),
    LabelFormat("tiff", "TIFF masks", is_tiff, read_tiff, write_tiff, asks_positive=True),
    LabelFormat(
        "rgb",
        "masks in colours",
        is_rgb,
        read_rgb,
        write_rgb,
        values="a colour for each class, named in labelmap.txt",
    ),
    LabelFormat(
        "png", "folders of images and masks", is_png, read_png, write_png, asks_positive=True
    ),
)

FORMATS: Final = {row.name: row for row in _ROWS}


def read_any(
    root: Path, *, positive: Positive | None = None, format_name: str | None = None
) -> LabelledDataset:
    """Read a label set, in whichever format its folder looks like unless one is named.

    Args:
        root: The folder.
        positive: How to read masks that hold only 0 and 255.
        format_name: A name in the table, or None.

    Raises:
        FormatError: If there is no such folder or format, no format recognises the folder, or it
            cannot be read.
        ProjectError: If it is a project that cannot be read.
    """
    row = find_format(root, format_name)
    return replace(row.read(root, positive=positive), format_name=row.name)


def read_labels(
    root: Path,
    *,
    positive: Positive | None = None,
    format_name: str | None = None,
    images: Path | None = None,
) -> LabelledDataset:
    """Read label files for an import: their images may lie in another folder.

    Args:
        root: The folder of the label files.
        positive: How to read masks that hold only 0 and 255.
        format_name: A name in the table, or None.
        images: Another folder where the images may be, such as that of the project.

    Raises:
        FormatError: As ``read_any`` does.
        ProjectError: As ``read_any`` does.
    """
    row = find_format(root, format_name)
    if row.read_apart is None:
        dataset = row.read(root, positive=positive)
    else:
        dataset = row.read_apart(root, positive=positive, images=images)
    return replace(dataset, format_name=row.name)


def recognised(root: Path) -> list[LabelFormat]:
    """Return every format that a folder looks like, the most particular first."""
    return [row for row in _ROWS if row.recognises(root)] if root.is_dir() else []


def find_format(root: Path, format_name: str | None = None) -> LabelFormat:
    """Return the format that a folder looks like, or the one that is named.

    Raises:
        FormatError: If there is no such folder or format, no format recognises the folder, or two
            do that mean different labels.
    """
    if not root.is_dir():
        if root.exists():
            raise FormatError(root, "this is a file", hint="Name the folder of the label set")
        raise FormatError(root, "there is no such folder", hint="Check the name")
    if (root / UNFINISHED).is_file():
        raise FormatError(
            root,
            "this export was stopped before it was finished",
            hint=f"Export again into a new folder, or remove {UNFINISHED} to use what is there",
        )
    return _recognised(root) if format_name is None else _named(root, format_name)


def _named(root: Path, format_name: str) -> LabelFormat:
    row = FORMATS.get(format_name)
    if row is None:
        raise FormatError(
            root,
            f"there is no format {format_name}",
            hint=f"Known are: {', '.join(FORMATS)}",
        )
    return row


def _recognised(root: Path) -> LabelFormat:
    found = next((row for row in _ROWS if row.recognises(root)), None)
    if found is None:
        raise FormatError(
            root,
            "no known label format was found in this folder",
            hint="Put images into a folder images and masks of the same names into a folder masks; "
            f"looked for: {'; '.join(row.title for row in _ROWS)}",
        )
    if found is not _PROJECT or is_project(root):
        return found
    # Somebody's label set that was opened in the window once: which of the two is meant?
    other = next((row for row in _ROWS if row is not _PROJECT and row.recognises(root)), None)
    if other is not None:
        raise FormatError(
            root,
            f"this folder holds a label set ({other.title}) and a segstudio project",
            hint=f"Say which one with --format {other.name} or --format {_PROJECT.name}",
        )
    return found
