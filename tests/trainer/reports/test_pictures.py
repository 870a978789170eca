"""Sheets of sample predictions, and which of them a run keeps."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.label_set import LabelSet
from segstudio.core.palette import IGNORE_COLOR
from trainer.data.source import Sample
from trainer.reports.pictures import SHOWN, PictureBook, find_pictures, kept_epochs
from trainer.reports.sheet import PANEL, draw_sheet, make_panels, thinned

CELLS = LabelSet.named(["background", "cell"])


def _sample(height: int = 48, width: int = 64) -> Sample:
    """Return a grey image whose right half is a cell and whose top row is unlabelled."""
    label_map = np.zeros((height, width), np.uint8)
    label_map[:, width // 2 :] = 1
    label_map[0] = IGNORE_INDEX
    return Sample("a/b.png", np.full((height, width, 3), 90, np.uint8), label_map)


def _colors(picture: Image.Image) -> set[tuple[int, ...]]:
    return {color for _, color in picture.getcolors(1 << 24)}  # type: ignore[union-attr, misc]


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def book(tmp_path: Path, notes: list[str]) -> Callable[..., PictureBook]:
    """Return a function that opens the picture book of one run, where it goes on."""

    def book(*, images: int = 3, epoch: int = 0, best_epoch: int = 0) -> PictureBook:
        return PictureBook(tmp_path, CELLS, images, epoch, best_epoch, notes.append)

    return book


def _epoch(book: PictureBook, epoch: int, *, is_best: bool = False) -> str | None:
    for index in range(3):
        book.see(index, _sample(), np.zeros((48, 64), np.uint8))
    return book.end_epoch(epoch, is_best=is_best)


def test_panels_show_truth_and_prediction_in_the_colours_of_the_classes() -> None:
    sample = _sample()

    panels = make_panels(sample, np.zeros_like(sample.label_map), CELLS)

    background, cell = (item.color for item in CELLS)
    assert _colors(panels.truth) == {background, cell, IGNORE_COLOR}
    assert _colors(panels.prediction) == {background}
    assert panels.shown == {0, 1, IGNORE_INDEX}


def test_what_differs_is_marked_and_unlabelled_pixels_never_differ() -> None:
    sample = _sample()

    wrong = make_panels(sample, np.zeros_like(sample.label_map), CELLS)
    right = make_panels(sample, np.minimum(sample.label_map, 1), CELLS)

    assert wrong.wrong == 0.5
    assert right.wrong == 0
    assert len(_colors(wrong.difference)) == 3  # faded image, difference, unlabelled
    assert len(_colors(right.difference)) == 2
    pixels = np.asarray(wrong.difference)
    assert tuple(pixels[-1, -1]) not in _colors(right.difference)
    assert tuple(pixels[0, -1]) == IGNORE_COLOR


@pytest.mark.parametrize("size", [(1, 1), (48, 64), (320, 320), (700, 1300), (3000, 40), (5, 2000)])
def test_panels_of_any_image_fit(size: tuple[int, int]) -> None:
    sample = _sample(*size)
    small = Sample(sample.key, thinned(sample.image), thinned(sample.label_map))

    panels = make_panels(small, thinned(sample.label_map), CELLS)

    assert panels.image.size == panels.truth.size == panels.difference.size
    assert max(panels.image.size) <= PANEL
    assert max(panels.image.size) > PANEL / 2
    assert draw_sheet("epoch 1", [panels], CELLS).width < 4 * PANEL + 100


def test_thin_structures_do_not_break_when_a_panel_is_smaller_than_the_image() -> None:
    label_map = np.zeros((960, 960), np.uint8)
    label_map[:, 481] = 1
    sample = Sample("a", np.zeros((960, 960, 3), np.uint8), label_map)

    truth = np.asarray(make_panels(sample, label_map, CELLS).truth)

    assert truth[:, 160].any(axis=1).all()


def test_a_sheet_holds_hundreds_of_classes_and_endless_names() -> None:
    many = LabelSet.named([f"{'a very long name of a class ' * 6}{index}" for index in range(255)])
    label_map = np.arange(256, dtype=np.uint8).reshape(16, 16)
    sample = Sample("folder/" * 60, np.zeros((16, 16, 3), np.uint8), label_map)

    sheet = draw_sheet("epoch 1", [make_panels(sample, label_map, many)], many)

    assert sheet.width < 4 * PANEL + 100
    assert sheet.height < 2 * PANEL + 100


def test_the_first_epoch_is_drawn_and_named(book: Callable[..., PictureBook]) -> None:
    name = _epoch(book(), 1, is_best=True)

    assert name == "pictures/epoch-0001.png"


def test_quick_epochs_are_not_all_drawn_but_the_best_and_the_last_are(
    book: Callable[..., PictureBook], tmp_path: Path
) -> None:
    pictures = book()
    named = [_epoch(pictures, epoch, is_best=epoch == 4) for epoch in range(1, 9)]
    assert named.count(None) == 7

    pictures.finish()

    assert list(find_pictures(tmp_path)) == [1, 4, 8]


def test_every_picture_shows_the_same_images_spread_over_the_set(
    book: Callable[..., PictureBook], tmp_path: Path
) -> None:
    pictures = book(images=100)
    for index in range(100):
        pictures.see(index, _sample(), np.zeros((48, 64), np.uint8))
    pictures.end_epoch(1, is_best=True)

    with Image.open(find_pictures(tmp_path)[1]) as sheet:
        row = PANEL * 3 // 4
        assert SHOWN * row < sheet.height < (SHOWN + 1) * row


def test_a_resumed_run_draws_later_epochs_again(
    book: Callable[..., PictureBook], tmp_path: Path
) -> None:
    pictures = book()
    for epoch in range(1, 6):
        _epoch(pictures, epoch, is_best=epoch == 5)
    pictures.finish()
    assert list(find_pictures(tmp_path)) == [1, 5]

    again = book(epoch=3, best_epoch=1)

    assert list(find_pictures(tmp_path)) == [1]
    assert _epoch(again, 4) == "pictures/epoch-0004.png"


def test_first_best_and_last_stay_and_the_others_are_spread() -> None:
    assert kept_epochs(range(1, 8), best=3, limit=10) == set(range(1, 8))

    kept = sorted(kept_epochs(range(1, 1001), best=77, limit=16))

    assert len(kept) == 16
    assert {1, 77, 1000} <= set(kept)
    assert max(np.diff(kept)) < 200


def test_a_folder_that_cannot_be_written_is_noted_once(
    book: Callable[..., PictureBook], tmp_path: Path, notes: list[str]
) -> None:
    (tmp_path / "pictures").write_text("in the way")
    pictures = book()

    assert _epoch(pictures, 1, is_best=True) is None
    assert _epoch(pictures, 2) is None
    pictures.finish()

    assert len(notes) == 1
    assert "a sample picture could not be written" in notes[0]
