"""Which images train and which only judge."""

import hashlib
import math
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

Splits: TypeAlias = dict[str, str]
"""Image key -> "train", "val" or "test"."""

TRAIN: Final = "train"
VALIDATION: Final = "val"
TEST: Final = "test"
"""Judges models, and is looked at by no training. Images get here by the user's word only."""


def with_splits(splits: Mapping[str, str], keys: Iterable[str], validation: float = 0.2) -> Splits:
    """Return ``splits`` with every key decided; what is in it keeps its split.

    New keys are taken in the order of a hash of their name, which has nothing to do with how the
    images were numbered, and go to validation while its share of ``keys`` is below
    ``validation``. Where what is decided leaves the choice, at least one of two keys or more
    trains and one validates.

    Args:
        splits: What is decided already; images that are gone stay in it but do not count, so that
            deleting the validation images makes room for new ones.
        keys: Keys of all images there are, relative paths with forward slashes.
        validation: Share of validation images, 0..1.
    """
    decided = dict(splits)
    present = set(keys)
    new = sorted(present - decided.keys(), key=_hash)
    wanted = min(max(math.floor(len(present) * validation + 0.5), 1), len(present) - 1)
    missing = wanted - sum(decided.get(key) == VALIDATION for key in present)
    for place, key in enumerate(new):
        decided[key] = VALIDATION if place < missing else TRAIN
    return decided


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
