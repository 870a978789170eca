"""Keep the reports of a run up to date while it trains."""

import time
from typing import TYPE_CHECKING, Final

from trainer.reports.files import ReportFiles
from trainer.reports.history import ENDINGS, History, read_history
from trainer.reports.pictures import PictureBook
from trainer.reports.restraint import Cadence, Guard
from trainer.reports.tensorboard import TensorBoard
from trainer.run_folder import Emit, Event

if TYPE_CHECKING:
    from trainer.session import Session

_CURVES_SECONDS: Final = 2.0


class RunReports:
    """Gets the events of a run, and writes its reports.

    A failure to write one becomes a note event, once, and training goes on. Reports take a small
    share of the time; what is too old at the end is written then.

    Of several processes that train one run, only the one that emits its events may have this.

    Args:
        session: The run.
        emit: Gets the notes.

    Attributes:
        pictures: Gets the predictions of each validation.
    """

    def __init__(self, session: "Session", emit: Emit) -> None:
        position, processes = session.position, session.processes
        # The processes share the validation images; pictures show some of this one's.
        images = len(session.validation_items[processes.index :: processes.count])
        self._folder = session.folder
        self._emit = emit
        self.pictures = PictureBook(
            session.folder,
            session.label_set,
            images,
            position.epoch,
            position.best_epoch,
            self._note,
        )
        self._history = History()
        self._files = ReportFiles(session.folder, self._note)
        self._tensorboard = TensorBoard(session.folder, position.step)
        self._history_guard = Guard("the report of this run", self._note)
        self._tensorboard_guard = Guard("the TensorBoard log", self._note)
        self._table_cadence = Cadence(0)
        self._curves_cadence = Cadence(_CURVES_SECONDS)

    def __call__(self, event: Event) -> None:
        """Take in one event, after it was written to ``events.jsonl``."""
        kind = event["event"]
        with self._history_guard():
            if kind == "resumed":
                self._history = read_history(self._folder)  # which ends with this event
            else:
                self._history.add(event)
        with self._tensorboard_guard():
            self._tensorboard.add(event)
        if not self._history.starts:  # it could not be read, so nothing can be told
            return
        if kind == "epoch":
            self._write_what_is_due()
        elif kind in ENDINGS:
            self.pictures.finish()
            self._files.write_all(self._history)

    def _write_what_is_due(self) -> None:
        if self._table_cadence.is_due:
            with self._table_cadence.spending():
                self._files.write_table(self._history)
        if self._curves_cadence.is_due:
            with self._curves_cadence.spending():
                self._files.write_curves(self._history)

    def _note(self, message: str) -> None:
        event = {"event": "note", "time": time.time(), "message": message}
        self._emit(event)
        self._history.add(event)
