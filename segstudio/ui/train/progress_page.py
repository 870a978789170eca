"""A run while it trains: curves, pictures, speed, time left, log."""

import time
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.followed_runs import RunState
from segstudio.controllers.training import TrainingController
from segstudio.ui.theme import Theme
from segstudio.ui.train.curves import CurvesView
from segstudio.ui.train.empty_state import EmptyState
from segstudio.ui.train.sheet_view import SheetView

_LOG_LINES: Final = 500
_DRAW_SECONDS: Final = 2.0
"""Least time between two pictures of the same epoch's curves: the processor is for training."""


class ProgressPage(QWidget):
    """Shows the run that the controller follows, and pauses, resumes or ends it.

    Args:
        training: The controller.
        theme: Colours and icons.

    Signals:
        report_requested: The path of a report to be opened.
        new_requested: The user wants to train.
    """

    report_requested = Signal(Path)
    new_requested = Signal()

    def __init__(
        self, training: TrainingController, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._training = training
        self._title = _plain_label()
        self._detail = _plain_label()
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(8)
        self.pause = QPushButton()
        self.pause.clicked.connect(self._on_pause)
        self.finish = QPushButton(self.tr("Stop and keep the best"))
        self.finish.clicked.connect(training.finish)
        self.cancel = QPushButton()
        self.cancel.clicked.connect(training.stop_at_once)
        theme.keep_icon(self.cancel, "x")
        self.report = QPushButton(self.tr("Report"))
        self.report.setToolTip(self.tr("All of this run as one page, in the browser"))
        self.report.clicked.connect(self._on_report)
        theme.keep_icon(self.finish, "flag")
        theme.keep_icon(self.report, "file-text")
        self._theme = theme
        self._resumes = False
        buttons = QHBoxLayout()
        for button in (self.pause, self.finish, self.cancel, self.report):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.curves = CurvesView(theme)
        self.picture = SheetView()
        training.picture_read.connect(self.picture.show_sheet)
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(_LOG_LINES)
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(self.curves, self.tr("Curves"))
        tabs.addTab(self.picture, self.tr("Pictures"))
        tabs.addTab(self.log, self.tr("Settings and log"))
        tabs.currentChanged.connect(self._on_tab)
        self.tabs = tabs
        self.empty = EmptyState(
            self.tr("Nothing was trained in this project yet."), self.tr("Train a network")
        )
        self.empty.wanted.connect(self.new_requested)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._bar)
        layout.addWidget(self._detail)
        layout.addLayout(buttons)
        layout.addWidget(tabs, 1)
        layout.addWidget(self.empty, 1)
        training.changed.connect(self.refresh)
        training.run_changed.connect(self._on_run_changed)
        theme.changed.connect(self._show_icon)
        self._show_icon()
        self._drawn_epochs: tuple[int, ...] = ()
        self._drawn_steps = -1
        self._next_drawing = 0.0
        self.refresh()

    @property
    def title(self) -> str:
        """What the run does, in words."""
        return self._title.text()

    def refresh(self) -> None:
        """Show how the run stands."""
        training = self._training
        state = training.state
        self._title.setText(self._title_of(state))
        self._detail.setText(self._details())
        if state is RunState.PREPARING:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(training.pace.progress * 1000))
        is_empty = state is RunState.NONE
        for part in (self._title, self._detail, self._bar, self.tabs):
            part.setHidden(is_empty)
        self.empty.setVisible(is_empty)
        self._show_buttons(state)
        if self.isVisible():
            self._draw_news()

    def _draw_news(self) -> None:
        """Draw what is new on the tab that shows: epochs at once, steps now and then."""
        history, tab = self._training.history, self.tabs.currentWidget()
        told = (history.starts, history.epochs, history.notes, self._training.log_end)
        epochs = tuple(len(part) for part in told)
        is_new = epochs != self._drawn_epochs
        has_steps = len(history.steps) != self._drawn_steps
        is_due = time.monotonic() > self._next_drawing
        is_over = self._training.state is not RunState.TRAINING
        if tab is self.curves and (is_new or (has_steps and (is_due or is_over))):
            self._drawn_steps = len(history.steps)
            self._next_drawing = time.monotonic() + _DRAW_SECONDS
            self.curves.show_history(history)
        if tab is self.picture and is_new:
            self._show_picture()
        if tab is self.log and is_new:
            self._show_log()
        self._drawn_epochs = epochs

    def _on_tab(self) -> None:
        self._forget_drawn()
        self.refresh()

    def showEvent(self, event: object) -> None:
        """Draw what came while the page was hidden."""
        self._forget_drawn()
        self.refresh()

    def _on_run_changed(self) -> None:
        self._forget_drawn()
        self.picture.show_nothing()
        self.refresh()

    def _forget_drawn(self) -> None:
        self._drawn_epochs, self._drawn_steps = (), -1
        self._next_drawing = 0.0

    def _title_of(self, state: RunState) -> str:
        epoch = len(self._training.history.epochs)
        return {
            RunState.NONE: "",
            RunState.PREPARING: self.tr("Looking at the images and starting…"),
            RunState.TRAINING: self.tr("Training, epoch %d") % (epoch + 1),
            RunState.ENDING: self.tr("Ending: saving what was learnt…"),
            RunState.PAUSED: self.tr("Paused after %s") % self._epochs(epoch),
            RunState.FINISHED: self.tr("Finished after %s") % self._epochs(epoch),
            RunState.FAILED: self.tr("Failed"),
            RunState.INTERRUPTED: self.tr("Interrupted; it can go on where it was"),
        }[state]

    def _epochs(self, count: int) -> str:
        return self.tr("1 epoch") if count == 1 else self.tr("%d epochs") % count

    def _details(self) -> str:
        training = self._training
        history, pace, state = training.history, training.pace, training.state
        parts = []
        if state in (RunState.FAILED, RunState.INTERRUPTED) and training.problem:
            parts.append(training.problem)
        if state is RunState.TRAINING and pace.remaining_s is not None:
            parts.append(self.tr("%s left") % _duration(pace.remaining_s))
        if state is RunState.TRAINING and pace.images_per_s:
            parts.append(self.tr("%.1f images/s") % pace.images_per_s)
        if history.starts:
            device = history.starts[-1].device
            where = training.is_elsewhere and state.is_busy
            parts.append(self.tr("%s of another computer") % device if where else device)
        if (best := history.best) is not None and best.mean_iou is not None:
            parts.append(self.tr("best mIoU %.3f in epoch %d") % (best.mean_iou, best.epoch))
        return "  ·  ".join(parts)

    def _show_buttons(self, state: RunState) -> None:
        run = self._training.run
        may_write = self._training.read_only is None
        can_resume = not state.is_busy and run is not None and run.can_resume
        resumes = can_resume and state is not RunState.FINISHED
        self.pause.setText(self.tr("Resume") if resumes else self.tr("Pause"))
        if resumes is not self._resumes:  # this is asked some times a second
            self._resumes = resumes
            self._show_icon()
        self.pause.setEnabled(may_write and (resumes or state is RunState.TRAINING))
        self.pause.setVisible(state not in (RunState.NONE, RunState.FINISHED, RunState.PREPARING))
        self.finish.setEnabled(may_write and state is RunState.TRAINING)
        self.finish.setVisible(state.is_busy and state is not RunState.PREPARING)
        is_preparing = state is RunState.PREPARING
        self.cancel.setText(self.tr("Cancel") if is_preparing else self.tr("Stop at once"))
        self.cancel.setToolTip(
            "" if is_preparing else self.tr("What came after the last checkpoint is lost")
        )
        self.cancel.setVisible(is_preparing or state is RunState.ENDING)
        self.cancel.setEnabled(may_write)
        self.report.setVisible(run is not None and not state.is_busy and run.report.is_file())

    def _show_icon(self) -> None:
        self.pause.setIcon(self._theme.icon("play" if self._resumes else "pause"))

    def _show_picture(self) -> None:
        run, epochs = self._training.run, self._training.history.epochs
        if run is not None:
            names = [epoch.picture for epoch in epochs if epoch.picture]
            self._training.read_picture(run, names, self.picture.path)

    def _show_log(self) -> None:
        history = self._training.history
        lines = []
        if history.starts:
            start = history.starts[0]
            lines += [f"{start.recipe['network']}: {start.parameters:,} weights", start.data]
            lines += [f"{setting} {value}: {why}" for setting, value, why in start.reasons]
        lines += [self.tr("note: %s") % note for note in history.notes]
        lines += [
            self.tr("epoch %d: loss %.4f, validation %.4f, mIoU %.4f%s")
            % (
                epoch.epoch,
                epoch.loss or 0,
                epoch.val_loss or 0,
                epoch.mean_iou or 0,
                self.tr(", best so far") if epoch.is_best else "",
            )
            for epoch in history.epochs[-_LOG_LINES // 2 :]
        ]
        # What a run said that ended otherwise than well tells more than what it did before.
        if self._training.log_end and history.ending not in ("finished", "stopped"):
            lines += ["", self.tr("The trainer's last words:"), self._training.log_end.strip()]
        self.log.setPlainText("\n".join(lines).strip())
        self.log.verticalScrollBar().setValue(self.log.verticalScrollBar().maximum())

    def _on_pause(self) -> None:
        if self._training.is_busy:
            self._training.pause()
        else:
            self._training.resume()

    def _on_report(self) -> None:
        if self._training.run is not None:
            self.report_requested.emit(self._training.run.report)


def _plain_label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
