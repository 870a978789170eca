"""Label files that are wrong: each fault is a row of the report, and the rest is imported."""

import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError
from segstudio.formats import unpack as unpacking
from segstudio.formats.bitmaps import text_of_bytes
from segstudio.formats.dataset import LabelledArray
from segstudio.formats.import_labels import Fate, plan_import, run_import
from segstudio.formats.table import FORMATS, read_labels
from segstudio.formats.unpack import content_folder, unpack
from segstudio.storage.opening import create_project

MakeItem = Callable[..., LabelledArray]
CLASSES = LabelSet.named(["background", "cell"])
Spoil = Callable[[Path], None]


def _rows(root: Path, format_name: str, out: Path, problems: list[str] | None = None) -> list[str]:
    """Import into a new project, of which exactly one image must come; return the reasons."""
    dataset = read_labels(root, format_name=format_name)
    plan = plan_import(dataset, create_project(out), None, problems or [])
    project, report = run_import(plan)
    assert report.counts[Fate.IMPORTED] == 1
    (mask,) = project.labelled_keys()
    assert mask in ("good.png", "good_leftImg8bit.png")
    return [row.reason for row in report.rows]


def _write(make_item: MakeItem, format_name: str, root: Path) -> Path:
    """Write a label set of good.png and bad.png, both in the split train."""
    label_map = np.zeros((6, 8), np.uint8)
    label_map[1:4, 2:7] = 1
    write = FORMATS[format_name].write
    assert write is not None
    write(
        [make_item("good.png", label_map), make_item("bad.png", label_map)], CLASSES, root, total=2
    )
    return root


def _edit(path: Path, change: Callable[[Any], None]) -> None:
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def _labelme(change: Callable[[Any], None]) -> Spoil:
    return lambda root: _edit(root / "train" / "bad.json", change)


def _without_image(change: Callable[[Any], None]) -> Spoil:
    def spoil(root: Path) -> None:
        (root / "train" / "bad.png").rename(root / "train" / "elsewhere.gif")
        _edit(root / "train" / "bad.json", change)

    return spoil


def _xml(old: str, new: str) -> Spoil:
    def spoil(root: Path) -> None:
        path = root / "annotations.xml"
        head, bad = path.read_text().split('<image id="1"')
        assert old in bad
        path.write_text(f'{head}<image id="1"{bad.replace(old, new)}')

    return spoil


def _task(change: Callable[[Any], None]) -> Spoil:
    return lambda root: _edit(root / "tasks.json", lambda tasks: change(tasks[1]))


def _item(change: Callable[[Any], None]) -> Spoil:
    path = Path("annotations", "train.json")
    return lambda root: _edit(root / path, lambda value: change(value["items"][1]))


def _annotation(change: Callable[[Any], None]) -> Spoil:
    path = Path("annotations", "instances_train2017.json")
    return lambda root: _edit(root / path, lambda value: change(value["annotations"][1]))


def _coco_image(change: Callable[[Any], None]) -> Spoil:
    path = Path("annotations", "instances_train2017.json")
    return lambda root: _edit(root / path, lambda value: change(value["images"][1]))


def _supervisely(change: Callable[[Any], None]) -> Spoil:
    return lambda root: _edit(next(root.rglob("bad.png.json")), change)


