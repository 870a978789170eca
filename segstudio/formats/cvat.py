"""CVAT for images 1.1: one XML file with the shapes of all images.

    annotations.xml       or several, such as train.xml and val.xml
    images/a.jpg          also images/train/a.jpg, and beside annotations.xml

Polygons, boxes, ellipses and masks cover pixels; a mask is run lengths through the rows of its box.
Shapes with a larger ``z_order`` lie on top. We write masks only, which keep every pixel.

The file is read image by image. One that declares a document type is refused: that is how XML is
made to grow without end, or to fetch other files.

Source: https://docs.cvat.ai/docs/dataset_management/formats/format-cvat and
https://docs.cvat.ai/docs/other/xml_format.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.palette import Color
from segstudio.core.raster import ellipse_region, rectangle_region
from segstudio.core.rect import Rect
from segstudio.core.region import Region
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.finding import Gathered, ImageFinder
from segstudio.formats.json_files import Span
from segstudio.formats.reading import refuse_positive
from segstudio.formats.run_lengths import mask_of_row_runs, row_runs
from segstudio.formats.shapes import (
    ShapeClasses,
    label_of,
    labels_to_list,
    own_classes,
    paint,
    parts_of,
    placed,
    polygon_of_points,
    refuse_far,
    shape_classes,
    true_size,
)
from segstudio.formats.splitting import split_of
from segstudio.formats.writing import Numbered, new_export, write_listed
from segstudio.storage.atomic_write import StreamedFile, make_folder

_FILE: Final = "annotations.xml"
_MOST_BYTES: Final = 256 * 2**20  # of one image's shapes
_WITHOUT_PIXELS: Final = frozenset({"points", "polyline", "tag", "cuboid", "skeleton", "attribute"})
_END_TAG: Final = b"</image>"


class _Image(NamedTuple):
    """An image element: its attributes and where it stands in the file."""

    name: str
    width: str
    height: str
    subset: str
    span: Span


@dataclass
class _File:
    """What the first pass through the file found.

    Attributes:
        images: Its images.
        listed: The labels that it lists, with their colours.
        used: The labels of its shapes.
    """

    images: list[_Image] = field(default_factory=list)
    listed: dict[str, Color | None] = field(default_factory=dict)
    used: dict[str, Color | None] = field(default_factory=dict)


def is_cvat(root: Path) -> bool:
    """Return whether ``root`` holds an XML file of CVAT's."""
    return bool(_xml_files(root))


def read_cvat(
    root: Path, *, positive: Positive | None = None, images: Path | None = None
) -> LabelledDataset:
    """Read CVAT's XML file; the shapes are drawn later, image by image.

    Args:
        root: The folder that holds ``annotations.xml``.
        positive: Must be None.
        images: Another folder where the images may be.

    Raises:
        FormatError: If the file is missing or wrong, no image is there, or ``positive`` is given.
    """
    refuse_positive(root, positive, "CVAT")
    paths = _xml_files(root)
    if not paths:
        raise FormatError(root, "there is no annotations.xml", hint="Unpack CVAT's export here")
    gathered = Gathered(ImageFinder(root, images))
    places: dict[str, _Image] = {}
    listed: dict[str, Color | None] = {}
    used: dict[str, Color | None] = {}
    for path in paths:
        found = _scanned(path)
        listed |= {name: color for name, color in found.listed.items() if name not in listed}
        used |= found.used
        _gather(gathered, root, path, found.images, places)
    classes = shape_classes(paths[0], (listed or used).items(), listed=bool(listed))
    needs = "It needs annotations.xml and the images beside it, in the folder images"
    return gathered.dataset(
        root, classes.label_set, partial(_read_label_map, classes, places), needs
    )


def _gather(
    gathered: Gathered,
    root: Path,
    path: Path,
    images: Iterable[_Image],
    places: dict[str, _Image],
) -> None:
    """Find the images of one file, and note where each stands in it."""
    for image in images:
        try:
            file = _find_image(gathered.finder, root, image)
        except ValueError as error:
            gathered.leave_out(ascii(image.name[:80]), str(error))
            continue
        item = gathered.add(file, path, split_of(image.subset) or split_of(path.stem))
        if item is not None:
            places[item.key] = image


