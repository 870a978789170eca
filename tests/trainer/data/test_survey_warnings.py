"""What may be meant so is told, with the next step, and trains nevertheless."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from label_sets import examination_of, survey_of, warnings_of, write_mask
from PIL import Image

MakeVoc = Callable[..., Path]
CLASSES = ("background", "cell", "unicorn")


@pytest.fixture
def cells(tmp_path: Path, make_voc: MakeVoc) -> Path:
    """Six training images and two to validate, three classes, nothing odd."""
    return make_voc(tmp_path / "cells", train=6, val=2, classes=CLASSES)


def _masks_without(root: Path, class_index: int, *numbers: int) -> None:
    for number in numbers:
        path = root / "SegmentationClass" / f"image{number}.png"
        mask = np.asarray(Image.open(path)).copy()
        mask[mask == class_index] = 0
        write_mask(root, path.stem, mask)


def _copy(root: Path, source: int, target: int) -> None:
    image, mask = root / "JPEGImages", root / "SegmentationClass"
    for folder in (image, mask):
        shutil.copy(folder / f"image{source}.png", folder / f"image{target}.png")


def test_sound_data_is_not_warned_of(cells: Path) -> None:
    assert examination_of(cells).findings == ()
    assert survey_of(cells).warnings == ()


def test_what_the_reader_left_out_is_told(cells: Path) -> None:
    (cells / "JPEGImages" / "._image0.png").touch()

    assert "._image0.png" in warnings_of(cells)["left-out"]
    assert "._image0.png" in survey_of(cells).warnings[0]


def test_a_class_that_no_image_shows(cells: Path) -> None:
    _masks_without(cells, 2, *range(8))
    assert warnings_of(cells).keys() == {"class-never-shown"}
    assert "no image shows unicorn" in warnings_of(cells)["class-never-shown"]


def test_a_class_that_only_validation_images_show(cells: Path) -> None:
    _masks_without(cells, 2, *range(6))
    assert "no training image shows unicorn" in warnings_of(cells)["class-not-trained"]


def test_a_class_that_no_validation_image_shows(cells: Path) -> None:
    _masks_without(cells, 2, 6, 7)
    assert "no validation image shows unicorn" in warnings_of(cells)["class-not-judged"]


def test_a_class_that_a_single_training_image_shows(cells: Path) -> None:
    _masks_without(cells, 2, *range(5))
    assert "a single training image shows unicorn" in warnings_of(cells)["class-shown-once"]


def test_single_images(tmp_path: Path, make_voc: MakeVoc) -> None:
    root = make_voc(tmp_path / "two", train=1, val=1)
    first, second = examination_of(root).warnings
    assert "a single image trains" in first.message
    assert "a single image judges" in second.message


def test_the_same_pixels_in_two_splits(cells: Path) -> None:
    _copy(cells, 0, 7)
    assert "image7: the same pixels train and validate" in warnings_of(cells)["shared-image"]


def test_the_same_pixels_in_training_and_test(cells: Path) -> None:
    (cells / "ImageSets" / "Segmentation" / "test.txt").write_text("image0\n")
    assert "image0: the same pixels train and test" in warnings_of(cells)["shared-image"]


def test_a_list_of_all_images_is_no_split_that_shares_them(cells: Path) -> None:
    stems = "\n".join(f"image{number}" for number in range(8))
    (cells / "ImageSets" / "Segmentation" / "trainval.txt").write_text(stems)
    assert warnings_of(cells) == {}


def test_the_same_pixels_twice_in_a_split(cells: Path) -> None:
    _copy(cells, 0, 1)
    assert warnings_of(cells).keys() == {"repeated-image"}
    assert (
        "1 image more than once in train: image0 = image1" in warnings_of(cells)["repeated-image"]
    )


def test_the_same_pixels_labelled_differently(cells: Path) -> None:
    shutil.copy(cells / "JPEGImages" / "image0.png", cells / "JPEGImages" / "image1.png")
    assert "labelled differently in train" in warnings_of(cells)["contradicting-masks"]


def test_a_name_that_a_list_holds_twice(cells: Path) -> None:
    with (cells / "ImageSets" / "Segmentation" / "train.txt").open("a") as file:
        file.write("\nimage0\n")
    assert warnings_of(cells).keys() == {"listed-twice"}
    assert "1 image listed more than once in train: image0" in warnings_of(cells)["listed-twice"]


def _photographs(root: Path) -> None:
    """Give every image content that no other has, under the same uneven light."""
    light = np.linspace(40, 200, 64)[None, :, None] * np.ones((48, 1, 3))
    for number, path in enumerate(sorted((root / "JPEGImages").iterdir())):
        coarse = np.random.default_rng(number).normal(0, 12, (6, 8, 3))
        pixels = light + coarse.repeat(8, axis=0).repeat(8, axis=1)
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path)


@pytest.mark.parametrize("change", ["compressed", "brighter", "halved"])
def test_nearly_the_same_picture_in_two_splits(cells: Path, change: str) -> None:
    _photographs(cells)
    source, target = (cells / "JPEGImages" / f"image{number}.png" for number in (0, 7))
    picture = Image.open(source)
    if change == "compressed":
        picture.save(target.with_suffix(".jpg"), quality=60)
        target.unlink()
    elif change == "brighter":
        picture.point(lambda value: min(value + 12, 255)).save(target)
    else:
        picture.resize((32, 24)).save(target)
        mask = cells / "SegmentationClass" / "image7.png"
        Image.open(mask).resize((32, 24)).save(mask)

    warnings = warnings_of(cells)

    assert warnings.keys() == {"nearly-shared-image"}
    assert "image7 (like image0)" in warnings["nearly-shared-image"]


def test_images_that_share_no_more_than_their_light_are_not_taken_for_copies(cells: Path) -> None:
    _photographs(cells)
    assert warnings_of(cells) == {}


def test_flat_images_are_not_taken_for_copies(cells: Path) -> None:
    for number, path in enumerate(sorted((cells / "JPEGImages").iterdir())):
        Image.new("RGB", (64, 48), (100 + number, 90, 80)).save(path)
    assert warnings_of(cells) == {}


def test_masks_almost_without_labels(cells: Path) -> None:
    mask = np.full((48, 64), 255)
    mask[0, :9] = 1
    write_mask(cells, "image2", mask)
    assert "1 mask almost wholly unlabelled: image2.png" in warnings_of(cells)["mostly-unlabelled"]


@pytest.mark.parametrize(("orientation", "is_told"), [(1, False), (3, True), (4, True)])
def test_an_image_that_exif_turns_without_another_size(
    cells: Path, orientation: int, is_told: bool
) -> None:
    path = cells / "JPEGImages" / "image0.png"
    exif = Image.Exif()
    exif[0x112] = orientation
    Image.open(path).save(path.with_suffix(".jpg"), exif=exif, quality=95)
    path.unlink()
    assert ("turned-image" in warnings_of(cells)) is is_told


def test_an_image_that_exif_turns_to_the_size_of_its_mask_is_sound(cells: Path) -> None:
    path = cells / "JPEGImages" / "image0.png"
    exif = Image.Exif()
    exif[0x112] = 6
    lying = Image.open(path).transpose(Image.Transpose.ROTATE_90)
    lying.save(path.with_suffix(".jpg"), exif=exif, quality=95)
    path.unlink()
    assert warnings_of(cells) == {}


def _save_with_palette(root: Path, stem: str, *colors: tuple[int, int, int]) -> None:
    path = root / "SegmentationClass" / f"{stem}.png"
    mask = Image.fromarray(np.asarray(Image.open(path)))
    mask.putpalette([value for color in colors for value in color])
    mask.save(path)


def test_masks_whose_palettes_contradict(cells: Path) -> None:
    _save_with_palette(cells, "image2", (0, 0, 0), (9, 9, 9), (8, 8, 8))
    assert "#090909 in image2.png" in warnings_of(cells)["differing-palettes"]


def test_palettes_that_differ_in_colours_nobody_uses_are_sound(cells: Path) -> None:
    path = cells / "SegmentationClass" / "image2.png"
    palette = Image.open(path).getpalette()
    assert palette
    colors = [tuple(palette[3 * index : 3 * index + 3]) for index in range(4)]
    _save_with_palette(cells, "image2", *colors[:3], (1, 2, 3))  # type: ignore[arg-type]
    assert warnings_of(cells) == {}


def test_a_value_that_only_test_images_hold_is_no_class(voc: Path) -> None:
    before = survey_of(voc)
    _copy(voc, 0, 4)
    write_mask(voc, "image4", np.arange(48 * 64).reshape(48, 64) % 6)
    (voc / "ImageSets" / "Segmentation" / "test.txt").write_text("image4")

    assert survey_of(voc).fingerprint == before.fingerprint == examination_of(voc).fingerprint
    assert "value 2 is not one of the 2 classes" in warnings_of(voc)["mask-value"]
