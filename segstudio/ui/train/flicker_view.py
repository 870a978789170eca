"""What two models say about an image, one over the other, to be compared by eye."""

from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.comparison import JudgedImage
from segstudio.core.label_map import RgbImage
from segstudio.ui.theme import Theme
from segstudio.ui.train.zoomed_picture import ZoomedPicture

_FLICKER_MS: Final = 600
_SHARE: Final = 0.8  # of the screen that the large view takes


class FlickerView(QWidget):
    """One image with old, new or true labels over it, by hand or in turns.

    Args:
        theme: Icons.
        parent: Where it is.
        is_large: Whether it has a window of its own; if not, it can be opened in one.
    """

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, is_large: bool = False
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._images: tuple[JudgedImage, ...] = ()
        self._frames: dict[str, QPixmap] = {}
        self.large: QDialog | None = None
        self.which = QComboBox()
        self.which.currentIndexChanged.connect(self._load)
        row = QHBoxLayout()
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        for name, title in (
            ("image", self.tr("Image")),
            ("old", self.tr("Old")),
            ("new", self.tr("New")),
            ("truth", self.tr("Truth")),
        ):
            button = QToolButton()
            button.setText(title)
            button.setCheckable(True)
            button.clicked.connect(self._show)
            self._group.addButton(button)
            self.buttons[name] = button
            row.addWidget(button)
        self.buttons["new"].setChecked(True)
        self.flicker = QCheckBox(self.tr("Flicker"))
        self.flicker.setToolTip(self.tr("Old, new and truth in turns: what changes, moves"))
        row.addWidget(self.flicker)
        row.addStretch(1)
        self.resize_button = QToolButton()
        self.picture = ZoomedPicture()
        if is_large:
            self.resize_button.setToolTip(self.tr("Show all of the image (double click)"))
            theme.keep_icon(self.resize_button, "arrows-out")
            act = self.picture.fit
        else:
            self.resize_button.setToolTip(self.tr("Show it large (double click)"))
            theme.keep_icon(self.resize_button, "frame-corners")
            act = self.enlarge
        self.resize_button.clicked.connect(act)
        self.picture.double_clicked.connect(act)
        self.picture.setToolTip(self.tr("The wheel zooms, the mouse drags"))
        row.addWidget(self.resize_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.which)
        layout.addLayout(row)
        layout.addWidget(self.picture, 1)
        self._timer = QTimer(self, interval=_FLICKER_MS)
        self._timer.timeout.connect(self._turn)
        self.flicker.toggled.connect(
            lambda is_on: self._timer.start() if is_on else self._timer.stop()
        )

    @property
    def shown(self) -> str:
        """What lies over the image: "image", "old", "new" or "truth"."""
        return next(name for name, button in self.buttons.items() if button.isChecked())

    def show_images(self, images: tuple[JudgedImage, ...]) -> None:
        """Show images, those that changed most first."""
        if self.large is not None:
            self.large.close()  # it shows the comparison of before
        self._images = images
        self.which.clear()
        for image in images:
            self.which.addItem(self.tr("%s: %s pixels differ") % (image.key, f"{image.changed:,}"))
        has_old = bool(images) and "old" in images[0].pictures
        self.buttons["old"].setVisible(has_old)
        if not has_old and self.shown == "old":
            self.buttons["new"].setChecked(True)
            self._show()

    def enlarge(self) -> None:
        """Show the same in a window of its own, as it is here."""
        if self.large is not None:
            self.large.raise_()
            self.large.activateWindow()
            return
        dialog = QDialog(self, Qt.WindowType.Window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Old and new model"))
        view = FlickerView(self._theme, dialog, is_large=True)
        view.show_images(self._images)
        view.which.setCurrentIndex(self.which.currentIndex())
        view.buttons[self.shown].setChecked(True)
        view.flicker.setChecked(self.flicker.isChecked())
        layout = QVBoxLayout(dialog)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(view)
        dialog.resize(self.screen().availableSize() * _SHARE)
        dialog.destroyed.connect(self._forget_large)
        self.large = dialog
        dialog.show()
        view._show()

    def _forget_large(self) -> None:
        self.large = None

    def _load(self, place: int) -> None:
        self._frames = {}
        if 0 <= place < len(self._images):
            pictures = self._images[place].pictures
            self._frames = {name: _pixmap(pixels) for name, pixels in pictures.items()}
            self._show()
            self.picture.fit()

    def _turn(self) -> None:
        names = [name for name in ("old", "new", "truth") if name in self._frames]
        if names and self.isVisible():
            place = names.index(self.shown) + 1 if self.shown in names else 0
            self.buttons[names[place % len(names)]].setChecked(True)
            self._show()

    def _show(self) -> None:
        frame = self._frames.get(self.shown)
        if frame is not None:
            self.picture.set_picture(frame)


def _pixmap(pixels: RgbImage) -> QPixmap:
    height, width = pixels.shape[:2]
    image = QImage(pixels.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image)
