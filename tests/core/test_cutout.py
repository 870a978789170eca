import numpy as np
import pytest

from segstudio.core.cutout import object_in_box
from segstudio.core.rect import Rect


def disk_image(radius: int) -> tuple[np.ndarray, np.ndarray]:
    """Return an image of a reddish disk on a bluish ground, both grainy, and the disk's pixels."""
    side = 4 * radius
    rng = np.random.default_rng(5)
    y, x = np.ogrid[:side, :side]
    disk = (y - 2 * radius) ** 2 + (x - 2 * radius) ** 2 <= radius**2
    image = np.where(disk[:, :, None], (180, 70, 60), (60, 80, 150)) + rng.integers(
        -20, 20, (side, side, 3)
    )
    image = image.astype(np.uint8)
    image.flags.writeable = False
    return image, disk


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.count_nonzero(a & b) / np.count_nonzero(a | b))


@pytest.mark.parametrize("radius", [20, 180])
def test_the_object_in_the_box_is_found_small_or_reduced(radius: int) -> None:
    image, disk = disk_image(radius)
    low, high = int(0.8 * radius), int(3.2 * radius)
    region = object_in_box(image, Rect(low, low, high, high))
    assert region is not None
    found = np.zeros(disk.shape, np.bool_)
    found[region.rect.slices] = region.mask
    assert iou(found, disk) > 0.97


def test_the_same_box_gives_the_same_object() -> None:
    image, _disk = disk_image(20)
    box = Rect(16, 16, 64, 64)
    first, second = object_in_box(image, box), object_in_box(image, box)
    assert first is not None
    assert second is not None
    assert np.array_equal(first.mask, second.mask)


def test_a_box_as_large_as_the_image_takes_its_rim_as_ground() -> None:
    image, disk = disk_image(20)
    region = object_in_box(image, Rect(-5, -5, 200, 200))
    assert region is not None
    assert iou(region.mask, disk) > 0.97


def test_nothing_is_found_beside_the_image_or_in_a_pixel() -> None:
    image, _disk = disk_image(20)
    assert object_in_box(image, Rect(300, 300, 320, 320)) is None
    assert object_in_box(image[:1, :1], Rect(0, 0, 1, 1)) is None


def test_an_object_whose_colours_are_also_around_it_is_found_by_its_middle() -> None:
    rng = np.random.default_rng(2)
    y, x = np.ogrid[:120, :120]
    disk = (y - 60) ** 2 + (x - 60) ** 2 <= 22**2
    frame = (np.abs(y - 60) > 45) | (np.abs(x - 60) > 45)
    grey = np.where(disk | frame, 90, 150) + rng.integers(-25, 25, (120, 120))
    image = grey.astype(np.uint8)[:, :, None].repeat(3, axis=2)
    region = object_in_box(image, Rect(28, 28, 92, 92))
    assert region is not None
    found = np.zeros(disk.shape, np.bool_)
    found[region.rect.slices] = region.mask
    assert iou(found, disk) > 0.8
