import numpy as np
import pytest

from segstudio.core.labelling_queue import Candidate, best_windows, doubt, look_of, ranked
from segstudio.core.rect import Rect


def _candidate(key: str, gain: float, *look: float) -> Candidate:
    return Candidate(key, Rect(0, 0, 8, 8), gain, np.array(look))


def test_the_window_with_the_most_doubt_comes_first_and_windows_do_not_overlap() -> None:
    unsure = np.zeros((64, 96), np.float32)
    unsure[8:24, 8:24] = 0.5
    unsure[40:56, 60:76] = 0.9

    (first, gain), (second, _) = best_windows(unsure, np.ones((64, 96), bool), 16, 5)

    assert first == Rect(40, 60, 56, 76)
    assert gain == pytest.approx(0.9 * 16 * 16)
    assert second == Rect(8, 8, 24, 24)


def test_what_was_looked_at_is_not_proposed() -> None:
    unsure = np.full((32, 32), 0.5, np.float32)
    unchecked = np.ones((32, 32), bool)
    unchecked[:, :16] = False

    assert best_windows(unsure, unchecked, 16, 1)[0][0].left == 16
    assert best_windows(unsure, np.zeros((32, 32), bool), 16, 1) == []


@pytest.mark.parametrize("size", [(5, 90), (7, 7), (1, 1)])
def test_a_window_of_a_small_image_is_as_large_as_the_image(size: tuple[int, int]) -> None:
    (rect, gain), *_ = best_windows(np.ones(size, np.float32), np.ones(size, bool), 16, 3)

    assert (rect.height, rect.width) == (min(16, size[0]), min(16, size[1]))
    assert gain == pytest.approx(rect.height * rect.width)


def test_models_that_disagree_are_as_unsure_as_can_be() -> None:
    confidence = np.array([[0.9, 0.9, 0.4]], np.float32)
    one, other = np.array([[0, 1, 1]], np.uint8), np.array([[0, 0, 1]], np.uint8)

    assert doubt(confidence)[0].tolist() == pytest.approx([0.1, 0.1, 0.6])
    assert doubt(confidence, one, other)[0].tolist() == pytest.approx([0.1, 1.0, 0.6])
    # Of a class that is none of the project's, the other model has nothing to say.
    other[0, 1] = 255
    assert doubt(confidence, one, other)[0].tolist() == pytest.approx([0.1, 0.1, 0.6])


def test_twenty_frames_of_one_scene_do_not_fill_the_queue() -> None:
    rng = np.random.default_rng(0)
    scene = [
        _candidate(f"frame{number}", 10 + number / 100, *(0.2 + rng.normal(0, 0.002, 3)))
        for number in range(20)
    ]
    others = [_candidate(f"other{number}", 6.0, *rng.random(3)) for number in range(4)]

    keys = [candidate.key for candidate in ranked([*scene, *others], 5)]

    assert keys[0] == "frame19"
    assert sum(key.startswith("other") for key in keys) >= 3
    alike = [candidate.key for candidate in ranked([*scene, *others], 5, diversity=0)]
    assert all(key.startswith("frame") for key in alike)


def test_a_queue_of_few_holds_all_of_them_and_none_twice() -> None:
    candidates = [_candidate("a", 1, 0.0), _candidate("b", 2, 0.0)]

    assert [candidate.key for candidate in ranked(candidates, 9)] == ["b", "a"]
    assert ranked([], 9) == []


def test_the_look_is_of_colours_and_classes() -> None:
    image = np.full((4, 4, 3), 255, np.uint8)
    class_map = np.zeros((4, 4), np.uint8)
    class_map[:2] = 1

    assert look_of(image, class_map, 3).tolist() == [1, 1, 1, 0, 0, 0, 0.5, 0.5, 0]
