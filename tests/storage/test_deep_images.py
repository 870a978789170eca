"""16-bit and many-channel images: the picture, and the values that it was made from."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from segstudio.errors import ImageError
from segstudio.storage.images import decode_image, read_image, read_image_size, read_thumbnail

RNG = np.random.default_rng(7)
COLORS = RNG.integers(0, 65536, (20, 30, 3), dtype=np.uint16)
FIVE = RNG.integers(0, 4000, (20, 30, 5), dtype=np.uint16)


def write_png(path: Path) -> None:
    cv2.imwrite(str(path), COLORS[:, :, ::-1])


def write_png_with_alpha(path: Path) -> None:
    cv2.imwrite(str(path), np.dstack([COLORS[:, :, ::-1], FIVE[:, :, 0]]))


def write_tiff(path: Path) -> None:
    tifffile.imwrite(path, COLORS, photometric="rgb")


def write_lzw(path: Path) -> None:
    tifffile.imwrite(path, COLORS, photometric="rgb", compression="lzw")


def write_planes(path: Path) -> None:
    tifffile.imwrite(path, np.moveaxis(COLORS, -1, 0), photometric="rgb", planarconfig="separate")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.png", write_png),
        ("a.png", write_png_with_alpha),
        ("a.tif", write_tiff),
        ("a.tif", write_lzw),
    ],
    ids=["png", "png with alpha", "tiff", "lzw"],
)
def test_deep_colors_keep_their_values_and_show_their_high_byte(
    tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    path = tmp_path / name
    write(path)
    decoded = decode_image(path)
    assert decoded.values is not None
    assert np.array_equal(decoded.values, COLORS)
    assert np.array_equal(decoded.image, COLORS >> 8)
    assert np.array_equal(read_image(path), decoded.image)


def test_colors_in_planes_of_16_bits_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    write_planes(path)
    decoded = decode_image(path)
    assert decoded.values is not None
    assert np.array_equal(decoded.values, COLORS)
    assert np.abs(decoded.image.astype(int) - (COLORS >> 8)).max() <= 1


@pytest.mark.parametrize("order", ["<", ">"])
def test_deep_grey_keeps_its_values(tmp_path: Path, order: str) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, FIVE[:, :, 0], byteorder=order)
    decoded = decode_image(path)
    assert decoded.values is not None
    assert decoded.values.dtype == np.dtype("=u2")
    assert np.array_equal(decoded.values[:, :, 0], FIVE[:, :, 0])
    assert np.array_equal(decoded.image, read_image(path))


@pytest.mark.parametrize("count", [2, 5])
@pytest.mark.parametrize("is_planar", [False, True])
def test_tiff_files_of_many_channels_open(tmp_path: Path, count: int, is_planar: bool) -> None:
    path = tmp_path / "a.tif"
    pixels = FIVE[:, :, :count]
    tifffile.imwrite(
        path,
        np.moveaxis(pixels, -1, 0) if is_planar else pixels,
        photometric="minisblack",
        planarconfig="separate" if is_planar else "contig",
        compression="lzw",
    )
    decoded = decode_image(path)
    assert decoded.values is not None
    assert np.array_equal(decoded.values, pixels)
    assert np.allclose(decoded.image[:, :, :2], pixels[:, :, :2] / 4095 * 255, atol=1)
    if count == 2:
        assert not decoded.image[:, :, 2].any()
    assert read_image_size(path) == (20, 30)
    assert read_thumbnail(path, 10).shape == (7, 10, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_values_are_turned_as_the_picture_is(tmp_path: Path, orientation: int) -> None:
    tag = (274, "H", 1, orientation, True)
    tifffile.imwrite(tmp_path / "three.tif", COLORS, photometric="rgb", extratags=[tag])
    three = decode_image(tmp_path / "three.tif")
    assert three.values is not None
    assert np.array_equal(three.values >> 8, three.image)
    tifffile.imwrite(
        tmp_path / "five.tif",
        np.dstack([COLORS, FIVE[:, :, :2]]),
        photometric="minisblack",
        planarconfig="contig",
        extratags=[tag],
    )
    five = decode_image(tmp_path / "five.tif")
    assert five.values is not None
    assert np.array_equal(five.values[:, :, :3], three.values)
    assert read_image_size(tmp_path / "five.tif") == three.image.shape[:2]


def test_images_of_8_bits_have_no_other_values(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((4, 5, 3), np.uint8)).save(tmp_path / "a.png")
    assert decode_image(tmp_path / "a.png").values is None


@pytest.mark.parametrize("length", [4, 100, 1000])
def test_a_damaged_tiff_of_many_channels_is_an_error(tmp_path: Path, length: int) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, FIVE, photometric="minisblack", planarconfig="contig")
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ImageError):
        read_image(path)
