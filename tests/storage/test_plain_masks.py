"""What the fast ways read is what Pillow reads, and what they do not take is left to it."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from segstudio.core.label_map import LabelMap
from segstudio.core.palette import Palette
from segstudio.storage.plain_masks import (
    PNG_MAGIC,
    decode_png,
    decode_tiff,
    encode_png,
    encode_tiff,
    repainted_png,
)

LIMIT = 10**6


@pytest.fixture(params=[(1, 1), (1, 300), (300, 1), (37, 41), (256, 256), (700, 600)], ids=str)
def label_map(request: pytest.FixtureRequest) -> LabelMap:
    rng = np.random.default_rng(3)
    noise = rng.integers(0, 256, request.param, dtype=np.uint8)
    noise[: request.param[0] // 2] = 7
    return noise


@pytest.fixture
def palette() -> Palette:
    return np.random.default_rng(4).integers(0, 256, (256, 3), dtype=np.uint8)


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:  # noqa: ANN401
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_pillow_reads_the_png_that_is_written(label_map: LabelMap, palette: Palette) -> None:
    content = encode_png(label_map, palette)
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        assert image.mode == "P"
        assert np.array_equal(np.asarray(image), label_map)
        assert np.array_equal(np.asarray(image.convert("RGB")), palette[label_map])
    assert np.array_equal(decode_png(content, LIMIT), label_map)


def test_pillow_reads_the_grey_png_that_is_written(label_map: LabelMap) -> None:
    content = encode_png(label_map, None)
    with Image.open(io.BytesIO(content)) as image:
        assert image.mode == "L"
        assert np.array_equal(np.asarray(image), label_map)
    assert np.array_equal(decode_png(content, LIMIT), label_map)


def test_pillow_reads_the_tiff_that_is_written(label_map: LabelMap) -> None:
    content = encode_tiff(label_map)
    with Image.open(io.BytesIO(content)) as image:
        assert image.mode == "L"
        assert np.array_equal(np.asarray(image), label_map)
    assert np.array_equal(decode_tiff(content, LIMIT), label_map)


def test_an_indexed_png_of_pillow_is_read(label_map: LabelMap, palette: Palette) -> None:
    image = Image.fromarray(label_map)
    image.putpalette(palette.tobytes())
    assert np.array_equal(decode_png(_saved(image, "PNG", dpi=(72, 72)), LIMIT), label_map)


@pytest.mark.parametrize("compression", [None, "tiff_adobe_deflate", "tiff_deflate"])
def test_a_grey_tiff_of_pillow_is_read(label_map: LabelMap, compression: str | None) -> None:
    content = _saved(Image.fromarray(label_map), "TIFF", compression=compression)
    assert np.array_equal(decode_tiff(content, LIMIT), label_map)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(rows: bytes, width: int, height: int) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return PNG_MAGIC + header + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def test_rows_as_differences_are_read_as_pillow_reads_them() -> None:
    # Filters: none, left neighbour, above, left neighbour; values run over 255.
    rows = bytes([0, 250, 3, 9, 1, 200, 100, 7, 2, 250, 250, 1, 1, 5, 255, 255])
    content = _png(rows, 3, 4)
    with Image.open(io.BytesIO(content)) as image:
        expected = np.asarray(image)
    assert np.array_equal(decode_png(content, LIMIT), expected)


def test_rows_that_need_two_neighbours_are_left_to_pillow() -> None:
    assert decode_png(_png(bytes([4, 1, 2, 3]), 3, 1), LIMIT) is None


_SMALL = np.arange(12, dtype=np.uint8).reshape(3, 4)


def _with_text() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Raw profile type exif", "turned")
    return _saved(Image.fromarray(_SMALL), "PNG", pnginfo=info)


_GOOD_PNG = encode_png(_SMALL, np.zeros((256, 3), np.uint8))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_saved(Image.fromarray(_SMALL.astype(np.uint16)), "PNG"), id="16 bits"),
        pytest.param(_saved(Image.fromarray(_SMALL > 4), "PNG"), id="1 bit"),
        pytest.param(_saved(Image.fromarray(_SMALL).convert("RGB"), "PNG"), id="colours"),
        pytest.param(_with_text(), id="text, which may turn it"),
        pytest.param(_GOOD_PNG[:-12], id="no end"),
        pytest.param(_GOOD_PNG[:-20], id="cut"),
        pytest.param(_GOOD_PNG.replace(b"IDAT", b"IDAU"), id="no pixels"),
        pytest.param(
            _GOOD_PNG[:-20] + bytes([_GOOD_PNG[-20] ^ 1]) + _GOOD_PNG[-19:], id="flipped bit"
        ),
        pytest.param(_png(bytes(3 * 5 + 1), 4, 3), id="a byte too many"),
        pytest.param(_png(bytes(3 * 5 - 1), 4, 3), id="a byte too few"),
        pytest.param(_png(bytes(10), 2**31 - 1, 2**31 - 1), id="absurd size"),
        pytest.param(_png(b"", 0, 3), id="empty"),
        pytest.param(PNG_MAGIC, id="magic alone"),
    ],
)
def test_other_png_files_are_left_to_pillow(content: bytes) -> None:
    assert decode_png(content, LIMIT) is None


_GOOD_TIFF = encode_tiff(_SMALL)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_saved(Image.fromarray(_SMALL.astype(np.uint16)), "TIFF"), id="16 bits"),
        pytest.param(_saved(Image.fromarray(_SMALL).convert("RGB"), "TIFF"), id="colours"),
        pytest.param(_saved(Image.fromarray(_SMALL), "TIFF", tiffinfo={274: 6}), id="turned"),
        pytest.param(
            _saved(Image.fromarray(_SMALL), "TIFF", compression="tiff_lzw"), id="other packing"
        ),
        pytest.param(_saved(Image.fromarray(_SMALL), "TIFF")[:-3], id="cut"),
        pytest.param(_GOOD_TIFF[:20], id="header alone"),
        pytest.param(b"II*\0", id="magic alone"),
    ],
)
def test_other_tiff_files_are_left_to_pillow(content: bytes) -> None:
    assert decode_tiff(content, LIMIT) is None


def test_files_with_too_many_pixels_are_left_to_pillow() -> None:
    assert decode_png(_GOOD_PNG, 11) is None
    assert decode_tiff(_GOOD_TIFF, 11) is None


def test_pillow_shows_a_repainted_png_in_the_new_colours(
    label_map: LabelMap, palette: Palette
) -> None:
    content = repainted_png(encode_png(label_map, palette), palette[::-1])
    assert content is not None
    with Image.open(io.BytesIO(content)) as image:
        assert np.array_equal(np.asarray(image), label_map)
        assert np.array_equal(np.asarray(image.convert("RGB")), palette[::-1][label_map])
    assert repainted_png(content, palette[::-1]) is None


def test_a_short_palette_keeps_its_length_and_what_stands_behind_it(palette: Palette) -> None:
    image = Image.fromarray(np.array([[0, 1, 2, 1]], np.uint8), "P")
    image.putpalette([9, 9, 9, 8, 8, 8, 7, 7, 7])
    saved = _saved(image, "PNG", transparency=1, bits=2)
    content = repainted_png(saved, palette)
    assert content is not None
    assert len(content) == len(saved)
    with Image.open(io.BytesIO(content)) as image:
        assert image.info["transparency"] == 1
        assert np.array_equal(np.asarray(image.convert("RGB"))[0], palette[[0, 1, 2, 1]])


@pytest.mark.parametrize("mode", ["L", "RGB", "I;16"])
def test_what_has_no_palette_is_not_repainted(mode: str, palette: Palette) -> None:
    assert repainted_png(_saved(Image.new(mode, (3, 2)), "PNG"), palette) is None
    assert repainted_png(b"no picture", palette) is None
