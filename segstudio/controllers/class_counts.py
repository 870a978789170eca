"""Count the classes of a project in all its images."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from segstudio.controllers.background import BackgroundWork, Report
from segstudio.controllers.workspace import Workspace
from segstudio.core.class_census import Census, SplitCount
from segstudio.core.class_change import Split, planned
from segstudio.core.class_regions import split_regions
from segstudio.core.label_map import LabelMap, pixel_counts


class ClassCounts(BackgroundWork):
    """Counts one thing at a time: a newer count takes the place of an older one.

    Args:
        workspace: The open project.
        parent: Its owner.

    Signals:
        counted: A ``Census``.
        split_counted: A ``SplitCount``.
    """

    counted = Signal(object)
    split_counted = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace

    def count(self) -> None:
        """Count the pixels of all classes."""

        def tell(found: list[tuple[str, NDArray[np.int64]]]) -> None:
            self.counted.emit(Census.of([key for key, _ in found], [count for _, count in found]))

        self._count_all(pixel_counts, tell)

    def count_split(self, split: Split) -> None:
        """Count what splitting small regions off would change."""
        try:
            regions = planned(split, self._workspace.label_set).split
        except ValueError:
            return
        if regions is None:
            return

        def count(label_map: LabelMap) -> int:
            found = split_regions(label_map, regions)
            return 0 if found is None else int(found.sum())

        def tell(found: list[tuple[str, int]]) -> None:
            pixels = [number for _, number in found if number]
            self.split_counted.emit(SplitCount(split, len(pixels), sum(pixels)))

        self._count_all(count, tell)

    def _count_all(
        self, count: Callable[[LabelMap], object], tell: Callable[[list[Any]], None]
    ) -> None:
        workspace = self._workspace
        keys = [
            key
            for key in workspace.keys
            if key in workspace.labelled or key == workspace.current_key
        ]
        readers = [(key, workspace.mask_reader(key)) for key in keys]

        def run(cancelled: threading.Event, report: Report) -> list[tuple[str, object]]:
            found = []
            for done, (key, read) in enumerate(readers):
                if cancelled.is_set():
                    break
                report(done, len(readers))
                label_map = read()
                if label_map is not None:
                    found.append((key, count(label_map)))
            return found

        self._start(run, tell)
