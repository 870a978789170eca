"""Splits of data sets that others made: their names, and a validation part where there is none."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from segstudio.core.splits import TRAIN, VALIDATION, with_splits
from segstudio.formats.dataset import LabelledImage

_SPELLINGS: Final = {
    "train": TRAIN,
    "training": TRAIN,
    "val": VALIDATION,
    "valid": VALIDATION,
    "validation": VALIDATION,
    "test": "test",
    "testing": "test",
}
_YEAR: Final = re.compile(r"\d{4}$")
_WHOLE: Final = (TRAIN, "trainval", "all")


def split_of(name: str) -> str | None:
    """Return the split that a file or folder is named after (``val2017``: val), or None."""
    return _SPELLINGS.get(_YEAR.sub("", name.casefold()).rstrip("_-"))


def with_validation(
    splits: Mapping[str, Sequence[LabelledImage]],
) -> dict[str, Sequence[LabelledImage]]:
    """Return the splits with "train" and "val" where only one of the two can be made of the other.

    If there is no "val", a fifth of the training images judge, chosen by a hash of their keys: the
    choice is the same at every reading of the same data. Test images are left alone.
    """
    if VALIDATION in splits:
        return dict(splits)
    source = next((name for name in _WHOLE if name in splits), None)
    if source is None:
        return dict(splits)
    chosen = with_splits({}, [item.key for item in splits[source]])
    parts = {
        name: [item for item in splits[source] if chosen[item.key] == name]
        for name in (TRAIN, VALIDATION)
    }
    rest = {name: items for name, items in splits.items() if name != source}
    return {**parts, **rest}
