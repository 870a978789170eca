import math

import pytest

from trainer.schedule import Budget, learning_rate_factor


@pytest.mark.parametrize("schedule", ["poly", "cosine"])
def test_the_learning_rate_rises_then_falls_to_almost_nothing(schedule: str) -> None:
    factors = [learning_rate_factor(schedule, step / 100, 0.05) for step in range(101)]

    top = factors.index(max(factors))
    assert 4 <= top <= 6
    assert factors[top] > 0.95
    assert factors[: top + 1] == sorted(factors[: top + 1])
    assert factors[top:] == sorted(factors[top:], reverse=True)
    assert 0 < factors[-1] < 0.01
    assert factors[0] > 0


def test_poly_has_the_power_of_the_paper() -> None:
    assert learning_rate_factor("poly", 0.5, 0.05) == pytest.approx(0.5**0.9)


def test_other_schedules_fall_by_epochs_by_drops_or_not_at_all() -> None:
    assert learning_rate_factor("exponential", 0.5, 0, epoch=3) == pytest.approx(0.96**3)
    assert learning_rate_factor("plateau", 0.5, 0, drops=2) == pytest.approx(0.25)
    assert learning_rate_factor("constant", 0.99, 0) == 1.0


def test_epochs_count_steps_not_time() -> None:
    budget = Budget(epochs=4, minutes=None)

    assert budget.progress(1, 0.5, elapsed=1e6, reserve=1e6) == pytest.approx(1.5 / 4)
    assert not budget.is_spent(3, elapsed=math.inf, reserve=0)
    assert budget.is_spent(4, elapsed=0, reserve=0)


def test_minutes_leave_time_for_the_last_validation() -> None:
    budget = Budget(epochs=None, minutes=2)

    assert budget.progress(9, 0.9, elapsed=50, reserve=20) == pytest.approx(0.5)
    assert budget.progress(9, 0.9, elapsed=100, reserve=20) == 1
    assert not budget.is_spent(1000, elapsed=99, reserve=20)
    assert budget.is_spent(0, elapsed=100, reserve=20)
