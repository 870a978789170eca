import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from label_sets import survey_of, write_every_mask, write_mask
from PIL import Image

from trainer.data.source import SampleCache, open_label_set, read_class_names
from trainer.data.survey import survey
from trainer.errors import RecipeError

MakeVoc = Callable[..., Path]


def test_says_what_there_is(voc: Path) -> None:
    found = survey_of(voc)

    assert found.label_set.names == ("background", "foreground")
    assert found.images == {"train": 3, "val": 1}
    assert found.median_size == (48, 64)
    assert sum(found.class_pixels) == 3 * 48 * 64
    assert found.mean[0] > found.mean[1] > found.mean[2]
    assert min(found.std) >= 1
    assert found.class_images == (3, 3)
    assert found.unlabelled == 0
    assert not found.grey
    assert found.format_name == "voc"
    assert found.summary == (
        f"Pascal VOC; 64 x 48 pixels; indexed masks; fingerprint {found.fingerprint[:16]}"
    )


def test_says_whether_the_images_are_grey(voc: Path) -> None:
    assert not survey_of(voc).grey

    for path in (voc / "JPEGImages").iterdir():
        Image.fromarray(np.asarray(Image.open(path).convert("L"))).save(path)

    assert survey_of(voc).grey


def test_names_and_colours_come_from_the_labelmap(tmp_path: Path, make_voc: MakeVoc) -> None:
    root = make_voc(tmp_path / "cells", classes=("background", "membrane", "mitochondrion"))

    assert survey_of(root).label_set.names == ("background", "membrane", "mitochondrion")


def test_more_than_two_classes_without_names_are_numbered(voc: Path) -> None:
    values = np.arange(48 * 64).reshape(48, 64) % 4

    write_every_mask(voc, values)

    assert survey_of(voc).label_set.names == ("class 0", "class 1", "class 2", "class 3")


def test_names_may_be_given_in_a_file(voc: Path, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("sky\nroad\n\n")

    names = read_class_names(tmp_path / "names.txt")

    assert survey_of(voc, classes=names).label_set.names == ("sky", "road")


@pytest.mark.parametrize("content", [b"", b"only one\n", b"\xff\xfe\x00"])
def test_a_file_that_names_no_classes_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "names.txt").write_bytes(content)

    with pytest.raises(RecipeError, match=r"names\.txt"):
        read_class_names(tmp_path / "names.txt")


def test_the_fingerprint_follows_the_data(tmp_path: Path, make_voc: MakeVoc) -> None:
    one, same, other = (
        make_voc(tmp_path / name, classes=classes)
        for name, classes in (("a", None), ("b", None), ("c", ("background", "cell")))
    )
    before = survey_of(one).fingerprint
    assert survey_of(same).fingerprint == before
    assert survey_of(other).fingerprint != before

    mask = np.zeros((48, 64))
    mask[0, 0] = 1
    write_mask(one, "image0", mask)

    assert survey_of(one).fingerprint != before


def test_unlabelled_pixels_have_no_class(tmp_path: Path, make_voc: MakeVoc) -> None:
    root = make_voc(tmp_path / "cells", classes=("background", "cell"))
    half = np.zeros((48, 64))
    half[:24] = 255
    half[24:36] = 1
    write_every_mask(root, half)

    found = survey_of(root)

    assert found.unlabelled == pytest.approx(0.5)
    assert found.class_pixels == (3 * 12 * 64, 3 * 12 * 64)
    assert "50.0% unlabelled" in found.summary


def test_one_pixel_of_colour_makes_an_image_colourful(voc: Path) -> None:
    for path in (voc / "JPEGImages").iterdir():
        Image.open(path).convert("L").convert("RGB").save(path)
    picture = Image.open(voc / "JPEGImages" / "image0.png")
    picture.putpixel((5, 5), (10, 11, 10))
    picture.save(voc / "JPEGImages" / "image0.png")

    assert not survey_of(voc).grey


def test_channels_of_equal_histograms_are_not_grey(voc: Path) -> None:
    for path in (voc / "JPEGImages").iterdir():
        grey = np.asarray(Image.open(path).convert("L"))
        Image.fromarray(np.stack([grey, grey[::-1], grey], axis=-1)).save(path)

    assert not survey_of(voc).grey


def test_mean_and_deviation_are_those_of_all_pixels(voc: Path) -> None:
    pixels = np.concatenate(
        [
            np.asarray(Image.open(voc / "JPEGImages" / f"image{number}.png")).reshape(-1, 3)
            for number in range(3)
        ]
    )

    found = survey_of(voc)

    assert found.mean == pytest.approx(pixels.mean(axis=0), abs=1e-3)
    assert found.std == pytest.approx(pixels.std(axis=0), abs=1e-3)


def test_decoded_samples_stay_in_the_cache(voc: Path) -> None:
    dataset = open_label_set(voc, None, None)
    cache = SampleCache(dataset, 2**20)
    survey(dataset, cache)
    shutil.rmtree(voc / "JPEGImages")

    assert all(cache.load(item).image.shape == (48, 64, 3) for item in dataset.splits["train"])
