"""The one image decoder, for the app, the trainer and the exporters.

One reader means one orientation: two readers that disagree about EXIF are how label sets get
silently rotated.

Rules for what is not 8-bit RGB:

* EXIF orientation is applied for every format; EXIF data that nobody can read counts as none.
* 16-bit and 32-bit grey is scaled by the smallest of the common bit depths (8, 10, 12, 14, 16)
  that holds the image's largest value, so a 12-bit camera image is not shown nearly black.
* Of 16-bit colour, the high byte is kept.
* Of TIFF files with other channels, the first three become red, green and blue, and all are scaled
  as 16-bit grey is.
* Grey is repeated in the three channels, palettes are resolved, CMYK is converted, and alpha is
  dropped.
* Of a file with several frames, the first is used.
* A truncated file is an error, never a picture with grey at the bottom.

JPEG files, whole or reduced, are decoded straight into our array by libjpeg-turbo
(``simplejpeg``): the same pixels as Pillow's, which uses the same library, without Pillow's copy of
four bytes a pixel. What it does not take, down to files with a mere warning, is left to Pillow.
TIFF files that Pillow does not know, or misreads, are decoded by ``tifffile``; see
``storage.deep_images``.
"""

import stat
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import SEEK_END, BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile, PngImagePlugin, TiffImagePlugin, UnidentifiedImageError

from segstudio.core.display import Values
from segstudio.core.label_map import RgbImage
from segstudio.core.memory import copied, empty
from segstudio.core.pyramid import ReducedImage
from segstudio.errors import ImageError, SegStudioError
from segstudio.storage.deep_images import (
    TIFF_MAGIC,
    channels_of_tiff,
    deep_colors,
    deep_grey,
    has_deep_colors,
    is_misread,
    picture_of,
)

IMAGE_FORMATS: Final = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
IMAGE_SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"})
MAX_PIXELS: Final = 500_000_000

# Our own limit is read from the header, before any pixel; Pillow's would warn far below it.
Image.MAX_IMAGE_PIXELS = None

# Pillow warns about odd metadata; on the command line that would look like a failure.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

_DEPTHS: Final = (255, 1023, 4095, 16383, 65535)
_STRIP: Final = 1 << 20  # bytes
_CHANNELS: Final = "channels"  # the values of a file that Pillow does not read, in ``info``
_JPEG: Final = ("JPEG", "MPO")
_LEAST_REDUCED: Final = 1000  # of the longer side, pixels
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

_UPRIGHT: Final[dict[int, Callable[[NDArray[Any]], NDArray[Any]]]] = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: stored[::-1].swapaxes(0, 1),
    7: lambda stored: stored[::-1, ::-1].swapaxes(0, 1),
    8: lambda stored: stored[:, ::-1].swapaxes(0, 1),
}
"""The same for arrays."""


def is_image_name(name: str) -> bool:
    """Return whether a file of this name may be an image that we open."""
    _, dot, suffix = name.rpartition(".")  # a third of the time of splitext: there are many
    return f"{dot}{suffix.lower()}" in IMAGE_SUFFIXES and not name.startswith(".")


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """An image, and what it was made from.

    Attributes:
        image: (H, W, 3) uint8 RGB, orientation applied; may be read-only.
        values: (H, W, C) uint16 or uint8 of the file, orientation applied, where the image is a
            reduction of them; else None.
    """

    image: RgbImage
    values: Values | None


def read_image(path: Path) -> RgbImage:
    """Decode an image file.

    Returns:
        (H, W, 3) uint8 RGB, orientation applied; the array may be read-only.

    Raises:
        ImageError: If the file is missing, no image, damaged, too large or of an unknown kind.
    """
    with opened_image(path) as image:
        pixels = _jpeg(image)
        return _rgb(path, image) if pixels is None else pixels


