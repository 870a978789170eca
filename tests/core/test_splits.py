import itertools
from collections import Counter

import pytest

from segstudio.core.image_groups import Grouping, PatternError
from segstudio.core.splits import TEST, TRAIN, VALIDATION, SplitRule, split_groups, with_splits


def _keys(count: int) -> list[str]:
    return [f"series/cell{number:04}.png" for number in range(count)]


def test_no_images_give_no_splits() -> None:
    assert with_splits({}, []) == {}


def test_a_single_image_trains() -> None:
    assert with_splits({}, ["a.png"]) == {"a.png": TRAIN}


@pytest.mark.parametrize("validation", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("count", [2, 3, 10])
def test_two_images_or_more_give_both_splits(count: int, validation: float) -> None:
    assert set(with_splits({}, _keys(count), SplitRule(validation)).values()) == {TRAIN, VALIDATION}


@pytest.mark.parametrize("count", [10, 99, 1000])
def test_the_share_of_validation_images_is_kept(count: int) -> None:
    splits = Counter(with_splits({}, _keys(count), SplitRule(0.2)).values())
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


def _videos(videos: int, frames: int) -> list[str]:
    return [f"video{v}/frame_{f:03}.png" for v in range(videos) for f in range(frames)]


def test_test_images_get_their_share_too() -> None:
    splits = Counter(with_splits({}, _keys(1000), SplitRule(0.2, 0.1)).values())
    assert splits == {TRAIN: 700, VALIDATION: 200, TEST: 100}


@pytest.mark.parametrize("grouping", [Grouping.FOLDER, Grouping.SEQUENCE])
def test_frames_of_a_video_stay_together(grouping: Grouping) -> None:
    splits = with_splits({}, _videos(20, 7), SplitRule(0.2, 0.1, grouping))
    for video in range(20):
        assert len({splits[f"video{video}/frame_{f:03}.png"] for f in range(7)}) == 1
    assert Counter(splits.values()) == {TRAIN: 98, VALIDATION: 28, TEST: 14}


def test_new_frames_join_the_split_of_their_video() -> None:
    rule = SplitRule(grouping=Grouping.SEQUENCE)
    splits = with_splits({}, _videos(10, 3), rule)
    grown = with_splits(splits, _videos(10, 30), rule)
    for video in range(10):
        split = splits[f"video{video}/frame_000.png"]
        assert {grown[f"video{video}/frame_{f:03}.png"] for f in range(30)} == {split}


def test_new_images_of_a_group_that_is_divided_train() -> None:
    rule = SplitRule(grouping=Grouping.FOLDER)
    decided = {"a/1.png": TRAIN, "a/2.png": VALIDATION}
    assert with_splits(decided, [*decided, "a/3.png"], rule)["a/3.png"] == TRAIN


@pytest.mark.parametrize("sizes", [(1, 9), (5, 5), (3, 3, 3), (1, 1, 1, 20)])
def test_groups_of_any_size_give_both_splits(sizes: tuple[int, ...]) -> None:
    keys = [f"{group}/{n}.png" for group, size in enumerate(sizes) for n in range(size)]
    splits = with_splits({}, keys, SplitRule(0.3, 0.3, Grouping.FOLDER))
    assert {TRAIN, VALIDATION} <= set(splits.values())


def test_images_of_one_group_only_all_train() -> None:
    assert set(with_splits({}, _videos(1, 9), SplitRule(grouping=Grouping.FOLDER)).values()) == {
        TRAIN
    }


@pytest.mark.parametrize(
    ("grouping", "pattern", "groups"),
    [
        (Grouping.IMAGE, "", ["a_01.png", "a_02.png", "b/a_1.png", "c.png"]),
        (Grouping.FOLDER, "", [".", ".", "b", "."]),
        (Grouping.SEQUENCE, "", ["a_", "a_", "b/a_", "c.png"]),
        (Grouping.PATTERN, r"([ab])_", ["a", "a", "a", "c.png"]),
        (Grouping.PATTERN, r"a_\d+", ["a_01", "a_02", "a_1", "c.png"]),
    ],
)
def test_which_images_belong_together(grouping: Grouping, pattern: str, groups: list[str]) -> None:
    keys = ["a_01.png", "a_02.png", "b/a_1.png", "c.png"]
    rule = SplitRule(grouping=grouping, pattern=pattern)
    assert list(rule.groups_of(keys).values()) == groups


@pytest.mark.parametrize("pattern", ["", "(", "x" * 600])
def test_a_regular_expression_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError, match="regular expression is"):
        SplitRule(grouping=Grouping.PATTERN, pattern=pattern)


def test_a_regular_expression_that_takes_for_ever_is_stopped() -> None:
    rule = SplitRule(grouping=Grouping.PATTERN, pattern=r"^(.*?,){40}P")
    with pytest.raises(PatternError, match="too long"):
        rule.groups_of(["1," * 60])


def test_a_rule_is_read_back_as_it_was_written() -> None:
    rule = SplitRule(0.1, 0.25, Grouping.PATTERN, r"^(\w+)-")
    assert SplitRule.from_json(rule.to_json()) == rule


@pytest.mark.parametrize(
    "value", [[], {"validation": "all"}, {"test": 2}, {"grouping": "moon"}, {"pattern": 5}]
)
def test_a_rule_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"rule|shares"):
        SplitRule.from_json(value)


def test_groups_tell_their_splits_and_the_runs_that_used_them() -> None:
    keys = ["a/1.png", "a/2.png", "b/1.png"]
    splits = {"a/1.png": TRAIN, "a/2.png": VALIDATION}
    used = {"a/2.png": ("monday",), "a/1.png": ("friday", "monday")}
    first, second = split_groups(keys, splits, SplitRule(grouping=Grouping.FOLDER), used)
    assert (first.name, first.is_divided, first.runs) == ("a", True, ("friday", "monday"))
    assert (second.splits, second.runs) == (frozenset({""}), ())
