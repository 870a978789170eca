"""Shows background work in the job bar while it runs, and what came of it in the message bar."""

from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from segstudio.controllers.export import ExportController
from segstudio.controllers.model_runner import PredictionNote
from segstudio.controllers.predict import PredictController
from segstudio.controllers.replace import Outcome, ReplaceController
from segstudio.controllers.sequence import SequenceController
from segstudio.controllers.workspace import Workspace
from segstudio.formats.dataset import ExportReport
from segstudio.ui.job_bar import JobBar
from segstudio.ui.messages import MessageBar
from segstudio.ui.replace_dialog import replaced_text


class WorkReports(QObject):
    """Connects what works in the background with the two bars that tell of it.

    Signals:
        export_wanted: The name of a format that holds what the last export could not.
        undo_wanted: The user wants back what was painted.
    """

    export_wanted = Signal(str)
    undo_wanted = Signal()

    def __init__(
        self,
        jobs: JobBar,
        messages: MessageBar,
        workspace: Workspace,
        predict: PredictController,
        sequence: SequenceController,
        replace: ReplaceController,
        export: ExportController,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._jobs, self._messages, self._workspace = jobs, messages, workspace
        self._predict, self._sequence = predict, sequence
        self._replace, self._export = replace, export
        predict.running_changed.connect(self._on_predict_running)
        predict.predicted.connect(self._on_predicted)
        sequence.running_changed.connect(self._on_sequence_running)
        sequence.painted.connect(
            lambda text: messages.show_notice(text, self.tr("Undo"), self.undo_wanted.emit)
        )
        replace.running_changed.connect(self._on_replace_running)
        replace.finished.connect(self._on_replaced)
        export.running_changed.connect(self._on_export_running)
        export.exported.connect(self._on_exported)
        for part in (predict, replace, export):
            part.progressed.connect(jobs.set_progress)

    def _on_predict_running(self, is_running: bool) -> None:
        model = self._predict.model
        if is_running and model is not None:
            self._jobs.begin(self.tr("Running %s") % model.name, self._predict.cancel)
        else:
            self._jobs.end()

    def _on_predicted(self, note: PredictionNote) -> None:
        by_lock = self.tr("%s pixels of locked classes were kept.") % f"{note.locked_pixels:,}"
        if note.kept_pixels:
            text = self.tr("%s pixels that you had corrected were kept.") % f"{note.kept_pixels:,}"
            self._messages.show_notice(
                f"{text} {by_lock}" if note.locked_pixels else text,
                self.tr("Replace them too"),
                self._predict.replace_corrections,
            )
        elif note.locked_pixels:
            self._messages.show_notice(by_lock)
        elif note.new_classes:
            self._messages.show_notice(
                self.tr("New classes from the model: %s.") % ", ".join(note.new_classes)
            )

    def _on_sequence_running(self, is_running: bool) -> None:
        if is_running:
            self._jobs.begin(self.tr("Looking at the neighbours"), self._sequence.cancel)
        else:
            self._jobs.end()

    def _on_replace_running(self, is_running: bool) -> None:
        if self._replace.is_changing:
            self._jobs.begin(self.tr("Replacing in all images"), self._replace.cancel)
        elif not is_running:
            self._jobs.end()

    def _on_replaced(self, outcome: Outcome) -> None:
        text = replaced_text(outcome)
        if self._replace.can_undo:
            self._messages.show_notice(text, self.tr("Undo in all"), self._replace.undo)
        else:
            self._messages.show_notice(text)

    def _on_export_running(self, is_running: bool) -> None:
        if is_running:
            self._jobs.begin(self.tr("Exporting"), self._export.cancel)
        else:
            self._jobs.end()

    def _on_exported(self, folder: Path, report: ExportReport) -> None:
        count = self.tr("%d images") % report.images if report.images != 1 else self.tr("1 image")
        text = self.tr("%s exported to %s, %d pixels changed.") % (
            count,
            folder,
            report.changed_pixels,
        )
        if not report.lossless:
            self._messages.show_notice(text, self.tr("Show folder"), lambda: _show_folder(folder))
            return
        lost = report.changed_by_class(self._workspace.label_set)
        names = ", ".join(f"{name} {pixels:,}" for name, pixels in lost.items())
        from segstudio.formats.table import FORMATS  # loaded by the export
        from segstudio.ui.format_words import format_title

        title = format_title(FORMATS[report.lossless])
        self._messages.show_notice(
            text + " " + self.tr("It cannot hold: %s.") % names,
            self.tr("Export as %s") % title,
            lambda: self.export_wanted.emit(report.lossless),
        )


def _show_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
