"""COCO instances, written here as https://cocodataset.org/#format-data defines the JSON."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_map import LabelMap
from segstudio.errors import FormatError
from segstudio.formats.dataset import LabelledArray
from segstudio.formats.table import FORMATS, read_any

CATEGORIES = [
    {"id": 18, "name": "dog", "supercategory": "animal"},
    {"id": 1, "name": "person", "supercategory": "person"},
]
SQUARE = [1, 1, 5, 1, 5, 5, 1, 5]


def _annotation(
    place: int, segmentation: object, category: int = 1, **more: object
) -> dict[str, object]:
    annotation = {"id": place, "image_id": 7, "category_id": category, "iscrowd": 0}
    return annotation | {"segmentation": segmentation, "area": 16, "bbox": [1, 1, 4, 4]} | more


def _make(root: Path, *annotations: object, split: str = "train2017", **more: object) -> Path:
    value = {
        "info": {"description": "COCO 2017 Dataset"},
        "images": [{"id": 7, "file_name": "a.jpg", "height": 8, "width": 10}],
        "annotations": annotations,
        "categories": CATEGORIES,
    }
    for folder in (root / split, root / "annotations"):
        folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (10, 8)).save(root / split / "a.jpg")
    path = root / "annotations" / f"instances_{split}.json"
    path.write_text(json.dumps(value | more))
    return root


def _label_map(root: Path) -> LabelMap:
    dataset = read_any(root)
    (item,) = (item for items in dataset.splits.values() for item in items)
    return dataset.read_label_map(item)


def test_categories_are_classes_by_id_after_the_background(tmp_path: Path) -> None:
    dataset = read_any(_make(tmp_path, _annotation(1, [SQUARE], 18)))
    assert dataset.label_set.names == ("background", "person", "dog")
    (item,) = dataset.splits["train"]
    assert item.key == "train2017/a.jpg"
    expected = np.zeros((8, 10), np.uint8)
    expected[1:5, 1:5] = 2
    assert np.array_equal(dataset.read_label_map(item), expected)


def test_the_smaller_instance_lies_on_top_in_either_order(tmp_path: Path) -> None:
    large = _annotation(1, [[0, 0, 9, 0, 9, 7, 0, 7]], 1)
    small = _annotation(2, [[2, 2, 5, 2, 5, 5, 2, 5]], 18, area=99999)
    first = _label_map(_make(tmp_path / "a", large, small))
    second = _label_map(_make(tmp_path / "b", small, large))
    assert np.array_equal(first, second)
    assert first[3, 3] == 2
    assert first[6, 8] == 1


def test_run_length_codes_and_several_polygons_are_drawn(tmp_path: Path) -> None:
    counts = {"size": [8, 10], "counts": [70, 10]}
    two = [[0, 0, 2, 0, 2, 2, 0, 2], [5, 5, 7, 5, 7, 7, 5, 7]]
    label_map = _label_map(_make(tmp_path, _annotation(1, counts, 1), _annotation(2, two, 18)))
    expected = np.zeros((8, 10), np.uint8)
    expected[6:, 8] = 1  # the last ten pixels, counted down the columns
    expected[:, 9] = 1
    expected[:2, :2] = expected[5:7, 5:7] = 2
    assert np.array_equal(label_map, expected)


def test_crowds_are_their_category_where_no_instance_is(tmp_path: Path) -> None:
    crowd = _annotation(1, {"size": [8, 10], "counts": [0, 40, 40]}, category=18, iscrowd=1)
    label_map = _label_map(_make(tmp_path, crowd, _annotation(2, [SQUARE])))
    assert label_map[2, 2] == 1
    assert label_map[7, 2] == 2
    assert label_map[7, 9] == 0


def test_a_category_called_background_is_what_is_not_covered(tmp_path: Path) -> None:
    categories = [{"id": 4, "name": "cell"}, {"id": 9, "name": "background"}]
    root = _make(tmp_path, _annotation(2, [SQUARE], category=4), categories=categories)
    dataset = read_any(root)
    assert dataset.label_set.names == ("background", "cell")
    assert _label_map(root)[2, 2] == 1
    assert _label_map(root)[7, 9] == 0


def test_an_image_without_annotations_is_background(tmp_path: Path) -> None:
    assert not _label_map(_make(tmp_path)).any()


def test_roboflow_keeps_the_json_beside_the_images(tmp_path: Path) -> None:
    for split in ("train", "valid"):
        root = _make(tmp_path / "x", _annotation(1, [SQUARE]), split=split)
        (tmp_path / split).mkdir()
        (root / split / "a.jpg").rename(tmp_path / split / "a.jpg")
        (root / "annotations" / f"instances_{split}.json").rename(
            tmp_path / split / "_annotations.coco.json"
        )
    splits = read_any(tmp_path, format_name="coco-instances").splits
    assert [item.key for item in splits["train"]] == ["train/a.jpg"]
    assert [item.key for item in splits["val"]] == ["valid/a.jpg"]


@pytest.mark.parametrize(
    ("annotation", "problem"),
    [
        (_annotation(5, [SQUARE], 99), "annotation 5: there is no category 99"),
        (_annotation(5, []), "annotation 5: it has a box at most"),
        (_annotation(5, [[1, 2, 3, 4]]), "fewer than three points"),
        (_annotation(5, [[1, 2, 3, 4, 1e308, 1]]), "far outside"),
        (_annotation(5, {"size": [10**6, 10**6], "counts": [10**12]}), "size"),
        (_annotation(5, {"size": [8, 10], "counts": "zzz"}), "run-length"),
        (_annotation(5, [SQUARE], iscrowd=2), "iscrowd"),
        (_annotation(5, 12), "neither a list of polygons"),
    ],
)
def test_a_wrong_annotation_is_told_with_its_image(
    tmp_path: Path, annotation: object, problem: str
) -> None:
    with pytest.raises(FormatError, match=rf"{problem}.*train2017/a\.jpg") as caught:
        _label_map(_make(tmp_path, annotation))
    assert caught.value.hint


def test_a_size_that_is_not_the_images_is_told(tmp_path: Path) -> None:
    images = [{"id": 7, "file_name": "a.jpg", "height": 10**6, "width": 10**6}]
    with pytest.raises(FormatError, match=r"has 10 x 8 pixels, but .* says 1000000 x 1000000"):
        _label_map(_make(tmp_path, images=images))


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    size = {"height": 8, "width": 10}
    (tmp_path / "secret.jpg").write_bytes(b"")
    names = ["a.jpg", "../secret.jpg", "/etc/passwd", "C:\\a.jpg", "a\0.jpg", "gone.jpg", "a.jpg"]
    images = [{"id": place, "file_name": name, **size} for place, name in enumerate(names, 7)]
    images.append({"id": 7, "file_name": "a.jpg", **size})
    annotations = (
        _annotation(1, [SQUARE]),
        _annotation(1, [SQUARE]),
        _annotation(2, [SQUARE], image_id=555),
        _annotation(3, [SQUARE], image_id=[7]),
    )
    dataset = read_any(_make(tmp_path / "set", *annotations, images=images))
    assert [item.key for items in dataset.splits.values() for item in items] == ["train2017/a.jpg"]
    told = "\n".join(dataset.problems)
    assert "4 images left out, whose names lead out of train2017" in told
    assert "1 image left out, which are not in train2017: 'gone.jpg'" in told
    assert "1 image left out, which stand there twice" in told
    assert "1 image left out, which have the id of another image" in told
    assert "1 annotation with the id of another one" in told
    assert "2 annotations passed over, whose image is not here" in told


def test_a_link_out_of_the_folder_is_left_out(tmp_path: Path) -> None:
    root = _make(tmp_path / "set")
    (root / "train2017" / "a.jpg").rename(tmp_path / "elsewhere.jpg")
    (root / "train2017" / "a.jpg").symlink_to(tmp_path / "elsewhere.jpg")
    with pytest.raises(FormatError, match="none of the images"):
        read_any(root)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "not valid JSON"),
        ("[]", "no list categories"),
        ('{"images": [], "annotations": [], "categories": NaN}', "NaN is not a JSON number"),
        ('{"images": [], "images": []}', "stands twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"images": [], "annotations": [], "categories": [3]}', r"categories\[0\] is not an obj"),
        ('{"images": [], "annotations": [], "categories": [{"id": "1"}]}', "lacks its id"),
        ('{"images": [], "annotations": []}', "no list categories"),
        ('{"images": [{"id": 1}], "annotations": [], "categories": []}', "lack an id or a file"),
        (
            '{"images": [{"id": 1, "file_name": "a.jpg", "height": -1, "width": 3}], '
            '"annotations": [], "categories": []}',
            "which have no size: 'a.jpg'",
        ),
    ],
)
def test_a_wrong_file_is_told(tmp_path: Path, content: str, problem: str) -> None:
    root = _make(tmp_path)
    (root / "annotations" / "instances_train2017.json").write_text(content)
    with pytest.raises(FormatError, match=problem) as caught:
        read_any(root)
    assert caught.value.hint


def test_categories_of_one_name_or_id_are_refused(tmp_path: Path) -> None:
    twice = [{"id": 1, "name": "dog"}, {"id": 2, "name": "dog"}]
    with pytest.raises(FormatError, match="two classes are called 'dog'"):
        read_any(_make(tmp_path / "a", categories=twice))
    twice[1] = {"id": 1, "name": "cat"}
    with pytest.raises(FormatError, match="two categories have the id 1"):
        read_any(_make(tmp_path / "b", categories=twice))


def test_files_with_other_categories_are_refused(tmp_path: Path) -> None:
    _make(tmp_path, categories=CATEGORIES[:1], split="val2017")
    with pytest.raises(FormatError, match="other categories than instances_train2017"):
        read_any(_make(tmp_path))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # in its C code
def test_the_library_of_coco_reads_what_we_write(
    tmp_path: Path, make_item: Callable[..., LabelledArray]
) -> None:
    coco = pytest.importorskip("pycocotools.coco")
    write = FORMATS["coco-instances"].write
    label_map = np.random.default_rng(0).integers(0, 3, (20, 30), dtype=np.uint8)
    classes = read_any(_make(tmp_path / "source")).label_set
    assert write is not None
    write([make_item("a.png", label_map)], classes, tmp_path / "out", total=1)
    read = coco.COCO(tmp_path / "out" / "annotations" / "instances_train2017.json")
    drawn = np.zeros_like(label_map)
    for annotation in read.loadAnns(read.getAnnIds()):
        drawn[read.annToMask(annotation).astype(bool)] = annotation["category_id"]
    assert np.array_equal(drawn, label_map)
