"""What is seen of a document: one scene, or two with a line between them that can be dragged."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from segstudio.controllers.jobs import Job, Pool
from segstudio.core.display import Display
from segstudio.core.palette import Palette
from segstudio.core.rect import Rect
from segstudio.document.document import Document
from segstudio.ui.canvas.layers import OverlayStyle
from segstudio.ui.canvas.navigation import Navigation
from segstudio.ui.canvas.scene import Scene
from segstudio.ui.canvas.window import Buffers
from segstudio.ui.theme import ACCENT

_GRIP: Final = 11  # width of what takes hold of the divider, widget pixels
_LEAST: Final = 0.02  # share of the canvas that each side keeps


@dataclass(frozen=True, eq=False)
class Look:
    """How a document is shown; nothing of it is in a file.

    Attributes:
        palette: (256, 3) uint8 colours of the classes.
        opacity: Of the overlay, 0..1.
        hidden: Class indices that are not drawn.
        style: Filled or outlines.
        display: Of the image.
        shows_changes: Mark where the label map is not what the model said.
        is_split: Show the model's answer on the left and the label map on the right.
    """

    palette: Palette = field(default_factory=lambda: np.zeros((256, 3), np.uint8))
    opacity: float = 0.5
    hidden: frozenset[int] = frozenset()
    style: OverlayStyle = OverlayStyle.FILLED
    display: Display = Display()  # noqa: RUF009 - it is frozen
    shows_changes: bool = False
    is_split: bool = False


class Divider(QWidget):
    """The line between the two sides; dragging moves it.

    Signals:
        moved: Share of the canvas that is left of it, 0..1.
    """

    moved = Signal(float)

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.share = 0.5
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setToolTip(self.tr("Drag: left the prediction, right the correction"))
        self.setAccessibleName(self.tr("Divider between prediction and correction"))
        self.hide()

    @property
    def position(self) -> float:
        """Where the line is, widget pixels of the canvas."""
        return round(self.share * self._canvas.width())

    def place(self) -> None:
        """Follow the size of the canvas."""
        self.setGeometry(round(self.position) - _GRIP // 2, 0, _GRIP, self._canvas.height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move with the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            x = self.mapTo(self._canvas, event.position()).x()
            self.share = min(max(x / max(self._canvas.width(), 1), _LEAST), 1 - _LEAST)
            self.place()
            self.moved.emit(self.share)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold: the canvas must not paint."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line and its grip."""
        painter = QPainter(self)
        middle = self.rect().center().x()
        painter.fillRect(middle - 1, 0, 3, self.height(), QColor(0, 0, 0, 150))
        painter.fillRect(middle, 0, 1, self.height(), Qt.GlobalColor.white)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        grip = QRectF(middle - 4, self.height() / 2 - 18, 9, 36)
        painter.setPen(QPen(Qt.GlobalColor.white, 1))
        painter.setBrush(ACCENT)
        painter.drawRoundedRect(grip, 4, 4)
        painter.end()


