"""What COCO's JSON files have in common: images, categories, where the images lie.

The files come from strangers: they are read with a limit of size, as strict JSON, against a
schema, and the names in them stay inside the folder of images.

Source: https://cocodataset.org/#format-data.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from segstudio.core.label_set import LabelClass, LabelSet
from segstudio.core.palette import Color, default_color
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.core.strict_json import parse_json
from segstudio.errors import FormatError
from segstudio.formats.dataset import LabelledArray
from segstudio.formats.reading import counted, first_folder, some
from segstudio.formats.safe_paths import confined, leads_outside
from segstudio.formats.splitting import split_of
from segstudio.formats.writing import copy_image
from segstudio.storage.atomic_write import atomic_write, make_folder

ANNOTATIONS: Final = "annotations"
_MAX_BYTES: Final = 512 * 2**20
_LOOKED_AT: Final = 20


class CocoImage(NamedTuple):
    """An entry of ``images`` and its file."""

    file_name: str
    path: Path
    height: int
    width: int


class Category(NamedTuple):
    """An entry of ``categories``."""

    id: int
    name: str
    color: Color | None


@dataclass(frozen=True, slots=True)
class CocoFile:
    """One JSON file.

    Attributes:
        path: The file.
        split: The split that it is named after, or "all".
        images: Image id -> image, for the images that are there.
        categories: In the order of their ids.
        annotations: The entries as they stand; their own schema is not checked yet.
        info: The object ``info``.
        problems: What was left out and why, one sentence each.
    """

    path: Path
    split: str
    images: Mapping[int, CocoImage]
    categories: tuple[Category, ...]
    annotations: Sequence[Mapping[str, Any]]
    info: Mapping[str, Any]
    problems: tuple[str, ...]


class CocoWriter:
    """Gathers the images and annotations of an export, and writes a JSON file for each split."""

    def __init__(self) -> None:
        self._images: dict[str, list[dict[str, Any]]] = {TRAIN: [], VALIDATION: []}
        self._annotations: dict[str, list[dict[str, Any]]] = {TRAIN: [], VALIDATION: []}

    def add_image(self, out: Path, stem: str, item: LabelledArray) -> int:
        """Copy an image to the folder of its split, list it, and return its id."""
        folder = out / f"{item.split}2017"
        make_folder(folder)
        copy = copy_image(item.image, folder, stem)
        image_id = 1 + sum(map(len, self._images.values()))
        height, width = item.label_map.shape
        entry = {"id": image_id, "file_name": copy.name, "height": height, "width": width}
        self._images.setdefault(item.split, []).append(entry)
        return image_id

    def add_annotations(self, split: str, annotations: Iterable[dict[str, Any]]) -> None:
        """Add annotations of images that were added."""
        self._annotations.setdefault(split, []).extend(annotations)

    def next_id(self) -> int:
        """Return the id of the next annotation."""
        return 1 + sum(map(len, self._annotations.values()))

    def write(
        self, out: Path, kind: str, label_set: LabelSet, first: int, info: Mapping[str, Any]
    ) -> None:
        """Write ``annotations/KIND_train2017.json`` and the like.

        Args:
            out: The folder of the export.
            kind: "instances" or "panoptic".
            label_set: The classes.
            first: The class index of the first category, whose id is 1.
            info: What to say in ``info``.

        Raises:
            StorageError: If a file cannot be written.
        """
        categories = [
            {
                "id": place,
                "name": item.name,
                "supercategory": item.name,
                "isthing": 0,
                "color": list(item.color),
            }
            for place, item in enumerate(label_set.classes[first:], start=1)
        ]
        for split, images in self._images.items():
            value = {
                "info": {"description": "exported by segstudio", **info},
                "images": images,
                "annotations": self._annotations.get(split, []),
                "categories": categories,
            }
            text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
            path = out / ANNOTATIONS / f"{kind}_{split}2017.json"
            atomic_write(path, text.encode("ascii"))


def read_coco_files(root: Path, paths: Iterable[Path]) -> list[CocoFile]:
    """Read JSON files of one data set.

    Raises:
        FormatError: If one is wrong, they do not have the same categories, or no image is there.
    """
    files = [_read(root, path) for path in paths]
    for file in files:
        if file.categories != files[0].categories:
            raise FormatError(
                file.path,
                f"it has other categories than {files[0].path.name}",
                hint="Bring the files to one list of categories, or read them one by one",
            )
    if not any(file.images for file in files):
        names = [file.path.name for file in files]
        raise FormatError(
            root,
            f"none of the images that {some(names)} lists is here",
            hint="Put the images beside annotations, into a folder named as the JSON file is: "
            "train2017 for instances_train2017.json",
        )
    return files


def label_set_of(path: Path, categories: Sequence[Category], background: str | None) -> LabelSet:
    """Return the categories as classes, after the background if that has a name.

    Raises:
        FormatError: If the names cannot be those of classes.
    """
    try:
        label_set = LabelSet.named([] if background is None else [background])
        for category in categories:
            color = category.color or default_color(len(label_set))
            label_set = LabelSet((*label_set.classes, LabelClass(category.name, color)))
        return label_set
    except ValueError as error:
        raise FormatError(
            path, f"its categories cannot be classes: {error}", hint="Rename them in the file"
        ) from error


def image_of(annotation: Mapping[str, Any]) -> int | None:
    """Return the ``image_id`` of an annotation, or None if that is no number."""
    image_id = annotation.get("image_id")
    return image_id if type(image_id) is int else None


def split_name(path: Path) -> str:
    """Return what a JSON file calls its part of the data: ``train2017``."""
    own = path.stem.rsplit("_", 1)[-1]
    return own if split_of(own) else path.parent.name


def _read(root: Path, path: Path) -> CocoFile:
    value = _parsed(path)
    try:
        categories = tuple(_categories(_entries(value, "categories")))
        annotations = list(_entries(value, "annotations"))
        entries = list(_entries(value, "images"))
        folder = _image_folder(root, path, entries)
        images, problems = _images(folder, entries)
    except ValueError as error:
        raise FormatError(
            path, f"it is not a COCO file: {error}", hint="Export it again from its source"
        ) from error
    ids = [str(entry["id"]) for entry in annotations if "id" in entry]  # panoptic ones have none
    doubled = len(ids) - len(set(ids))
    if doubled:
        problems.append(f"{counted(range(doubled), 'annotation')} with the id of another one")
    strangers = [entry for entry in annotations if image_of(entry) not in images]
    if strangers:
        told = counted(strangers, "annotation")
        problems.append(f"{told} passed over, whose image is not here")
    return CocoFile(
        path=path,
        split=split_of(split_name(path)) or "all",
        images=images,
        categories=categories,
        annotations=annotations,
        info=value["info"] if isinstance(value.get("info"), dict) else {},
        problems=tuple(f"{path.name}: {problem}" for problem in problems),
    )


def _parsed(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise FormatError(
                path,
                f"it is larger than {_MAX_BYTES // 2**20} MiB",
                hint="Divide it into several files",
            )
        value = parse_json(path.read_bytes())
    except OSError as error:
        raise FormatError(path, f"it cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise FormatError(
            path, f"it is not valid JSON ({error})", hint="Export it again from its source"
        ) from error
    if not isinstance(value, dict):
        raise FormatError(path, "it is not a COCO file: it holds no object", hint="Export it again")
    return value


def _entries(value: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    entries = value.get(key)
    if not isinstance(entries, list):
        raise ValueError(f"it has no list {key}")
    for place, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise ValueError(f"{key}[{place}] is not an object")
        yield entry


def _categories(entries: Iterable[Mapping[str, Any]]) -> list[Category]:
    found: dict[int, Category] = {}
    for entry in entries:
        category_id, name = entry.get("id"), entry.get("name")
        if type(category_id) is not int or not isinstance(name, str):
            raise ValueError("a category lacks its id or its name")
        if category_id in found:
            raise ValueError(f"two categories have the id {category_id}")
        found[category_id] = Category(category_id, name.strip(), _color(entry.get("color")))
    return [found[category_id] for category_id in sorted(found)]


def _color(value: object) -> Color | None:
    if (
        isinstance(value, list)
        and len(value) == 3
        and all(type(part) is int and 0 <= part <= 255 for part in value)
    ):
        return Color(*value)
    return None


def _image_folder(root: Path, path: Path, entries: Sequence[Mapping[str, Any]]) -> Path:
    """Return the folder that the names of the images are relative to."""
    name = split_name(path)
    candidates = [root / "images" / name, root / name, root / "images", path.parent, root]
    names = [entry.get("file_name") for entry in entries[:_LOOKED_AT]]
    for folder in candidates:
        for file_name in names:
            try:
                if isinstance(file_name, str) and confined(folder, file_name).is_file():
                    return folder
            except (OSError, ValueError):
                continue
    return first_folder(root, [name, "images"]) or root


def _images(
    folder: Path, entries: Sequence[Mapping[str, Any]]
) -> tuple[dict[int, CocoImage], list[str]]:
    images: dict[int, CocoImage] = {}
    ids: set[int] = set()
    names: set[str] = set()
    left_out: dict[str, list[str]] = {}
    for entry in entries:
        image_id, name = entry.get("id"), entry.get("file_name")
        height, width = entry.get("height"), entry.get("width")
        if type(image_id) is not int or not isinstance(name, str):
            raise ValueError("an image lacks its id or its file_name")
        if type(height) is not int or type(width) is not int or min(height, width) < 1:
            raise ValueError(f"the image {name[:80]!r} has no size")
        try:
            path = confined(folder, name)
            there = path.is_file()
        except (OSError, ValueError):
            there, path = False, folder
        if path == folder:
            reason = f"whose names lead out of {folder.name}"
        elif not there:
            reason = f"which are not in {folder.name}"
        elif leads_outside(folder, path):
            reason = f"which are links that lead out of {folder.name}"
        elif image_id in ids:
            reason = "which have the id of another image"
        elif name in names:
            reason = "which stand there twice"
        else:
            images[image_id] = CocoImage(name, path, height, width)
            ids.add(image_id)
            names.add(name)
            continue
        left_out.setdefault(reason, []).append(ascii(name[:80]))
    problems = [
        f"{counted(files, 'image')} left out, {reason}: {some(files)}"
        for reason, files in left_out.items()
    ]
    return images, problems
