"""Where a crop lies in an image, and how it is cut out there by one warp.

Fit, scale, stretch, rotation, flip and place make one affine map, and bending is added to it, so
every pixel is interpolated once at most: the image linearly, the labels by nearest neighbour.
Outside the image the labels are IGNORE_INDEX, never a class, whatever the pixels are.

Paper:
    U-Net: Convolutional Networks for Biomedical Image Segmentation -
    https://arxiv.org/abs/1505.04597 (section 3.1: random shifts on a 3 x 3 grid, bicubic)
"""

import math
from dataclasses import dataclass, field, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap, RgbImage
from trainer.augmentation_settings import AugmentationSettings

_GREY: Final = 128
# OpenCV's warp counts the pixels of a side in 16 bits.
_LARGEST: Final = 32766
# Keeps sizes that fit exactly from being taken for a hair too large.
_ROUNDING: Final = 1e-6
_BEND_NODES: Final = 3


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a crop lies in the image, before it is turned and scaled to its size.

    Attributes:
        center: (y, x) of the crop's centre in the image, pixels; (0, 0) is the corner of the
            image, not the centre of its first pixel.
        scale: Crop pixels per image pixel, the geometric mean of both axes.
        aspect: What the width is stretched by, against the height.
        rotation: Angle, degrees.
        flip_horizontal: Whether left and right are swapped.
        flip_vertical: Whether top and bottom are.
        bend: (3, 3, 2) shifts (x, y) at the nodes of a grid over the crop, crop pixels; or None.
    """

    center: tuple[float, float]
    scale: float = 1.0
    aspect: float = 1.0
    rotation: float = 0.0
    flip_horizontal: bool = False
    flip_vertical: bool = False
    bend: NDArray[np.float32] | None = field(default=None, compare=False)

    @property
    def scales(self) -> tuple[float, float]:
        """Crop pixels per image pixel along the crop's height and width."""
        return self.scale / math.sqrt(self.aspect), self.scale * math.sqrt(self.aspect)

    @property
    def linear(self) -> NDArray[np.float64]:
        """(2, 2) map from a step (x, y) in the crop to the step (x, y) in the image."""
        down, across = self.scales
        cosine, sine = math.cos(math.radians(self.rotation)), math.sin(math.radians(self.rotation))
        step_x = (-1.0 if self.flip_horizontal else 1.0) / across
        step_y = (-1.0 if self.flip_vertical else 1.0) / down
        return np.array([[cosine * step_x, -sine * step_y], [sine * step_x, cosine * step_y]])


def random_placement(
    size: tuple[int, int],
    crop: tuple[int, int],
    settings: AugmentationSettings,
    rng: np.random.Generator,
    spot: tuple[int, int] | None = None,
) -> Placement:
    """Draw the place of a crop.

    Args:
        size: (height, width) of the image, pixels.
        crop: (height, width) of the crop, pixels.
        settings: What may be varied and how much.
        rng: Source of randomness.
        spot: (y, x) of an image pixel that the crop is to show, or None.
    """
    scale, aspect, rotation, bend = 1.0, 1.0, 0.0, None
    if settings.fit == "letterbox":
        scale = _fitting_scale(size, crop)
    if rng.random() < settings.warped:
        scale *= _log_uniform(*settings.scale, rng)
        aspect = _log_uniform(1 / (1 + settings.aspect), 1 + settings.aspect, rng)
        rotation = rng.uniform(-settings.rotation, settings.rotation)
        if settings.elastic:
            shifts = rng.normal(0, settings.elastic, (_BEND_NODES, _BEND_NODES, 2))
            bend = shifts.astype(np.float32)
    horizontal = settings.flip != "none" and rng.random() < 0.5
    vertical = settings.flip == "both" and rng.random() < 0.5
    place = Placement((0.0, 0.0), scale, aspect, rotation, horizontal, vertical)
    center = _random_center(size, crop, place, rng)
    if spot is not None:
        center = _center_to_show(spot, size, crop, place, rng)
    return replace(place, center=center, bend=bend)


def whole_image(size: tuple[int, int], crop: tuple[int, int]) -> Placement:
    """Return the place of a crop that shows the whole image in its middle, as large as it fits.

    Args:
        size: (height, width) of the image, pixels.
        crop: (height, width) of the crop, pixels.
    """
    scale = _fitting_scale(size, crop)
    # Whole crop pixels beside the image: at scale 1 its pixels are then copied as they are.
    before = [
        math.floor((wanted - side * scale) / 2 + _ROUNDING)
        for side, wanted in zip(size, crop, strict=True)
    ]
    center = ((crop[0] / 2 - before[0]) / scale, (crop[1] / 2 - before[1]) / scale)
    return Placement(center, scale)


