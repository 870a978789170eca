"""Which class of a project a class of a model means, by names that were changed since too."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from segstudio.core.class_change import ChangeKind, ClassChange
from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.label_set import LabelSet


@dataclass(frozen=True, slots=True)
class DatedChange:
    """A change with its name, which begins with when it was made and sorts by it."""

    name: str
    change: ClassChange


def followed_classes(
    names: Sequence[str],
    present: LabelSet,
    changes: Sequence[DatedChange] = (),
    *,
    since: str = "",
) -> tuple[int | None, ...]:
    """Return which class of a project each class of a model is now, by names old and new.

    Args:
        names: Classes of the model.
        present: Classes of the project.
        changes: What was done to them since the project began, oldest first.
        since: When the model's labels were as its classes say, in the manner of names of changes;
            empty if that is not known. Then the newest meaning of a name counts.

    Returns:
        For each name a class index, IGNORE_INDEX where its class was deleted, or None where the
        project never had it.
    """
    return tuple(_followed(name, present, changes, since) for name in names)


def _followed(
    name: str, present: LabelSet, changes: Sequence[DatedChange], since: str
) -> int | None:
    later = [dated for dated in changes if dated.name > since] if since else []
    if later and (index := later[0].change.before.index_of(name)) is not None:
        return _through(index, later)
    if (index := present.index_of(name)) is not None:
        return index
    for place in range(len(changes) - 1, -1, -1):
        if (index := changes[place].change.before.index_of(name)) is not None:
            return _through(index, changes[place:])
    return None


def _through(index: int, changes: Sequence[DatedChange]) -> int:
    for dated in changes:
        index = dated.change.table[index]
    return index


def followed_names(
    names: Iterable[str], present: LabelSet, changes: Sequence[DatedChange]
) -> dict[str, str | None]:
    """Return what classes are called now, by names old and new; those never known are left out.

    Args:
        names: Names that the classes had at some time.
        present: Classes of the project.
        changes: What was done to them since the project began, oldest first.

    Returns:
        Name -> the present one, or None for a class that was deleted.
    """
    wanted = tuple(names)
    return {
        name: None if index == IGNORE_INDEX else present[index].name
        for name, index in zip(wanted, followed_classes(wanted, present, changes), strict=True)
        if index is not None
    }


def undoable(changes: Sequence[DatedChange]) -> DatedChange | None:
    """Return the change that can be taken back next, or None."""
    standing: list[DatedChange] = []
    for dated in changes:
        if dated.change.kind is not ChangeKind.UNDO:
            standing.append(dated)
        elif standing and standing[-1].name == dated.change.undoes:
            standing.pop()
    return standing[-1] if standing else None
