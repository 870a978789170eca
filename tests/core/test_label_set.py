import json

import numpy as np
import pytest

from segstudio.core.label_set import LabelClass, LabelSet, class_mapping
from segstudio.core.palette import Color

GREY = Color(9, 9, 9)


def test_names_give_classes_in_their_order() -> None:
    assert LabelSet.named(["background", "cell", "wall"]).names == ("background", "cell", "wall")


def test_255_classes_fit_and_256_do_not() -> None:
    assert len(LabelSet.named(f"class {i}" for i in range(255))) == 255
    with pytest.raises(ValueError, match="at most 255"):
        LabelSet.named(f"class {i}" for i in range(256))


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["cell", "cell"], "two classes are called 'cell'"),
        ([""], "empty name"),
        (["  "], "empty name"),
        ([" cell"], "begins or ends with a space"),
        (["cell "], "begins or ends with a space"),
        (["a\nb"], "not printable"),
        (["a\x00"], "not printable"),
        (["\udcff"], "not printable"),
        (["x" * 201], "too long"),
    ],
)
def test_a_wrong_name_is_refused_in_words(names: list[str], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        LabelSet.named(names)


@pytest.mark.parametrize(
    "name", ["Zellwand", "細胞", "a b", "<b>bold</b>", "#1", "a:b", "🙂", "x" * 200]
)
def test_unusual_names_are_names(name: str) -> None:
    assert LabelSet.named([name]).names == (name,)


def test_a_label_set_survives_json() -> None:
    label_set = LabelSet.named(["background", "細胞"]).recolored(1, GREY)
    assert LabelSet.from_json(json.loads(json.dumps(label_set.to_json()))) == label_set


def test_classes_sorted_by_hand_are_refused() -> None:
    value = LabelSet.named(["background", "cell"]).to_json()
    with pytest.raises(ValueError, match="'cell' is not in the place of its index"):
        LabelSet.from_json(value[::-1])


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        "cell",
        [1],
        [{}],
        [{"name": 1, "color": "#000000"}],
        [{"name": "cell"}],
        [{"name": "cell", "color": 7}],
        [{"name": "cell", "color": "red"}],
        [{"name": "cell", "color": "#ab cd "}],
        [{"name": "cell", "color": "#000000"}, {"name": "cell", "color": "#000000"}],
    ],
)
def test_other_values_are_no_label_set(value: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        LabelSet.from_json(value)


def test_the_eraser_leaves_background_where_there_is_one() -> None:
    assert LabelSet.named(["Background", "cell"]).erased_index == 0
    assert LabelSet.named(["cell", "background"]).erased_index == 255
    assert LabelSet().erased_index == 255


def test_an_added_class_comes_last() -> None:
    label_set = LabelSet.named(["background"]).added("cell", GREY)
    assert label_set[1] == LabelClass("cell", GREY)


def test_renaming_and_recolouring_touch_one_class() -> None:
    label_set = LabelSet.named(["a", "b", "c"])
    changed = label_set.renamed(1, "B").recolored(1, GREY)
    assert changed.classes == (label_set[0], LabelClass("B", GREY), label_set[2])


def test_a_class_cannot_take_the_name_of_another() -> None:
    with pytest.raises(ValueError, match="two classes"):
        LabelSet.named(["a", "b"]).renamed(1, "a")


def test_uniting_keeps_the_class_indices_of_the_first() -> None:
    united = LabelSet.named(["background", "cell"]).united(LabelSet.named(["wall", "cell"]))
    assert united.names == ("background", "cell", "wall")


def test_united_classes_keep_their_colours_unless_another_class_has_the_same() -> None:
    streets = LabelSet.named(["background", "road", "car"])
    cells = LabelSet.named(["background", "membrane", "vesicle"]).recolored(2, GREY)
    united = streets.united(cells)
    assert united.classes[:3] == streets.classes
    assert united.classes[4].color == GREY
    assert len({item.color for item in united}) == 5


def test_a_class_that_is_added_has_a_colour_of_its_own() -> None:
    used = LabelSet.named(["background", "a", "b", "c"])[3].color
    label_set = LabelSet.named(["background", "a", "b"]).recolored(1, used).added("c")
    assert len({item.color for item in label_set}) == 4


def test_the_palette_holds_the_colours_of_the_classes() -> None:
    label_set = LabelSet.named(["a", "b"]).recolored(1, GREY)
    assert tuple(label_set.palette[1]) == GREY


def test_classes_are_mapped_by_name() -> None:
    table = class_mapping(["wall", "moon", "cell"], LabelSet.named(["cell", "wall"]))
    assert table[:3].tolist() == [1, 255, 0]
    assert (table[3:] == 255).all()


def test_ignored_pixels_stay_ignored_however_many_classes_the_source_has() -> None:
    names = [f"class {i}" for i in range(255)]
    table = class_mapping([*names, *names, "x"], LabelSet.named(names))
    assert np.array_equal(table, np.arange(256))