class Sides(QObject):
    """Shows a document on a canvas, in a ``Look``.

    Args:
        navigation: The one view of both sides.
        pool: Where levels are built.
        canvas: The widget.

    Signals:
        changed: What is visible can be drawn better now.

    Attributes:
        main: The scene of the label map, or None.
    """

    changed = Signal()

    def __init__(self, navigation: Navigation, pool: Pool, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._navigation, self._pool, self._canvas = navigation, pool, canvas
        self._buffers = Buffers()
        self.look = Look()
        self.main: Scene | None = None
        self._other: Scene | None = None  # of the prediction
        self._document: Document | None = None
        self._overlay_shown = True
        self.divider = Divider(canvas)
        self.divider.moved.connect(self.changed)

    @property
    def is_settled(self) -> bool:
        """Whether what is visible is drawn as well as it can be."""
        scenes = [scene for scene in (self.main, self._other) if scene is not None]
        return all(scene.is_settled for scene in scenes)

    @property
    def is_split(self) -> bool:
        """Whether two sides are shown; there must be a prediction."""
        return self._other is not None

    def set_document(self, document: Document | None) -> None:
        """Show a document, or nothing."""
        self.close()
        if self._document is not None:
            self._document.prediction_changed.disconnect(self._on_prediction_changed)
        self._document = document
        if document is not None:
            document.prediction_changed.connect(self._on_prediction_changed)
            self.main = Scene(
                document.image,
                document.label_map,
                self._pool,
                self,
                reduced=document.take_reduced(),
                values=document.values,
                buffers=self._buffers,
            )
            self._prepare()
            self.main.changed.connect(self.changed)
            self.main.set_display(self.look.display)
            self._show_changes()
            self._split()
            self._dress()
        self.divider.setVisible(self.is_split)

    def set_look(self, look: Look) -> None:
        """Show it in this manner from now on."""
        old, self.look = self.look, look
        if self.main is None:
            return
        if look.display != old.display:
            self.main.set_display(look.display)
            if self._other is not None:
                self._other.image_changed()
        if look.shows_changes != old.shows_changes:
            self._show_changes()
        if look.is_split != old.is_split:
            self._split()
        self._dress()
        self.changed.emit()

    def set_overlay_shown(self, shown: bool) -> None:
        """Draw the overlays, or only the image."""
        self._overlay_shown = shown
        for scene in (self.main, self._other):
            if scene is not None:
                scene.set_overlay_shown(shown)

    def mask_changed(self, rect: Rect) -> None:
        """Follow a change of the label map."""
        if self.main is not None:
            self.main.mask_changed(rect)

    def is_on_prediction(self, position: QPointF) -> bool:
        """Whether a position on the canvas shows the prediction, which nobody edits."""
        return self.is_split and position.x() < self.divider.position

    def draw(self, painter: QPainter, exposed: QRectF) -> None:
        """Draw what is exposed; the painter is in widget pixels."""
        navigation = self._navigation
        for scene, part in self._parts():
            visible = part.intersected(exposed)
            if visible.isEmpty():
                continue
            painter.save()
            if self.is_split:
                painter.setClipRect(visible)
            painter.setTransform(navigation.transform())
            scene.draw(
                painter,
                navigation.shown(part),
                navigation.shown(visible),
                navigation.zoom,
                is_moving=navigation.is_moving,
            )
            painter.restore()

    def draw_lines(self, painter: QPainter, exposed: QRectF) -> None:
        """Draw what lies over the pixel grid; the painter is in widget pixels."""
        for scene, part in self._parts():
            visible = part.intersected(exposed)
            if not visible.isEmpty():
                scene.draw_lines(painter, self._navigation, visible)
        if self.is_split:
            self._draw_names(painter)

    def place(self) -> None:
        """Follow the size of the canvas."""
        self.divider.place()

    def close(self) -> None:
        """Show nothing and build no more."""
        for scene in (self.main, self._other):
            if scene is not None:
                scene.close()
                scene.deleteLater()
        self.main = self._other = None

    def _prepare(self) -> None:
        ratio = self._canvas.devicePixelRatioF()
        height, width = round(self._canvas.height() * ratio), round(self._canvas.width() * ratio)
        Job(lambda _cancelled: self._buffers.prepare(height, width), self._pool).start(self._pool)

    def _parts(self) -> Iterator[tuple[Scene, QRectF]]:
        if self.main is None:
            return
        whole = QRectF(self._canvas.rect())
        if self._other is None:
            yield self.main, whole
            return
        left, right = QRectF(whole), QRectF(whole)
        left.setRight(self.divider.position)
        right.setLeft(self.divider.position)
        yield self._other, left
        yield self.main, right

    def _dress(self) -> None:
        look = self.look
        for scene in (self.main, self._other):
            if scene is not None:
                scene.set_style(look.style)
                scene.set_colors(look.palette, look.opacity, look.hidden)

    def _show_changes(self) -> None:
        assert self.main is not None
        prediction = self._document.prediction if self._document else None
        self.main.set_reference(prediction if self.look.shows_changes else None)

    def _split(self) -> None:
        if self._other is not None:
            self._other.close()
            self._other.deleteLater()
            self._other = None
        document = self._document
        if self.look.is_split and document is not None and document.prediction is not None:
            self._other = Scene(
                document.image,
                document.prediction,
                self._pool,
                self,
                beside=self.main,
                buffers=self._buffers,
            )
            self._other.changed.connect(self.changed)
            self._other.set_overlay_shown(self._overlay_shown)
        self.divider.place()
        self.divider.setVisible(self._other is not None)

    def _on_prediction_changed(self) -> None:
        self._show_changes()
        self._split()
        self._dress()
        self.changed.emit()

    def _draw_names(self, painter: QPainter) -> None:
        metrics = painter.fontMetrics()
        middle, bottom = self.divider.position, self._canvas.height() - 12
        for name, is_left in ((self.tr("Prediction"), True), (self.tr("Correction"), False)):
            width = metrics.horizontalAdvance(name) + 16
            x = middle - 10 - width if is_left else middle + 10
            plate = QRectF(x, bottom - metrics.height() - 6, width, metrics.height() + 6)
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 170))
            painter.drawRoundedRect(plate, 4, 4)
            painter.setPen(Qt.GlobalColor.white)
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, name)
            painter.restore()
