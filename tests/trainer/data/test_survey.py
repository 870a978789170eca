from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.errors import ImageError, SegStudioError
from trainer.data.source import SampleCache, open_label_set, read_class_names
from trainer.data.survey import Survey, survey
from trainer.errors import DatasetError, RecipeError

MakeVoc = Callable[..., Path]


def _survey(
    root: Path, positive: str | None = None, classes: tuple[str, ...] | None = None
) -> Survey:
    dataset = open_label_set(root, positive, classes)
    return survey(dataset, SampleCache(dataset, 2**20))


def _write_mask(root: Path, stem: str, values: object) -> None:
    Image.fromarray(np.asarray(values, np.uint8)).save(root / "SegmentationClass" / f"{stem}.png")


def _write_every_mask(root: Path, values: object) -> None:
    for path in (root / "SegmentationClass").iterdir():
        _write_mask(root, path.stem, values)


def test_says_what_there_is(voc: Path) -> None:
    found = _survey(voc)

    assert found.label_set.names == ("background", "foreground")
    assert found.images == {"train": 3, "val": 1}
    assert found.median_size == (48, 64)
    assert sum(found.class_pixels) == 3 * 48 * 64
    assert found.mean[0] > found.mean[1] > found.mean[2]
    assert min(found.std) >= 1
    assert found.warnings == ()


def test_says_whether_the_images_are_grey(voc: Path) -> None:
    assert not _survey(voc).grey

    for path in (voc / "JPEGImages").iterdir():
        Image.fromarray(np.asarray(Image.open(path).convert("L"))).save(path)

    assert _survey(voc).grey


def test_names_and_colours_come_from_the_labelmap(tmp_path: Path, make_voc: MakeVoc) -> None:
    root = make_voc(tmp_path / "cells", classes=("background", "membrane", "mitochondrion"))

    assert _survey(root).label_set.names == ("background", "membrane", "mitochondrion")


def test_more_than_two_classes_without_names_are_numbered(voc: Path) -> None:
    values = np.arange(48 * 64).reshape(48, 64) % 4

    _write_every_mask(voc, values)

    assert _survey(voc).label_set.names == ("class 0", "class 1", "class 2", "class 3")


def test_names_may_be_given_in_a_file(voc: Path, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("sky\nroad\n\n")

    names = read_class_names(tmp_path / "names.txt")

    assert _survey(voc, classes=names).label_set.names == ("sky", "road")


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
    before = _survey(one).fingerprint
    assert _survey(same).fingerprint == before
    assert _survey(other).fingerprint != before

    mask = np.zeros((48, 64))
    mask[0, 0] = 1
    _write_mask(one, "image0", mask)

    assert _survey(one).fingerprint != before


def test_a_mask_of_another_size_is_named(voc: Path) -> None:
    _write_mask(voc, "image1", np.zeros((10, 12)))

    with pytest.raises(DatasetError, match=r"image1\.png: the mask has 12 x 10 .* has 64 x 48"):
        _survey(voc)


def test_all_damaged_files_are_listed(voc: Path) -> None:
    for stem in ("image0", "image2"):
        path = voc / "JPEGImages" / f"{stem}.png"
        path.write_bytes(path.read_bytes()[:200])

    with pytest.raises(DatasetError, match=r"2 of 4 images.*image0\.png.*image2\.png"):
        _survey(voc)


def test_a_single_damaged_file_speaks_for_itself(voc: Path) -> None:
    (voc / "JPEGImages" / "image0.png").write_text("no picture")

    with pytest.raises(ImageError, match=r"image0\.png"):
        _survey(voc)


def test_values_that_are_no_classes_are_named_with_their_files(
    tmp_path: Path, make_voc: MakeVoc, voc: Path
) -> None:
    root = make_voc(tmp_path / "cells", classes=("background", "cell"))
    for stem in ("image1", "image2"):
        _write_mask(root, stem, np.full((48, 64), 7))

    with pytest.raises(DatasetError, match=r"image1\.png, image2\.png: .*7"):
        _survey(root)
    with pytest.raises(DatasetError, match=r"value 1 .*1 classes .*image0\.png"):
        _survey(voc, classes=("one",))


def test_grey_levels_are_not_taken_for_classes(voc: Path) -> None:
    _write_every_mask(voc, np.where(np.arange(48 * 64).reshape(48, 64) % 2, 128, 0))

    with pytest.raises(DatasetError, match="values 0, 128, which are not class indices"):
        _survey(voc)


def test_masks_of_0_and_255_ask_what_they_mean(voc: Path) -> None:
    values = np.where(np.arange(48 * 64).reshape(48, 64) % 3, 255, 0)
    _write_every_mask(voc, values)

    with pytest.raises(DatasetError, match=r"image0\.png, image1\.png.*only 0 and 255") as caught:
        _survey(voc)
    assert "--positive" in caught.value.hint

    dark, light = _survey(voc, positive="dark"), _survey(voc, positive="light")
    assert dark.class_pixels == tuple(reversed(light.class_pixels))
    assert dark.class_pixels[1] == 3 * np.count_nonzero(values == 0)


@pytest.mark.parametrize(
    ("value", "words"), [(1, "every pixel .* is 'foreground'"), (255, "unlabelled")]
)
def test_nothing_to_tell_apart_is_refused(
    tmp_path: Path, make_voc: MakeVoc, value: int, words: str
) -> None:
    root = make_voc(tmp_path / "flat", classes=("background", "foreground"))
    for number in range(3):
        _write_mask(root, f"image{number}", np.full((48, 64), value))

    with pytest.raises(SegStudioError, match=words):
        _survey(root)


def test_an_empty_split_and_a_missing_one_are_told_apart(voc: Path) -> None:
    lists = voc / "ImageSets" / "Segmentation"
    (lists / "val.txt").write_text("\n")
    with pytest.raises(DatasetError, match="'val' holds no images"):
        _survey(voc)

    (lists / "val.txt").unlink()
    with pytest.raises(DatasetError, match="no split 'val'") as caught:
        _survey(voc)
    assert "train" in caught.value.hint


def test_a_class_that_no_image_shows_and_shared_images_are_warned_of(
    tmp_path: Path, make_voc: MakeVoc
) -> None:
    root = make_voc(tmp_path / "cells", classes=("background", "cell", "unicorn"))
    for path in (root / "SegmentationClass").iterdir():
        mask = np.asarray(Image.open(path)).copy()
        mask[mask == 2] = 0
        _write_mask(root, path.stem, mask)
    first = (root / "JPEGImages" / "image0.png").read_bytes()
    (root / "JPEGImages" / "image3.png").write_bytes(first)

    unseen, shared = _survey(root).warnings

    assert "unicorn" in unseen
    assert "image3" in shared
