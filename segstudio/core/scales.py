"""Sizes at which a model looks at an image, so that its answers can be averaged."""

from collections.abc import Sequence
from typing import Final

_LEAST: Final = 0.1
_MOST: Final = 4.0


def parsed_scales(text: str) -> tuple[float, ...]:
    """Return the factors that a text such as ``0.75,1,1.25`` lists.

    Raises:
        ValueError: With a sentence, if it is no list of numbers.
    """
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ValueError(f"{text!r} is no list of numbers such as 0.75,1,1.25") from None


def check_scales(scales: Sequence[float]) -> None:
    """Refuse factors that make no sense.

    Raises:
        ValueError: With a sentence, if there are none, or one is too small, too large or no number.
    """
    if not scales or not all(_LEAST <= scale <= _MOST for scale in scales):
        raise ValueError(f"scales are factors between {_LEAST:g} and {_MOST:g}")
