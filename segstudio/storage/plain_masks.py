"""Fast ways through the usual kinds of mask files: whole bytes a channel, packed with Deflate.

Pillow hands pixels over in small pieces, so most of its time goes into copies. What is not plain,
or not sound, is left to it: the decoders here return None, and it says what is wrong.

Sizes are checked before anything is unpacked, and nothing is unpacked beyond them.

Source: https://www.w3.org/TR/png-3/ (PNG); TIFF 6.0 by way of ``tifffile``.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.memory import empty
from segstudio.core.palette import Palette
from segstudio.core.strips import strips

PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_LEVEL: Final = 1  # a third of the time of the default for a few per cent more bytes
_HEADER: Final = struct.Struct(">IIBBBBB")  # width, height, bits, colours, and three kinds
_GREY, _RGB, _INDEXED = 0, 2, 3
# Chunks that change no index. Texts may hold an orientation, so a file with one is not plain.
_HARMLESS: Final = frozenset(
    {b"PLTE", b"pHYs", b"gAMA", b"sRGB", b"cHRM", b"tIME", b"bKGD", b"tRNS", b"sBIT"}
)
_NO_FILTER, _SUB, _UP = 0, 1, 2
_MOST_RATIO: Final = 1032  # of unpacked to packed bytes in Deflate

_UNPACKED: Final = 1
_DEFLATE: Final = (8, 32946)  # Adobe's number, and the one before it
_BLACK_IS_ZERO, _PALETTE = 1, 3
_TURNING_TAGS: Final = (274, 700, 34665)  # orientation, XMP, EXIF


def encode_png(pixels: LabelMap | RgbImage | NDArray[np.uint16], palette: Palette | None) -> bytes:
    """Return pixels as an indexed PNG, or without a palette as a grey or RGB one.

    Args:
        pixels: (H, W) uint8; without a palette also (H, W, 3) uint8 or (H, W) uint16.
        palette: (256, 3) uint8, or None.
    """
    height, width = pixels.shape[:2]
    depth = 8 * pixels.itemsize
    deflate = zlib.compressobj(_LEVEL)
    packed = [
        deflate.compress(_unfiltered_rows(pixels[strip]).data)
        for strip in strips(height, pixels[0].nbytes)
    ]
    packed.append(deflate.flush())
    colors = _RGB if pixels.ndim == 3 else _GREY if palette is None else _INDEXED
    chunks = [_chunk(b"IHDR", _HEADER.pack(width, height, depth, colors, 0, 0, 0))]
    if palette is not None:
        chunks.append(_chunk(b"PLTE", palette.astype(np.uint8).tobytes()))
    chunks += [_chunk(b"IDAT", b"".join(packed)), _chunk(b"IEND", b"")]
    return PNG_MAGIC + b"".join(chunks)


def _unfiltered_rows(pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return the bytes of rows as a PNG file has them: each begins with its filter, here none."""
    if pixels.itemsize == 2:  # the high byte comes first
        pixels = pixels.astype(">u2").view(np.uint8)
    rows = np.zeros((len(pixels), 1 + pixels[0].size), np.uint8)
    rows[:, 1:] = pixels.reshape(len(pixels), -1)
    return rows


def decode_png(content: bytes, most_pixels: int) -> LabelMap | None:
    """Return the (H, W) uint8 indices or grey values of a plain PNG file.

    Args:
        content: The file.
        most_pixels: More than that are not decoded.

    Returns:
        The label map; None if the file is of another kind, turned, damaged or too large.
    """
    pixels = _plain_pixels(content, most_pixels, (_Kind(8, _GREY), _Kind(8, _INDEXED)))
    return None if pixels is None else pixels[..., 0]


def decode_deep_png(content: bytes, most_pixels: int) -> NDArray[np.uint16] | None:
    """Return the (H, W) uint16 grey values of a plain PNG file of 16 bits; see ``decode_png``."""
    pixels = _plain_pixels(content, most_pixels, (_Kind(16, _GREY),))
    return None if pixels is None else pixels.view(">u2")[..., 0].astype(np.uint16)


