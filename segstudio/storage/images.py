"""The one image decoder, for the app, the trainer and the exporters.

One reader means one orientation: two readers that disagree about EXIF are how label sets get
silently rotated.

Rules for what is not 8-bit RGB:

* EXIF orientation is applied for every format; EXIF data that nobody can read counts as none.
* 16-bit and 32-bit grey is scaled by the smallest of the common bit depths (8, 10, 12, 14, 16)
  that holds the image's largest value, so a 12-bit camera image is not shown nearly black.
* Of 16-bit colour, the high byte is kept.
* Grey is repeated in the three channels, palettes are resolved, CMYK is converted, and alpha is
  dropped.
* Of a file with several frames, the first is used.
* A truncated file is an error, never a picture with grey at the bottom.
"""

import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, PngImagePlugin, TiffImagePlugin, UnidentifiedImageError

from segstudio.core.label_map import RgbImage
from segstudio.errors import ImageError, SegStudioError

IMAGE_FORMATS: Final = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
IMAGE_SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"})
MAX_PIXELS: Final = 500_000_000

# Our own limit is read from the header, before any pixel; Pillow's would warn far below it.
Image.MAX_IMAGE_PIXELS = None

# Pillow warns about odd metadata; on the command line that would look like a failure.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

_DEPTHS: Final = (255, 1023, 4095, 16383, 65535)
_STRIP: Final = 256  # rows
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation -> what makes the stored pixels upright."""


def is_image_name(name: str) -> bool:
    """Return whether a file of this name may be an image that we open."""
    return os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES and not name.startswith(".")  # noqa: PTH122


def read_image(path: Path) -> RgbImage:
    """Decode an image file.

    Returns:
        (H, W, 3) uint8 RGB, orientation applied; the array may be read-only.

    Raises:
        ImageError: If the file is missing, no image, damaged, too large or of an unknown kind.
    """
    with opened_image(path) as image:
        return _rgb(path, image)


def read_image_size(path: Path) -> tuple[int, int]:
    """Return (height, width) in pixels, orientation applied.

    Reads the header only, but all of a PNG file, whose orientation may stand behind the pixels.

    Raises:
        ImageError: If the header cannot be read.
    """
    with opened_image(path) as image:
        # Pillow gives the upright size of a TIFF file, but only if a TIFF tag turns it, not XMP.
        upright = ExifTags.Base.Orientation in getattr(image, "tag_v2", ())
        width, height = image.size
        turned = _orientation(image) >= 5 and not upright
        return (width, height) if turned else (height, width)


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
    return read_orientation(path) != 1


def read_orientation(path: Path) -> int:
    """Return the EXIF orientation: 1 is upright, 2 to 4 keep the size, 5 to 8 swap its sides.

    Reads the header only, but all of a PNG file; see ``read_image_size``.

    Raises:
        ImageError: If the header cannot be read.
    """
    with opened_image(path) as image:
        return _orientation(image)


def load_upright(image: Image.Image) -> Image.Image:
    """Decode the pixels of an opened image and return it with its orientation applied."""
    orientation = _orientation(image)
    image.load()
    # Pillow turns TIFF files by itself while it loads them.
    if orientation == 1 or isinstance(image, TiffImagePlugin.TiffImageFile):
        return image
    return image.transpose(_TURNS[orientation])


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
    except SegStudioError:
        raise
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ImageError(path, "there is no such file", hint="Check the name") from error
    except PermissionError as error:
        raise ImageError(path, "you may not read this file") from error
    except UnidentifiedImageError as error:
        raise ImageError(
            path, "this is not an image we can read", hint="Use PNG, JPEG, TIFF, WebP or BMP"
        ) from error
    except MemoryError as error:
        raise ImageError(path, "there is not enough memory to open this image") from error
    # For damaged files Pillow's decoders raise nearly anything: struct.error, zlib.error, KeyError.
    except Exception as error:
        if isinstance(error, OSError) and error.errno:  # from the disk, not from a decoder
            raise ImageError(path, f"it cannot be read: {error.strerror}") from error
        raise ImageError(
            path, "the file is damaged and cannot be opened", hint="Copy it again from its source"
        ) from error


@contextmanager
def _regular_file(path: Path) -> Iterator[BinaryIO]:
    # Opening a pipe or a device would hang, so look before opening.
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise ImageError(path, "this is a folder, not an image")
    if not stat.S_ISREG(mode):
        raise ImageError(path, "this is a device or a pipe, not an image")
    with path.open("rb") as file:
        yield file


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1..8; ask before loading: Pillow then removes it from TIFF."""
    if isinstance(image, PngImagePlugin.PngImageFile):
        image.load()  # a failure here is no failure to read EXIF data
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # as above: Pillow raises nearly anything
        return 1
    return orientation if orientation in _TURNS else 1


def _rgb(path: Path, image: Image.Image) -> RgbImage:
    image = load_upright(image)
    if image.mode.startswith("I"):
        return _from_deep_grey(np.asarray(image))
    if image.mode == "F":
        raise ImageError(
            path, "floating-point images are not supported", hint="Save it as 8-bit or 16-bit"
        )
    image.info.pop("transparency", None)  # dropped, and Pillow warns about some kinds of it
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    # Strip by strip: Pillow hands pixels over as bytes, of which it would hold the image twice.
    pixels = np.empty((rgb.height, rgb.width, 3), np.uint8)
    for top in range(0, rgb.height, _STRIP):
        bottom = min(top + _STRIP, rgb.height)
        pixels[top:bottom] = np.asarray(rgb.crop((0, top, rgb.width, bottom)))
    return pixels


def _from_deep_grey(grey: NDArray[np.generic]) -> RgbImage:
    largest = int(grey.max())
    full = next((depth for depth in _DEPTHS if largest <= depth), largest)
    if largest <= 65535:  # a table costs a quarter of the memory of computing with 64 bits
        table = ((np.arange(full + 1) * 255 + full // 2) // full).astype(np.uint8)
        scaled = table[np.maximum(grey, 0)]
    else:
        scaled = ((np.maximum(grey, 0).astype(np.int64) * 255 + full // 2) // full).astype(np.uint8)
    return np.repeat(scaled[:, :, None], 3, axis=2)
