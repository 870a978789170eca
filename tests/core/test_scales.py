"""Sizes at which a model looks at an image, as they are written on the command line."""

import math

import pytest

from segstudio.core.scales import check_scales, parsed_scales


def test_scales_are_factors_with_commas_between() -> None:
    assert parsed_scales("0.75,1, 1.25") == (0.75, 1.0, 1.25)


@pytest.mark.parametrize("text", ["", "half", "1,,2", "1;2"])
def test_what_is_no_list_of_numbers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no list of numbers such as 0\.75,1,1\.25"):
        parsed_scales(text)


@pytest.mark.parametrize("scales", [(0.1,), (1.0, 4.0)])
def test_factors_within_the_limits_are_taken(scales: tuple[float, ...]) -> None:
    check_scales(scales)


@pytest.mark.parametrize("scales", [(), (0.0,), (1.0, 4.5), (math.nan,), (math.inf,)])
def test_factors_beyond_the_limits_are_refused(scales: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"scales are factors between 0\.1 and 4"):
        check_scales(scales)
