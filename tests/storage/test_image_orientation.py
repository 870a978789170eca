"""One orientation for every reader: 8 orientations in the four formats that carry them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, PngImagePlugin

from segstudio.storage.images import is_turned, read_image, read_image_size, read_thumbnail
from segstudio.storage.masks import read_label_map

SUFFIXES = (".jpg", ".png", ".tif", ".webp")

# Blocks of 16 pixels survive JPEG; all corners differ, so that every turn shows.
_BLOCKS = np.array([[0, 60, 120, 250], [30, 90, 150, 180], [200, 20, 80, 140]], np.uint8)
UPRIGHT = np.kron(np.stack([_BLOCKS] * 3, axis=2), np.ones((16, 16, 1), np.uint8))

# Exif 2.32, tag 274: what to do with an upright picture so that the tag makes it upright again.
_STORED: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, -1),
}


def _write(path: Path, upright: np.ndarray, orientation: int) -> Path:
    image = Image.fromarray(np.ascontiguousarray(_STORED[orientation](upright)))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    if path.suffix == ".tif":
        image.save(path, tiffinfo=exif)
    elif path.suffix == ".webp":
        image.save(path, exif=exif, lossless=True)
    else:
        image.save(path, exif=exif, **({"quality": 100} if path.suffix == ".jpg" else {}))
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("orientation", range(1, 9))
class TestEveryOrientation:
    def test_the_image_is_upright(self, tmp_path: Path, suffix: str, orientation: int) -> None:
        image = read_image(_write(tmp_path / f"a{suffix}", UPRIGHT, orientation)).astype(int)
        assert image.shape == UPRIGHT.shape
        assert np.abs(image - UPRIGHT).max() <= (3 if suffix == ".jpg" else 0)

    def test_the_size_is_that_of_the_upright_image(
        self, tmp_path: Path, suffix: str, orientation: int
    ) -> None:
        path = _write(tmp_path / f"a{suffix}", UPRIGHT, orientation)
        assert read_image_size(path) == UPRIGHT.shape[:2]

    def test_the_thumbnail_is_upright(self, tmp_path: Path, suffix: str, orientation: int) -> None:
        thumbnail = read_thumbnail(_write(tmp_path / f"a{suffix}", UPRIGHT, orientation), 32)
        assert thumbnail.shape == (24, 32, 3)
        centres = thumbnail[4::8, 4::8, 0].astype(int)
        assert np.abs(centres - _BLOCKS).max() <= 12

    def test_whether_it_is_turned_is_known(
        self, tmp_path: Path, suffix: str, orientation: int
    ) -> None:
        path = _write(tmp_path / f"a{suffix}", UPRIGHT, orientation)
        assert is_turned(path) == (orientation != 1)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_deep_grey_is_upright(tmp_path: Path, suffix: str, orientation: int) -> None:
    deep = np.arange(12, dtype=np.uint16).reshape(3, 4) * 5000
    image = read_image(_write(tmp_path / f"a{suffix}", deep, orientation))
    plain = read_image(_write(tmp_path / f"b{suffix}", deep, 1))
    assert np.array_equal(image, plain)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_mask_is_turned_as_its_image_is(tmp_path: Path, suffix: str, orientation: int) -> None:
    mask = _write(tmp_path / f"a{suffix}", _BLOCKS, orientation)
    assert np.array_equal(read_label_map(mask), _BLOCKS)


def test_a_compressed_tiff_is_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    stored = Image.fromarray(np.ascontiguousarray(_STORED[6](UPRIGHT)))
    stored.save(tmp_path / "a.tif", tiffinfo=exif, compression="tiff_lzw")
    assert np.array_equal(read_image(tmp_path / "a.tif"), UPRIGHT)
    assert read_image_size(tmp_path / "a.tif") == UPRIGHT.shape[:2]


def test_an_orientation_given_as_xmp_counts(tmp_path: Path) -> None:
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/'
        '22-rdf-syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
        'tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
    )
    stored = Image.fromarray(np.ascontiguousarray(_STORED[6](UPRIGHT)))
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp)
    stored.save(tmp_path / "a.png", pnginfo=info)
    stored.save(tmp_path / "a.webp", xmp=xmp.encode(), lossless=True)
    stored.save(tmp_path / "a.tif", tiffinfo={700: xmp.encode()})
    for path in sorted(tmp_path.iterdir()):
        assert np.array_equal(read_image(path), UPRIGHT), path
        assert read_image_size(path) == UPRIGHT.shape[:2], path
        assert is_turned(path), path


@pytest.mark.parametrize("orientation", [0, 9, 255])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_orientation_that_is_none_turns_nothing(
    tmp_path: Path, suffix: str, orientation: int
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    options = {"tiffinfo" if suffix == ".tif" else "exif": exif}
    path = tmp_path / f"a{suffix}"
    Image.fromarray(UPRIGHT).save(path, **options)
    assert not is_turned(path)
    assert read_image(path).shape == UPRIGHT.shape


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0rubbish", b"Exif\0\0II*\0\xff\xff\xff\x7f", b"Exif\0\0"]
)
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_damaged_exif_data_does_not_lock_up_the_pixels(
    tmp_path: Path, suffix: str, exif: bytes
) -> None:
    path = tmp_path / f"a{suffix}"
    Image.fromarray(UPRIGHT).save(path, exif=exif)
    assert read_image(path).shape == UPRIGHT.shape
    assert not is_turned(path)
