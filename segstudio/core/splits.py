"""Which images train and which only judge."""

import hashlib
import math
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

Splits: TypeAlias = dict[str, str]
"""Image key -> "train" or "val"."""

TRAIN: Final = "train"
VALIDATION: Final = "val"


def with_splits(splits: Mapping[str, str], keys: Iterable[str], validation: float = 0.2) -> Splits:
    """Return ``splits`` with every key decided; keys that are in it keep their split.

    New keys are taken in the order of a hash of their name, which has nothing to do with how the
    images were numbered, and go to validation while its share is below ``validation``. With two
    images or more, at least one trains and one validates.

    Args:
        splits: What is decided already.
        keys: Image keys, relative paths with forward slashes.
        validation: Share of validation images, 0..1.
    """
    decided = dict(splits)
    new = sorted(set(keys) - decided.keys(), key=_hash)
    total = len(decided) + len(new)
    wanted = min(max(math.floor(total * validation + 0.5), 1), total - 1)
    missing = wanted - sum(split == VALIDATION for split in decided.values())
    for place, key in enumerate(new):
        decided[key] = VALIDATION if place < missing else TRAIN
    return decided


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
