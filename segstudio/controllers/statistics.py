"""Numbers about the whole project: what is labelled, how far the review is, what it cost."""

import contextlib
import os
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from segstudio.controllers.background import BackgroundWork, Report
from segstudio.controllers.workspace import Workspace
from segstudio.core.class_names import followed_names
from segstudio.core.image_facts import ImageFacts
from segstudio.core.label_set import LabelSet
from segstudio.core.label_statistics import LabelStatistics, RegionSizes, region_sizes
from segstudio.core.ledger import ClassChange, Ledger, followed_changes, summed_changes
from segstudio.core.review import ReviewState
from segstudio.errors import MaskError, ProjectError
from segstudio.storage.class_change_log import dated, read_changes
from segstudio.storage.image_index import ImageIndex
from segstudio.storage.ledger import read_ledger
from segstudio.storage.project import Project

_AT_A_TIME: Final = 32  # images, between looks at whether it was cancelled
_THREADS: Final = min(os.cpu_count() or 1, 4)


@dataclass(frozen=True, slots=True, eq=False)
class ProjectStatistics:
    """What is known about a project as a whole.

    Attributes:
        project: The project as it was counted.
        labels: Sums over the label maps; without region sizes until these are counted.
        states: How many images are in each review state.
        seconds: Image key -> seconds of correcting, for the images that were worked on.
        seconds_by_day: Day, as ISO 8601 -> seconds of work that ended on it.
        changes: What all images differ in from their last predictions, the largest first.
        unreadable: Keys of the images whose masks cannot be read.
        has_sizes: Whether the sizes of regions are counted.
    """

    project: Project
    labels: LabelStatistics
    states: Mapping[ReviewState, int]
    seconds: Mapping[str, float]
    seconds_by_day: Mapping[str, float]
    changes: tuple[ClassChange, ...]
    unreadable: tuple[str, ...]
    has_sizes: bool = False

    @property
    def label_set(self) -> LabelSet:
        """The classes."""
        return self.project.label_set

    @property
    def images(self) -> int:
        """Number of images of the project."""
        return sum(self.states.values())


class StatisticsController(BackgroundWork):
    """Counts: first what the index of images knows, then the sizes of all regions.

    Regions of masks that did not change are remembered by the index, also over a restart.

    Signals:
        counted: A ``ProjectStatistics``; once without and once with the sizes of regions.
    """

    counted = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.last: ProjectStatistics | None = None
        workspace.project_changed.connect(self._on_project_changed)

    def count(self) -> None:
        """Count anew, after what is painted now is saved."""
        project, keys = self._workspace.project, self._workspace.keys
        if project is None:
            return

        def count(cancelled: threading.Event, report: Report) -> _Counted | None:
            return count_on_disk(project, keys, cancelled, report)

        self._start(count, self._on_counted, when=self._workspace.autosave.when_saved)

    def _on_counted(self, counted: "_Counted | None") -> None:
        if counted is None:
            return
        self.last = counted.statistics
        self.counted.emit(self.last)

        def measure(cancelled: threading.Event, report: Report) -> ProjectStatistics | None:
            return with_regions(counted, cancelled, report)

        def measured(statistics: ProjectStatistics | None) -> None:
            if statistics is not None:
                self.last = statistics
                self.counted.emit(statistics)

        self._start(measure, measured)

    def _on_project_changed(self) -> None:
        self.cancel()
        self.last = None


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    statistics: ProjectStatistics
    facts: tuple[ImageFacts, ...]


def count_on_disk(
    project: Project, keys: Sequence[str], cancelled: threading.Event, report: Report
) -> _Counted | None:
    """Count what the index of images knows, after it was brought up to date.

    Returns:
        The numbers and the facts they come from, or None if it was cancelled.
    """
    facts = _all_facts(project, keys, cancelled, report)
    if facts is None:
        return None
    labels = LabelStatistics()
    states = Counter(fact.state for fact in facts)
    # The index holds only images that something was done with.
    states[ReviewState.UNLABELLED] += len(keys) - len(facts)
    worked = [fact for fact in facts if fact.seconds > 0]
    ledgers: list[Ledger] = []
    by_day: Counter[str] = Counter()
    for fact in facts:
        if fact.labelled:
            labels.add(_counts(fact))
        if fact.seconds > 0 or fact.corrected:
            ledger = read_ledger(project, fact.key)
            ledgers.append(ledger)
            for entry in ledger.entries:
                by_day[entry.ended[:10]] += round(entry.seconds)
        if cancelled.is_set():
            return None
    statistics = ProjectStatistics(
        project=project,
        labels=labels,
        states={state: states[state] for state in ReviewState},
        seconds={fact.key: fact.seconds for fact in worked},
        seconds_by_day=dict(sorted(by_day.items())),
        changes=_by_present_names(project, summed_changes(ledgers)),
        unreadable=tuple(fact.key for fact in facts if fact.problem),
    )
    return _Counted(statistics, facts)


def with_regions(
    counted: _Counted, cancelled: threading.Event, report: Report
) -> ProjectStatistics | None:
    """Return the statistics with the sizes of all regions.

    Counts those of the label maps that changed since they were counted last.

    Args:
        counted: What is known without them.
        cancelled: Stops the work when it is set.
        report: Told (done, total).

    Returns:
        The statistics, or None if it was cancelled; what was counted until then is kept.
    """
    project = counted.statistics.project
    masks = {fact.key: fact.mask for fact in counted.facts if fact.labelled and fact.mask}
    index = ImageIndex(project.folder)
    try:
        total, known = index.regions(masks)
        labels = replace(counted.statistics.labels, sizes=total)
        waiting = [key for key in masks if key not in known]
        with ThreadPoolExecutor(_THREADS) as threads:
            for start in range(0, len(waiting), _AT_A_TIME):
                part = waiting[start : start + _AT_A_TIME]
                found = zip(part, threads.map(partial(_region_sizes, project), part), strict=True)
                sizes = {key: sizes for key, sizes in found if sizes is not None}
                for one in sizes.values():
                    labels.add_regions(one)
                index.keep_regions((key, masks[key], one) for key, one in sizes.items())
                report(len(known) + start + len(part), len(masks))
                if cancelled.is_set():
                    return None
    finally:
        index.close()
    return replace(counted.statistics, labels=labels, has_sizes=True)


def _all_facts(
    project: Project, keys: Sequence[str], cancelled: threading.Event, report: Report
) -> tuple[ImageFacts, ...] | None:
    index = ImageIndex(project.folder)
    try:
        stale = list(index.stale(project, keys))
        for start in range(0, len(stale), _AT_A_TIME):
            if cancelled.is_set():
                return None
            index.update(project, stale[start : start + _AT_A_TIME])
            report(start, len(stale))
        there = set(keys)
        return tuple(fact for fact in index.facts(project) if fact.key in there)
    finally:
        index.close()


def _by_present_names(project: Project, changes: Sequence[ClassChange]) -> tuple[ClassChange, ...]:
    names = {name for change in changes for name in change[:2]}
    with contextlib.suppress(ProjectError):  # told when the project was opened
        log = dated(read_changes(project))
        return followed_changes(changes, followed_names(names, project.label_set, log))
    return tuple(changes)


def _region_sizes(project: Project, key: str) -> RegionSizes | None:
    try:
        label_map = project.read_any_mask(key)
    except MaskError:
        return None
    return None if label_map is None else region_sizes(label_map)


def _counts(fact: ImageFacts) -> NDArray[np.int64]:
    counts = np.zeros(256, np.int64)
    counts[list(fact.class_pixels)] = list(fact.class_pixels.values())
    return counts
