import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_set import LabelSet
from segstudio.errors import MaskError, StorageError
from segstudio.storage.masks import encode_label_map, read_label_map, write_label_map

PALETTE = LabelSet.named(["background", "cell", "wall"]).palette
EVERY_VALUE = np.arange(256, dtype=np.uint8).reshape(16, 16)


def _grey_png(bits: int, rows: list[bytes], width: int) -> bytes:
    """Return a grey PNG of few bits a pixel, as other programs write them and Pillow does not."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, len(rows), bits, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (37, 53)])
def test_a_label_map_survives_the_file(tmp_path: Path, shape: tuple[int, int]) -> None:
    label_map = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    write_label_map(tmp_path / "a.png", label_map, PALETTE)
    assert np.array_equal(read_label_map(tmp_path / "a.png"), label_map)


def test_a_part_of_a_label_map_can_be_written(tmp_path: Path) -> None:
    write_label_map(tmp_path / "a.png", EVERY_VALUE[::2, 1::3], PALETTE)
    assert np.array_equal(read_label_map(tmp_path / "a.png"), EVERY_VALUE[::2, 1::3])


def test_the_file_is_an_indexed_png_in_the_colours_of_the_classes(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encode_label_map(EVERY_VALUE, PALETTE))
    with Image.open(tmp_path / "a.png") as image:
        assert (image.format, image.mode, sorted(image.info)) == ("PNG", "P", [])
        assert np.array_equal(np.asarray(image.convert("RGB")), PALETTE[EVERY_VALUE])


def test_the_label_map_that_was_read_can_be_painted_on(tmp_path: Path) -> None:
    write_label_map(tmp_path / "a.png", EVERY_VALUE, PALETTE)
    label_map = read_label_map(tmp_path / "a.png")
    label_map[0, 0] = 9
    assert label_map[0, 0] == 9


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"a\.png: could not be saved"):
        write_label_map(tmp_path / "gone" / "a.png", EVERY_VALUE, PALETTE)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp"])
def test_grey_values_are_class_indices(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(EVERY_VALUE).save(tmp_path / f"a{suffix}")
    assert np.array_equal(read_label_map(tmp_path / f"a{suffix}"), EVERY_VALUE)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_palette_indices_of_any_depth_are_class_indices(tmp_path: Path, bits: int) -> None:
    indices = EVERY_VALUE & (2**bits - 1)
    image = Image.fromarray(indices)
    image.putpalette(bytes(3 * 2**bits))
    image.save(tmp_path / "a.png", bits=bits)
    assert np.array_equal(read_label_map(tmp_path / "a.png"), indices)


@pytest.mark.parametrize(
    ("bits", "rows", "expected"),
    [
        (1, [b"\x50"], [[0, 1, 0, 1]]),
        (2, [b"\x1b", b"\xe4"], [[0, 1, 2, 3], [3, 2, 1, 0]]),
        (4, [b"\x01\x2f", b"\xa3\x40"], [[0, 1, 2, 15], [10, 3, 4, 0]]),
    ],
)
def test_grey_of_few_bits_is_not_spread_over_0_to_255(
    tmp_path: Path, bits: int, rows: list[bytes], expected: list[list[int]]
) -> None:
    (tmp_path / "a.png").write_bytes(_grey_png(bits, rows, 4))
    assert read_label_map(tmp_path / "a.png").tolist() == expected


@pytest.mark.parametrize(
    ("suffix", "dtype"), [(".png", np.uint16), (".tif", np.uint16), (".tif", np.int32)]
)
def test_deep_files_of_small_values_are_label_maps(
    tmp_path: Path, suffix: str, dtype: type[np.integer]
) -> None:
    Image.fromarray(EVERY_VALUE.astype(dtype)).save(tmp_path / f"a{suffix}")
    assert np.array_equal(read_label_map(tmp_path / f"a{suffix}"), EVERY_VALUE)


@pytest.mark.parametrize(("value", "dtype"), [(256, np.uint16), (-1, np.int32)])
def test_a_value_that_is_no_class_index_is_named(
    tmp_path: Path, value: int, dtype: type[np.integer]
) -> None:
    Image.fromarray(np.array([[0, 7, value]], dtype)).save(tmp_path / "a.tif")
    with pytest.raises(MaskError, match=f"it holds the value {value}, and class indices are 0"):
        read_label_map(tmp_path / "a.tif")


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "CMYK"])
def test_colours_and_alpha_are_refused(tmp_path: Path, mode: str) -> None:
    Image.new(mode, (4, 3)).save(tmp_path / "a.tif")
    with pytest.raises(MaskError, match=r"a\.tif: this is a colour picture"):
        read_label_map(tmp_path / "a.tif")


def test_fractions_are_refused(tmp_path: Path) -> None:
    Image.new("F", (4, 3)).save(tmp_path / "a.tif")
    with pytest.raises(MaskError, match="this holds fractions"):
        read_label_map(tmp_path / "a.tif")


def test_jpeg_is_refused_even_if_it_is_called_png(tmp_path: Path) -> None:
    Image.fromarray(EVERY_VALUE).save(tmp_path / "a.png", "JPEG")
    with pytest.raises(MaskError, match="does not keep class indices exactly"):
        read_label_map(tmp_path / "a.png")


def test_a_missing_or_damaged_file_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(encode_label_map(EVERY_VALUE, PALETTE)[:-200])
    with pytest.raises(MaskError) as missing:
        read_label_map(tmp_path / "a.png")
    assert str(missing.value) == "a.png: there is no such file"
    with pytest.raises(MaskError) as damaged:
        read_label_map(tmp_path / "b.png")
    assert str(damaged.value) == "b.png: the file is damaged and cannot be opened"
