"""Read what COCO's JSON files have in common: images, categories, where the images lie.

The files come from strangers: they are read entry by entry, as strict JSON, against a schema, and
the names in them stay inside the folder of images. Annotations are not held: each is read when its
image is drawn.

Source: https://cocodataset.org/#format-data.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from segstudio.core.label_set import LabelClass, LabelSet
from segstudio.core.palette import Color, default_color
from segstudio.errors import FormatError
from segstudio.formats.finding import ImageFinder
from segstudio.formats.json_files import Element, Span, read_loosely, scan_json
from segstudio.formats.reading import counted, first_folder, some
from segstudio.formats.safe_paths import confined, leads_outside
from segstudio.formats.splitting import split_of

ANNOTATIONS: Final = "annotations"
_LISTS: Final = frozenset({"images", "annotations"})
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
        annotations: Where the annotations of each image stand; they are not checked yet.
        info: The object ``info``.
        problems: What was left out and why, one sentence each.
    """

    path: Path
    split: str
    images: Mapping[int, CocoImage]
    categories: tuple[Category, ...]
    annotations: Mapping[int, Sequence[Span]]
    info: Mapping[str, Any]
    problems: tuple[str, ...]


def is_coco_file(path: Path) -> bool:
    """Return whether a JSON file holds lists of images, annotations and categories."""
    wanted = {"images", "annotations", "categories"}
    try:
        for element in scan_json(path, _LISTS):
            wanted.discard(element.key)
            if not wanted:
                return True
            if not element.key:  # a list of anything
                return False
    except FormatError:
        return False
    return False