def letterbox(
    image: RgbImage, label_map: LabelMap, size: tuple[int, int], pad: str = "grey"
) -> tuple[RgbImage, LabelMap]:
    """Fit a whole image and its labels into a size; their aspect stays.

    Args:
        image: (H, W, 3) uint8 RGB.
        label_map: (H, W) uint8 class indices.
        size: (height, width) of the result, pixels.
        pad: What is beside the image: "grey" or "mirror".

    Returns:
        (height, width, 3) uint8 and (height, width) uint8; IGNORE_INDEX beside the image.
    """
    place = whole_image((image.shape[0], image.shape[1]), size)
    return cut(image, label_map, size, place, pad)


def cut(
    image: RgbImage,
    label_map: LabelMap,
    crop: tuple[int, int],
    place: Placement,
    pad: str = "mirror",
) -> tuple[RgbImage, LabelMap]:
    """Cut a crop out of an image and its labels.

    Args:
        image: (H, W, 3) uint8 RGB.
        label_map: (H, W) uint8 class indices.
        crop: (height, width) of the result, pixels.
        place: Where it lies.
        pad: What is outside the image: "mirror", so that the network sees no borders to fall for,
            or "grey".

    Returns:
        (height, width, 3) uint8 and (height, width) uint8; IGNORE_INDEX outside the image.
    """
    to_image = _crop_to_image(crop, place)
    bend = _dense(place.bend, crop)
    top, left, bottom, right = _reach(to_image, crop, image.shape[:2], bend)
    to_part = to_image.copy()
    to_part[:, 2] -= (left, top)
    part, to_pixels = _shrunk(image[top:bottom, left:right], to_part, max(place.scales))
    pixels = _warped(
        part,
        crop,
        to_pixels,
        bend,
        cv2.INTER_LINEAR,
        cv2.BORDER_REFLECT_101 if pad == "mirror" else cv2.BORDER_CONSTANT,
        (_GREY, _GREY, _GREY),
    )
    return pixels, _nearest(label_map[top:bottom, left:right], to_part, crop, bend)


def cut_mask(mask: NDArray[np.bool_], crop: tuple[int, int], place: Placement) -> NDArray[np.bool_]:
    """Cut the same crop out of a mask of the image, by nearest neighbour: nothing is blurred.

    Args:
        mask: (H, W) bool.
        crop: (height, width) of the result, pixels.
        place: Where it lies.

    Returns:
        (height, width) bool; False outside the image.
    """
    to_image = _crop_to_image(crop, place)
    bend = _dense(place.bend, crop)
    top, left, bottom, right = _reach(to_image, crop, mask.shape, bend)
    to_image[:, 2] -= (left, top)
    part = mask[top:bottom, left:right].view(np.uint8)
    return np.equal(_nearest(part, to_image, crop, bend), 1)


def _fitting_scale(size: tuple[int, int], crop: tuple[int, int]) -> float:
    return min(crop[0] / size[0], crop[1] / size[1])


def _log_uniform(least: float, most: float, rng: np.random.Generator) -> float:
    return math.exp(rng.uniform(math.log(least), math.log(most)))


def _random_center(
    size: tuple[int, int], crop: tuple[int, int], place: Placement, rng: np.random.Generator
) -> tuple[float, float]:
    """Return the (y, x) centre of a crop anywhere in the image."""
    center = []
    for side, wanted, scale in zip(size, crop, place.scales, strict=True):
        reach = wanted / scale
        least, most = _corners(side, reach)
        if most > 0:
            # Drawn evenly, hardly any crop would hold a pixel at the border; so a part of them is
            # drawn from beyond it and pushed back.
            beyond = math.ceil(reach / 4)
            drawn = int(rng.integers(-beyond, most + beyond + 1))
            corner = min(max(drawn, least), most)
        else:
            corner = int(rng.integers(least, most + 1))
        center.append(corner + reach / 2)
    return center[0], center[1]


def _center_to_show(
    spot: tuple[int, int],
    size: tuple[int, int],
    crop: tuple[int, int],
    place: Placement,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Return the (y, x) centre of a crop that shows a pixel, mostly somewhere in its middle.

    As in nnU-Net (Isensee et al., 2021, arXiv:1904.08128) the crop is pushed back into the image;
    unlike there, the pixel is not always at the crop's very centre.
    """
    linear = place.linear
    middle = np.array([rng.uniform(-side / 4, side / 4) for side in crop[::-1]])
    target = np.array([spot[1], spot[0]]) + 0.5
    center = target - linear @ middle  # (x, y)
    pushed = []
    for at, side, wanted, scale in zip(center[::-1], size, crop, place.scales, strict=True):
        reach = wanted / scale
        least, most = _corners(side, reach)
        pushed.append(min(max(round(at - reach / 2), least), most) + reach / 2)
    where = np.linalg.solve(linear, target - pushed[::-1])
    if (np.abs(where) <= np.array(crop[::-1]) / 2 - 0.5 + _ROUNDING).all():
        return pushed[0], pushed[1]
    return float(center[1]), float(center[0])  # turned, the pixel has slipped out of the crop


def _corners(side: int, reach: float) -> tuple[int, int]:
    """Return the first and last place of a crop's corner along one side of the image.

    Whole pixels: a crop that is not warped then copies pixels as they are.
    """
    most = math.floor(side - reach + _ROUNDING)
    # An image that is smaller than the crop lies anywhere inside it.
    return min(most, 0), max(most, 0)


def _crop_to_image(crop: tuple[int, int], place: Placement) -> NDArray[np.float64]:
    """Return the (2, 3) map from (x, y, 1) in the crop to (x, y) in the image, pixel centres."""
    height, width = crop
    # OpenCV counts pixel centres as whole numbers, half a pixel off from the corners we count.
    crop_center = np.array([(width - 1) / 2, (height - 1) / 2])
    image_center = np.array([place.center[1] - 0.5, place.center[0] - 0.5])
    linear = place.linear
    return np.column_stack([linear, image_center - linear @ crop_center])


def _shrunk(
    part: NDArray[np.uint8], to_part: NDArray[np.float64], scale: float
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Return the part so small that linear interpolation misses no pixel, and the map to it."""
    factor = math.floor(1 / scale + _ROUNDING)
    if factor < 2:
        return np.ascontiguousarray(part), to_part
    height, width = (math.ceil(side / factor) for side in part.shape[:2])
    small = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)
    ratio = np.array([width / part.shape[1], height / part.shape[0]])
    to_small = to_part * ratio[:, None]
    to_small[:, 2] += ratio / 2 - 0.5  # pixel centres again
    return small.astype(np.uint8, copy=False), to_small