def decode_image(path: Path) -> DecodedImage:
    """Decode an image file as ``read_image`` does, and keep the values that 8 bits do not hold.

    Raises:
        ImageError: As ``read_image`` does.
    """
    with opened_image(path) as image:
        if (values := image.info.get(_CHANNELS)) is not None:
            return DecodedImage(_rgb(path, image), values)
        if (pixels := _jpeg(image)) is not None:
            return DecodedImage(pixels, None)
        has_deep = has_deep_colors(image)  # asked before loading, as is the orientation
        upright = _UPRIGHT[_orientation(image)] if has_deep else None
        if image.mode.startswith("I"):
            grey = np.asarray(load_upright(image))
            return DecodedImage(_from_deep_grey(grey), deep_grey(grey))
        pixels = _rgb(path, image)
    if upright is not None and (stored := deep_colors(path.read_bytes())) is not None:
        values = np.ascontiguousarray(upright(stored))
        if values.shape == pixels.shape:
            return DecodedImage(pixels, values)
    return DecodedImage(pixels, None)


def read_reduced(path: Path) -> ReducedImage | None:
    """Decode a large JPEG file at a half, a quarter or an eighth of its size, in less time.

    Returns:
        The reduced image, about 1000 pixels or more along its longer side; None for files that
        can only be decoded whole, and for those that are small.

    Raises:
        ImageError: As ``read_image`` does.
    """
    with opened_image(path) as image:
        width, height = image.size
        level = min((max(width, height) // _LEAST_REDUCED).bit_length() - 1, 3)
        if image.format not in _JPEG or level < 1:
            return None
        pixels = _jpeg(image, level)
        if pixels is None:
            image.draft(None, (width >> level, height >> level))
            if image.size != (-(-width >> level), -(-height >> level)):
                return None
            pixels = _rgb(path, image)
        if _orientation(image) >= 5:
            width, height = height, width
        return ReducedImage(level, pixels, height, width)


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


def read_pixel_count(path: Path) -> int:
    """Return how many pixels an image has, from its header alone.

    Raises:
        ImageError: If the header cannot be read.
    """
    with opened_image(path) as image:
        return image.width * image.height


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
        with _regular_file(path) as file, _identified(file) as image:
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
def _identified(file: BinaryIO) -> Iterator[Image.Image]:
    try:
        image: Image.Image = Image.open(file, formats=IMAGE_FORMATS)
    except UnidentifiedImageError:
        if (channels := _channels(file)) is None:
            raise
        image = channels
    else:
        if is_misread(image):
            image = _channels(file) or image
    with image:
        yield image


def _channels(file: BinaryIO) -> Image.Image | None:
    """Return what Pillow does not read as an image that it knows, with the values beside it."""
    file.seek(0)
    # Not more than the first bytes of what is no TIFF file: it may be a film.
    content = file.read(4)
    if not content.startswith(TIFF_MAGIC):
        return None
    channels = channels_of_tiff(content + file.read())
    if channels is None:
        return None
    stored, orientation = channels
    values = np.ascontiguousarray(_UPRIGHT.get(orientation, _UPRIGHT[1])(stored))
    image = Image.fromarray(picture_of(values))
    image.info[_CHANNELS] = values
    return image


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


def _jpeg(image: Image.Image, level: int = 0) -> RgbImage | None:
    """Decode an opened, not yet loaded JPEG file, its sides divided by 2**level, 0 to 3.

    Returns:
        None if Pillow must decide what to do with it.
    """
    if image.format not in _JPEG or image.mode not in ("RGB", "L"):
        return None
    if not isinstance(image, ImageFile.ImageFile) or not isinstance(image.fp, BufferedReader):
        return None
    height, width = -(-image.height >> level), -(-image.width >> level)
    try:
        pixels: RgbImage = simplejpeg.decode_jpeg(
            _content(image.fp),
            "RGB",
            min_height=height,
            min_width=width,
            buffer=empty((height, width, 3), np.uint8),
        )
    except ValueError:
        return None
    # Pillow has read the header already, and may read another: of the first frame, the sizes agree.
    if pixels.shape[:2] != (height, width):
        return None
    upright = _UPRIGHT[_orientation(image)](pixels)
    return upright if upright.flags.c_contiguous else copied(upright)


def _content(file: BufferedReader) -> NDArray[np.uint8]:
    """Return all bytes of a file, in memory that goes back to the system once they are used."""
    content = empty((file.seek(0, SEEK_END),), np.uint8)
    file.seek(0)
    return content[: file.readinto(content.data)]


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
    pixels = empty((rgb.height, rgb.width, 3), np.uint8)
    rows = max(_STRIP // (4 * rgb.width), 1)
    for top in range(0, rgb.height, rows):
        bottom = min(top + rows, rgb.height)
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
