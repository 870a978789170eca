"""The one image decoder, for the app, the trainer and the exporters.

One reader means one orientation: two readers that disagree about EXIF are how label sets get
silently rotated.

Rules for what is not 8-bit RGB:

* EXIF orientation is applied for every format.
* 16-bit and 32-bit grey is scaled by the smallest of the common bit depths (8, 10, 12, 14, 16)
  that holds the image's largest value, so a 12-bit camera image is not shown nearly black.
* Grey is repeated in the three channels, palettes are resolved, CMYK is converted, and alpha is
  dropped.
* Of a file with several frames, the first is used.
* A truncated file is an error, never a picture with grey at the bottom.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from segstudio.core.label_map import RgbImage
from segstudio.errors import ImageError

IMAGE_FORMATS: Final = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
IMAGE_SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"})
MAX_PIXELS: Final = 500_000_000

# Our own limit is read from the header, before any pixel; Pillow's would warn far below it.
Image.MAX_IMAGE_PIXELS = None

_DEPTHS: Final = (255, 1023, 4095, 16383, 65535)


def is_image_name(name: str) -> bool:
    """Return whether a file of this name may be an image that we open."""
    return os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES and not name.startswith(".")  # noqa: PTH122


def read_image(path: Path) -> RgbImage:
    """Decode an image file.

    Returns:
        (H, W, 3) uint8 RGB, orientation applied.

    Raises:
        ImageError: If the file is missing, no image, damaged, too large or of an unknown kind.
    """
    with opened_image(path) as image:
        return _rgb(path, image)


def read_image_size(path: Path) -> tuple[int, int]:
    """Return (height, width) in pixels, orientation applied, from the header alone.

    Raises:
        ImageError: If the header cannot be read.
    """
    with opened_image(path) as image:
        width, height = image.size
        return (width, height) if _orientation(image) >= 5 else (height, width)


def read_thumbnail(path: Path, size: int) -> RgbImage:
    """Decode a reduced image whose longer side has at most ``size`` pixels.

    Raises:
        ImageError: As ``read_image`` does.
    """
    with opened_image(path) as image:
        image.draft("RGB", (size * 2, size * 2))  # JPEG only: decodes at 1/2, 1/4 or 1/8
        pixels = Image.fromarray(_rgb(path, image))
    pixels.thumbnail((size, size))
    return np.asarray(pixels)


def is_turned(path: Path) -> bool:
    """Return whether the file asks its readers to turn or mirror the stored pixels (EXIF).

    Raises:
        ImageError: If the header cannot be read.
    """
    with opened_image(path) as image:
        return _orientation(image) != 1


@contextmanager
def opened_image(path: Path) -> Iterator[Image.Image]:
    """Open an image file lazily and turn every failure to decode it into an ``ImageError``."""
    try:
        with _regular_file(path) as file, Image.open(file, formats=IMAGE_FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise ImageError(
                    path,
                    f"{width} x {height} pixels are more than {MAX_PIXELS // 10**6} megapixels",
                    hint="Cut the image into parts",
                )
            yield image
    except FileNotFoundError as error:
        raise ImageError(path, "there is no such file", hint="Check the name") from error
    except PermissionError as error:
        raise ImageError(path, "you may not read this file") from error
    except UnidentifiedImageError as error:
        raise ImageError(
            path, "this is not an image we can read", hint="Use PNG, JPEG, TIFF, WebP or BMP"
        ) from error
    except MemoryError as error:
        raise ImageError(path, "there is not enough memory to open this image") from error
    # Pillow's decoders raise all of these for damaged files.
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError) as error:
        raise ImageError(
            path, "the file is damaged and cannot be opened", hint="Copy it again from its source"
        ) from error


@contextmanager
def _regular_file(path: Path) -> Iterator[BinaryIO]:
    # Opening a pipe or a device would hang, so look before opening.
    if not stat.S_ISREG(path.stat().st_mode):
        raise ImageError(path, "this is not a regular file")
    with path.open("rb") as file:
        yield file


def _orientation(image: Image.Image) -> int:
    # Pillow turns TIFF files by itself while decoding, and then removes the tag.
    return int(image.getexif().get(ExifTags.Base.Orientation, 1) or 1)


def _rgb(path: Path, image: Image.Image) -> RgbImage:
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode.startswith("I"):
        return _from_deep_grey(np.asarray(image))
    if image.mode == "F":
        raise ImageError(
            path, "floating-point images are not supported", hint="Save it as 8-bit or 16-bit"
        )
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    return np.asarray(rgb)


def _from_deep_grey(grey: NDArray[np.generic]) -> RgbImage:
    values = np.maximum(grey.astype(np.int64), 0)
    largest = int(values.max())
    full = next((depth for depth in _DEPTHS if largest <= depth), largest)
    scaled = ((values * 255 + full // 2) // full).astype(np.uint8)
    return np.repeat(scaled[:, :, None], 3, axis=2)
