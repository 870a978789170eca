"""What would train garbage is refused, with one sentence that says what to do."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from label_sets import examination_of, survey_of, truncate, write_every_mask, write_mask
from PIL import Image

from trainer.errors import DatasetError

MakeVoc = Callable[..., Path]
PIXELS = np.arange(48 * 64).reshape(48, 64)


def _refusal(root: Path, **options: object) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        survey_of(root, **options)  # type: ignore[arg-type]
    assert caught.value.hint
    return caught.value


def test_a_mask_of_another_size_is_named(voc: Path) -> None:
    write_mask(voc, "image1", np.zeros((10, 12)))

    error = _refusal(voc)

    assert "1 mask of another size than the image" in str(error)
    assert "image1.png (mask 12 x 10, image 64 x 48)" in str(error)


def test_an_image_that_exif_turns_and_its_mask_does_not_is_told(voc: Path) -> None:
    for stem in ("image0", "image1"):
        stored = Image.open(voc / "JPEGImages" / f"{stem}.png")
        exif = Image.Exif()
        exif[0x112] = 6
        stored.save(voc / "JPEGImages" / f"{stem}.jpg", exif=exif)
        (voc / "JPEGImages" / f"{stem}.png").unlink()

    error = _refusal(voc)

    assert "EXIF orientation turns 2 images, but not the mask: image0.jpg, image1.jpg" in str(error)
    assert "Turn the mask" in error.hint


def test_all_damaged_files_are_listed(voc: Path) -> None:
    for stem in ("image0", "image2"):
        truncate(voc / "JPEGImages" / f"{stem}.png")

    assert "image0.png, image2.png: the file is damaged" in str(_refusal(voc))


def test_a_damaged_mask_is_not_taken_for_its_image(voc: Path) -> None:
    truncate(voc / "SegmentationClass" / "image0.png")

    assert "mask image0.png: the file is damaged" in str(_refusal(voc))


def test_a_file_that_is_no_picture_is_named(voc: Path) -> None:
    (voc / "JPEGImages" / "image0.png").write_text("no picture")

    assert "image0.png: this is not an image we can read" in str(_refusal(voc))


def test_a_mask_saved_as_jpeg_is_refused(voc: Path) -> None:
    masks = voc / "SegmentationClass"
    Image.open(masks / "image1.png").convert("L").save(masks / "image1.jpg")
    (masks / "image1.png").unlink()

    assert "image1.jpg: this is a JPEG file" in str(_refusal(voc))


def test_a_coloured_mask_asks_for_the_colours(voc: Path) -> None:
    red = np.zeros((48, 64, 3), np.uint8)
    red[:9, :9, 0] = 255
    write_mask(voc, "image1", red)

    error = _refusal(voc)

    assert "image1.png: this is a colour picture (#000000, #ff0000)" in str(error)
    assert "labelmap.txt" in error.hint


def test_a_mask_of_16_bits_tells_its_largest_value(voc: Path) -> None:
    path = voc / "SegmentationClass" / "image1.png"
    Image.fromarray(np.full((48, 64), 300, np.uint16)).save(path)

    assert "image1.png: it holds the value 300, and class indices are 0 to 255" in str(
        _refusal(voc)
    )


def test_a_value_that_is_no_class_is_named_with_its_files(
    tmp_path: Path, make_voc: MakeVoc
) -> None:
    root = make_voc(tmp_path / "cells", classes=("background", "cell"))
    for stem in ("image1", "image2"):
        write_mask(root, stem, np.full((48, 64), 77))

    assert "image1.png, image2.png: it holds the value 77" in str(_refusal(root))


def test_classes_given_in_a_file_must_be_enough(voc: Path) -> None:
    assert "value 1 is not one of the 1 classes (one); see image0.png" in str(
        _refusal(voc, classes=("one",))
    )


def test_other_problems_are_counted(voc: Path) -> None:
    truncate(voc / "JPEGImages" / "image0.png")
    write_mask(voc, "image1", np.zeros((10, 12)))
    Image.fromarray(np.full((48, 64), 300, np.uint16)).save(
        voc / "SegmentationClass" / "image2.png"
    )

    error = _refusal(voc)

    assert "image0.png" in str(error)
    assert error.hint.endswith(f"2 more problems: trainer doctor --data {voc}")


def test_many_different_problems_of_one_kind_are_one_finding(
    tmp_path: Path, make_voc: MakeVoc
) -> None:
    root = make_voc(tmp_path / "cells", train=7, classes=("background", "cell"))
    for number in range(6):
        write_mask(root, f"image{number}", np.full((48, 64), 70 + number))

    (finding,) = examination_of(root).refusals

    assert finding.message.startswith("6 files cannot be used: image0.png, image1.png")
    assert finding.files == tuple(f"image{number}.png" for number in range(6))


def test_two_grey_levels_are_not_taken_for_classes(voc: Path) -> None:
    write_every_mask(voc, np.where(PIXELS % 2, 128, 0))

    error = _refusal(voc)

    assert "values 0, 128, which are not class indices" in str(error)
    assert "--positive light if 128 is the object" in error.hint


def test_smoothed_masks_are_not_taken_for_classes(voc: Path) -> None:
    write_every_mask(voc, PIXELS % 255)

    error = _refusal(voc)

    assert "255 different values" in str(error)
    assert "--positive light" in error.hint


def test_smoothed_masks_among_those_of_0_and_255_are_no_class_indices(voc: Path) -> None:
    write_every_mask(voc, np.where(PIXELS % 4, 255, 0))
    write_mask(voc, "image1", PIXELS % 255)

    ambiguous, smoothed = examination_of(voc).refusals[::-1]

    assert "the masks hold only 0 and 255" in ambiguous.message
    assert smoothed.code == "grey-levels"
    assert len(examination_of(voc).evidence.label_set) == 0


def test_masks_in_many_colours_are_one_finding(tmp_path: Path, make_voc: MakeVoc) -> None:
    root = make_voc(tmp_path / "cells", train=5)
    for number in range(5):
        write_mask(root, f"image{number}", np.full((48, 64, 3), (number, 7, 8)))

    (finding,) = examination_of(root).refusals

    assert "image4.png: this is a colour picture (#000708)" in finding.message
    assert len(finding.files) == 5


def test_numbered_objects_are_not_taken_for_classes(voc: Path) -> None:
    for number in range(4):
        write_mask(voc, f"image{number}", PIXELS % (9 + 5 * number))

    error = _refusal(voc)

    assert "number single objects, not classes: image0.png goes up to 8" in str(error)


def test_numbers_that_are_named_are_classes(voc: Path) -> None:
    for number in range(4):
        write_mask(voc, f"image{number}", PIXELS % (9 + 5 * number))

    names = tuple(f"tissue {number}" for number in range(24))

    assert survey_of(voc, classes=names).label_set.names == names


def test_masks_of_0_and_255_ask_what_they_mean(voc: Path) -> None:
    values = np.where(PIXELS % 4, 255, 0)
    write_every_mask(voc, values)

    error = _refusal(voc)
    assert "the masks hold only 0 and 255" in str(error)
    assert "--positive light if it is 255 (white, 75% of the pixels)" in error.hint
    assert "--positive dark if it is 0 (black, 25%)" in error.hint

    dark, light = survey_of(voc, positive="dark"), survey_of(voc, positive="light")
    assert dark.class_pixels == tuple(reversed(light.class_pixels))
    assert dark.class_pixels[1] == 3 * np.count_nonzero(values == 0)


def test_void_and_background_alone_are_told_from_masks_of_0_and_255(voc: Path) -> None:
    write_mask(voc, "image2", np.where(PIXELS % 4, 0, 255))

    error = _refusal(voc)

    assert "1 mask with only 0 and 255" in str(error)
    assert "beside masks of class indices: image2.png" in str(error)
    assert "Name the classes" in error.hint


@pytest.mark.parametrize(
    ("value", "words"),
    [(1, "every pixel of the training images is 'foreground'"), (255, "is unlabelled")],
)
def test_nothing_to_tell_apart_is_refused(
    tmp_path: Path, make_voc: MakeVoc, value: int, words: str
) -> None:
    root = make_voc(tmp_path / "flat", classes=("background", "foreground"))
    for number in range(3):
        write_mask(root, f"image{number}", np.full((48, 64), value))

    assert words in str(_refusal(root))


def test_an_object_of_255_under_named_classes_is_asked_about(
    tmp_path: Path, make_voc: MakeVoc
) -> None:
    root = make_voc(tmp_path / "flat", classes=("background", "foreground"))
    write_every_mask(root, np.where(PIXELS % 3, 0, 255))

    error = _refusal(root)

    assert "every labelled pixel of the training images is 'background'" in str(error)
    assert "--positive light" in error.hint


def test_unlabelled_validation_images_are_refused(tmp_path: Path, make_voc: MakeVoc) -> None:
    root = make_voc(tmp_path / "cells", classes=("background", "cell"))
    write_mask(root, "image3", np.full((48, 64), 255))

    assert "the validation images are unlabelled" in str(_refusal(root))


def test_an_empty_split_and_a_missing_one_are_told_apart(voc: Path) -> None:
    lists = voc / "ImageSets" / "Segmentation"
    (lists / "val.txt").write_text("\n")
    assert "'val' holds no images" in str(_refusal(voc))

    (lists / "val.txt").unlink()
    error = _refusal(voc)
    assert "no split 'val'" in str(error)
    assert "train" in error.hint
