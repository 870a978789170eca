import itertools
from collections import Counter

import pytest

from segstudio.core.splits import TRAIN, VALIDATION, with_splits


def _keys(count: int) -> list[str]:
    return [f"series/cell{number:04}.png" for number in range(count)]


def test_no_images_give_no_splits() -> None:
    assert with_splits({}, []) == {}


def test_a_single_image_trains() -> None:
    assert with_splits({}, ["a.png"]) == {"a.png": TRAIN}


@pytest.mark.parametrize("validation", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("count", [2, 3, 10])
def test_two_images_or_more_give_both_splits(count: int, validation: float) -> None:
    assert set(with_splits({}, _keys(count), validation).values()) == {TRAIN, VALIDATION}


@pytest.mark.parametrize("count", [10, 99, 1000])
def test_the_share_of_validation_images_is_kept(count: int) -> None:
    splits = Counter(with_splits({}, _keys(count), 0.2).values())
    assert splits[VALIDATION] == round(count * 0.2)


def test_the_order_of_the_images_does_not_matter() -> None:
    keys = _keys(50)
    assert with_splits({}, keys) == with_splits({}, reversed(keys))


def test_validation_images_do_not_follow_the_numbering() -> None:
    splits = with_splits({}, _keys(100))
    chosen = [place for place, key in enumerate(_keys(100)) if splits[key] == VALIDATION]
    gaps = {later - earlier for earlier, later in itertools.pairwise(chosen)}
    assert len(gaps) > 3


def test_images_that_come_later_move_no_image_to_another_split() -> None:
    splits: dict[str, str] = {}
    for count in range(1, 120, 7):
        grown = with_splits(splits, _keys(count))
        assert splits.items() <= grown.items()
        splits = grown


def test_images_that_come_one_by_one_keep_the_share() -> None:
    splits: dict[str, str] = {}
    for count in range(1, 101):
        splits = with_splits(splits, _keys(count))
    assert Counter(splits.values())[VALIDATION] == 20


def test_a_new_image_validates_when_the_validation_images_are_gone() -> None:
    splits = {"a.png": TRAIN, "gone.png": VALIDATION}
    assert with_splits(splits, ["a.png", "b.png"])["b.png"] == VALIDATION


def test_images_that_are_gone_keep_their_split() -> None:
    assert with_splits({"gone.png": VALIDATION}, ["a.png"])["gone.png"] == VALIDATION


def test_the_given_splits_are_not_changed() -> None:
    splits = {"a.png": TRAIN}
    with_splits(splits, ["a.png", "b.png"])
    assert splits == {"a.png": TRAIN}


def test_names_that_are_no_text_can_be_split() -> None:
    assert len(with_splits({}, ["\udcff.png", "b.png"])) == 2
