"""Label maps as indexed PNG files."""

import io
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from segstudio.core.label_map import LabelMap
from segstudio.core.palette import Palette
from segstudio.errors import ImageError, MaskError
from segstudio.storage.atomic_write import atomic_write
from segstudio.storage.images import opened_image

_INDEX_MODES: Final = {"P", "L", "1", "I", "I;16", "I;16B"}


def encode_label_map(label_map: LabelMap, palette: Palette) -> bytes:
    """Return the PNG file of an (H, W) uint8 label map with a (256, 3) uint8 palette."""
    image = Image.fromarray(np.ascontiguousarray(label_map))
    image.putpalette(palette.tobytes())
    buffer = io.BytesIO()
    # Level 1: a third of the time of the default for a few per cent more bytes.
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def write_label_map(path: Path, label_map: LabelMap, palette: Palette) -> None:
    """Replace ``path`` by the PNG of this label map, atomically.

    Raises:
        StorageError: If the file cannot be written; the old one is then intact.
    """
    atomic_write(path, encode_label_map(label_map, palette))


def read_label_map(path: Path) -> LabelMap:
    """Read an (H, W) uint8 label map from an indexed or grey image file.

    Palette indices and grey values are class indices as they are; nothing is scaled. A grey file
    that holds only 0 and 255 reads as 0 and IGNORE_INDEX: whether 255 means a class there is for
    the importers to ask (``formats.binary``).

    Raises:
        MaskError: If the file is no image, has colours or alpha instead of indices, or holds
            values above 255.
    """
    try:
        with opened_image(path) as image:
            image.load()
            if image.mode not in _INDEX_MODES:
                raise MaskError(
                    path,
                    "this is a colour picture, not a mask of class indices",
                    hint="Import it as colour-coded labels",
                )
            values = np.asarray(image)
    except ImageError as error:
        problem = str(error).removeprefix(f"{path.name}: ")
        raise MaskError(path, problem, hint=error.hint) from error
    if values.dtype != np.uint8 and (values.min() < 0 or values.max() > 255):
        raise MaskError(path, f"value {int(values.max())} is larger than 255")
    return values.astype(np.uint8)
