"""Random crops of an image and its labels, cut out by one warp.

Scale, rotation, flip and place make one affine map, so every pixel is interpolated once at most:
the image linearly, the labels by nearest neighbour. Outside the image the labels are IGNORE_INDEX
and the pixels are mirrored, so that the network sees no black borders to fall for.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, RgbImage
from trainer.augmentation_settings import AugmentationSettings


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a crop lies in the image, before it is turned and scaled to its size.

    Attributes:
        center: (y, x) of the crop's centre in the image, pixels; (0, 0) is the corner of the
            image, not the centre of its first pixel.
        scale: Crop pixels per image pixel.
        rotation: Angle, degrees.
        flip_horizontal: Whether left and right are swapped.
        flip_vertical: Whether top and bottom are.
    """

    center: tuple[float, float]
    scale: float = 1.0
    rotation: float = 0.0
    flip_horizontal: bool = False
    flip_vertical: bool = False


def random_placement(
    size: tuple[int, int],
    crop: tuple[int, int],
    settings: AugmentationSettings,
    rng: np.random.Generator,
) -> Placement:
    """Draw the place of a crop.

    Args:
        size: (height, width) of the image, pixels.
        crop: (height, width) of the crop, pixels.
        settings: What may be varied and how much.
        rng: Source of randomness.
    """
    scale, rotation = 1.0, 0.0
    if rng.random() < settings.warped:
        least, most = settings.scale
        scale = math.exp(rng.uniform(math.log(least), math.log(most)))
        rotation = rng.uniform(-settings.rotation, settings.rotation)
    horizontal = settings.flip != "none" and rng.random() < 0.5
    vertical = settings.flip == "both" and rng.random() < 0.5
    # Whole pixels for the corner: a crop that is not warped then copies pixels as they are.
    corner = [
        _random_corner(side, wanted / scale, rng) for side, wanted in zip(size, crop, strict=True)
    ]
    center = (corner[0] + crop[0] / scale / 2, corner[1] + crop[1] / scale / 2)
    return Placement(center, scale, rotation, horizontal, vertical)


def cut(
    image: RgbImage, label_map: LabelMap, crop: tuple[int, int], place: Placement
) -> tuple[RgbImage, LabelMap]:
    """Cut a crop out of an image and its labels.

    Args:
        image: (H, W, 3) uint8 RGB.
        label_map: (H, W) uint8 class indices.
        crop: (height, width) of the result, pixels.
        place: Where it lies.

    Returns:
        (height, width, 3) uint8 and (height, width) uint8; IGNORE_INDEX outside the image.
    """
    height, width = crop
    to_image = _crop_to_image(crop, place)
    top, left, bottom, right = _reach(to_image, crop, image.shape[:2])
    to_part = to_image.copy()
    to_part[:, 2] -= (left, top)
    part = np.ascontiguousarray(image[top:bottom, left:right])
    labels = np.ascontiguousarray(label_map[top:bottom, left:right])
    pixels = cv2.warpAffine(
        part,
        to_part,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    target = cv2.warpAffine(
        labels,
        to_part,
        (width, height),
        flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(IGNORE_INDEX,),
    )
    return pixels.astype(np.uint8, copy=False), target.astype(np.uint8, copy=False)


def random_light(
    image: RgbImage, settings: AugmentationSettings, rng: np.random.Generator
) -> RgbImage:
    """Return the (H, W, 3) uint8 image with brightness and contrast changed at random."""
    contrast = 1 + rng.uniform(-settings.contrast, settings.contrast)
    brightness = 255 * rng.uniform(-settings.brightness, settings.brightness)
    levels = np.arange(256, dtype=np.float64)
    # Contrast turns around mid-grey, so that it does not change the brightness as well.
    table = np.clip((levels - 127.5) * contrast + 127.5 + brightness, 0, 255).round()
    return np.asarray(cv2.LUT(image, table.astype(np.uint8)), np.uint8)


def _random_corner(side: int, reach: float, rng: np.random.Generator) -> int:
    most = math.floor(side - reach)
    if most <= 0:  # the image is smaller than the crop and lies anywhere inside it
        return int(rng.integers(most, 1))
    # Drawn evenly, hardly any crop would hold a pixel at the border; so a part of them is drawn
    # from beyond it and pushed back.
    beyond = math.ceil(reach / 4)
    return min(max(int(rng.integers(-beyond, most + beyond + 1)), 0), most)


def _crop_to_image(crop: tuple[int, int], place: Placement) -> NDArray[np.float64]:
    """Return the (2, 3) map from (x, y, 1) in the crop to (x, y) in the image, pixel centres."""
    height, width = crop
    angle = math.radians(place.rotation)
    cosine, sine = math.cos(angle) / place.scale, math.sin(angle) / place.scale
    mirror_x = -1.0 if place.flip_horizontal else 1.0
    mirror_y = -1.0 if place.flip_vertical else 1.0
    linear = np.array([[cosine * mirror_x, -sine * mirror_y], [sine * mirror_x, cosine * mirror_y]])
    # OpenCV counts pixel centres as whole numbers, half a pixel off from the corners we count.
    crop_center = np.array([(width - 1) / 2, (height - 1) / 2])
    image_center = np.array([place.center[1] - 0.5, place.center[0] - 0.5])
    return np.column_stack([linear, image_center - linear @ crop_center])


def _reach(
    to_image: NDArray[np.float64], crop: tuple[int, int], size: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """Return the part of the image that the crop needs: top, left, bottom, right.

    OpenCV cannot warp images with sides above 32767; the part is small whatever the image is.
    """
    height, width = crop
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]])
    spots = corners @ to_image.T  # (4, 2) as (x, y)
    # Mirroring at the border needs as much of the inside as lies outside.
    margin = 2
    left, top = (np.floor(spots.min(axis=0)).astype(int) - margin).tolist()
    right, bottom = (np.ceil(spots.max(axis=0)).astype(int) + margin).tolist()
    rows = _span(top, bottom, size[0])
    columns = _span(left, right, size[1])
    return rows[0], columns[0], rows[1], columns[1]


def _span(start: int, stop: int, side: int) -> tuple[int, int]:
    outside = max(-start, stop - side, 0)
    first = min(max(start, 0), max(side - 1 - outside, 0))
    last = max(min(stop, side), min(outside + 1, side))
    return first, max(last, first + 1)
