"""Words for numbers of things."""

from collections.abc import Sized


def counted(things: int | Sized, noun: str) -> str:
    """Return "1 image" or "2 images", for a number of things or the things themselves."""
    number = things if isinstance(things, int) else len(things)
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
