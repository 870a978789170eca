"""Every kind of file we take, against pixels known beforehand."""

import io
import os
import struct
import sys
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps

from segstudio.errors import ImageError
from segstudio.storage.images import (
    MAX_PIXELS,
    is_image_name,
    read_image,
    read_image_size,
    read_reduced,
    read_thumbnail,
)

RGB = np.random.default_rng(0).integers(0, 256, (37, 53, 3), dtype=np.uint8)
GREY = RGB[:, :, 0]


def _saved(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


def _png_header(width: int, height: int, bits: int, color_type: int) -> bytes:
    """Return a PNG file of these dimensions that holds no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b""))


@pytest.mark.parametrize("suffix", [".png", ".tif", ".TIFF", ".bmp"])
def test_colour_is_read_as_it_is(tmp_path: Path, suffix: str) -> None:
    path = _saved(tmp_path / f"a{suffix}", Image.fromarray(RGB))
    assert np.array_equal(read_image(path), RGB)


def test_lossless_webp_is_read_as_it_is(tmp_path: Path) -> None:
    path = _saved(tmp_path / "a.webp", Image.fromarray(RGB), lossless=True)
    assert np.array_equal(read_image(path), RGB)


def test_jpeg_is_read_as_pillow_decodes_it(tmp_path: Path) -> None:
    path = _saved(tmp_path / "a.jpg", Image.fromarray(RGB), quality=95)
    with Image.open(path) as image:
        assert np.array_equal(read_image(path), np.asarray(image))


@pytest.mark.parametrize("orientation", [1, 4, 6])
@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_every_jpeg_has_the_pixels_that_pillow_sees(
    tmp_path: Path, mode: str, progressive: bool, subsampling: str, orientation: int
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    path = _saved(
        tmp_path / "a.jpg",
        Image.fromarray(RGB).convert(mode),
        quality=80,
        progressive=progressive,
        subsampling=subsampling,
        exif=exif,
    )
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    assert np.array_equal(read_image(path), np.asarray(upright))


def test_a_jpeg_with_bytes_behind_its_end_is_read(tmp_path: Path) -> None:
    path = _saved(tmp_path / "a.jpg", Image.fromarray(RGB))
    pixels = read_image(path)
    path.write_bytes(path.read_bytes() + b"a telephone's video")
    assert np.array_equal(read_image(path), pixels)


def test_a_large_jpeg_can_be_had_reduced(tmp_path: Path) -> None:
    y, x = np.mgrid[:2101, :4203]
    shapes = np.stack([y // 17, x // 33, (x + y) // 99], axis=2).astype(np.uint8)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    path = _saved(tmp_path / "a.jpg", Image.fromarray(shapes), quality=95, exif=exif)

    reduced = read_reduced(path)

    assert reduced is not None
    assert (reduced.level, reduced.height, reduced.width) == (2, 4203, 2101)
    assert reduced.pixels.shape == (1051, 526, 3)
    whole = read_image(path)
    middle = whole[2:, 2:][::4, ::4][:1000, :500].astype(int)
    assert np.abs(reduced.pixels[:1000, :500] - middle).mean() < 3


@pytest.mark.parametrize("name", ["small.jpg", "large.png"])
def test_what_cannot_be_had_reduced_is_none(tmp_path: Path, name: str) -> None:
    size = (1999, 900) if name == "small.jpg" else (4000, 900)
    assert read_reduced(_saved(tmp_path / name, Image.new("RGB", size))) is None


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressed_tiff_is_read_as_it_is(tmp_path: Path, compression: str) -> None:
    path = _saved(tmp_path / "a.tif", Image.fromarray(RGB), compression=compression)
    assert np.array_equal(read_image(path), RGB)


def test_grey_is_repeated_in_the_three_channels(tmp_path: Path) -> None:
    path = _saved(tmp_path / "a.png", Image.fromarray(GREY))
    assert np.array_equal(read_image(path), np.dstack([GREY] * 3))


def test_black_and_white_is_0_and_255(tmp_path: Path) -> None:
    path = _saved(tmp_path / "a.png", Image.fromarray(GREY > 127))
    assert np.array_equal(read_image(path)[:, :, 0], np.where(GREY > 127, 255, 0))


def test_alpha_is_dropped_and_hides_no_colour(tmp_path: Path) -> None:
    path = _saved(tmp_path / "a.png", Image.fromarray(np.dstack([RGB, GREY])))
    assert np.array_equal(read_image(path), RGB)


def test_grey_with_alpha_keeps_its_grey(tmp_path: Path) -> None:
    path = _saved(tmp_path / "a.png", Image.fromarray(np.dstack([GREY, GREY[::-1]]), "LA"))
    assert np.array_equal(read_image(path), np.dstack([GREY] * 3))


@pytest.mark.parametrize("transparency", [None, 1, bytes([0, 128, 255])])
def test_palettes_are_resolved(tmp_path: Path, transparency: int | bytes | None) -> None:
    indices = GREY % 3
    image = Image.fromarray(indices)
    image.putpalette(bytes([10, 20, 30, 40, 50, 60, 70, 80, 90]))
    options = {} if transparency is None else {"transparency": transparency}
    path = _saved(tmp_path / "a.png", image, **options)
    colors = np.array([[10, 20, 30], [40, 50, 60], [70, 80, 90]], np.uint8)
    assert np.array_equal(read_image(path), colors[indices])


@pytest.mark.parametrize("transparency", [7, (1, 2, 3)])
def test_a_transparent_colour_is_read_as_that_colour(
    tmp_path: Path, transparency: int | tuple[int, ...]
) -> None:
    array = GREY if isinstance(transparency, int) else RGB
    path = _saved(tmp_path / "a.png", Image.fromarray(array), transparency=transparency)
    assert np.array_equal(read_image(path), array if array is RGB else np.dstack([GREY] * 3))


def test_cmyk_is_converted(tmp_path: Path) -> None:
    cmyk = Image.fromarray(np.dstack([RGB, np.zeros_like(GREY)]), "CMYK")
    path = _saved(tmp_path / "a.tif", cmyk)
    assert np.array_equal(read_image(path), 255 - RGB)


@pytest.mark.parametrize("largest", [255, 1023, 4095, 16383, 65535])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_deep_grey_is_scaled_by_its_bit_depth(tmp_path: Path, suffix: str, largest: int) -> None:
    deep = np.linspace(0, largest, GREY.size).round().astype(np.uint16).reshape(GREY.shape)
    path = _saved(tmp_path / f"a{suffix}", Image.fromarray(deep))
    expected = (deep.astype(int) * 255 + largest // 2) // largest
    assert np.array_equal(read_image(path), np.dstack([expected] * 3))


def test_byte_order_of_deep_grey_does_not_matter(tmp_path: Path) -> None:
    deep = np.arange(0, 65536, 37, dtype=np.uint16)[:1600].reshape(40, 40)
    little = _saved(tmp_path / "l.tif", Image.frombytes("I;16", (40, 40), deep.astype("<u2")))
    big = _saved(tmp_path / "b.tif", Image.frombytes("I;16B", (40, 40), deep.astype(">u2")))
    assert np.array_equal(read_image(little), read_image(big))


def test_32_bit_grey_spans_its_own_range(tmp_path: Path) -> None:
    deep = np.array([[-5, 0, 500_000, 1_000_000]], np.int32)
    path = _saved(tmp_path / "a.tif", Image.fromarray(deep))
    assert read_image(path)[0, :, 0].tolist() == [0, 0, 128, 255]


def test_an_all_black_deep_image_is_black(tmp_path: Path) -> None:
    path = _saved(tmp_path / "a.png", Image.fromarray(np.zeros((3, 4), np.uint16)))
    assert not read_image(path).any()


def test_16_bit_colour_keeps_its_high_bytes(tmp_path: Path) -> None:
    pixels = np.array([[[65535, 256, 255], [0, 32768, 1]]], ">u2")
    data = zlib.compress(b"\0" + pixels.tobytes())
    content = bytearray(_png_header(2, 1, 16, 2)[:33])
    for kind, part in ((b"IDAT", data), (b"IEND", b"")):
        check = struct.pack(">I", zlib.crc32(kind + part))
        content += struct.pack(">I", len(part)) + kind + part + check
    (tmp_path / "a.png").write_bytes(content)
    assert read_image(tmp_path / "a.png").tolist() == [[[255, 1, 0], [0, 128, 0]]]


def test_fractions_are_refused_in_words(tmp_path: Path) -> None:
    path = _saved(tmp_path / "a.tif", Image.fromarray(np.zeros((3, 4), np.float32)))
    with pytest.raises(ImageError, match=r"a\.tif: floating-point images are not supported"):
        read_image(path)


@pytest.mark.parametrize("suffix", [".tif", ".webp", ".png"])
def test_of_several_frames_the_first_is_read(tmp_path: Path, suffix: str) -> None:
    frames = [Image.fromarray(np.roll(RGB, shift, 0)) for shift in range(3)]
    options = {"lossless": True} if suffix == ".webp" else {}
    path = tmp_path / f"a{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)
    assert np.array_equal(read_image(path), RGB)


def test_the_name_does_not_decide_the_format(tmp_path: Path) -> None:
    Image.fromarray(RGB).save(tmp_path / "a.jpg", "PNG")
    assert np.array_equal(read_image(tmp_path / "a.jpg"), RGB)


@pytest.mark.parametrize("format_name", ["GIF", "PPM", "TGA", "ICO", "PDF", "EPS"])
def test_other_formats_are_refused_whatever_their_name(tmp_path: Path, format_name: str) -> None:
    Image.fromarray(RGB).save(tmp_path / "a.png", format_name)
    with pytest.raises(ImageError, match="this is not an image we can read"):
        read_image(tmp_path / "a.png")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_image_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    for read in (read_image, read_image_size, lambda path: read_thumbnail(path, 64)):
        with pytest.raises(ImageError, match=r"a\.png: "):
            read(tmp_path / "a.png")


def test_an_image_of_too_many_pixels_is_refused_before_they_are_decoded(tmp_path: Path) -> None:
    side = int(MAX_PIXELS**0.5) + 1
    (tmp_path / "a.png").write_bytes(_png_header(side, side, 1, 0))
    with pytest.raises(ImageError, match="are more than 500 megapixels"):
        read_image_size(tmp_path / "a.png")


def test_a_header_that_claims_two_billion_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(_png_header(2**31 - 1, 2**31 - 1, 8, 2))
    with pytest.raises(ImageError, match="megapixels"):
        read_image(tmp_path / "a.png")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.png", tmp_path / "gone" / "a.png"):
        with pytest.raises(ImageError, match="there is no such file"):
            read_image(path)


def test_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    with pytest.raises(ImageError, match="this is a folder, not an image"):
        read_image(tmp_path / "a.png")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(ImageError, match="this is a device or a pipe"):
        read_image(tmp_path / "a.png")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows needs rights to make links")
def test_a_link_that_leads_in_a_circle_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to(tmp_path / "a.png")
    with pytest.raises(ImageError, match="it cannot be read: Too many levels"):
        read_image(tmp_path / "a.png")


def test_a_file_that_may_not_be_read_is_told(
    open_folder_for_all: Path, as_nobody: Callable[[], AbstractContextManager[None]]
) -> None:
    path = _saved(open_folder_for_all / "a.png", Image.fromarray(RGB))
    path.chmod(0o000)
    with as_nobody(), pytest.raises(ImageError, match="you may not read this file"):
        read_image(path)


@pytest.mark.skipif(sys.platform != "linux", reason="macOS and Windows have only text for names")
def test_a_name_that_is_no_text_can_be_read(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.png"))
    buffer = io.BytesIO()
    Image.fromarray(RGB).save(buffer, "PNG")
    path.write_bytes(buffer.getvalue())
    assert np.array_equal(read_image(path), RGB)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp"])
def test_a_thumbnail_keeps_the_proportions(tmp_path: Path, suffix: str) -> None:
    path = _saved(tmp_path / f"a{suffix}", Image.new("RGB", (400, 100)))
    assert read_thumbnail(path, 64).shape == (16, 64, 3)


def test_a_thumbnail_of_a_small_image_is_the_image(tmp_path: Path) -> None:
    path = _saved(tmp_path / "a.png", Image.fromarray(RGB))
    assert np.array_equal(read_thumbnail(path, 64), RGB)


def test_a_thumbnail_of_a_line_is_a_line(tmp_path: Path) -> None:
    path = _saved(tmp_path / "a.png", Image.new("L", (3000, 1)))
    assert read_thumbnail(path, 64).shape == (1, 64, 3)


def test_a_thumbnail_of_deep_grey_is_not_black(tmp_path: Path) -> None:
    deep = np.full((200, 200), 3000, np.uint16)
    path = _saved(tmp_path / "a.png", Image.fromarray(deep))
    assert (read_thumbnail(path, 64) == 187).all()


@pytest.mark.parametrize("name", ["a.png", "A.JPEG", "b.c.tif", "細胞.webp", "x.BMP"])
def test_names_of_images(name: str) -> None:
    assert is_image_name(name)


@pytest.mark.parametrize("name", ["a.gif", "png", ".png", "._a.png", "a.png.txt", "", "a."])
def test_names_of_other_files(name: str) -> None:
    assert not is_image_name(name)
