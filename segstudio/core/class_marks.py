"""What is noted of classes by their index, locks say, and stays with them when classes change."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from segstudio.core.class_change import ChangeKind, ClassChange
from segstudio.core.label_map import IGNORE_INDEX


@dataclass(frozen=True, slots=True)
class ClassMarks:
    """Some of a project's classes, those that are locked, say, or hidden.

    Attributes:
        indices: Class indices of those that are marked.
        lost: Name of a change -> names of the marked classes that it took away, which are marked
            again when it is undone.
    """

    indices: frozenset[int] = frozenset()
    lost: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def toggled(self, class_index: int) -> "ClassMarks":
        """Return these marks with one more, or without it."""
        return replace(self, indices=self.indices ^ {class_index})

    def following(self, name: str, change: ClassChange) -> "ClassMarks":
        """Return the marks after a change.

        A class that takes others up keeps its own mark; what is split off has that of its class.

        Args:
            name: What the change is called among the project's changes.
            change: The change.
        """
        origins = [_origin(change, index) for index in range(len(change.after))]
        returning = self.lost.get(change.undoes, frozenset())
        indices = frozenset(
            index
            for index, (item, origin) in enumerate(zip(change.after, origins, strict=True))
            if (item.name in returning if origin is None else origin in self.indices)
        )
        lost = {other: names for other, names in self.lost.items() if other != change.undoes}
        gone = self.indices - set(origins)
        if gone and change.kind is not ChangeKind.UNDO:  # which is not undone itself
            lost[name] = frozenset(change.before[index].name for index in gone)
        return ClassMarks(indices, lost)


def followed_index(class_index: int, change: ClassChange) -> int | None:
    """Return which class has the pixels of a class after a change; None if they are unlabelled."""
    place = change.table[class_index]
    return None if place == IGNORE_INDEX else place


def _origin(change: ClassChange, class_index: int) -> int | None:
    """Return the index before of a class that is there after a change; None if it was not."""
    name = change.after[class_index].name
    came = [index for index in range(len(change.before)) if change.table[index] == class_index]
    for index in came:
        if change.before[index].name == name:
            return index
    if len(came) == 1:
        return came[0]
    is_split_off = change.kind is ChangeKind.SPLIT and not came
    return change.homes[class_index] if is_split_off else None
