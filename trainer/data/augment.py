"""Random crops of an image and its labels: placed, cut out by one warp, and varied in look."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap, RgbImage
from trainer.augmentation_settings import AugmentationSettings
from trainer.data.augment_geometry import cut, cut_mask, random_placement
from trainer.data.augment_look import random_look
from trainer.data.augment_rare import ClassPixels, draw_spot
from trainer.data.source import Sample


class Crop(NamedTuple):
    """A part of an image, varied at random.

    Attributes:
        image: (height, width, 3) uint8 RGB.
        target: (height, width) uint8 class indices, IGNORE_INDEX outside the image.
        corrected: (height, width) bool, or None if nothing in the image was corrected.
    """

    image: RgbImage
    target: LabelMap
    corrected: NDArray[np.bool_] | None


def random_crop(
    sample: Sample,
    crop: tuple[int, int],
    settings: AugmentationSettings,
    rng: np.random.Generator,
    rare: ClassPixels,
    labelled: NDArray[np.int32] | None = None,
) -> Crop:
    """Return a crop of an image and its labels, varied at random.

    Args:
        sample: The image with its labels.
        crop: (height, width) of the result, pixels.
        settings: What may be varied and how much.
        rng: Source of randomness; nothing else decides.
        rare: Pixels of its rare classes.
        labelled: Labelled pixels, one of which every crop is to show; see ``find_labelled``.
    """
    size = (sample.image.shape[0], sample.image.shape[1])
    spot = draw_spot(rare, size[1], settings.rare_crops, rng)
    if spot is None and labelled is not None:
        spot = divmod(int(labelled[int(rng.integers(len(labelled)))]), size[1])
    place = random_placement(size, crop, settings, rng, spot)
    pixels, target = cut(sample.image, sample.label_map, crop, place, settings.pad)
    corrected = None if sample.corrected is None else cut_mask(sample.corrected, crop, place)
    return Crop(random_look(pixels, settings, rng), target, corrected)
