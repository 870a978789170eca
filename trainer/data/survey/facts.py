"""What one look at an image and its mask tells; the pixels themselves go to the cache."""

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segstudio.core.label_map import IGNORE_INDEX, RgbImage
from segstudio.errors import SegStudioError
from segstudio.formats.dataset import LabelledImage
from segstudio.formats.mask_files import MaskHeader, read_mask_header
from segstudio.storage.images import read_orientation
from trainer.data.source import Sample, SampleCache

THUMBNAIL: Final = 16
# To ask a PNG file means to decode all of it, and cameras, which turn images, write none.
_UPRIGHT: Final = frozenset({".png", ".bmp"})
_LEVELS: Final = np.arange(256, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """One image with its mask.

    Attributes:
        item: Which one.
        size: (height, width), pixels.
        values: (256,) int64 pixels of each class index; the last are unlabelled.
        mean: (3,) float64 mean of red, green and blue, 0..255.
        square: (3,) float64 mean of their squares.
        is_grey: Whether the three channels are the same.
        thumbnail: (256,) float32 brightness, 16 x 16 means over the image.
        image_digest: SHA-256 of size and pixels of the image.
        mask_digest: The same of the label map and of what was corrected.
        header: How the mask is kept.
        orientation: The image's EXIF orientation, 1..8; 1 for PNG and BMP files.
        corrected: Number of pixels that the user corrected.
    """

    item: LabelledImage
    size: tuple[int, int]
    values: NDArray[np.int64]
    mean: NDArray[np.float64]
    square: NDArray[np.float64]
    is_grey: bool
    thumbnail: NDArray[np.float32]
    image_digest: str
    mask_digest: str
    header: MaskHeader
    orientation: int
    corrected: int = 0

    @property
    def labelled(self) -> int:
        """Number of pixels that have a class."""
        return int(self.values[:IGNORE_INDEX].sum())

    @property
    def area(self) -> int:
        """Number of pixels."""
        return self.size[0] * self.size[1]


def image_facts(cache: SampleCache, item: LabelledImage) -> ImageFacts | SegStudioError:
    """Decode an image and its mask and return what they tell, or why they cannot be used."""
    try:
        sample = cache.load(item)
        header = read_mask_header(item.mask)
        upright = item.image.suffix.lower() in _UPRIGHT
        orientation = 1 if upright else read_orientation(item.image)
    except SegStudioError as error:
        return error
    picture = Image.fromarray(sample.image)
    # Pillow counts without the interpreter and six times as fast as NumPy sums up.
    histogram = np.array(picture.histogram(), np.int64).reshape(3, 256)
    shares = histogram / histogram[0].sum()
    thumbnail = picture.convert("L").resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX)
    return ImageFacts(
        item=item,
        size=(sample.image.shape[0], sample.image.shape[1]),
        values=np.array(Image.fromarray(sample.label_map).histogram(), np.int64),
        mean=shares @ _LEVELS,
        square=shares @ np.square(_LEVELS),
        is_grey=(histogram == histogram[0]).all().item() and _has_equal_channels(sample.image),
        thumbnail=np.asarray(thumbnail, np.float32).ravel(),
        image_digest=_digest(sample.image),
        mask_digest=_mask_digest(sample),
        header=header,
        orientation=orientation,
        corrected=0 if sample.corrected is None else int(sample.corrected.sum()),
    )


def _has_equal_channels(image: RgbImage) -> bool:
    return all(np.array_equal(image[..., 0], image[..., channel]) for channel in (1, 2))


def _mask_digest(sample: Sample) -> str:
    digest = _digest(sample.label_map)
    if sample.corrected is not None:  # corrections decide what a pixel weighs
        digest += _digest(sample.corrected.view(np.uint8))
    return digest


def _digest(pixels: NDArray[np.uint8]) -> str:
    digest = hashlib.sha256(repr(pixels.shape).encode("ascii"))
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()
