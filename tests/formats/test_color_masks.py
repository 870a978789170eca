"""Masks that are pictures with a colour for each class."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.palette import Color
from segstudio.errors import ColorMaskError
from segstudio.formats.color_masks import read_color_mask
from segstudio.formats.table import read_any

COLORS = {Color(0, 0, 0): 0, Color(230, 159, 0): 1, Color(10, 10, 10): 2}
VOID = (224, 224, 192)


def _mask(path: Path, *pixels: tuple[int, ...]) -> Path:
    Image.fromarray(np.array([pixels], np.uint8)).save(path)
    return path


def test_colours_are_looked_up(tmp_path: Path) -> None:
    path = _mask(tmp_path / "a.png", (230, 159, 0), (0, 0, 0), (10, 10, 10), VOID)
    assert read_color_mask(path, COLORS, "labelmap.txt").tolist() == [[1, 0, 2, 255]]


def test_transparency_does_not_change_a_colour(tmp_path: Path) -> None:
    path = _mask(tmp_path / "a.png", (230, 159, 0, 128), (0, 0, 0, 255))
    assert read_color_mask(path, COLORS, "labelmap.txt").tolist() == [[1, 0]]


def test_a_void_colour_may_be_a_class(tmp_path: Path) -> None:
    path = _mask(tmp_path / "a.png", (0, 0, 0), VOID)
    assert read_color_mask(path, COLORS | {Color(*VOID): 3}, "x").tolist() == [[0, 3]]


@pytest.mark.parametrize("colors", [{}, COLORS])
def test_equal_channels_are_class_indices(tmp_path: Path, colors: dict[Color, int]) -> None:
    path = _mask(tmp_path / "a.png", (0, 0, 0), (1, 1, 1), (255, 255, 255))
    assert read_color_mask(path, colors, "labelmap.txt").tolist() == [[0, 1, 255]]


def test_a_colour_of_no_class_is_told(tmp_path: Path) -> None:
    path = _mask(tmp_path / "a.png", (0, 0, 0), (230, 159, 1), (230, 159, 1), (1, 2, 3))
    with pytest.raises(ColorMaskError, match=r"labelmap\.txt does not name: #e69f01, #010203") as e:
        read_color_mask(path, COLORS, "labelmap.txt")
    assert "Give every colour a line" in e.value.hint


def test_colours_that_nothing_names_are_told(tmp_path: Path) -> None:
    path = _mask(tmp_path / "a.png", (0, 0, 0), (255, 0, 0))
    with pytest.raises(ColorMaskError, match=r"\(#000000, #ff0000\), and nothing says") as caught:
        read_color_mask(path, {}, "labelmap.txt")
    assert "Write labelmap.txt" in caught.value.hint


def test_a_photograph_is_no_mask(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    with pytest.raises(ColorMaskError, match=r"1,\d\d\d colours are too many for classes"):
        read_color_mask(tmp_path / "a.png", COLORS, "labelmap.txt")


@pytest.mark.parametrize(
    ("image", "mask", "files"),
    [
        (
            "JPEGImages/a.png",
            "SegmentationClass/a.png",
            {"ImageSets/Segmentation/train.txt": "a", "labelmap.txt": "sky:1,2,3::\ncell:9,0,0::"},
        ),
        ("images/a.png", "masks/a.png", {"labelmap.txt": "sky:1,2,3::\ncell:9,0,0::"}),
        (
            "train/a.png",
            "trainannot/a.png",
            {
                "train.txt": "train/a.png trainannot/a.png",
                "labelmap.txt": "sky:1,2,3::\ncell:9,0,0::\nvoid:7,7,7::",
            },
        ),
    ],
    ids=["voc", "png", "camvid"],
)
def test_a_labelmap_gives_meaning_to_colours(
    tmp_path: Path, image: str, mask: str, files: dict[str, str]
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    for name in (image, mask):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    _mask(tmp_path / image, (5, 5, 5), (5, 5, 5))
    _mask(tmp_path / mask, (9, 0, 0), (1, 2, 3))

    dataset = read_any(tmp_path)

    assert dataset.label_set.names == ("sky", "cell")
    assert dataset.read_label_map(dataset.splits["train"][0]).tolist() == [[1, 0]]
