"""Which images train and which only judge.

A split is decided once for each image, by a hash of its name or of its group's, and kept. Images of
a group, such as the frames of one video, go together: a network that trained on one frame has as
good as seen the next.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from segstudio.core.image_groups import Grouping, group_namer

Splits: TypeAlias = dict[str, str]
"""Image key -> "train", "val" or "test"."""

TRAIN: Final = "train"
VALIDATION: Final = "val"
TEST: Final = "test"
"""Judges models, and is looked at by no training."""


@dataclass(frozen=True, slots=True)
class SplitRule:
    """How images that no split is decided for yet are divided.

    Attributes:
        validation: Share of images that validate, 0..1.
        test: Share of images that test, 0..1.
        grouping: Which images go together.
        pattern: The regular expression of ``Grouping.PATTERN``: its first group, or all it finds.

    Raises:
        ValueError: If the shares are not 0..1 or more than 1 together.
        PatternError: If the regular expression is none.
    """

    validation: float = 0.2
    test: float = 0.0
    grouping: Grouping = Grouping.IMAGE
    pattern: str = ""

    def __post_init__(self) -> None:
        if not (0 <= self.validation <= 1 and 0 <= self.test <= 1):
            raise ValueError("the shares of validation and test images are not between 0 and 1")
        if self.validation + self.test > 1:
            raise ValueError("validation and test images are more than all images together")
        if self.grouping is Grouping.PATTERN:
            group_namer(self.grouping, self.pattern)

    @classmethod
    def from_json(cls, value: object) -> "SplitRule":
        """Return the rule that ``to_json`` wrote; raises ValueError."""
        if not isinstance(value, dict):
            raise ValueError("the rule is not an object")
        shares = [value.get("validation", 0.2), value.get("test", 0.0)]
        if not all(type(share) in (int, float) for share in shares):
            raise ValueError("the shares of the rule are not numbers")
        grouping, pattern = value.get("grouping", Grouping.IMAGE), value.get("pattern", "")
        if grouping not in tuple(Grouping) or not isinstance(pattern, str):
            raise ValueError("the grouping of the rule is not known")
        return cls(float(shares[0]), float(shares[1]), Grouping(grouping), pattern)

    def to_json(self) -> dict[str, Any]:
        """Return the rule as JSON values."""
        return {
            "validation": self.validation,
            "test": self.test,
            "grouping": self.grouping.value,
            "pattern": self.pattern,
        }

    def groups_of(self, keys: Iterable[str]) -> dict[str, str]:
        """Return image key -> name of its group.

        Raises:
            PatternError: If the regular expression takes too long.
        """
        name_of = group_namer(self.grouping, self.pattern)
        return {key: name_of(key) for key in keys}


def with_splits(
    splits: Mapping[str, str],
    keys: Iterable[str],
    rule: SplitRule = SplitRule(),
) -> Splits:
    """Return ``splits`` with every key decided; what is in it keeps its split.

    An image whose group is decided goes with its group, and trains if the group is divided between
    splits. New groups are taken in the order of a hash of their names, which has nothing to do with
    how the images were numbered, and go to validation, then to test, while that brings the share
    of these among ``keys`` nearer to what the rule asks for. Where what is decided leaves the
    choice, at least one of two groups or more trains and one validates, unless each of them holds
    more than half of the images.

    Args:
        splits: What is decided already; images that are gone stay in it but do not count, so that
            deleting the validation images makes room for new ones.
        keys: Keys of all images there are, relative paths with forward slashes.
        rule: How many go where, and which go together.

    Raises:
        PatternError: If the regular expression of the rule takes too long.
    """
    decided = dict(splits)
    present = set(keys)
    group_of = rule.groups_of({*present, *decided})
    known: dict[str, set[str]] = defaultdict(set)
    for key, split in decided.items():
        known[group_of[key]].add(split)
    new: dict[str, list[str]] = defaultdict(list)
    for key in present - decided.keys():
        group = group_of[key]
        if group in known:
            decided[key] = TRAIN if len(known[group]) > 1 else next(iter(known[group]))
        else:
            new[group].append(key)
    sizes = {group: len(new[group]) for group in sorted(new, key=_hash)}
    counts = Counter(decided[key] for key in present if key in decided)
    chosen = _chosen(sizes, counts, len(present), rule)
    decided.update((key, chosen[group]) for group, keys in new.items() for key in keys)
    return decided


def _chosen(
    sizes: Mapping[str, int], counts: Counter[str], total: int, rule: SplitRule
) -> dict[str, str]:
    """Return a split for each new group; ``counts`` is what the other images have."""
    wanted = {
        VALIDATION: min(max(math.floor(total * rule.validation + 0.5), 1), max(total - 1, 0)),
        TEST: math.floor(total * rule.test + 0.5),
    }
    chosen: dict[str, str] = {}
    have = Counter(counts)
    for group, size in sizes.items():
        split = next((s for s in wanted if size <= 2 * (wanted[s] - have[s])), TRAIN)
        chosen[group] = split
        have[split] += size
    # Groups may all be too large for validation, or all be taken by it and the test.
    for lacking in (TRAIN, VALIDATION):
        movable = [
            group
            for group, split in chosen.items()
            if _may_leave(split, chosen, counts) and (lacking == TRAIN or 2 * sizes[group] <= total)
        ]
        if movable and not have[lacking]:
            moved = min(movable, key=lambda group: sizes[group])
            have[chosen[moved]] -= sizes[moved]
            chosen[moved] = lacking
            have[lacking] += sizes[moved]
    return chosen


def _may_leave(split: str, chosen: Mapping[str, str], counts: Counter[str]) -> bool:
    """Return whether a group may go elsewhere without its split ending up empty."""
    return split == TEST or counts[split] > 0 or list(chosen.values()).count(split) > 1


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group of images as it is divided.

    Attributes:
        name: Its name.
        keys: Its images, sorted.
        splits: The splits that they have; several if the group is divided, "" for not decided.
        runs: The training runs that used some of them: their splits stay.
    """

    name: str
    keys: tuple[str, ...]
    splits: frozenset[str]
    runs: tuple[str, ...]

    @property
    def is_divided(self) -> bool:
        """Whether its images train and judge at once."""
        return len(self.splits - {""}) > 1


def split_groups(
    keys: Iterable[str],
    splits: Mapping[str, str],
    rule: SplitRule,
    used: Mapping[str, Iterable[str]],
) -> tuple[GroupRow, ...]:
    """Return the groups of some images, by name.

    Args:
        keys: The images.
        splits: What is decided.
        rule: Which go together.
        used: Image key -> names of the runs that used it.

    Raises:
        PatternError: If the regular expression of the rule takes too long.
    """
    members: dict[str, list[str]] = defaultdict(list)
    for key, group in rule.groups_of(keys).items():
        members[group].append(key)
    return tuple(
        GroupRow(
            name,
            tuple(sorted(members[name])),
            frozenset(splits.get(key, "") for key in members[name]),
            tuple(sorted({run for key in members[name] for run in used.get(key, ())})),
        )
        for name in sorted(members)
    )


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
