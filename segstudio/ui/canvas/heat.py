"""Where a model is unsure, drawn over the image, and what the colours mean."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from segstudio.core.uncertainty import heat_colors

_MAX_SIDE: Final = 2048  # of the picture; a heat map needs no single pixels
_OPACITY: Final = 0.75
_MARGIN: Final = 12


class HeatMap:
    """The picture of an uncertainty.

    Args:
        uncertainty: (H, W) float32, 0 certain to 1 unsure.
    """

    def __init__(self, uncertainty: NDArray[np.float32]) -> None:
        height, width = uncertainty.shape
        self._rect = QRectF(0, 0, width, height)
        step = -(-max(height, width) // _MAX_SIDE)
        values = np.clip(uncertainty[::step, ::step] * 255, 0, 255).astype(np.uint8)
        # Qt borrows the memory of the array, which is kept beside it.
        self._values = np.ascontiguousarray(values)
        rows, columns = self._values.shape
        self._picture = QImage(
            self._values.data, columns, rows, columns, QImage.Format.Format_Indexed8
        )
        self._picture.setColorTable(_color_table())

    def draw(self, painter: QPainter) -> None:
        """Draw it; the painter's coordinates are image pixels."""
        painter.drawImage(self._rect, self._picture)


class HeatLegend(QWidget):
    """The colours of the heat map, from certain to unsure; lies in a corner of the canvas.

    Args:
        parent: The canvas.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self.tr("Uncertainty, from certain to unsure"))
        self.resize(196, 44)
        self.hide()

    def place(self) -> None:
        """Move into the lower left corner."""
        self.move(_MARGIN, self._canvas.height() - self.height() - _MARGIN)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a plate, the colours, and the words at both ends."""
        painter = QPainter(self)
        plate = self.palette().window().color()
        plate.setAlpha(230)
        painter.fillRect(self.rect(), plate)
        bar = QRectF(10, 8, self.width() - 20, 10)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for place in range(0, 256, 17):
            red, green, blue, _alpha = heat_colors()[place].tolist()
            color = plate.toRgb()
            color.setRgb(red, green, blue)
            gradient.setColorAt(place / 255, color)
        painter.fillRect(bar, gradient)
        words = QRectF(10, 20, self.width() - 20, 20)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, self.tr("certain"))
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, self.tr("unsure"))
        painter.end()


def _color_table() -> list[int]:
    colors = heat_colors(_OPACITY).astype(np.uint32)
    table: list[int] = (
        colors[:, 3] << 24 | colors[:, 0] << 16 | colors[:, 1] << 8 | colors[:, 2]
    ).tolist()
    return table
