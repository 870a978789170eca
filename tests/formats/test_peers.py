"""Files that other programs wrote; ``tests/peers/write_files.py`` says how and with which."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_map import LabelMap
from segstudio.formats.table import read_any

FILES = Path(__file__).parents[1] / "peers" / "files"
TRUTH = np.asarray(Image.open(FILES / "truth.png"))


def _read(folder: str, format_name: str) -> LabelMap:
    dataset = read_any(FILES / folder)
    assert dataset.format_name == format_name
    assert dataset.label_set.names == ("background", "cell", "wall")
    assert dataset.problems == ()
    (item,) = (item for items in dataset.splits.values() for item in items)
    return dataset.read_label_map(item)


@pytest.mark.parametrize(
    ("folder", "format_name"),
    [
        ("datumaro", "datumaro"),
        ("cvat", "cvat"),
        ("voc_segmentation", "cvat-mask"),
        ("labelme", "labelme"),
        ("labelstudio", "labelstudio"),
        ("pycocotools", "coco-instances"),
    ],
)
def test_masks_of_other_programs_come_to_the_pixel(folder: str, format_name: str) -> None:
    assert np.array_equal(_read(folder, format_name), TRUTH)


def test_panoptic_pixels_without_a_segment_are_unlabelled() -> None:
    assert np.array_equal(_read("coco_panoptic", "coco-panoptic"), np.where(TRUTH == 0, 255, TRUTH))


def test_a_mask_with_a_hole_that_supervision_writes_as_a_crowd_keeps_it() -> None:
    label_map = _read("supervision_coco", "coco-instances")
    assert np.array_equal(label_map == 1, TRUTH == 1)


def test_polygons_of_supervision_keep_the_hole_of_the_ring() -> None:
    label_map = _read("supervision_yolo", "yolo")
    # It simplifies outlines, and they run through the middles of the outermost pixels.
    assert label_map[8, 9] == 0
    assert (label_map[8, [4, 13]] == 1).all()
    assert not ((label_map == 1) & (TRUTH == 2)).any()
    assert np.count_nonzero(label_map == 1) > 0.6 * np.count_nonzero(TRUTH == 1)
