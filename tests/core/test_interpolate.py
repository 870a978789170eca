import numpy as np
import pytest

from segstudio.core.interpolate import interpolated


def disk(radius: float, x: float = 40, value: int = 1) -> np.ndarray:
    rows, columns = np.ogrid[:80, :80]
    return ((rows - 40) ** 2 + (columns - x) ** 2 <= radius**2).astype(np.uint8) * np.uint8(value)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_a_disk_grows_evenly(share: float) -> None:
    found = interpolated(disk(10), disk(20), share)
    radius = np.sqrt(np.count_nonzero(found) / np.pi)
    assert radius == pytest.approx(10 + 10 * share, abs=0.4)


def test_a_moving_disk_lies_in_between() -> None:
    found = interpolated(disk(20, x=34), disk(20, x=46), 0.5)
    columns = np.nonzero(found)[1]
    assert columns.mean() == pytest.approx(40, abs=0.3)


def test_at_the_ends_it_is_what_is_there() -> None:
    before, after = disk(10), disk(20, value=2)
    assert np.array_equal(interpolated(before, after, 0), before)
    assert np.array_equal(interpolated(before, after, 1), after)


def test_what_both_agree_on_stays_and_no_class_comes_from_elsewhere() -> None:
    rng = np.random.default_rng(0)
    before, after = rng.integers(0, 4, (2, 60, 70), np.uint8)
    before[:20] = after[:20] = 255
    found = interpolated(before, after, 0.4)
    assert ((found == before) | (found == after)).all()
    assert (found[before == after] == before[before == after]).all()


def test_a_class_that_only_one_has_is_gone_half_way() -> None:
    nothing = np.zeros((80, 80), np.uint8)
    near, far = interpolated(disk(20), nothing, 0.25), interpolated(disk(20), nothing, 0.6)
    assert 0 < np.count_nonzero(near) < np.count_nonzero(disk(20))
    assert not far.any()


def test_three_classes_in_one_move() -> None:
    before = np.zeros((40, 60), np.uint8)
    before[:, 20:40], before[:, 40:] = 1, 2
    after = np.zeros((40, 60), np.uint8)
    after[:, 30:50], after[:, 50:] = 1, 2
    found = interpolated(before, after, 0.5)
    assert [int(np.count_nonzero(found[7] == value)) for value in range(3)] == [25, 20, 15]


def test_an_asked_stop_is_heard() -> None:
    found = interpolated(disk(10), disk(20), 0.5, is_stopped=lambda: True)
    assert found.shape == (80, 80)
