"""The whole image in a corner of the canvas, with a frame around what is shown."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from segstudio.ui.canvas.navigation import Navigation
from segstudio.ui.theme import ACCENT, Theme

if TYPE_CHECKING:
    from segstudio.ui.canvas.scene import Scene

_SIDE: Final = 180  # of the longer side, widget pixels
_GAP: Final = 12  # to the edges of the canvas
_LEAST_FRAME: Final = 6.0  # widget pixels; a smaller frame could not be seen
_SHADE: Final = QColor(0, 0, 0, 90)
_EDGE: Final = QColor(0, 0, 0, 120)


class Minimap(QWidget):
    """Shows where the view is on an image that is larger than it; a click or drag moves the view.

    Args:
        navigation: The view to show and to move.
        theme: Colours.
        canvas: The widget in whose corner it sits.
    """

    def __init__(self, navigation: Navigation, theme: Theme, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._navigation = navigation
        self._theme = theme
        self._canvas = canvas
        self._scene: Scene | None = None
        self._pictures: tuple[QImage, QImage] | None = None  # of the scene as it was last seen
        self._is_wanted = True
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setToolTip(self.tr("Click or drag to move the view"))
        self.hide()
        navigation.moved.connect(self.place)

    def set_scene(self, scene: "Scene | None") -> None:
        """Show this scene, or nothing."""
        self._scene = scene
        if scene is not None:
            scene.changed.connect(self.refresh)
        self.refresh()
        self.place()

    def refresh(self) -> None:
        """Follow a change of the scene."""
        self._pictures = None
        self.update()

    def set_wanted(self, wanted: bool) -> None:
        """Show the minimap where it is of use, or never."""
        self._is_wanted = wanted
        self.place()

    def place(self) -> None:
        """Take the lower right corner of the canvas; hide where all of the image is in view."""
        view = self._navigation.view
        if not self._is_wanted or self._scene is None or view is None or self._shows_all():
            self.hide()
            return
        scale = _SIDE / max(view.image_height, view.image_width)
        width, height = max(view.image_width * scale, 24), max(view.image_height * scale, 24)
        bounds = self._canvas.rect()
        self.setGeometry(
            round(bounds.right() - _GAP - width),
            round(bounds.bottom() - _GAP - height),
            round(width),
            round(height),
        )
        self.show()  # and draw: the canvas, which draws what lies on it too, does that now

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the image, darker where it is out of view."""
        if self._scene is None:
            return
        # Only whole pictures and opaque colours: this is drawn with every move, and for whatever
        # is mixed Qt would wake its threads, which takes longer than the mixing.
        bright, dark = self._small_pictures(self._scene)
        frame = self._frame()
        ratio = self.devicePixelRatioF()
        painter = QPainter(self)
        painter.drawImage(0, 0, dark)
        inside = QRect(frame.topLeft() * ratio, frame.size() * ratio)
        painter.drawImage(frame, bright, inside)
        _draw_border(painter, frame, 2, ACCENT)
        painter.end()

    def _small_pictures(self, scene: "Scene") -> tuple[QImage, QImage]:
        """Return the image as it is, and darker with an edge."""
        ratio = self.devicePixelRatioF()
        size = self.size() * ratio
        if self._pictures is None or self._pictures[0].size() != size:
            bright = QImage(size, QImage.Format.Format_RGB32)
            bright.setDevicePixelRatio(ratio)
            painter = QPainter(bright)
            scene.draw_small(painter, QRectF(self.rect()))
            painter.end()
            dark = bright.copy()
            painter = QPainter(dark)
            painter.fillRect(self.rect(), _SHADE)
            _draw_border(painter, self.rect(), 1, _EDGE)
            painter.end()
            self._pictures = bright, dark
        return self._pictures

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the view to the point."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._look_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the view with the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look_at(event.position())

    def _look_at(self, position: QPointF) -> None:
        view = self._navigation.view
        if view is not None:
            self._navigation.centre_on(
                position.y() / self.height() * view.image_height,
                position.x() / self.width() * view.image_width,
            )

    def _shows_all(self) -> bool:
        view = self._navigation.view
        if view is None:
            return True
        top, left = view.to_image(0, 0)
        bottom, right = view.to_image(view.height, view.width)
        return top <= 0 and left <= 0 and bottom >= view.image_height and right >= view.image_width

    def _frame(self) -> QRect:
        view = self._navigation.view
        assert view is not None
        down, across = self.height() / view.image_height, self.width() / view.image_width
        top, left = view.to_image(0, 0)
        bottom, right = view.to_image(view.height, view.width)
        frame = QRectF(
            QPointF(left * across, top * down), QPointF(right * across, bottom * down)
        ).intersected(QRectF(self.rect()))
        if frame.width() < _LEAST_FRAME or frame.height() < _LEAST_FRAME:
            middle = frame.center()
            frame.setSize(frame.size().expandedTo(QRectF(0, 0, _LEAST_FRAME, _LEAST_FRAME).size()))
            frame.moveCenter(middle)
        return frame.toAlignedRect()


def _draw_border(painter: QPainter, rect: QRect, width: int, color: QColor) -> None:
    top, bottom = rect.top(), rect.bottom() + 1
    left, right = rect.left(), rect.right() + 1
    inside = rect.height() - 2 * width
    painter.fillRect(left, top, rect.width(), width, color)
    painter.fillRect(left, bottom - width, rect.width(), width, color)
    painter.fillRect(left, top + width, width, inside, color)
    painter.fillRect(right - width, top + width, width, inside, color)
