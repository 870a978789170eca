"""The status bar: where the pointer is, what is saved, what runs the models."""

from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from segstudio.controllers.review import ReviewController
from segstudio.controllers.workspace import Workspace
from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.review import ReviewState
from segstudio.engine.worker import LoadedModel
from segstudio.tools.preview import Preview
from segstudio.ui.elided_label import ElidedLabel

_SOON_MS: Final = 30
_POSITION: Final = 260  # pixels, so that little moves while the pointer does
_LEAST: Final = 90  # pixels that a long text keeps in a narrow window
_ENGINE_SHARE: Final = 0.2  # of the width at most: the tool tip has all, and the hint needs room


class StatusBar(QStatusBar):
    """Shows facts about the pointer, the file and the engine; each has its own place."""

    def __init__(
        self, workspace: Workspace, review: ReviewController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._review = review
        self.setSizeGripEnabled(False)
        self.setContentsMargins(8, 0, 8, 0)
        self._position = self._add_elided(_POSITION, least=_LEAST)
        self._hint = ElidedLabel()
        self._hint.setContentsMargins(8, 2, 8, 2)
        self.addPermanentWidget(self._hint, 1)
        self._selection = self._add_label(0)
        self._changes = self._add_label(0)
        self._zoom = self._add_label(64)
        self._saved = self._add_label(110)
        self._engine = self._add_elided(0, least=_LEAST)
        self._labelled = self._add_label(0)
        self._pixel: tuple[int, int] | None = None
        self._zoom_factor = 1.0
        # Each text makes Qt lay the window out again, and the pointer moves faster than one reads.
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._show_view)
        workspace.save_state_changed.connect(self._show_saved)
        review.changed.connect(self._show_labelled)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the hint some room beside what runs the model."""
        self._engine.setMaximumWidth(max(_LEAST, int(_ENGINE_SHARE * event.size().width())))
        super().resizeEvent(event)

    def show_pixel(self, pixel: tuple[int, int] | None) -> None:
        """Show position, colour and class of the pixel (y, x), or nothing."""
        self._pixel = pixel
        self._start_soon()

    def show_zoom(self, zoom: float) -> None:
        """Show the zoom, 1 = 100 %."""
        self._zoom_factor = zoom
        self._start_soon()

    def _start_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _show_view(self) -> None:
        self._zoom.setText(f"{self._zoom_factor * 100:.0f} %")
        pixel = self._pixel
        document = self._workspace.document
        if pixel is None or document is None:
            self._position.set_text("")
            return
        y, x = pixel
        values = document.values[y, x].tolist()
        is_grey = len(values) == 3 and len(set(values)) == 1
        value = str(values[0]) if is_grey else ", ".join(str(part) for part in values)
        name = self._class_name(int(document.label_map[y, x]))
        prediction = document.prediction
        if prediction is not None and prediction[y, x] != document.label_map[y, x]:
            predicted = self._class_name(int(prediction[y, x]))
            name = self.tr("%s (predicted: %s)") % (name, predicted)
        self._position.set_text(f"x {x}  y {y}    {value}    {name}")

    @property
    def hint(self) -> str:
        """What the active tool answers to."""
        return self._hint.text

    def show_hint(self, text: str) -> None:
        """Show what the active tool answers to; the tool tip has all of it."""
        self._hint.set_text(text)

    def show_selection(self, preview: Preview | None) -> None:
        """Show how many pixels the gesture under way covers, or nothing."""
        pixels = preview.area if preview is not None else 0
        self._selection.setText(self.tr("%s px selected") % f"{pixels:,}" if pixels else "")

    def show_changes(self, pixels: int | None) -> None:
        """Show how many pixels are not what the model said; nothing for None."""
        self._changes.setText("" if pixels is None else self.tr("%s px changed") % f"{pixels:,}")

    def show_engine(self, model: LoadedModel | None, milliseconds: float | None = None) -> None:
        """Show what runs the model, and how long the last run took."""
        if model is None:
            self._engine.set_text("")
            return
        text = model.provider.summary
        if milliseconds is not None:
            text = f"{model.provider.got} - {milliseconds:.0f} ms"
        self._engine.set_text(text)
        self._engine.setToolTip(model.provider.summary)

    def _class_name(self, class_index: int) -> str:
        label_set = self._workspace.label_set
        if class_index < len(label_set):
            return label_set[class_index].name
        return self.tr("unlabelled") if class_index == IGNORE_INDEX else str(class_index)

    def _show_saved(self) -> None:
        workspace = self._workspace
        if workspace.autosave.error is not None and workspace.has_unsaved_work:
            text = self.tr("not saved")
        elif workspace.has_unsaved_work:
            text = self.tr("saving…") if workspace.autosave.unsaved_keys else self.tr("edited")
        elif workspace.autosave.saved_at is not None:
            text = self.tr("saved %s") % workspace.autosave.saved_at.strftime("%H:%M")
        else:
            text = ""
        self._saved.setText(text)

    def _show_labelled(self) -> None:
        counts = self._review.counts()
        total, approved = sum(counts.values()), counts[ReviewState.APPROVED]
        labelled = total - counts[ReviewState.UNLABELLED]
        text = self.tr("%d of %d labelled") % (labelled, total) if total else ""
        if approved:
            text = self.tr("%d of %d approved") % (approved, total)
        self._labelled.setText(text)

    def _add_elided(self, usual: int, *, least: int) -> ElidedLabel:
        label = ElidedLabel(usual=usual, least=least)
        label.setContentsMargins(8, 2, 8, 2)
        self.addPermanentWidget(label)
        return label

    def _add_label(self, width: int, *, stretch: int = 0) -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setMinimumWidth(width)
        label.setContentsMargins(8, 2, 8, 2)
        self.addPermanentWidget(label, stretch)
        return label
