"""What the canvas shows of an image while all of it is still being decoded."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QTransform

from segstudio.core.pyramid import ReducedImage


class FirstPicture:
    """A reduced image, drawn where the whole image will be.

    Attributes:
        size: (height, width) of the whole image in pixels.
    """

    def __init__(self, reduced: ReducedImage) -> None:
        self.size = reduced.height, reduced.width
        height, width = reduced.pixels.shape[:2]
        # Qt borrows the memory of the array, which is kept beside it.
        self._pixels = reduced.pixels
        self._picture = QImage(
            self._pixels.data, width, height, width * 3, QImage.Format.Format_RGB888
        )

    def draw(self, painter: QPainter, image_to_widget: QTransform) -> None:
        """Draw it with a painter of widget pixels."""
        height, width = self.size
        painter.save()
        painter.setTransform(image_to_widget)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(0, 0, width, height), self._picture)
        painter.restore()