def decode_rgb_png(content: bytes, most_pixels: int) -> RgbImage | None:
    """Return the (H, W, 3) uint8 colours of a plain PNG file; see ``decode_png``."""
    return _plain_pixels(content, most_pixels, (_Kind(8, _RGB),))


class _Kind(NamedTuple):
    """How a PNG file keeps a pixel: the bits of a channel, and which channels there are."""

    bits: int
    colors: int

    @property
    def bytes_per_pixel(self) -> int:
        return self.bits // 8 * (3 if self.colors == _RGB else 1)


def _plain_pixels(
    content: bytes, most_pixels: int, kinds: tuple[_Kind, ...]
) -> NDArray[np.uint8] | None:
    """Return the (H, W, bytes of a pixel) uint8 of a PNG file of these kinds, or None."""
    size: tuple[int, int] | None = None
    found = kinds[0]
    data: list[bytes] = []
    is_whole = False
    for kind, chunk in _chunks(content):
        if kind == b"IHDR" and size is None:
            if len(chunk) != _HEADER.size:
                return None
            width, height, bits, colors, *methods = _HEADER.unpack(chunk)
            found = _Kind(bits, colors)
            if found not in kinds or any(methods):
                return None
            size = height, width
        elif kind == b"IDAT":
            data.append(chunk)
        elif kind == b"IEND":
            is_whole = True
            break
        elif kind not in _HARMLESS:
            return None
    if size is None or not is_whole or not 0 < size[0] * size[1] <= most_pixels:
        return None
    (height, width), step = size, found.bytes_per_pixel
    rows = _inflated(b"".join(data), height * (1 + width * step))
    if rows is None:
        return None
    pixels = _unfiltered(rows.reshape(height, 1 + width * step), step)
    return None if pixels is None else pixels.reshape(height, width, step)


def repainted_png(content: bytes, palette: Palette) -> bytes | None:
    """Return an indexed PNG file with other colours; every pixel keeps its index.

    Args:
        content: The file. Its palette keeps its length, and all other chunks stay as they are.
        palette: (256, 3) uint8.

    Returns:
        The file; None if it has these colours, is no indexed PNG, or is damaged before its pixels.
    """
    if not content.startswith(PNG_MAGIC):
        return None
    place = len(PNG_MAGIC)
    is_indexed = False
    for kind, data in _chunks(content):
        if kind == b"IHDR" and len(data) == _HEADER.size:
            is_indexed = _HEADER.unpack(data)[3] == _INDEXED
        elif kind == b"PLTE" and is_indexed:
            colors = palette.astype(np.uint8).tobytes()[: len(data)]
            if colors == data:
                return None
            end = place + 12 + len(data)
            return content[:place] + _chunk(kind, colors) + content[end:]
        elif kind == b"IDAT":
            return None
        place += 12 + len(data)
    return None


def encode_tiff(label_map: LabelMap) -> bytes:
    """Return an (H, W) uint8 label map as a grey TIFF, packed with Deflate."""
    import tifffile

    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        label_map,
        photometric="minisblack",
        compression="zlib",
        compressionargs={"level": _LEVEL},
        metadata=None,
    )
    return buffer.getvalue()


def decode_tiff(content: bytes, most_pixels: int) -> LabelMap | None:
    """Return the (H, W) uint8 indices or grey values of a plain TIFF file; see ``decode_png``."""
    import tifffile

    try:
        with tifffile.TiffFile(io.BytesIO(content)) as file:
            layout = _plain_layout(file.pages.first, most_pixels)
    except Exception:  # of damaged files it raises nearly anything
        return None
    if layout is None:
        return None
    height, width = layout.size
    pixels = empty((height, width), np.uint8)
    for top, (start, length) in zip(range(0, height, layout.rows), layout.strips, strict=True):
        bottom = min(top + layout.rows, height)
        packed, count = content[start : start + length], (bottom - top) * width
        if len(packed) != length:
            return None
        strip = _inflated(packed, count) if layout.is_packed else np.frombuffer(packed, np.uint8)
        if strip is None or strip.size != count:
            return None
        pixels[top:bottom] = strip.reshape(-1, width)
    return pixels


