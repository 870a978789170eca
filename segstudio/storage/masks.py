"""Label maps as indexed PNG files."""

import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.palette import Palette
from segstudio.errors import ColorMaskError, ImageError, MaskError
from segstudio.storage.atomic_write import atomic_write, rewrite
from segstudio.storage.deep_images import TIFF_MAGIC
from segstudio.storage.images import MAX_PIXELS, load_upright, opened_image, read_image
from segstudio.storage.plain_masks import (
    PNG_MAGIC,
    decode_deep_png,
    decode_png,
    decode_rgb_png,
    decode_tiff,
    encode_png,
    repainted_png,
)

_Value = TypeVar("_Value", bound=np.generic)

_INDEX_MODES: Final = {"P", "L", "1", "I", "I;16", "I;16L", "I;16B", "I;16N"}
_ONE_VALUE_PER_CLASS: Final = "Save the mask with one value for each class, counted from 0"
# Pillow spreads grey values of few bits over 0..255 while it decodes, by these factors.
_SPREAD: Final = {"L;2": 85, "L;2R": 85, "L;4": 17, "L;4R": 17}


def encode_label_map(label_map: LabelMap, palette: Palette) -> bytes:
    """Return the PNG file of an (H, W) uint8 label map with a (256, 3) uint8 palette."""
    return encode_png(label_map, palette)


def write_label_map(path: Path, label_map: LabelMap, palette: Palette) -> None:
    """Replace ``path`` by the PNG of this label map, atomically.

    Raises:
        StorageError: If the file cannot be written; the old one is then intact.
    """
    atomic_write(path, encode_label_map(label_map, palette))


def recolor_file(path: Path, palette: Palette) -> None:
    """Give an indexed PNG file other colours; one that is missing or of another kind stays.

    Raises:
        StorageError: If it cannot be written; it then holds what it held before.
    """
    if path.is_file():
        rewrite(path, lambda content: repainted_png(content, palette))


def read_label_map(path: Path) -> LabelMap:
    """Read an (H, W) uint8 label map from an indexed or grey image file.

    Palette indices and grey values are class indices as they are; nothing is scaled. Orientation
    is applied, as it is to the image. A grey file that holds only 0 and 255 reads as 0 and
    IGNORE_INDEX: whether 255 means a class there is for the importers to ask (``formats.binary``).

    Raises:
        ColorMaskError: If it has colours or alpha instead of indices.
        MaskError: If the file is no image, is a JPEG file, or holds values outside 0..255.
    """
    plain = _read_plain(path, {PNG_MAGIC: decode_png, **dict.fromkeys(TIFF_MAGIC, decode_tiff)})
    if plain is not None:
        return plain
    try:
        with opened_image(path) as image:
            if image.format in ("JPEG", "MPO"):
                raise MaskError(
                    path,
                    "this is a JPEG file, which does not keep class indices exactly",
                    hint="Use the mask as PNG or TIFF",
                )
            if image.mode == "F":
                raise MaskError(
                    path, "this holds fractions, not class indices", hint=_ONE_VALUE_PER_CLASS
                )
            if image.mode not in _INDEX_MODES:
                raise ColorMaskError(
                    path,
                    "this is a colour picture, not a mask of class indices",
                    hint="Save the mask with one value per pixel: as grey or indexed PNG",
                )
            spread = _SPREAD.get(_raw_mode(image), 1)
            values = np.asarray(load_upright(image))
    except ImageError as error:
        problem = str(error).removeprefix(f"{path.name}: ")
        raise MaskError(path, problem, hint=error.hint) from error
    wrong = next((int(v) for v in (values.min(), values.max()) if not 0 <= v <= 255), None)
    if wrong is not None:
        raise MaskError(
            path,
            f"it holds the value {wrong}, and class indices are 0 to 255",
            hint=_ONE_VALUE_PER_CLASS,
        )
    return (values // spread if spread > 1 else values).astype(np.uint8)


def read_colors(path: Path) -> RgbImage:
    """Read a picture as ``read_image`` does, faster where it is a plain PNG file.

    Raises:
        ImageError: As ``read_image`` does.
    """
    plain = _read_plain(path, {PNG_MAGIC: decode_rgb_png})
    return read_image(path) if plain is None else plain


def read_deep_values(path: Path) -> NDArray[np.uint16] | None:
    """Read the (H, W) uint16 values of a plain 16-bit PNG file; None for all others."""
    return _read_plain(path, {PNG_MAGIC: decode_deep_png})


def _read_plain(
    path: Path, decoders: Mapping[bytes, Callable[[bytes, int], NDArray[_Value] | None]]
) -> NDArray[_Value] | None:
    """Read a file of the usual kinds; None for all others, and for what cannot be read.

    Args:
        path: The file.
        decoders: First bytes of a file -> what decodes it.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would hang
            return None
        with path.open("rb") as file:
            head = file.read(len(PNG_MAGIC))
            decode = next((decoders[magic] for magic in decoders if head.startswith(magic)), None)
            return decode(head + file.read(), MAX_PIXELS) if decode else None
    except (OSError, ValueError, MemoryError):
        return None


def _raw_mode(image: Image.Image) -> str:
    """Return how pixels are stored in the file, in Pillow's words; ask before loading."""
    arguments = image.tile[0].args if isinstance(image, ImageFile.ImageFile) and image.tile else ""
    return arguments if isinstance(arguments, str) else str((arguments or ("",))[0])
