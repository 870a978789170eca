"""Which images the list shows, and in which order."""

import pytest

from segstudio.core.class_change import Delete, planned
from segstudio.core.image_facts import FileStamp, ImageFacts
from segstudio.core.image_filter import ImageFilter, ImageSort, arranged
from segstudio.core.image_table import ImageTable, rows_of
from segstudio.core.label_set import LabelSet
from segstudio.core.review import ReviewState
from segstudio.core.shown_images import ShownImages

KEYS = ("a.png", "B.png", "c 1.png", "d.png")
TABLE = ImageTable.of(
    KEYS,
    [
        ImageFacts(
            key="a.png",
            state=ReviewState.PREDICTED,
            class_pixels={0: 10, 1: 5},
            uncertainty=0.1,
            mask=FileStamp(3 * 10**9, 1),
        ),
        ImageFacts(
            key="B.png",
            state=ReviewState.CORRECTED,
            class_pixels={0: 10, 2: 7},
            disagreement=4,
            mask=FileStamp(1 * 10**9, 1),
            note="Blurred at the edge",
        ),
        ImageFacts(
            key="c 1.png",
            state=ReviewState.APPROVED,
            class_pixels={1: 90},
            disagreement=9,
            uncertainty=0.8,
            mask=FileStamp(1 * 10**9, 1),
            at="1970-01-01T00:00:09+00:00",
        ),
    ],
)


def shown(wanted: ImageFilter, table: ImageTable = TABLE) -> list[str]:
    return [table.keys[row] for row in arranged(table, wanted).shown]


def test_everything_is_shown_in_the_order_of_names() -> None:
    assert shown(ImageFilter()) == list(KEYS)
    assert shown(ImageFilter(is_reversed=True)) == list(reversed(KEYS))
    assert not ImageFilter(sort=ImageSort.DATE).hides


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        (ImageFilter(states=frozenset({ReviewState.UNLABELLED})), ["d.png"]),
        (
            ImageFilter(states=frozenset({ReviewState.PREDICTED, ReviewState.APPROVED})),
            ["a.png", "c 1.png"],
        ),
        (ImageFilter(class_index=1), ["a.png", "c 1.png"]),
        (ImageFilter(text="b"), ["B.png"]),
        (ImageFilter(text="  PNG c "), ["c 1.png"]),
        (ImageFilter(text="blurred edge"), ["B.png"]),
        (ImageFilter(class_index=1, states=frozenset({ReviewState.APPROVED})), ["c 1.png"]),
        (ImageFilter(text="nowhere"), []),
        (ImageFilter(sort=ImageSort.UNCERTAINTY, least=0.5), ["c 1.png"]),
        (ImageFilter(sort=ImageSort.DISAGREEMENT, least=4), ["c 1.png", "B.png"]),
        (ImageFilter(sort=ImageSort.AREA, area_class=1, least=6), ["c 1.png"]),
        (ImageFilter(sort=ImageSort.DATE, least=2), ["c 1.png", "a.png"]),
    ],
)
def test_a_filter_shows_what_it_says(wanted: ImageFilter, keys: list[str]) -> None:
    assert shown(wanted) == keys
    assert wanted.hides
    assert set(shown(wanted.cleared())) == set(KEYS)


@pytest.mark.parametrize(
    ("sort", "keys"),
    [
        (ImageSort.STATE, ["d.png", "a.png", "B.png", "c 1.png"]),
        (ImageSort.UNCERTAINTY, ["c 1.png", "a.png", "B.png", "d.png"]),
        (ImageSort.DISAGREEMENT, ["c 1.png", "B.png", "a.png", "d.png"]),
        (ImageSort.AREA, ["c 1.png", "a.png", "B.png", "d.png"]),
        (ImageSort.DATE, ["c 1.png", "a.png", "B.png", "d.png"]),
    ],
)
def test_the_most_comes_first(sort: ImageSort, keys: list[str]) -> None:
    assert shown(ImageFilter(sort=sort, area_class=1)) == keys


def test_what_is_not_known_comes_last_in_either_order() -> None:
    keys = shown(ImageFilter(sort=ImageSort.UNCERTAINTY, is_reversed=True))
    assert keys == ["a.png", "c 1.png", "B.png", "d.png"]


def test_from_an_image_that_is_not_shown_one_goes_to_those_around_it() -> None:
    arrangement = arranged(TABLE, ImageFilter(class_index=1))
    images = ShownImages(tuple(KEYS[row] for row in arrangement.shown), TABLE.keys, arrangement)

    assert images.keys == ("a.png", "c 1.png")
    assert [images.beside("a.png", step) for step in (-1, 1, 2)] == [None, "c 1.png", None]
    assert [images.beside("B.png", step) for step in (-1, 1)] == ["a.png", "c 1.png"]
    assert [images.beside("d.png", step) for step in (-2, -1, 1)] == ["a.png", "c 1.png", None]


def test_facts_of_some_images_replace_what_was_known_of_them() -> None:
    facts = [
        ImageFacts(key="a.png", class_pixels={2: 3}, state=ReviewState.FLAGGED, note="odd"),
        ImageFacts(key="B.png", state=ReviewState.CORRECTED),
        ImageFacts(key="not of this project.png"),
    ]
    table = TABLE.with_facts(rows_of(KEYS), facts)

    assert table.class_areas(2).tolist() == [3, 0, 0, 0]
    assert table.class_areas(1).tolist() == [0, 0, 90, 0]
    assert table.notes == {"a.png": "odd"}
    assert table.counts()[ReviewState.FLAGGED] == 1
    assert shown(ImageFilter(states=frozenset({ReviewState.FLAGGED})), table) == ["a.png"]
    assert TABLE.class_areas(1).tolist() == [5, 0, 90, 0]


def test_a_filter_follows_its_classes() -> None:
    classes = LabelSet.named(["background", "cell", "dirt", "wall"])
    wanted = ImageFilter(text="x", class_index=3, sort=ImageSort.AREA, area_class=2, least=5)
    moved = wanted.following(planned(Delete((1,)), classes))
    assert (moved.class_index, moved.area_class, moved.least) == (2, 1, 5)
    gone = wanted.following(planned(Delete((2, 3)), classes))
    assert gone == ImageFilter(text="x")
