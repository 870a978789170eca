"""Bringing back what a journal holds and no mask does, after a crash."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from segstudio.core.history import EditKind, History
from segstudio.core.label_map import LabelMap
from segstudio.errors import MaskError, ProjectError
from segstudio.storage.journal import (
    journal_folder,
    left_journals,
    moved_journal_folders,
    read_journal,
)
from segstudio.storage.mask_store import MaskStore, StoredMask
from segstudio.storage.project import Project, load_project
from segstudio.storage.records import BaseRecord, EditRecord, Record

_KEPT_SUFFIX: Final = ".unused"
_MAX_PIXELS: Final = 2**32


@dataclass(frozen=True, slots=True)
class RecoveredMask:
    """A label map with the edits that its file lacks.

    Attributes:
        key: Image key.
        label_map: (H, W) uint8, with the edits.
        before: (H, W) uint8, without them.
        history: Undo takes the edits back.
        edits: How many edits were brought back.
        since: Time of the first of them, seconds since 1970.
        on_changed_mask: Whether somebody else changed the mask since; the edits then lie on theirs.
    """

    key: str
    label_map: LabelMap
    before: LabelMap
    history: History
    edits: int
    since: float
    on_changed_mask: bool


@dataclass(frozen=True, slots=True)
class Recovery:
    """What the journals of a project held.

    Attributes:
        masks: To be saved; until then the journals must stay.
        journals: To be given to ``forget`` once all masks are saved.
        problems: Edits that could not be brought back, and why; their journals are kept.
    """

    masks: tuple[RecoveredMask, ...] = ()
    journals: tuple[Path, ...] = ()
    problems: tuple[MaskError, ...] = ()

    @property
    def edits(self) -> int:
        """How many edits were brought back."""
        return sum(mask.edits for mask in self.masks)


@dataclass(slots=True)
class _Chain:
    """The records of one image in all journals, in the order they were made."""

    bases: list[BaseRecord] = field(default_factory=list)
    edits: list[tuple[int, EditRecord]] = field(default_factory=list)


def recover(project: Project, store: MaskStore) -> Recovery:
    """Replay the journals of processes that ended without saving; writes nothing."""
    folders = [
        journal_folder(project.folder),
        *moved_journal_folders(project.folder, project.id, _id_at),
    ]
    # Their names begin with when they were made.
    journals = sorted(
        (path for folder in folders for path in left_journals(folder)), key=lambda path: path.name
    )
    chains = _chains(record for path in journals for record in read_journal(path))
    masks: list[RecoveredMask] = []
    problems: list[MaskError] = []
    for key, chain in chains.items():
        if not chain.edits or not chain.bases:
            continue
        height, width = chain.bases[-1].height, chain.bases[-1].width
        try:
            if not 0 < height * width < _MAX_PIXELS:
                raise MaskError(project.mask_path(key), "its journal tells no size")
            stored = store.read(project, key, height, width)
        except MaskError as error:
            problems.append(error)
            continue
        mask = _replayed(key, chain, stored)
        if mask is not None:
            masks.append(mask)
    if problems:
        journals = [_set_aside(path) for path in journals]
        return Recovery(tuple(masks), (), tuple(problems))
    return Recovery(tuple(masks), tuple(journals))


def _id_at(folder: Path) -> str | None:
    try:
        return load_project(folder).id
    except ProjectError:
        return None


def forget(journals: Iterable[Path]) -> None:
    """Remove journals whose edits are saved."""
    for path in journals:
        try:
            path.unlink(missing_ok=True)
        except OSError:  # replayed again next time, and found to be saved
            continue


def _chains(records: Iterable[tuple[int, Record]]) -> dict[str, _Chain]:
    chains: dict[str, _Chain] = {}
    for sequence, record in records:
        chain = chains.setdefault(record.key, _Chain())
        if isinstance(record, BaseRecord):
            chain.bases.append(record)
        else:
            chain.edits.append((sequence, record))
    return chains


def _replayed(key: str, chain: _Chain, stored: StoredMask) -> RecoveredMask | None:
    known = [base for base in chain.bases if base.fingerprint == stored.fingerprint]
    # The last: the same pixels may have been there twice, with an undo in between.
    holds = max(base.holds for base in known) if known else _surely_saved(chain.bases)
    records = [record for sequence, record in chain.edits if sequence > holds]
    label_map = stored.label_map.copy()
    history = stored.history
    count = 0
    for record in records:
        if not _apply(label_map, record, strict=bool(known)):
            break
        history = _follow(history, record)
        count += 1
    if not count or np.array_equal(label_map, stored.label_map):
        return None
    if not known:
        history = History()
    return RecoveredMask(
        key,
        label_map,
        stored.label_map,
        history,
        count,
        records[0].time,
        on_changed_mask=not known,
    )


def _surely_saved(bases: list[BaseRecord]) -> int:
    """Return the sequence up to which edits were in the file before somebody else changed it.

    A base stands in the journal once before its mask is written and once more after that, except
    for the first, which was read.
    """
    twice = {
        base.holds
        for place, base in enumerate(bases)
        if any(
            (base.fingerprint, base.holds) == (other.fingerprint, other.holds)
            for other in bases[:place]
        )
    }
    return max(twice | {bases[0].holds})


def _apply(label_map: LabelMap, record: EditRecord, *, strict: bool) -> bool:
    """Write an edit into ``label_map``; return False, with nothing written, if it does not fit."""
    try:
        patches = [
            (patch.rect, patch.after, patch.before)
            if record.kind is EditKind.UNDO
            else (patch.rect, patch.before, patch.after)
            for patch in record.edit.patches()
        ]
    except ValueError:
        return False
    height, width = label_map.shape
    for rect, before, _ in patches:
        if rect.is_empty or rect != rect.clipped_to(height, width):
            return False
        if strict and not np.array_equal(label_map[rect.slices], before):
            return False
    for rect, before, after in patches:
        # Only what the edit changed: on somebody else's mask the pixels around it are theirs.
        np.copyto(label_map[rect.slices], after, where=before != after)
    return True


def _follow(history: History, record: EditRecord) -> History:
    """Return ``history`` after the edit, or an empty one if it does not know that edit."""
    if record.kind is EditKind.EDIT:
        history.push(record.edit)
        return history
    undo = record.kind is EditKind.UNDO
    if record.edit.name == (history.undo_name if undo else history.redo_name):
        _ = history.undo() if undo else history.redo()
        return history
    return History()


def discarded(recovered: RecoveredMask, label_map: LabelMap) -> LabelMap:
    """Return ``label_map`` without the recovered edits, where nothing was painted over them."""
    untouched = label_map == recovered.label_map
    return np.where(untouched, recovered.before, label_map)


def _set_aside(path: Path) -> Path:
    kept = path.with_name(path.name + _KEPT_SUFFIX)
    try:
        return path.replace(kept)
    except OSError:
        return path
