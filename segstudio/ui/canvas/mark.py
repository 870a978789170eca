"""A region that the user is shown for a moment."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QPointF, QTimer, Signal
from PySide6.QtGui import QColor, QPainter

from segstudio.core.region import Region
from segstudio.core.thumbnails import DIFFERENT_COLOR
from segstudio.tools.preview import Preview
from segstudio.ui.canvas.preview import draw_preview

_SHOWN_MS: Final = 2500


class RegionMark(QObject):
    """Tints a region until a moment has passed: long enough to find it, then out of the way.

    Signals:
        changed: The canvas must be drawn again.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.region: Region | None = None
        self._timer = QTimer(self, singleShot=True, interval=_SHOWN_MS)
        self._timer.timeout.connect(self.clear)

    def show(self, region: Region) -> None:
        """Tint a region from now on."""
        self.region = region
        self._timer.start()
        self.changed.emit()

    def clear(self) -> None:
        """Tint nothing."""
        self._timer.stop()
        self.region = None
        self.changed.emit()

    def draw(self, painter: QPainter, to_widget: Callable[[float, float], QPointF]) -> None:
        """Draw it, in widget pixels; see ``draw_preview``."""
        if self.region is not None:
            color = QColor(*DIFFERENT_COLOR)
            draw_preview(painter, Preview(region=self.region), color, to_widget, None)
