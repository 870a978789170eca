"""Where the user looks: zooming and panning by every device, on top of ``Viewport``."""

import math
from typing import Final

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QTimer, Signal
from PySide6.QtGui import QTransform, QWheelEvent
from PySide6.QtWidgets import QWidget

from segstudio.core.rect import Rect
from segstudio.ui.canvas.viewport import Viewport

NOTCH: Final = 120
"""Qt's unit for one notch of a wheel."""

_WHEEL_STEP: Final = 1.2  # zoom factor of one notch
_STILL_MS: Final = 90  # after the last move, when the picture counts as standing still


class Navigation(QObject):
    """The view of one image on a widget. Positions are widget pixels.

    Args:
        widget: Whose size and pixel ratio count.

    Signals:
        moved: Another part of the image, or another size of it, is shown.
        stood_still: No move for a moment.
        zoom_changed: Device pixels per image pixel.
    """

    moved = Signal()
    stood_still = Signal()
    zoom_changed = Signal(float)

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self.view: Viewport | None = None
        self._is_fitted = True
        self._pan_from: QPointF | None = None
        self._still = QTimer(self, singleShot=True, interval=_STILL_MS)
        self._still.timeout.connect(self.stood_still)

    @property
    def zoom(self) -> float:
        """Device pixels per image pixel; 1 without an image."""
        return self.view.zoom if self.view else 1.0

    @property
    def is_moving(self) -> bool:
        """Whether the user pans or zooms right now."""
        return self._still.isActive()

    @property
    def is_panning(self) -> bool:
        """Whether the image is being dragged."""
        return self._pan_from is not None

    def set_image(self, size: tuple[int, int] | None) -> None:
        """Look at all of an image of this (height, width), or at nothing."""
        self._pan_from = None
        if size is None:
            self.view = None
        else:
            self.view = Viewport(*size, *self._device_size())
            self.fit()
        self._still.stop()  # a new picture is no move

    def fit(self) -> None:
        """Show the whole image; it stays so when the widget is resized."""
        if self.view is not None:
            self._set(self.view.fitted())
            self._is_fitted = True

    def zoom_to_full_size(self) -> None:
        """Show one image pixel as one pixel of the screen."""
        if self.view is not None:
            self._set(self.view.at_full_size())

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom at a position, or at the middle of the widget."""
        if self.view is not None:
            at = QPointF(self._widget.width() / 2, self._widget.height() / 2) if at is None else at
            at = at * self._ratio()
            self._set(self.view.zoomed(factor, at.y(), at.x()))

    def zoom_by_wheel(self, event: QWheelEvent) -> None:
        """Zoom at the pointer, as far as the wheel was turned."""
        self.zoom_by(_WHEEL_STEP ** (event.angleDelta().y() / NOTCH), event.position())

    def pan_by(self, distance: QPointF) -> None:
        """Move the image."""
        if self.view is not None:
            distance = distance * self._ratio()
            self._set(self.view.panned(distance.y(), distance.x()))

    def centre_on(self, y: float, x: float) -> None:
        """Bring an image point to the middle of the widget."""
        if self.view is not None:
            top, left = self.view.to_canvas(y, x)
            self._set(self.view.panned(self.view.height / 2 - top, self.view.width / 2 - left))

    def show_around(self, rect: Rect, *, times: int, most: float = math.inf) -> None:
        """Bring a rectangle to the middle, with ``times`` as much to see as it needs.

        It never shows more than the whole image, which would only become smaller.

        Args:
            rect: In image pixels.
            times: How many times the height and width of the rectangle are to be seen.
            most: Zoom that is not exceeded, widget pixels per image pixel.
        """
        wanted = min(
            self._widget.height() / max(rect.height, 1) / times,
            self._widget.width() / max(rect.width, 1) / times,
            most,
        )
        self.fit()
        factor = wanted * self._ratio() / self.zoom
        if factor > 1:
            self.zoom_by(factor)
            self.centre_on((rect.top + rect.bottom) / 2, (rect.left + rect.right) / 2)

    def begin_pan(self, position: QPointF) -> None:
        """Take hold of the image."""
        self._pan_from = position

    def pan_to(self, position: QPointF) -> None:
        """Drag what ``begin_pan`` took hold of."""
        if self._pan_from is not None:
            distance, self._pan_from = position - self._pan_from, position
            self.pan_by(distance)

    def end_pan(self) -> None:
        """Let go of the image."""
        self._pan_from = None

    def on_resized(self) -> None:
        """Keep the image fitted, or its middle in the middle."""
        if self.view is not None:
            was_fitted = self._is_fitted
            resized = self.view.resized(*self._device_size())
            self._set(resized.fitted() if was_fitted else resized)
            self._is_fitted = was_fitted

    def image_point(self, position: QPointF) -> tuple[float, float]:
        """Return the image point (y, x) under a position; there must be an image."""
        assert self.view is not None
        at = position * self._ratio()
        return self.view.to_image(at.y(), at.x())

    def pixel(self, position: QPointF | None) -> tuple[int, int] | None:
        """Return the pixel (y, x) under a position, or None outside the image."""
        if position is None or self.view is None:
            return None
        y, x = self.image_point(position)
        if 0 <= y < self.view.image_height and 0 <= x < self.view.image_width:
            return int(y), int(x)
        return None

    def position(self, y: float, x: float) -> QPointF:
        """Return where an image point is; there must be an image."""
        assert self.view is not None
        top, left = self.view.to_canvas(y, x)
        return QPointF(left, top) / self._ratio()

    def rect_on_widget(self, rect: Rect) -> QRectF:
        """Return where image pixels are; there must be an image."""
        return QRectF(self.position(rect.top, rect.left), self.position(rect.bottom, rect.right))

    def is_covered(self, part: QRect) -> bool:
        """Whether the image lies behind all of a part of the widget."""
        view = self.view
        if view is None:
            return False
        corners = (self.image_point(QPointF(at)) for at in (part.topLeft(), part.bottomRight()))
        # The last pixel is as wide as a pixel of the widget is on the image.
        more = self._ratio() / view.zoom
        (top, left), (bottom, right) = corners
        return (
            top >= 0
            and left >= 0
            and bottom + more <= view.image_height
            and right + more <= view.image_width
        )

    def shown(self, part: QRectF) -> Rect:
        """Return the image pixels of which a part of the widget shows something.

        Two more on each side, because smooth scaling looks at the neighbours.
        """
        if self.view is None:
            return Rect(0, 0, 0, 0)
        top, left = self.image_point(part.topLeft())
        bottom, right = self.image_point(part.bottomRight())
        more = 2 + int(2 / self.view.zoom)
        return Rect(
            int(top) - more, int(left) - more, int(bottom) + more + 1, int(right) + more + 1
        ).clipped_to(self.view.image_height, self.view.image_width)

    def transform(self) -> QTransform:
        """Return what turns image pixels into widget pixels; there must be an image."""
        assert self.view is not None
        ratio = self._ratio()
        scale = self.view.zoom / ratio
        return QTransform(scale, 0, 0, scale, self.view.left / ratio, self.view.top / ratio)

    def _set(self, view: Viewport) -> None:
        zoom_changed = self.view is None or view.zoom != self.view.zoom
        self.view = view
        self._is_fitted = False
        self._still.start()
        if zoom_changed:
            self.zoom_changed.emit(view.zoom)
        self.moved.emit()

    def _ratio(self) -> float:
        return self._widget.devicePixelRatioF()

    def _device_size(self) -> tuple[float, float]:
        return self._widget.height() * self._ratio(), self._widget.width() * self._ratio()
