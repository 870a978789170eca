"""Changing the classes of a whole project: every mask, every prediction, and what can be undone.

A table may not be applied twice, so before the files of an image change they get second names (hard
links) in the folder of the change: one folder for each image, which is there completely or not at
all. What an image becomes follows from these alone, and a change that was killed anywhere is
finished by doing all of it again. ``project.json`` gets the new classes last.

The second names of a change that merges or deletes classes stay, so that it can be undone exactly.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from segstudio.core.class_change import ClassChange, Relabelling
from segstudio.core.class_regions import split_regions
from segstudio.core.history import Edit, History
from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.mask_edit import difference_patch
from segstudio.core.review import ReviewMap, review_map
from segstudio.errors import MaskError
from segstudio.storage.atomic_write import give_second_name, sync_folder
from segstudio.storage.class_change_log import (
    CHANGES_FOLDER,
    ChangeReport,
    ChangeState,
    StoredChange,
    pending,
    read_changes,
)
from segstudio.storage.mask_colors import note_outdated
from segstudio.storage.mask_store import MaskStore, fingerprint, read_undo_file
from segstudio.storage.masks import read_label_map
from segstudio.storage.project import Project
from segstudio.storage.review import forget_noted, noted_path, read_review, write_noted

_KEPT: Final = ".kept"
_MASK, _UNDO, _PREDICTION, _NOTED = "mask.png", "undo", "prediction.png", "noted.png"

Report = Callable[[int, int], None]
"""Told (done, total) images."""


class ChangeStopped(Exception):
    """The user stopped a change; nothing of it is left."""


def make_change(
    project: Project,
    store: MaskStore,
    stored: StoredChange,
    *,
    progress: Report = lambda _done, _total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Project, StoredChange]:
    """Make a change that is written down, from the start or from wherever it was interrupted.

    Args:
        project: The project, with the classes before.
        store: Of its masks; nobody else writes them meanwhile.
        stored: The change.
        progress: Told after each image.
        cancelled: Asked before each image; if it says so, everything is taken back.

    Returns:
        The project with the new classes, and the change as it is now.

    Raises:
        ChangeStopped: If it was cancelled.
        MaskError: If a mask is damaged; everything is taken back.
        StorageError: If something cannot be written; everything is taken back, if that can be.
    """
    after = project.with_label_set(stored.change.after)
    report = ChangeReport()
    if stored.change.changes_pixels:
        keys = sorted(project.labelled_keys() | project.predicted_keys())
        try:
            for done, key in enumerate(keys):
                progress(done, len(keys))
                if cancelled():
                    raise ChangeStopped
                report = report.plus(_Image(project, after, store, stored, key).change())
        except Exception:
            take_back(project, store, stored)
            raise
        progress(len(keys), len(keys))
    if stored.change.recolors:
        note_outdated(project)  # first: whatever happens now, files with old colours are known
    after.save()
    stored = stored.with_state(ChangeState.DONE, report)
    stored.save()
    _tidy(stored)
    return after, stored


def take_back(project: Project, store: MaskStore, stored: StoredChange) -> None:
    """Bring back all files as they were before a change that is not done.

    Raises:
        StorageError: If something cannot be written; it goes on when the project is opened next.
    """
    stored = stored.with_state(ChangeState.TAKEN_BACK)
    stored.save()
    for kept in sorted(stored.kept.rglob(f"*{_KEPT}")):
        key = kept.relative_to(stored.kept).as_posix().removesuffix(_KEPT)
        _Image(project, project, store, stored, key).restore()
    stored.path.unlink()
    shutil.rmtree(stored.kept, ignore_errors=True)


def settle_changes(
    project: Project, store: MaskStore, progress: Report = lambda _done, _total: None
) -> tuple[Project, tuple[StoredChange, ...]]:
    """Finish, or take back, what was interrupted by a crash.

    Returns:
        The project with its classes as they are then, and the changes that were finished.

    Raises:
        ProjectError: If a change cannot be read.
        MaskError: If a mask is damaged.
        StorageError: If something cannot be written.
    """
    finished = []
    changes = read_changes(project)
    for stored in pending(changes):
        if stored.state is ChangeState.TAKEN_BACK:
            take_back(project, store, stored)
        else:
            project, stored = make_change(project, store, stored, progress=progress)
            finished.append(stored)
    _sweep(project)
    return project, tuple(finished)


def _sweep(project: Project) -> None:
    """Remove what a crash left of changes that are taken back."""
    names = {stored.name for stored in read_changes(project)}
    folder = project.folder / CHANGES_FOLDER
    if folder.is_dir():
        for kept in folder.iterdir():
            if kept.is_dir() and kept.name not in names:
                shutil.rmtree(kept, ignore_errors=True)


@dataclass(frozen=True, slots=True, eq=False)
class _Labels:
    """What is known about the pixels of one image; None where there is no file."""

    label_map: LabelMap | None
    history: History
    prediction: LabelMap | None
    noted: ReviewMap | None


class _Image:
    """One image on its way through a change."""

    def __init__(
        self, project: Project, after: Project, store: MaskStore, stored: StoredChange, key: str
    ) -> None:
        self._project = project
        self._after = after
        self._store = store
        self._stored = stored
        self._key = key
        self._kept = stored.kept / f"{key}{_KEPT}"

    def change(self) -> ChangeReport:
        """Change its files; return what that did."""
        was_begun = self._kept.is_dir()
        now = self._read_now()  # also when begun, for the store is to know the mask as it is
        before = self._read_kept() if was_begun else now
        after, report = self._changed(before)
        if not was_begun:
            if _same(before, after):
                return report
            self._keep()
        self._write(now, after)
        return report

    def restore(self) -> None:
        """Bring its files back."""
        now, kept = self._read_now(), self._read_kept()
        self._write(now, kept)
        if kept.noted is None:
            forget_noted(self._project, self._key)

    def _read_now(self) -> _Labels:
        stored = self._store.read_saved(self._project, self._key)
        return _Labels(
            None if stored is None else stored.label_map,
            History() if stored is None else stored.history,
            _read(self._project.prediction_path(self._key)),
            _read(noted_path(self._project, self._key)),
        )

    def _read_kept(self) -> _Labels:
        return _kept_labels(self._kept)

    def _changed(self, before: _Labels) -> tuple[_Labels, ChangeReport]:
        change = self._stored.change
        was = self._was()
        label_map, history = before.label_map, before.history
        report = ChangeReport()
        if before.label_map is not None:
            relabelling = _relabelling(change, before.label_map, was.label_map)
            label_map = relabelling.pixels(before.label_map)
            history = self._history(before, relabelling, was)
            report = _report(change, before.label_map, label_map, relabelling)
            if change.split is not None:
                label_map, pixels = self._split(label_map, history)
                report = ChangeReport(int(pixels > 0), pixels)
        prediction = self._prediction(before, label_map, was.prediction)
        after = _Labels(label_map, history, prediction, before.noted)
        return self._with_review(before, after), report

    def _prediction(
        self, before: _Labels, label_map: LabelMap | None, was: LabelMap | None
    ) -> LabelMap | None:
        """Return the prediction after the change; ``label_map`` is the label map after it."""
        if before.prediction is None:
            return None
        relabelling = _relabelling(self._stored.change, before.prediction, was)
        prediction = relabelling.pixels(before.prediction)
        if label_map is None or before.label_map is None or label_map.shape != prediction.shape:
            return prediction
        # What nobody has corrected must not look corrected now.
        agree = before.label_map == before.prediction
        if relabelling.was is not None and relabelling.left is not None:
            agree &= relabelling.left[relabelling.was] != before.prediction
        return np.where(agree, label_map, prediction).astype(np.uint8)

    def _was(self) -> _Labels:
        """Return what was kept by the change that this one takes back."""
        change = self._stored.change
        if change.left is None:
            return _Labels(None, History(), None, None)
        folder = self._stored.path.with_name(change.undoes)
        return _kept_labels(folder / f"{self._key}{_KEPT}")

    def _history(self, before: _Labels, relabelling: Relabelling, was: _Labels) -> History:
        assert before.label_map is not None
        if relabelling.is_as_left(before.label_map):
            return was.history
        return relabelling.history(before.history)

    def _split(self, label_map: LabelMap, history: History) -> tuple[LabelMap, int]:
        split = self._stored.change.split
        assert split is not None
        regions = split_regions(label_map, split)
        if regions is None:
            return label_map, 0
        after = np.where(regions, np.uint8(split.target), label_map)
        patch = difference_patch(label_map, after)
        assert patch is not None
        edit = Edit.of(self._stored.text, patch)
        edit.pack()
        history.push(edit)
        return after, int(np.count_nonzero(regions))

    def _with_review(self, before: _Labels, after: _Labels) -> _Labels:
        """Note what would no longer be known to be looked at, for it agrees with the prediction."""
        if before.label_map is None or before.prediction is None or after.label_map is None:
            return after
        shape = before.label_map.shape
        if before.prediction.shape != shape or after.prediction is None:
            return after
        noted = before.noted if before.noted is not None and before.noted.shape == shape else None
        is_approved = read_review(self._project, self._key).is_approved
        known = review_map(before.label_map, before.prediction, noted, is_approved=is_approved)
        left = review_map(after.label_map, after.prediction, noted, is_approved=is_approved)
        lost = (known > left) & (after.label_map != IGNORE_INDEX)
        if not lost.any():
            return after
        kept = np.zeros(shape, np.uint8) if noted is None else noted.copy()
        np.maximum(kept, known, out=kept, where=lost)
        return _Labels(after.label_map, after.history, after.prediction, kept)

    def _keep(self) -> None:
        """Give the files second names, all of them or none."""
        part = self._kept.with_name(f"{self._kept.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        for source, name in (
            (self._project.mask_path(self._key), _MASK),
            (self._store.undo_path(self._key), _UNDO),
            (self._project.prediction_path(self._key), _PREDICTION),
            (noted_path(self._project, self._key), _NOTED),
        ):
            if source.is_file():
                give_second_name(source, part / name)
        sync_folder(part)
        part.rename(self._kept)
        # Else a power cut could leave a mask that is changed and looks as if it were not.
        sync_folder(part.parent)

    def _write(self, now: _Labels, after: _Labels) -> None:
        project, key = self._after, self._key
        if after.noted is not None and not _equal(now.noted, after.noted):
            write_noted(project, key, after.noted)
        if after.prediction is not None and not _equal(now.prediction, after.prediction):
            project.write_prediction(key, after.prediction)
        if after.label_map is None:
            return
        if not _equal(now.label_map, after.label_map):
            self._store.write(project, key, after.label_map, after.history)
        elif len(now.history) or len(after.history):
            self._store.write_history(key, after.label_map, after.history)


def _kept_labels(folder: Path) -> _Labels:
    label_map = _read(folder / _MASK)
    history = None
    if label_map is not None:
        history = read_undo_file(folder / _UNDO, fingerprint(label_map))
    return _Labels(
        label_map,
        history or History(),
        _read(folder / _PREDICTION),
        _read(folder / _NOTED),
    )


def _read(path: Path) -> LabelMap | None:
    """Return a label map that can be made again, or None if it is missing or damaged."""
    try:
        return read_label_map(path) if path.is_file() else None
    except MaskError:
        return None


def _relabelling(change: ClassChange, now: LabelMap, was: LabelMap | None) -> Relabelling:
    if change.left is None or was is None or was.shape != now.shape:
        return Relabelling.of(change.table)
    return Relabelling.undoing(change.table, was, change.left)


def _report(
    change: ClassChange, before: LabelMap, after: LabelMap, relabelling: Relabelling
) -> ChangeReport:
    is_changed = not np.array_equal(before, after)
    if relabelling.was is None or relabelling.left is None:
        pixels = int(np.isin(before, change.affected).sum()) if change.affected else 0
        return ChangeReport(int(is_changed or pixels > 0), pixels)
    as_left = relabelling.left[relabelling.was] == before
    back = as_left & (relabelling.was != relabelling.table[before])
    moved = np.zeros(256, np.bool_)
    homes = change.table  # class now -> where it goes back to
    for index, place in enumerate(change.left or ()):
        moved[index] = place == IGNORE_INDEX or homes[place] != index
    moved[IGNORE_INDEX] = False
    left = moved[relabelling.was] & ~as_left
    count = int(np.count_nonzero(left))
    return ChangeReport(int(is_changed), int(np.count_nonzero(back)), count, int(count > 0))


def _same(before: _Labels, after: _Labels) -> bool:
    return (
        _equal(before.label_map, after.label_map)
        and _equal(before.prediction, after.prediction)
        and _equal(before.noted, after.noted)
        and _same_edits(before.history, after.history)
    )


def _same_edits(before: History, after: History) -> bool:
    if (len(before), before.done) != (len(after), after.done):
        return False
    return all(
        mine.pack() == other.pack() for mine, other in zip(before.edits, after.edits, strict=True)
    )


def _equal(one: LabelMap | None, other: LabelMap | None) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one, other)


def _tidy(stored: StoredChange) -> None:
    """Remove what it does not take to undo a change that is done."""
    change = stored.change
    if change.undoes:
        shutil.rmtree(stored.path.with_name(change.undoes), ignore_errors=True)
    if change.undoes or not change.loses_pixels:
        shutil.rmtree(stored.kept, ignore_errors=True)
