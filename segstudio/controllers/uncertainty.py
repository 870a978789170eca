"""Where the model is unsure about the open image, and going from one such region to the next."""

import threading

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.jobs import LATER, Job, Pool
from segstudio.controllers.predict import PredictController
from segstudio.core.uncertainty import UncertainRegion, uncertain_regions


class UncertaintyController(QObject):
    """Keeps the uncertainty of the open image; runs the model where it is not known yet.

    Signals:
        changed: The (H, W) float32 uncertainty to show, or None.
        region_chosen: The ``UncertainRegion`` to look at, its number from 1, and how many there
            are.
        nothing_found: The model is sure everywhere.
    """

    changed = Signal(object)
    region_chosen = Signal(object, int, int)
    nothing_found = Signal()

    def __init__(self, predict: PredictController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._predict = predict
        self._pool = Pool(1, self, nice=LATER)
        self._job: Job | None = None
        self._uncertainty: NDArray[np.float32] | None = None
        self._regions: list[UncertainRegion] | None = None
        self._next = 0
        self._is_shown = False
        self._goes_on = False
        predict.uncertainty_changed.connect(self._on_uncertainty)

    @property
    def is_idle(self) -> bool:
        """Whether no regions are being looked for."""
        return self._job is None

    def set_shown(self, is_shown: bool) -> None:
        """Show the heat map, which takes a run of the model where none has told yet."""
        self._is_shown = is_shown
        self._predict.wants_uncertainty = is_shown
        if is_shown and self._uncertainty is None:
            self._predict.run()
        self._tell()

    def next_region(self) -> None:
        """Go to the region that is most unsure and large, then to the one after it."""
        if self._job is not None:
            return
        if self._uncertainty is None:
            self._goes_on = True
            wanted = self._predict.wants_uncertainty
            self._predict.wants_uncertainty = True
            self._predict.run()
            self._predict.wants_uncertainty = wanted
        elif self._regions is None:
            self._find()
        else:
            self._choose()

    def shut_down(self) -> None:
        """End the thread."""
        if self._job is not None:
            self._job.cancel()
        self._pool.shut_down()

    def _find(self) -> None:
        uncertainty = self._uncertainty
        assert uncertainty is not None

        def run(_cancelled: threading.Event) -> list[UncertainRegion]:
            return uncertain_regions(uncertainty)

        self._job = Job(run, self)
        self._job.succeeded.connect(self._on_found)
        self._job.start(self._pool)

    @Slot(object)
    def _on_found(self, regions: list[UncertainRegion]) -> None:
        self._job = None
        self._regions, self._next = regions, 0
        self._choose()

    def _choose(self) -> None:
        regions = self._regions or []
        if not regions:
            self.nothing_found.emit()
            return
        number = self._next % len(regions)
        self._next = number + 1
        self.region_chosen.emit(regions[number], number + 1, len(regions))

    @Slot(object)
    def _on_uncertainty(self, uncertainty: NDArray[np.float32] | None) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._uncertainty, self._regions = uncertainty, None
        self._tell()
        if self._goes_on and uncertainty is not None:
            self._goes_on = False
            self._find()

    def _tell(self) -> None:
        self.changed.emit(self._uncertainty if self._is_shown else None)
