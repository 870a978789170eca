"""Which images belong together, by their names: the frames of a video, the images of a folder."""

import posixpath
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final

_LAST_NUMBER: Final = re.compile(r"[0-9]+(?=[^0-9]*$)")
_MAX_PATTERN: Final = 500
_PATTERN_SECONDS: Final = 0.2  # for one name; one that takes longer would take for ever


class Grouping(StrEnum):
    """Which images belong together; the words stand in files."""

    IMAGE = "image"
    """Each image is a group of its own."""
    FOLDER = "folder"
    """The images of a folder."""
    SEQUENCE = "sequence"
    """Those with the same name before its last number: frames of a video, slices of a stack."""
    PATTERN = "pattern"
    """Those for which a regular expression finds the same text."""


class PatternError(ValueError):
    """A regular expression cannot be used."""


def group_namer(grouping: Grouping, pattern: str = "") -> Callable[[str], str]:
    """Return what tells the name of an image key's group.

    Args:
        grouping: Which images belong together.
        pattern: The regular expression of ``Grouping.PATTERN``: its first group, or all it finds,
            is the name. An image in which it finds nothing is a group of its own.

    Raises:
        PatternError: If the regular expression is none; also raised by the function that is
            returned, if it takes too long.
    """
    match grouping:
        case Grouping.IMAGE:
            return lambda key: key
        case Grouping.FOLDER:
            return lambda key: posixpath.dirname(key) or "."
        case Grouping.SEQUENCE:
            return _before_last_number
        case Grouping.PATTERN:
            return _pattern_namer(pattern)


def _before_last_number(key: str) -> str:
    folder, name = posixpath.split(key)
    stem = posixpath.splitext(name)[0]
    number = _LAST_NUMBER.search(stem)
    return key if number is None else posixpath.join(folder, stem[: number.start()])


def _pattern_namer(pattern: str) -> Callable[[str], str]:
    # Not Python's own: a project may come from a stranger, and that one cannot be stopped.
    import regex

    if not pattern:
        raise PatternError("the regular expression is empty")
    if len(pattern) > _MAX_PATTERN:
        raise PatternError("the regular expression is too long")
    try:
        compiled = regex.compile(pattern)
    except regex.error as error:
        raise PatternError(f"the regular expression is wrong: {error}") from error

    def name_of(key: str) -> str:
        try:
            found = compiled.search(key, timeout=_PATTERN_SECONDS)
        except TimeoutError as error:
            raise PatternError("the regular expression takes too long") from error
        if found is None:
            return key
        return str((found[1] if compiled.groups else found[0]) or key)

    return name_of
