"""A picture that is zoomed with the wheel and dragged with the mouse."""

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from segstudio.ui.canvas.navigation import Navigation

_LEAST: Final = QSize(80, 80)


class ZoomedPicture(QWidget):
    """Shows a picture, whole at first; another one of the same size is seen at the same place.

    Signals:
        double_clicked: The user clicked twice on it.
    """

    double_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = QPixmap()
        self._navigation = Navigation(self)
        self._navigation.moved.connect(self.update)
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    @property
    def zoom(self) -> float:
        """Pixels of the screen per pixel of the picture."""
        return self._navigation.zoom

    def set_picture(self, picture: QPixmap) -> None:
        """Show a picture."""
        if picture.size() != self.picture.size():
            self._navigation.set_image((picture.height(), picture.width()))
        self.picture = picture
        self.update()

    def fit(self) -> None:
        """Show all of it."""
        self._navigation.fit()

    def point_at(self, position: QPoint) -> tuple[float, float]:
        """Return the (row, column) of the picture at a position; there must be a picture."""
        return self._navigation.image_point(position.toPointF())

    def minimumSizeHint(self) -> QSize:
        """Return that little room is enough."""
        return _LEAST

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it: smooth while it is reduced, its pixels while it is enlarged."""
        if self.picture.isNull():
            return
        painter = QPainter(self)
        painter.setTransform(self._navigation.transform())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.zoom < 2)
        painter.drawPixmap(QRectF(self.picture.rect()), self.picture, QRectF(self.picture.rect()))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep it whole, or its middle in the middle."""
        self._navigation.on_resized()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        self._navigation.zoom_by_wheel(event)
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Zoom by two fingers on a trackpad."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._navigation.zoom_by(1 + event.value(), event.position())
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of it."""
        self._navigation.begin_pan(event.position())
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it."""
        self._navigation.pan_to(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of it."""
        self._navigation.end_pan()
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Tell of it."""
        self.double_clicked.emit()