def _warped(
    part: NDArray[np.uint8],
    crop: tuple[int, int],
    to_part: NDArray[np.float64],
    bend: NDArray[np.float32] | None,
    interpolation: int,
    border: int,
    value: tuple[int, ...],
) -> NDArray[np.uint8]:
    height, width = crop
    part = np.ascontiguousarray(part)
    if bend is None:
        warped = cv2.warpAffine(
            part,
            to_part,
            (width, height),
            flags=interpolation | cv2.WARP_INVERSE_MAP,
            borderMode=border,
            borderValue=value,
        )
    else:
        x, y = _spots(to_part, crop, bend)
        warped = cv2.remap(part, x, y, interpolation, borderMode=border, borderValue=value)
    return warped.astype(np.uint8, copy=False)


def _nearest(
    part: LabelMap,
    to_part: NDArray[np.float64],
    crop: tuple[int, int],
    bend: NDArray[np.float32] | None,
) -> LabelMap:
    if max(part.shape) <= _LARGEST:
        return _warped(
            part, crop, to_part, bend, cv2.INTER_NEAREST, cv2.BORDER_CONSTANT, (IGNORE_INDEX,)
        )
    x, y = (np.rint(spots).astype(np.int64) for spots in _spots(to_part, crop, bend))
    inside = (x >= 0) & (x < part.shape[1]) & (y >= 0) & (y < part.shape[0])
    target = np.full(crop, IGNORE_INDEX, np.uint8)
    target[inside] = part[y[inside], x[inside]]
    return target


def _dense(bend: NDArray[np.float32] | None, crop: tuple[int, int]) -> NDArray[np.float32] | None:
    """Return the (height, width, 2) shift of every pixel of a crop, or None if nothing is bent."""
    if bend is None:
        return None
    shifts = cv2.resize(bend, crop[::-1], interpolation=cv2.INTER_CUBIC)
    return shifts.astype(np.float32, copy=False)


def _spots(
    to_part: NDArray[np.float64], crop: tuple[int, int], bend: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    """Return (2, height, width): x and y of what every pixel of the crop shows."""
    rows, columns = np.indices(crop, dtype=np.float64)
    grid = np.stack([columns, rows])
    if bend is not None:
        grid += np.moveaxis(bend, 2, 0)
    spots = np.tensordot(to_part[:, :2], grid, axes=1) + to_part[:, 2, None, None]
    return spots.astype(np.float32)


def _reach(
    to_image: NDArray[np.float64],
    crop: tuple[int, int],
    size: tuple[int, ...],
    bend: NDArray[np.float32] | None,
) -> tuple[int, int, int, int]:
    """Return the part of the image that the crop needs: top, left, bottom, right.

    Mostly a small one, whatever the size of the image.
    """
    height, width = crop
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]])
    spots = corners @ to_image.T  # (4, 2) as (x, y)
    # Mirroring at the border needs as much of the inside as lies outside.
    margin = np.array([2.0, 2.0])
    if bend is not None:
        margin += np.abs(to_image[:, :2]) @ np.abs(bend).max(axis=(0, 1))
    left, top = np.floor(spots.min(axis=0) - margin).astype(int).tolist()
    right, bottom = np.ceil(spots.max(axis=0) + margin).astype(int).tolist()
    rows = _span(top, bottom, size[0])
    columns = _span(left, right, size[1])
    return rows[0], columns[0], rows[1], columns[1]


def _span(start: int, stop: int, side: int) -> tuple[int, int]:
    outside = max(-start, stop - side, 0)
    first = min(max(start, 0), max(side - 1 - outside, 0))
    last = max(min(stop, side), min(outside + 1, side))
    return first, max(last, first + 1)
