from pathlib import Path

import numpy as np
import pytest

from segstudio.errors import AmbiguousMaskError, FormatError
from segstudio.formats.binary import Positive, is_ambiguous, resolve_binary

BINARY = np.array([[0, 255], [255, 0]], np.uint8)


@pytest.mark.parametrize("values", [[255], [0, 255]])
def test_0_and_255_are_ambiguous(values: list[int]) -> None:
    assert is_ambiguous(np.array([values], np.uint8))


@pytest.mark.parametrize("values", [[0], [0, 1], [0, 1, 255], [1, 255], [254]])
def test_other_values_are_not(values: list[int]) -> None:
    assert not is_ambiguous(np.array([values], np.uint8))


def test_the_object_is_what_the_user_says() -> None:
    path = Path("a.png")
    assert resolve_binary(path, BINARY, Positive.LIGHT).tolist() == [[0, 1], [1, 0]]
    assert resolve_binary(path, BINARY, Positive.DARK).tolist() == [[1, 0], [0, 1]]


def test_values_up_to_127_are_dark() -> None:
    values = np.array([[0, 127, 128, 255]], np.uint8)
    assert resolve_binary(Path("a.png"), values, Positive.DARK).tolist() == [[1, 1, 0, 0]]


def test_nothing_is_guessed() -> None:
    with pytest.raises(FormatError, match="holds only 0 and 255") as caught:
        resolve_binary(Path("a.png"), BINARY, None)
    assert "--positive" in caught.value.hint


def test_class_indices_pass_as_they_are() -> None:
    label_map = np.array([[0, 1, 255]], np.uint8)
    assert np.array_equal(resolve_binary(Path("a.png"), label_map, None), label_map)


@pytest.mark.parametrize("positive", list(Positive))
def test_class_indices_are_not_taken_for_dark_and_light(positive: Positive) -> None:
    with pytest.raises(FormatError, match="look like class indices") as caught:
        resolve_binary(Path("a.png"), np.array([[0, 1, 2]], np.uint8), positive)
    assert "Leave --positive out" in caught.value.hint


def test_the_question_says_how_much_of_the_mask_each_value_covers() -> None:
    with pytest.raises(AmbiguousMaskError) as caught:
        resolve_binary(Path("a.png"), np.array([[0, 255, 255, 255]], np.uint8), None)
    assert (caught.value.dark, caught.value.light) == (1, 3)
    assert "75%" in caught.value.hint
    assert "25%" in caught.value.hint