def read_coco_files(
    root: Path, paths: Iterable[Path], finder: ImageFinder | None = None
) -> list[CocoFile]:
    """Read JSON files of one data set.

    Args:
        root: Its folder.
        paths: The files.
        finder: Finds images that are not where COCO has them; None if there are no others.

    Raises:
        FormatError: If one is wrong, they do not have the same categories, or no image is there.
    """
    files = [_read(root, path, finder) for path in paths]
    for file in files:
        if file.categories != files[0].categories:
            raise FormatError(
                file.path,
                f"it has other categories than {files[0].path.name}",
                hint="Bring the files to one list of categories, or read them one by one",
            )
    if not any(file.images for file in files):
        names = [file.path.name for file in files]
        told = "".join(f"; {problem}" for file in files for problem in file.problems)
        raise FormatError(
            root,
            f"none of the images that {some(names)} lists is here{told}",
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


def split_name(path: Path) -> str:
    """Return what a JSON file calls its part of the data: ``train2017``."""
    own = path.stem.rsplit("_", 1)[-1]
    return own if split_of(own) else path.parent.name


def _read(root: Path, path: Path, finder: ImageFinder | None) -> CocoFile:
    images: list[Element] = []
    spans: dict[int, list[Span]] = {}
    found: dict[str, Any] = {}
    wrong: dict[int, str] = {}
    numbers: set[object] = set()
    doubled = 0
    strange: list[str] = []
    for element in scan_json(path, _LISTS):
        value = element.value
        if element.key == "annotations":
            try:
                image_id, number = _ids(path, element)
            except ValueError:
                strange.append(f"at byte {element.span.start}")
                continue
            if isinstance(value, ValueError):
                wrong[image_id] = str(value)
            doubled += number is not None and number in numbers
            numbers.add(number)
            spans.setdefault(image_id, []).append(element.span)
        elif element.key == "images":
            images.append(element)
        elif isinstance(value, ValueError):
            raise _not_coco(path, value)
        else:
            found[element.key] = value
    try:
        categories = tuple(_categories(_entries(found, "categories")))
        for key in _LISTS:
            if key in found:
                raise ValueError(f"it has no list {key}")
        folder = _image_folder(root, path, [element.value for element in images])
        there, problems = _images(folder, images, finder)
    except ValueError as error:
        raise _not_coco(path, error) from error
    if strange:
        told = counted(strange, "annotation")
        problems.append(f"{told} passed over, which cannot be read: {some(strange)}")
    if doubled:
        problems.append(f"{counted(range(doubled), 'annotation')} with the id of another one")
    strangers = sum(len(own) for image_id, own in spans.items() if image_id not in there)
    if strangers:
        told = counted(range(strangers), "annotation")
        problems.append(f"{told} passed over, whose image is not here")
    for image_id, reason in wrong.items():
        if image_id in there:
            name = there.pop(image_id).file_name
            problems.append(f"{name[:80]!a} left out, with an annotation that is wrong: {reason}")
    info = found.get("info")
    return CocoFile(
        path=path,
        split=split_of(split_name(path)) or "all",
        images=there,
        categories=categories,
        annotations={image_id: own for image_id, own in spans.items() if image_id in there},
        info=info if isinstance(info, dict) else {},
        problems=tuple(f"{path.name}: {problem}" for problem in problems),
    )


def _ids(path: Path, element: Element) -> tuple[int, object]:
    """Return the image's id of an annotation (-1 if it has none) and its own, as text.

    Raises:
        ValueError: If it is no object.
    """
    value = element.value
    if isinstance(value, ValueError):  # not strict, but JSON: which image must be left out?
        value = read_loosely(path, element.span)
    if not isinstance(value, dict):
        raise ValueError("an annotation is no object")
    image_id, number = value.get("image_id"), value.get("id")  # panoptic ones have no id
    return image_id if type(image_id) is int else -1, None if number is None else str(number)


def _not_coco(path: Path, error: ValueError) -> FormatError:
    return FormatError(
        path, f"it is not a COCO file: {error}", hint="Export it again from its source"
    )


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


def _image_folder(root: Path, path: Path, entries: Sequence[object]) -> Path:
    """Return the folder that the names of the images are relative to."""
    name = split_name(path)
    candidates = [root / "images" / name, root / name, root / "images", path.parent, root]
    names = [entry.get("file_name") for entry in entries[:_LOOKED_AT] if isinstance(entry, dict)]
    for folder in candidates:
        for file_name in names:
            try:
                if isinstance(file_name, str) and confined(folder, file_name).is_file():
                    return folder
            except (OSError, ValueError):
                continue
    return first_folder(root, [name, "images"]) or root


def _images(
    folder: Path, entries: Sequence[Element], finder: ImageFinder | None
) -> tuple[dict[int, CocoImage], list[str]]:
    images: dict[int, CocoImage] = {}
    names: set[str] = set()
    left_out: dict[str, list[str]] = {}
    for element in entries:
        entry = element.value if isinstance(element.value, dict) else {}
        image_id, name = entry.get("id"), entry.get("file_name")
        height, width = entry.get("height"), entry.get("width")
        told = f"the entry at byte {element.span.start}"
        if isinstance(element.value, ValueError):
            reason = f"because {element.value}"
        elif type(image_id) is not int or not isinstance(name, str):
            reason = "which lack an id or a file_name"
        else:
            told = ascii(name[:80])
            path, reason = _place(folder, name, finder)
            if type(height) is not int or type(width) is not int or min(height, width) < 1:
                reason = "which have no size"
            elif path is not None and image_id in images:
                reason = "which have the id of another image"
            elif path is not None and name in names:
                reason = "which stand there twice"
            elif path is not None:
                images[image_id] = CocoImage(name, path, height, width)
                names.add(name)
                continue
        left_out.setdefault(reason, []).append(told)
    problems = [
        f"{counted(files, 'image')} left out, {reason}: {some(files)}"
        for reason, files in left_out.items()
    ]
    return images, problems


def _place(folder: Path, name: str, finder: ImageFinder | None) -> tuple[Path | None, str]:
    """Return where an image is, or None and why it is left out."""
    try:
        path = confined(folder, name)
        is_there = path.is_file()
    except (OSError, ValueError):
        return None, f"whose names lead out of {folder.name}"
    if is_there and leads_outside(folder, path):
        return None, f"which are links that lead out of {folder.name}"
    if is_there:
        return path, ""
    if finder is not None:
        with suppress(ValueError):
            return finder.find(name), ""
    return None, f"which are not in {folder.name}"
