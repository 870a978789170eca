"""Random crops of an image and its labels: placed, cut out by one warp, and varied in look."""

import numpy as np

from segstudio.core.label_map import LabelMap, RgbImage
from trainer.augmentation_settings import AugmentationSettings
from trainer.data.augment_geometry import cut, random_placement
from trainer.data.augment_look import random_look
from trainer.data.augment_rare import ClassPixels, draw_spot


def random_crop(
    image: RgbImage,
    label_map: LabelMap,
    crop: tuple[int, int],
    settings: AugmentationSettings,
    rng: np.random.Generator,
    rare: ClassPixels,
) -> tuple[RgbImage, LabelMap]:
    """Return a crop of an image and its labels, varied at random.

    Args:
        image: (H, W, 3) uint8 RGB.
        label_map: (H, W) uint8 class indices.
        crop: (height, width) of the result, pixels.
        settings: What may be varied and how much.
        rng: Source of randomness; nothing else decides.
        rare: Pixels of its rare classes.

    Returns:
        (height, width, 3) uint8 and (height, width) uint8; IGNORE_INDEX outside the image.
    """
    size = (image.shape[0], image.shape[1])
    spot = draw_spot(rare, size[1], settings.rare_crops, rng)
    place = random_placement(size, crop, settings, rng, spot)
    pixels, target = cut(image, label_map, crop, place, settings.pad)
    return random_look(pixels, settings, rng), target
