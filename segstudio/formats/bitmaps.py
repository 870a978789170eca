"""Masks as small PNG files inside text, as Labelme and Supervisely keep them."""

import base64
import binascii
import io
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def png_of_mask(mask: NDArray[np.bool_]) -> bytes:
    """Return a PNG file of one bit a pixel."""
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(mask)).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def mask_of_png(png: bytes, height: int, width: int) -> NDArray[np.bool_]:
    """Return what is on in a PNG file: what is opaque, or else not zero.

    Args:
        png: The file.
        height: The most rows it may have.
        width: The most columns it may have.

    Raises:
        ValueError: If it is no PNG file, or larger than that.
    """
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            if image.width > width or image.height > height:
                size = f"{image.width} x {image.height}"
                raise ValueError(f"a mask has {size} pixels, more than its image")
            values = np.asarray(image.getchannel("A") if "A" in image.mode else image)
            is_on: NDArray[np.bool_] = values.astype(np.bool_)
    except ValueError:
        raise
    except Exception as error:  # for damaged files Pillow's decoders raise nearly anything
        raise ValueError("a mask is no PNG file") from error
    return np.logical_or.reduce(is_on, axis=2) if is_on.ndim == 3 else is_on


def text_of_bytes(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode("ascii")


def bytes_of_text(text: object) -> bytes:
    """Return what base64 holds; raises ValueError."""
    if not isinstance(text, str):
        raise ValueError("a mask is no text")
    try:
        return base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError) as error:
        raise ValueError("a mask is no base64 text") from error


def inflated(data: bytes, most: int) -> bytes:
    """Return what zlib packed; raises ValueError if that is damaged or larger than ``most``."""
    try:
        unpacker = zlib.decompressobj()
        found = unpacker.decompress(data, most + 1)
    except zlib.error as error:
        raise ValueError("a mask is not packed by zlib") from error
    if len(found) > most or not unpacker.eof:
        raise ValueError("a mask is larger unpacked than its image")
    return found


def most_png_bytes(height: int, width: int) -> int:
    """Return how long a PNG file of a mask can be at most, whatever its kind of pixels."""
    return height * (width * 4 + 1) * 2 + 2**16