class _Layout(NamedTuple):
    """Where the pixels of a plain TIFF file stand.

    Attributes:
        size: (height, width).
        rows: Of a strip; the last may be shorter.
        strips: Start and length of each, in bytes.
        is_packed: Whether they are packed with Deflate.
    """

    size: tuple[int, int]
    rows: int
    strips: tuple[tuple[int, int], ...]
    is_packed: bool


def _plain_layout(page: object, most_pixels: int) -> _Layout | None:
    import tifffile

    if not isinstance(page, tifffile.TiffPage) or any(tag in page.tags for tag in _TURNING_TAGS):
        return None
    is_plain = (
        page.dtype == np.uint8
        and len(page.shape) == 2
        and page.bitspersample == 8
        and page.photometric in (_BLACK_IS_ZERO, _PALETTE)
        and page.compression in (_UNPACKED, *_DEFLATE)
        and page.predictor == 1
        and page.fillorder == 1
        and not page.is_tiled
    )
    height, width = page.imagelength, page.imagewidth
    if not is_plain or not 0 < height * width <= most_pixels:
        return None
    rows = min(page.rowsperstrip, height)
    strips = tuple(zip(page.dataoffsets, page.databytecounts, strict=True))
    if rows < 1 or len(strips) != -(-height // rows):
        return None
    return _Layout((height, width), rows, strips, page.compression != _UNPACKED)


def _chunk(kind: bytes, data: bytes) -> bytes:
    code = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", code)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a PNG file up to the first that is damaged."""
    place = len(PNG_MAGIC)
    while place + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        end = place + 8 + length
        if end + 4 > len(content):
            return
        data = content[place + 8 : end]
        if struct.unpack_from(">I", content, end)[0] != zlib.crc32(data, zlib.crc32(kind)):
            return
        yield kind, data
        place = end + 4


def _inflated(packed: bytes, size: int) -> NDArray[np.uint8] | None:
    """Unpack exactly ``size`` bytes; None if there are more or fewer."""
    from imagecodecs import DeflateError, deflate_decode

    if size > _MOST_RATIO * len(packed):
        return None
    unpacked = empty((size,), np.uint8)
    try:
        found = deflate_decode(packed, out=unpacked.data)
    except (DeflateError, ValueError):
        return None
    return unpacked if len(found) == size else None


def _unfiltered(rows: NDArray[np.uint8], step: int) -> NDArray[np.uint8] | None:
    """Undo the filters of rows of one byte and the pixels, of ``step`` bytes each.

    Args:
        rows: (H, 1 + W * step) uint8, in one piece. What is returned takes their place.
        step: Bytes of a pixel.

    Returns:
        The rows without their first byte; None if a pixel depends on two others.
    """
    height, width = rows.shape[0], rows.shape[1] - 1
    filters = rows[:, 0].copy()
    if filters.max() > _UP:
        return None
    # In place: another array of this size would cost more than the work. No row is written over
    # before it is read.
    pixels = rows.reshape(-1)[: height * width].reshape(height, width)
    for strip in strips(height, width):
        pixels[strip] = rows[strip, 1:].copy()
    if filters.any():
        for row in np.flatnonzero(filters).tolist():
            if filters[row] == _SUB:
                whole = pixels[row].reshape(-1, step)
                np.cumsum(whole, axis=0, dtype=np.uint8, out=whole)
            elif row:
                pixels[row] += pixels[row - 1]
    return pixels