def write_cvat(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images and ``annotations.xml`` with masks; see ``Writer``."""
    classes = own_classes(label_set)
    images = out / "images"

    def make(numbered: Numbered, image: Path) -> tuple[LabelMap, bytes]:
        label_map, split = numbered.item.label_map, numbered.item.split
        height, width = label_map.shape
        name = quoteattr(f"{split}/{image.name}")
        element = (
            f'  <image id="{numbered.number - 1}" name={name} width="{width}" height="{height}">\n'
            + "".join(_mask_elements(label_map, label_set))
            + "  </image>\n"
        ).encode("utf-8")
        read = np.full(label_map.shape, classes.uncovered, np.uint8)
        _draw(read, ElementTree.fromstring(element), classes)
        return read, element

    with new_export(out):
        make_folder(images)
        with StreamedFile(out / _FILE) as file:
            file.write(_head(label_set, total).encode("utf-8"))
            report = write_listed(
                items,
                label_set,
                images.joinpath,
                make,
                lambda _item, element: file.write(element),
                total=total,
                progress=progress,
            )
            file.write(b"</annotations>\n")
    return report


def _head(label_set: LabelSet, total: int) -> str:
    labels = "".join(
        f"        <label><name>{escape(name)}</name><color>{color.hex}</color>"
        "<type>mask</type><attributes></attributes></label>\n"
        for name, color in labels_to_list(label_set)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'
        f"  <meta>\n    <task>\n      <name>segstudio</name>\n      <size>{total}</size>\n"
        f"      <mode>annotation</mode>\n      <labels>\n{labels}      </labels>\n"
        "    </task>\n  </meta>\n"
    )


def _mask_elements(label_map: LabelMap, label_set: LabelSet) -> Iterator[str]:
    for part in parts_of(label_map, label_set):
        rle = ", ".join(map(str, row_runs(part.mask)))
        yield (
            f"    <mask label={quoteattr(label_of(part.value, label_set))} "
            f'source="manual" occluded="0" rle="{rle}" left="{part.rect.left}" '
            f'top="{part.rect.top}" width="{part.rect.width}" height="{part.rect.height}" '
            'z_order="0"></mask>\n'
        )


def _xml_files(root: Path) -> list[Path]:
    """Return the files of CVAT's: Datumaro writes one for each subset."""
    found = [path for path in root.glob("*.xml") if not path.name.startswith(".")]
    return sorted(path for path in found if _looks_right(path))


def _looks_right(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"<annotations" in file.read(4096)
    except OSError:
        return False


def _find_image(finder: ImageFinder, root: Path, image: _Image) -> Path:
    if image.subset and not Path(image.name).is_absolute():
        for folder in (f"images/{image.subset}/", f"{image.subset}/"):
            try:
                return finder.find(folder + image.name)
            except ValueError:
                continue
    return finder.find(image.name, root / "images")


def _scanned(path: Path) -> _File:
    """Walk through the file once, and note the labels and where each image stands."""
    found = _File()
    parser = expat.ParserCreate()
    open_image: list[tuple[Mapping[str, str], int]] = []
    stack: list[str] = []
    text: list[str] = []
    name = ""

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        stack.append(tag)
        text.clear()
        if tag == "image":
            open_image.append((attributes, parser.CurrentByteIndex))
        elif open_image and "label" in attributes:
            found.used[attributes["label"]] = None

    def end(tag: str) -> None:
        nonlocal name
        stack.pop()
        if tag == "image" and open_image:
            attributes, first = open_image.pop()
            last = parser.CurrentByteIndex
            # The index of a tag that closes itself is that of its beginning: there are no shapes.
            span = Span(first, first if last == first else last + len(_END_TAG))
            size = attributes.get("width", ""), attributes.get("height", "")
            subset = attributes.get("subset", "")
            found.images.append(_Image(attributes.get("name", ""), *size, subset, span))
        elif stack[-1:] == ["label"] and tag == "name":
            name = "".join(text)
            found.listed.setdefault(name, None)
        elif stack[-1:] == ["label"] and tag == "color":
            found.listed[name] = _color("".join(text))

    def refuse(*_: object) -> None:
        raise ValueError("it declares a document type, which a file of CVAT's never does")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text.append
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except OSError as error:
        raise FormatError(path, f"it cannot be read ({error.strerror})") from error
    except (ValueError, expat.ExpatError) as error:
        raise FormatError(
            path, f"it is no XML that can be read ({error})", hint="Export it again from CVAT"
        ) from error
    return found


def _color(text: str) -> Color | None:
    try:
        return Color.from_hex(text.strip())
    except ValueError:
        return None


def _read_label_map(
    classes: ShapeClasses, places: Mapping[str, _Image], item: LabelledImage
) -> LabelMap:
    image = places[item.key]
    try:
        claimed = int(image.height), int(image.width)
    except ValueError:
        raise FormatError(
            item.mask, f"the image {image.name[:80]!r} has no size", hint="Export it again"
        ) from None
    label_map = np.full(true_size(item, claimed), classes.uncovered, np.uint8)
    try:
        _draw(label_map, _element(item.mask, image.span), classes)
    except (ValueError, ElementTree.ParseError) as error:
        raise FormatError(
            item.mask, f"{error} ({item.key})", hint="Correct the shape in CVAT"
        ) from error
    return label_map


def _element(path: Path, span: Span) -> ElementTree.Element:
    size = span.end - span.start
    if size > _MOST_BYTES:
        raise ValueError(f"its shapes are larger than {_MOST_BYTES // 2**20} MiB")
    if not size:
        return ElementTree.Element("image")
    try:
        with path.open("rb") as file:
            file.seek(span.start)
            # Without a document type there are no entities to expand, see _scanned.
            return ElementTree.fromstring(file.read(size))
    except OSError as error:
        raise FormatError(path, f"it cannot be read ({error.strerror})") from error


def _draw(label_map: LabelMap, image: ElementTree.Element, classes: ShapeClasses) -> None:
    shapes = [shape for shape in image if shape.tag not in _WITHOUT_PIXELS]
    for shape in sorted(shapes, key=lambda shape: _number(shape, "z_order", "0")):
        value = classes.value_of(shape.get("label"))
        paint(label_map, _region(shape, *label_map.shape), value)


def _region(shape: ElementTree.Element, height: int, width: int) -> Region | None:
    if shape.tag == "mask":
        left, top, columns, rows = (
            int(_number(shape, key)) for key in ("left", "top", "width", "height")
        )
        if not (0 < columns <= width and 0 < rows <= height):
            raise ValueError(f"a mask of {columns} x {rows} pixels is larger than its image")
        try:
            runs = np.array([int(part) for part in shape.get("rle", "").split(",")], np.int64)
        except (ValueError, OverflowError):
            raise ValueError("a run-length code holds something else than counts") from None
        return placed(mask_of_row_runs(runs, rows, columns), top, left, height, width)
    if shape.tag == "polygon":
        pairs = [pair.split(",") for pair in shape.get("points", "").split(";")]
        try:
            points = [[float(part) for part in pair] for pair in pairs]
        except ValueError:
            raise ValueError("a polygon has points that are no numbers") from None
        return polygon_of_points(points, height, width)
    if shape.tag == "box":
        edges = [_number(shape, key) for key in ("ytl", "xtl", "ybr", "xbr")]
        refuse_far(np.array(edges).reshape(2, 2)[:, ::-1], height, width)
        rect = Rect(*(int(np.ceil(edge - 0.5)) for edge in edges))
        return rectangle_region(rect, height, width)
    if shape.tag == "ellipse":
        x, y, rx, ry = (_number(shape, key) for key in ("cx", "cy", "rx", "ry"))
        refuse_far(np.array([[x - rx, y - ry], [x + rx, y + ry]]), height, width)
        rect = Rect(*(round(edge) for edge in (y - ry, x - rx, y + ry, x + rx)))
        return ellipse_region(rect, height, width) if not rect.is_empty else None
    raise ValueError(f"there is no shape {shape.tag[:40]!r}")


def _number(shape: ElementTree.Element, key: str, default: str = "") -> float:
    try:
        value = float(shape.get(key, default))
    except ValueError:
        raise ValueError(f"the {key} of a {shape.tag[:40]} is no number") from None
    if not abs(value) < 1e9:  # false for NaN, too
        raise ValueError(f"the {key} of a {shape.tag[:40]} is out of range")
    return value
