"""Changes of the classes of a whole project: what becomes of the classes, and of every pixel.

A change turns one label set into another, and class indices into others by a table of 256 entries.
Tables work on single pixels, so that what can be undone in an image follows them as its label map
does: every ``before`` and ``after`` of its edits goes through the same table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from segstudio.core.history import Edit, History
from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.palette import Color
from segstudio.core.rect import Rect

ClassTable: TypeAlias = tuple[int, ...]
"""256 entries: class index before -> class index after; 255 stays 255."""

_IDENTITY: Final[ClassTable] = tuple(range(256))


class ChangeKind(StrEnum):
    """What kind of change it is; the words stand in files."""

    RENAME = "rename"
    RECOLOR = "recolor"
    REORDER = "reorder"
    MERGE = "merge"
    SPLIT = "split"
    DELETE = "delete"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Rename:
    """Another name for a class."""

    class_index: int
    name: str


@dataclass(frozen=True, slots=True)
class Recolor:
    """Another colour for a class."""

    class_index: int
    color: Color


@dataclass(frozen=True, slots=True)
class Reorder:
    """Another order; ``order[place]`` is the class index before of the class that comes there."""

    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """Classes that become one with another, whose name and colour stay."""

    sources: tuple[int, ...]
    target: int


@dataclass(frozen=True, slots=True)
class Delete:
    """Classes that are taken away; their pixels become unlabelled, or get another class."""

    sources: tuple[int, ...]
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """A new class that gets some connected regions of another.

    Attributes:
        class_index: The class whose regions are split off.
        name: Name of the new class.
        at_most: Regions of up to so many pixels are split off, in all images. None makes the class
            only; what it gets is then painted, as any edit of one image.
    """

    class_index: int
    name: str
    at_most: int | None = None


Operation: TypeAlias = Rename | Recolor | Reorder | Merge | Delete | Split


@dataclass(frozen=True, slots=True)
class RegionSplit:
    """Which connected regions get another class: those of up to ``at_most`` pixels."""

    source: int
    target: int
    at_most: int


@dataclass(frozen=True, slots=True)
class ClassChange:
    """What an operation makes of a label set, and of pixels.

    Attributes:
        kind: What kind of change it is.
        subjects: Names of the classes that it is about, as they were.
        target: Name that a class gets, or of the class that takes others up; empty if unlabelled.
        before: The classes before.
        after: The classes after.
        table: Class index before -> after.
        homes: Class index after -> the one it goes back to when the change is undone.
        split: Regions that get another class besides, or None.
        undoes: Name of the change that this one takes back, or an empty string.
        left: What that change made of pixels, where it takes what was kept to take it back.
    """

    kind: ChangeKind
    subjects: tuple[str, ...]
    target: str
    before: LabelSet
    after: LabelSet
    table: ClassTable = _IDENTITY
    homes: tuple[int, ...] = ()
    split: RegionSplit | None = None
    undoes: str = ""
    left: ClassTable | None = None

    @property
    def changes_pixels(self) -> bool:
        """Whether label maps change, not only what their classes are called."""
        return self.table != _IDENTITY or self.split is not None or self.left is not None

    @property
    def recolors(self) -> bool:
        """Whether mask files show other colours than the classes have after it."""
        # Where pixels change too, it is those of the files that are written with the new colours.
        return not self.changes_pixels and any(
            before.color != after.color
            for before, after in zip(self.before, self.after, strict=False)
        )

    @property
    def loses_pixels(self) -> bool:
        """Whether the table alone does not tell what was there before."""
        values = [*self.table[: len(self.before)], IGNORE_INDEX]
        return len(set(values)) < len(values)

    @property
    def affected(self) -> tuple[int, ...]:
        """Class indices before of the classes whose pixels become another class or unlabelled."""
        if self.split is not None:
            return (self.split.source,)
        if not self.changes_pixels:
            return ()
        return tuple(
            index
            for index, item in enumerate(self.before)
            if self.table[index] == IGNORE_INDEX or self.after[self.table[index]].name != item.name
        )


def planned(operation: Operation, label_set: LabelSet) -> ClassChange:
    """Return what an operation makes of a label set.

    Raises:
        ValueError: If a class is not there, a name cannot be, or nothing would change.
    """
    match operation:
        case Rename(index, name):
            after = label_set.renamed(_there(label_set, index), name)
            return _relabel(ChangeKind.RENAME, label_set, after, (index,), name)
        case Recolor(index, color):
            after = label_set.recolored(_there(label_set, index), color)
            return _relabel(ChangeKind.RECOLOR, label_set, after, (index,), color.hex)
        case Reorder(order):
            return _reordered(label_set, order)
        case Merge(sources, target):
            return _without(ChangeKind.MERGE, label_set, sources, target)
        case Delete(sources, target):
            return _without(ChangeKind.DELETE, label_set, sources, target)
        case Split(index, name, at_most):
            return _with_split(label_set, _there(label_set, index), name, at_most)


def undone(name: str, change: ClassChange, present: LabelSet) -> ClassChange:
    """Return the change that takes one back, the last that was made.

    Args:
        name: What the change is called among the project's changes.
        change: The change.
        present: The classes as they are now: those it left, and perhaps more behind them, which
            stay. One of those that has the name of a class that comes back becomes one with it.

    Raises:
        ValueError: If the classes are no longer those that it left.
    """
    if present.classes[: len(change.after)] != change.after.classes:
        raise ValueError("the classes were changed by another program since")
    after = change.before
    table = list(_IDENTITY)
    table[: len(change.homes)] = change.homes
    for index in range(len(change.after), len(present)):
        found = after.index_of(present[index].name)
        if found is None:
            after = LabelSet((*after.classes, present[index]))
            found = len(after) - 1
        table[index] = found
    return ClassChange(
        ChangeKind.UNDO,
        change.subjects,
        change.target,
        present,
        after,
        tuple(table),
        undoes=name,
        left=change.table if change.loses_pixels else None,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Relabelling:
    """What a change makes of the pixels of one image.

    Attributes:
        table: (256,) uint8: class index before -> after.
        was: (H, W) uint8, the label map before the change that is taken back, or None.
        left: (256,) uint8, what that change made of its classes.
    """

    table: NDArray[np.uint8]
    was: LabelMap | None = None
    left: NDArray[np.uint8] | None = None

    @classmethod
    def of(cls, table: ClassTable) -> "Relabelling":
        """Return what a table makes of pixels."""
        return cls(np.array(table, np.uint8))

    @classmethod
    def undoing(cls, table: ClassTable, was: LabelMap, left: ClassTable) -> "Relabelling":
        """Return what takes a change back: pixels that are as it left them are as they were."""
        return cls(np.array(table, np.uint8), was, np.array(left, np.uint8))

    def is_as_left(self, label_map: LabelMap) -> bool:
        """Whether a label map is just as the change left it that is taken back."""
        if self.was is None or self.left is None:
            return False
        return np.array_equal(self.left[self.was], label_map)

    def pixels(self, values: LabelMap, rect: Rect | None = None) -> LabelMap:
        """Return what becomes of (H, W) uint8 values, or of those of a part of the image."""
        after: LabelMap = self.table[values]
        if self.was is not None and self.left is not None:
            was = self.was if rect is None else self.was[rect.slices]
            np.copyto(after, was, where=self.left[was] == values)
        return after

    def history(self, history: History) -> History:
        """Return what can be undone, in the new classes; edits that change nothing any more go."""
        edits: list[Edit] = []
        done = 0
        for place, edit in enumerate(history.edits):
            patches = [
                MaskPatch(
                    patch.rect,
                    self.pixels(patch.before, patch.rect),
                    self.pixels(patch.after, patch.rect),
                )
                for patch in edit.patches()
            ]
            patches = [p for p in patches if not np.array_equal(p.before, p.after)]
            if patches:
                mapped = Edit(edit.name, patches)
                mapped.pack()
                edits.append(mapped)
                done += place < history.done
        return History(edits=edits, done=done)


def _relabel(
    kind: ChangeKind, before: LabelSet, after: LabelSet, indices: tuple[int, ...], target: str
) -> ClassChange:
    if after == before:
        raise ValueError("nothing would change")
    homes = tuple(range(len(after)))
    return ClassChange(kind, _names(before, indices), target, before, after, homes=homes)


def _reordered(label_set: LabelSet, order: tuple[int, ...]) -> ClassChange:
    if sorted(order) != list(range(len(label_set))):
        raise ValueError("the order does not hold every class once")
    if order == tuple(range(len(label_set))):
        raise ValueError("nothing would change")
    table = list(_IDENTITY)
    for place, index in enumerate(order):
        table[index] = place
    after = LabelSet(tuple(label_set[index] for index in order))
    moved = tuple(index for place, index in enumerate(order) if index != place)
    return ClassChange(
        ChangeKind.REORDER, _names(label_set, moved), "", label_set, after, tuple(table), order
    )


def _without(
    kind: ChangeKind, label_set: LabelSet, sources: tuple[int, ...], target: int | None
) -> ClassChange:
    gone = frozenset(_there(label_set, index) for index in sources)
    if not gone:
        raise ValueError("no class is chosen")
    if target is not None and _there(label_set, target) in gone:
        raise ValueError(f"{label_set[target].name!r} cannot become one with itself")
    kept = tuple(index for index in range(len(label_set)) if index not in gone)
    place = {index: number for number, index in enumerate(kept)}
    table = list(_IDENTITY)
    for index in range(len(label_set)):
        goes = target if index in gone else index
        table[index] = IGNORE_INDEX if goes is None else place[goes]
    after = LabelSet(tuple(label_set[index] for index in kept))
    name = "" if target is None else label_set[target].name
    return ClassChange(
        kind, _names(label_set, sorted(gone)), name, label_set, after, tuple(table), kept
    )


def _with_split(label_set: LabelSet, index: int, name: str, at_most: int | None) -> ClassChange:
    if at_most is not None and at_most < 1:
        raise ValueError("regions of at least one pixel can be split off")
    after = label_set.added(name)
    new = len(label_set)
    # The default colour of a place may be taken already, where classes were reordered.
    if after[new].color in {item.color for item in label_set}:
        after = _with_free_color(after, new)
    return ClassChange(
        ChangeKind.SPLIT,
        _names(label_set, (index,)),
        name,
        label_set,
        after,
        homes=(*range(new), index),
        split=None if at_most is None else RegionSplit(index, new, at_most),
    )


def _with_free_color(label_set: LabelSet, index: int) -> LabelSet:
    taken = {item.color for item in label_set.classes[:index]}
    named = LabelSet.named([f"class {number}" for number in range(2 * len(label_set))])
    free = next((item.color for item in named if item.color not in taken), None)
    return label_set if free is None else label_set.recolored(index, free)


def _there(label_set: LabelSet, index: int) -> int:
    if not 0 <= index < len(label_set):
        raise ValueError(f"there is no class {index}")
    return index


def _names(label_set: LabelSet, indices: Iterable[int]) -> tuple[str, ...]:
    return tuple(label_set[index].name for index in indices)
