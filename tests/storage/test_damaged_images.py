"""Damaged files give an ImageError or the right picture: never another error, never grey."""

import contextlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_map import RgbImage
from segstudio.errors import ImageError, MaskError
from segstudio.storage.images import is_turned, read_image, read_image_size, read_thumbnail
from segstudio.storage.masks import read_label_map

_NOISE = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)


def _encoded(image: Image.Image, format_name: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def _files() -> dict[str, bytes]:
    noise = Image.fromarray(_NOISE)
    exif = Image.Exif()
    exif[0x112] = 6
    return {
        "png": _encoded(noise, "PNG", exif=exif),
        "palette": _encoded(noise.quantize(16), "PNG", transparency=3),
        "deep": _encoded(Image.fromarray(_NOISE[:, :, 0].astype(np.uint16) * 257), "PNG"),
        "jpeg": _encoded(noise, "JPEG", exif=exif),
        "progressive": _encoded(noise, "JPEG", progressive=True),
        "tiff": _encoded(noise, "TIFF", tiffinfo=exif),
        "lzw": _encoded(noise, "TIFF", compression="tiff_lzw"),
        "webp": _encoded(noise, "WEBP", exif=exif),
        "bmp": _encoded(noise, "BMP"),
    }


FILES = _files()


def _read(path: Path) -> RgbImage | None:
    with contextlib.suppress(ImageError):
        return read_image(path)
    return None


@pytest.mark.parametrize("name", FILES)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_truncated_file_is_an_error_or_whole(tmp_path: Path, name: str) -> None:
    path, content = tmp_path / "a.bin", FILES[name]
    path.write_bytes(content)
    whole = read_image(path)
    for length in np.linspace(0, len(content) - 1, 40).astype(int):
        path.write_bytes(content[:length])
        image = _read(path)
        assert image is None or np.array_equal(image, whole), length


@pytest.mark.parametrize("name", FILES)
def test_half_a_file_is_an_error(tmp_path: Path, name: str) -> None:
    path, content = tmp_path / "a.bin", FILES[name]
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ImageError):
        read_image(path)
    with pytest.raises(ImageError):
        read_thumbnail(path, 32)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_random_damage_raises_nothing_else(tmp_path: Path, name: str) -> None:
    rng = np.random.default_rng(len(name))
    path = tmp_path / "a.bin"
    for _ in range(80):
        content = bytearray(FILES[name])
        # The header and the directories behind the pixels are where decoders stumble.
        reach = 200 if rng.random() < 0.6 else len(content)
        for place in rng.integers(0, reach, rng.integers(1, 6)):
            content[place if rng.random() < 0.7 else -1 - place] = rng.integers(0, 256)
        path.write_bytes(content)
        for read in (read_image, read_image_size, is_turned, lambda p: read_thumbnail(p, 16)):
            with contextlib.suppress(ImageError):
                read(path)
        with contextlib.suppress(MaskError):
            read_label_map(path)