def _png(width: int, height: int) -> bytes:
    """Return the PNG file of an empty mask: of few bytes, however large it is."""
    rows = zlib.compress(bytes(min(height * (1 + -(-width // 8)), 2**20)))
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _packed(data: bytes) -> str:
    return text_of_bytes(zlib.compress(data))


def _set(*keys: Any, to: Any) -> Callable[[Any], None]:  # noqa: ANN401 - any JSON value
    def change(value: Any) -> None:  # noqa: ANN401
        for key in keys[:-1]:
            value = value[key]
        value[keys[-1]] = to

    return change


@pytest.mark.parametrize(
    ("format_name", "spoil", "reason"),
    [
        # Paths that leave the folder.
        ("labelme", _without_image(_set("imagePath", to="../../x.png")), "is not inside set"),
        ("labelme", _without_image(_set("imagePath", to="/etc/x.png")), "is not inside set"),
        ("labelme", _without_image(_set("imagePath", to="C:\\x.png")), "is not inside set"),
        ("cvat", _xml("train/bad.png", "../../../x.png"), "is not inside set"),
        ("labelstudio", _task(_set("data", "image", to="?d=../../x.png")), "is not inside set"),
        ("datumaro", _item(_set("image", "path", to="../../../../x.png")), "is not inside set"),
        (
            "coco-instances",
            _coco_image(_set("file_name", to="../../x.png")),
            "whose names lead out of train2017",
        ),
        (
            "coco-panoptic",
            lambda r: _edit(
                r / "annotations" / "panoptic_train2017.json",
                lambda value: value["annotations"][1].update(file_name="../../x.png"),
            ),
            "1 image left out, whose masks have no name inside panoptic_train2017: bad.png",
        ),
        # Missing images.
        (
            "coco-instances",
            _coco_image(_set("file_name", to="gone.png")),
            "which are not in train2017: 'gone.png'",
        ),
        ("labelme", _without_image(_set("flags", to={})), "whose image 'bad.png' is not here"),
        ("cvat", _xml("train/bad.png", "train/gone.png"), "whose image 'gone.png' is not here"),
        ("labelstudio", _task(_set("data", "image", to="gone.png")), "'gone.png' is not here"),
        # Absurd run lengths and bitmaps.
        ("cvat", _xml('rle="', 'rle="99999999999, '), "out of range"),
        ("cvat", _xml('rle="', 'rle="-1, '), "out of range"),
        ("cvat", _xml('rle="', 'rle="15, '), "counts more than"),
        ("cvat", _xml('width="5" height="3"', 'width="50000" height="30000"'), "larger than its"),
        ("cvat", _xml('left="2"', 'left="nan"'), "the left of a mask is out of range"),
        (
            "labelstudio",
            _task(_set("annotations", 0, "result", 0, "value", "rle", to=[255] * 60)),
            "does not hold 8 x 6 pixels",
        ),
        (
            "labelstudio",
            _task(_set("annotations", 0, "result", 0, "value", "rle", to=[0, 0, 0, 192, 58])),
            "ends too early",
        ),
        (
            "datumaro",
            _item(_set("annotations", 0, "rle", "counts", to=[1, 10**30])),
            "out of range",
        ),
        (
            "datumaro",
            _item(_set("annotations", 0, "rle", "size", to=[10**9, 10**9])),
            "is of the size",
        ),
        (
            "coco-instances",
            _annotation(_set("segmentation", "counts", to="zzzzzz")),
            "a run-length code",
        ),
        (
            "coco-instances",
            _annotation(_set("segmentation", "size", to=[10**9, 10**9])),
            "is of the size",
        ),
        ("labelme", _labelme(_set("shapes", 0, "mask", to="aGVsbG8=")), "no PNG file"),
        ("labelme", _labelme(_set("shapes", 0, "shape_type", to="blob")), "no shape type 'blob'"),
        ("labelme", _labelme(_set("shapes", 0, "label", to="dog")), "there is no class 'dog'"),
        (
            "supervisely",
            _supervisely(_set("objects", 0, "bitmap", "origin", to=[9, 0])),
            "a mask lies outside of its image",
        ),
        (
            "supervisely",
            _supervisely(_set("size", "height", to=10**9)),
            "are for 8 x 1000000000",
        ),
        (
            "supervisely",
            _supervisely(_set("objects", 0, "bitmap", "data", to=_packed(bytes(2**24)))),
            "a mask is larger unpacked than its image",
        ),
        (
            "supervisely",
            _supervisely(_set("objects", 0, "bitmap", "data", to=_packed(_png(9, 6)))),
            "a mask has 9 x 6 pixels, more than its image",
        ),
        (
            "labelme",
            _labelme(_set("shapes", 0, "mask", to=text_of_bytes(_png(30_000, 30_000)))),
            "a mask has 30000 x 30000 pixels, more than its image",
        ),
        # Numbers that are none.
        (
            "labelme",
            _labelme(_set("shapes", 0, "points", 0, 0, to=float("nan"))),
            "NaN is not a JSON number",
        ),
        (
            "labelstudio",
            _task(_set("annotations", 0, "result", 0, "original_width", to=float("inf"))),
            "Infinity is not a JSON number",
        ),
        ("datumaro", _item(_set("attr", to={"x": float("nan")})), "NaN is not a JSON number"),
        (
            "coco-instances",
            _annotation(_set("area", to=float("nan"))),
            "'bad.png' left out, with an annotation that is wrong: NaN is not a JSON number",
        ),
        ("yolo", lambda r: (r / "labels/train/bad.txt").write_text("0 nan 0 1 1 0 1\n"), "outside"),
        ("yolo", lambda r: (r / "labels/train/bad.txt").write_text("7 0 0 1 1 0 1\n"), "class 7"),
        ("yolo", lambda r: (r / "labels/train/bad.txt").write_text("0 .1 .1 .5 .5\n"), "a box"),
        (
            "coco-instances",
            _coco_image(_set("id", to=None)),
            "1 image left out, which lack an id or a file_name",
        ),
        (
            "coco-instances",
            _coco_image(_set("width", to=float("nan"))),
            "1 image left out, because NaN is not a JSON number",
        ),
        # Keys that stand twice.
        (
            "labelme",
            lambda r: _replace(r / "train/bad.json", '"imageData"', '"version": 2, "imageData"'),
            "the key 'version' stands twice",
        ),
        (
            "labelstudio",
            lambda r: _replace(r / "tasks.json", '"id":2,"data"', '"id":2,"id":3,"data"'),
            "the key 'id' stands twice",
        ),
        (
            "coco-instances",
            lambda r: _replace(
                r / "annotations/instances_train2017.json",
                '"image_id":2',
                '"id":7,"image_id":2',
            ),
            "'bad.png' left out, with an annotation that is wrong: the key 'id' stands twice",
        ),
        (
            "coco-instances",
            lambda r: _replace(
                r / "annotations/instances_train2017.json", '"id":2,"file', '"id":2,"id":3,"file'
            ),
            "1 image left out, because the key 'id' stands twice",
        ),
        (
            "coco-panoptic",
            lambda r: _replace(
                r / "annotations/panoptic_train2017.json",
                '"image_id":2,',
                '"image_id":2,"image_id":2,',
            ),
            "'bad.png' left out, with an annotation that is wrong: the key 'image_id' stands twice",
        ),
        (
            "datumaro",
            lambda r: _replace(r / "annotations/train.json", '{"id":"bad",', '{"id":1,"id":"bad",'),
            "the key 'id' stands twice",
        ),
        (
            "supervisely",
            lambda r: _replace(
                r / "train/ann/bad.png.json", '"objects": ', '"tags": [], "objects": '
            ),
            "the key 'tags' stands twice",
        ),
        (
            "xanylabeling",
            lambda r: _replace(r / "train/bad.json", '"imageData"', '"flags": 2, "imageData"'),
            "the key 'flags' stands twice",
        ),
        # Two images of one mask.
        (
            "coco-panoptic",
            lambda r: _edit(
                r / "annotations" / "panoptic_train2017.json",
                lambda value: value["annotations"][1].update(file_name="good.png"),
            ),
            "1 image left out, whose mask is that of another image: bad.png",
        ),
        # Wrong sizes.
        (
            "coco-instances",
            _coco_image(_set("height", to=600)),
            "it has 8 x 6 pixels, but instances_train2017.json says 8 x 600",
        ),
        ("labelme", _labelme(_set("imageHeight", to=600)), "but its labels are for 8 x 600"),
        ("cvat", _xml('width="8" height="6"', 'width="6" height="8"'), "are for 6 x 8"),
        ("datumaro", _item(_set("image", "size", to=[5, 5])), "are for 5 x 5"),
        (
            "png",
            lambda r: Image.new("L", (3, 3)).save(r / "masks/bad.png"),
            "its labels have 3 x 3 pixels, the image has 8 x 6",
        ),
        (
            "npy",
            lambda r: np.save(r / "masks/bad.npy", np.zeros((3, 3), np.uint8)),
            "its labels have 3 x 3 pixels, the image has 8 x 6",
        ),
        (
            "npy",
            lambda r: np.save(r / "masks/bad.npy", np.zeros((2, 6, 8), np.uint8)),
            "its shape is (2, 6, 8), and masks are (H, W)",
        ),
        (
            "npy",
            lambda r: (r / "masks/bad.npy").write_bytes((r / "masks/bad.npy").read_bytes()[:-1]),
            "it is shorter than its shape says",
        ),
        ("npy", lambda r: np.save(r / "masks/bad.npy", np.full((6, 8), np.nan)), "are integers"),
        (
            "npy",
            lambda r: np.save(r / "masks/bad.npy", np.array([[{}]]), allow_pickle=True),
            "Python objects, which are never loaded",
        ),
        ("npy", lambda r: np.save(r / "masks/bad.npy", np.full((6, 8), 300)), "the value 300"),
        # Values and colours that are no class.
        ("tiff", lambda r: Image.new("L", (8, 6), 9).save(r / "masks/bad.tif"), "the value 9"),
        (
            "rgb",
            lambda r: Image.new("RGB", (8, 6), (1, 2, 3)).save(r / "masks/bad.png"),
            "it has colours that labelmap.txt does not name: #010203",
        ),
        (
            "cvat-mask",
            lambda r: Image.new("RGB", (8, 6), (1, 2, 3)).save(r / "SegmentationClass/bad.png"),
            "it has colours that labelmap.txt does not name: #010203",
        ),
    ],
)
def test_a_fault_is_a_row(
    tmp_path: Path, make_item: MakeItem, format_name: str, spoil: Spoil, reason: str
) -> None:
    root = _write(make_item, format_name, tmp_path / "set")
    spoil(root)
    rows = _rows(root, format_name, tmp_path / "new")
    assert reason in rows[0]
    # COCO tells an image that is not taken, and then annotations without an image.
    assert len(rows) == 1 or "passed over, whose image is not here" in rows[1]


FAR_OFF = [1e9, -1e9, 1e308, 40]
"""Where no corner of an image of 8 x 6 pixels lies."""


def _labelme_shape(kind: str, points: list[list[float]]) -> Spoil:
    shape = {"label": "cell", "shape_type": kind, "points": points}
    return _labelme(_set("shapes", to=[shape]))


def _cvat_shape(element: str) -> Spoil:
    return _xml("<mask ", f'<{element} label="cell"/><mask ')


def _datumaro_shape(**values: object) -> Spoil:
    return _item(lambda item: item["annotations"].append({"label_id": 1, **values}))


def _supervisely_shape(**values: object) -> Spoil:
    return _supervisely(lambda value: value["objects"].append({"classTitle": "cell", **values}))


def _labelstudio_shape(**value: object) -> Spoil:
    result = {"value": {"brushlabels": ["cell"], **value}}
    return _task(lambda task: task["annotations"][0]["result"].append(result))


def _cityscapes_polygon(polygon: object) -> Spoil:
    def spoil(root: Path) -> None:
        for path in root.rglob("bad_gtFine_*.png"):
            path.unlink()  # so that polygons are read
        path = next(root.rglob("bad_gtFine_polygons.json"))
        _edit(path, lambda value: value["objects"].append({"label": "cell", "polygon": polygon}))

    return spoil


def _far_shapes(far: float) -> dict[str, tuple[str, Spoil]]:
    """Return a shape of every kind that has one corner far away."""
    corners = [[1, 1], [far, 2], [3, 4]]
    exterior = {"exterior": corners, "interior": []}
    hole = {"exterior": [[0, 0], [7, 0], [0, 5]], "interior": [corners]}
    flat = [part for point in corners for part in point]
    percent = [[x * 12.5, y * 12.5] for x, y in corners]
    across, down = f"{far:g}", "4"
    return {
        "xanylabeling": (
            "xanylabeling",
            lambda r: _edit(r / "train/bad.json", _set("shapes", 0, "points", 0, 0, to=far)),
        ),
        "labelme polygon": ("labelme", _labelme_shape("polygon", corners)),
        "labelme rectangle": ("labelme", _labelme_shape("rectangle", corners[:2])),
        "labelme circle": ("labelme", _labelme_shape("circle", corners[:2])),
        "labelme mask": ("labelme", _labelme(_set("shapes", 0, "points", 0, 0, to=far))),
        "cvat polygon": ("cvat", _cvat_shape(f'polygon points="1,1;{across},{down};3,4"')),
        "cvat box": ("cvat", _cvat_shape(f'box xtl="1" ytl="1" xbr="{across}" ybr="{down}"')),
        "cvat ellipse": ("cvat", _cvat_shape(f'ellipse cx="{across}" cy="{down}" rx="1" ry="1"')),
        "datumaro polygon": ("datumaro", _datumaro_shape(type="polygon", points=flat)),
        "datumaro box": ("datumaro", _datumaro_shape(type="bbox", bbox=[1, 1, far, 2])),
        "datumaro ellipse": ("datumaro", _datumaro_shape(type="ellipse", points=[1, 1, far, 2])),
        "supervisely polygon": (
            "supervisely",
            _supervisely_shape(geometryType="polygon", points=exterior),
        ),
        "supervisely hole": (
            "supervisely",
            _supervisely_shape(geometryType="polygon", points=hole),
        ),
        "supervisely rectangle": (
            "supervisely",
            _supervisely_shape(geometryType="rectangle", points={"exterior": corners[:2]}),
        ),
        "supervisely bitmap": (
            "supervisely",
            _supervisely(_set("objects", 0, "bitmap", "origin", to=[far, 0])),
        ),
        "labelstudio polygon": ("labelstudio", _labelstudio_shape(points=percent)),
        "labelstudio box": (
            "labelstudio",
            _labelstudio_shape(x=12.5 * far, y=1, width=12.5, height=12.5),
        ),
        "labelstudio ellipse": (
            "labelstudio",
            _labelstudio_shape(x=12.5 * far, y=1, radiusX=12.5, radiusY=12.5),
        ),
        "coco polygon": (
            "coco-instances",
            _annotation(lambda value: value.update(iscrowd=0, segmentation=[flat])),
        ),
        "yolo": (
            "yolo",
            lambda r: (r / "labels/train/bad.txt").write_text(f"0 .1 .1 {far / 8} .2 .3 .4\n"),
        ),
        "cityscapes": ("cityscapes", _cityscapes_polygon(corners)),
    }


@pytest.mark.parametrize("far", FAR_OFF)
@pytest.mark.parametrize("shape", sorted(_far_shapes(0)))
def test_a_corner_far_outside_of_its_image_is_a_row(
    tmp_path: Path, make_item: MakeItem, shape: str, far: float
) -> None:
    format_name, spoil = _far_shapes(far)[shape]
    root = _write(make_item, format_name, tmp_path / "set")
    spoil(root)
    row = _rows(root, format_name, tmp_path / "new")[-1]
    told = "far out|far off|out of range|has no x|no numbers|no pair|outside of|not a JSON number"
    assert re.search(told, row)


LISTS = {
    "voc": ["ImageSets/Segmentation/train.txt", "ImageSets/Segmentation/trainval.txt"],
    "camvid": ["train.txt"],
    "pets": ["annotations/train.txt"],
    **{name: ["train.txt"] for name in ("png", "png16", "tiff", "npy", "rgb")},
}


@pytest.mark.parametrize("format_name", LISTS)
@pytest.mark.parametrize("name", ["../../source/bad", "/source/bad", "gone"])
def test_a_name_in_a_list_that_leads_nowhere_is_told(
    tmp_path: Path, make_item: MakeItem, format_name: str, name: str
) -> None:
    root = _write(make_item, format_name, tmp_path / "set")
    for path in LISTS[format_name]:
        lines = (root / path).read_text().splitlines()
        # CamVid's lines name two files.
        there = [re.sub(r"^(train/)?bad\b", name, line) for line in lines]
        assert there != lines
        (root / path).write_text("\n".join(there))
    rows = _rows(root, format_name, tmp_path / "new")
    assert any("passed over" in row and name in row for row in rows)


TURNED = ["coco-instances", "cvat", "datumaro", "labelme", "labelstudio", "supervisely"]
TURNED += ["xanylabeling"]  # YOLO's corners are parts of the image, whichever way it is up


@pytest.mark.parametrize("format_name", TURNED)
def test_shapes_that_were_not_turned_with_their_image_are_told(
    tmp_path: Path, make_item: MakeItem, format_name: str
) -> None:
    root = _write(make_item, format_name, tmp_path / "set")
    exif = Image.Exif()
    exif[0x112] = 6
    (image,) = root.rglob("bad.png")
    Image.new("RGB", (8, 6)).save(image, exif=exif)
    (row,) = _rows(root, format_name, tmp_path / "new")
    assert "Its EXIF data turns it, but it was labelled unturned: save it upright" in row


def test_two_images_that_would_get_one_mask_are_told(tmp_path: Path, make_item: MakeItem) -> None:
    write = FORMATS["labelme"].write
    assert write is not None
    root = tmp_path / "set"
    write([make_item("a.png"), make_item("b.png")], CLASSES, root, total=2)
    (root / "again").mkdir()
    for suffix in (".png", ".json"):
        (root / "train" / f"b{suffix}").rename(root / "again" / f"a{suffix}")
    _edit(root / "again" / "a.json", _set("imagePath", to="a.png"))
    project = create_project(tmp_path / "mine")
    make_item("a.png").image.rename(tmp_path / "mine" / "a.png")
    project, report = run_import(plan_import(read_labels(root, format_name="labelme"), project))
    assert project.labelled_keys() == {"a.png"}
    (row,) = report.rows
    assert row.name == "again/a.png"
    assert row.reason == "train/a.png has the same mask name, and came first"


def test_two_images_of_one_mask_name_are_told(tmp_path: Path, make_item: MakeItem) -> None:
    root = _write(make_item, "png", tmp_path / "set")
    Image.new("RGB", (8, 6)).save(root / "images" / "bad.jpg")
    rows = _rows(root, "png", tmp_path / "new")
    assert any("fits several images of one stem: bad.png" in row for row in rows)


def test_a_mask_that_was_not_turned_with_its_image_is_told(
    tmp_path: Path, make_item: MakeItem
) -> None:
    root = _write(make_item, "png", tmp_path / "set")
    exif = Image.Exif()
    exif[0x112] = 6
    Image.new("RGB", (8, 6)).save(root / "images" / "bad.png", exif=exif)
    (row,) = _rows(root, "png", tmp_path / "new")
    assert "The image is turned by its EXIF data and the mask is not: turn the mask" in row


def _archive(root: Path, path: Path) -> zipfile.ZipFile:
    file = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
    for entry in sorted(root.rglob("*")):
        file.write(entry, Path("export") / entry.relative_to(root))
    return file


def test_an_archive_that_leads_outside_or_grows_without_end_is_read_but_for_that(
    tmp_path: Path, make_item: MakeItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "_FREE_BYTES", 2**20)
    root = _write(make_item, "png", tmp_path / "set")
    (root / "masks" / "bad.png").unlink()
    (root / "images" / "bad.png").unlink()
    for name in ("train.txt", "val.txt"):
        (root / name).unlink()
    with _archive(root, tmp_path / "set.zip") as file:
        file.writestr("export/../../evil.png", b"x")
        file.writestr("/evil.png", b"x")
        file.writestr("export/masks/bomb.png", bytes(2**28))
        link = zipfile.ZipInfo("export/images/link.png")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    folder = tmp_path / "unpacked"
    folder.mkdir()
    problems = unpack(tmp_path / "set.zip", folder)
    rows = _rows(content_folder(folder), "png", tmp_path / "new", problems)
    assert [row.split("left out, ")[-1] for row in rows] == [
        "its name leads out of the archive",
        "its name leads out of the archive",
        "it would grow to 268435456 bytes",
        "it is a link",
    ]
    assert not list(tmp_path.rglob("evil.png"))


def test_a_file_that_is_no_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(FormatError, match="this archive cannot be read"):
        unpack(tmp_path / "a.zip", tmp_path)


def test_xml_that_declares_entities_is_refused(tmp_path: Path, make_item: MakeItem) -> None:
    root = _write(make_item, "cvat", tmp_path / "set")
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>\n<annotations>'
    _replace(root / "annotations.xml", "<annotations>", bomb)
    with pytest.raises(FormatError, match="declares a document type"):
        read_labels(root, format_name="cvat")
