import numpy as np
import pytest

from segstudio.core.forecast import forecast, learning_curve


def _score(count: int, limit: float = 0.85) -> float:
    return float(limit - 0.5 * count**-0.6)


def test_a_curve_that_goes_on_is_foretold() -> None:
    points = [(count, _score(count)) for count in (2, 4, 8, 16, 32)]
    needed = (0.5 / (0.85 - 0.82)) ** (1 / 0.6)  # 109

    found = forecast(points, 0.82)

    assert found is not None
    assert found.images is not None
    assert found.low is not None
    assert found.low < needed < (found.high or np.inf)
    assert found.images == pytest.approx(needed, rel=0.6)


def test_a_score_beyond_the_limit_is_not_promised() -> None:
    points = [(count, _score(count, limit=0.6)) for count in (4, 8, 16, 32, 64, 128)]

    found = forecast(points, 0.9)

    assert found is not None
    assert found.images is None
    assert found.reachable < 0.2


def test_noise_widens_the_range() -> None:
    rng = np.random.default_rng(0)
    counts = (2, 4, 8, 16, 32)
    calm = forecast([(count, _score(count)) for count in counts], 0.75)
    rough = forecast([(count, _score(count) + rng.normal(0, 0.05)) for count in counts], 0.75)

    assert calm is not None
    assert rough is not None
    assert (rough.high or np.inf) / (rough.low or 1) > (calm.high or np.inf) / (calm.low or 1)


@pytest.mark.parametrize("points", [[], [(2, 0.5)], [(2, 0.5), (4, 0.6)], [(2, 0.5)] * 5])
def test_too_few_models_say_nothing(points: list[tuple[int, float]]) -> None:
    assert forecast(points, 0.9) is None


def test_the_curve_goes_through_the_points_and_is_less_sure_beyond_them() -> None:
    points = [(count, _score(count)) for count in (2, 4, 8, 16, 32)]

    low, middle, high = learning_curve(points, [4, 16, 64, 500])

    assert middle[:3] == pytest.approx([_score(4), _score(16), _score(64)], abs=0.02)
    assert (low < middle).all()
    assert (middle < high).all()
    assert high[3] - low[3] > 2 * (high[1] - low[1])
    assert low[3] < _score(500) < high[3]


def test_there_is_no_curve_through_too_few_points() -> None:
    with pytest.raises(ValueError, match="too few"):
        learning_curve([(2, 0.5), (4, 0.6)], [8])
