"""What can be told apart in both palettes; ratios are those of WCAG 2.2."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QMessageBox,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from segstudio.ui.theme import Theme


@pytest.fixture(params=[Qt.ColorScheme.Light, Qt.ColorScheme.Dark], ids=["light", "dark"])
def theme(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[Theme]:
    theme = Theme(qapp)
    theme.use(request.param)
    yield theme
    theme.use(Qt.ColorScheme.Light)
    theme.deleteLater()


def luminance(color: QColor) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def best_contrast(picture: QImage, ground: QColor) -> float:
    """Return the contrast of the pixel that stands out most."""
    around = luminance(ground)

    def contrast(x: int, y: int) -> float:
        other = luminance(picture.pixelColor(x, y))
        return (max(around, other) + 0.05) / (min(around, other) + 0.05)

    return max(contrast(x, y) for x in range(picture.width()) for y in range(picture.height()))


def show(qtbot: QtBot, widget: QWidget) -> QColor:
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    return widget.palette().window().color()


@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
@pytest.mark.usefixtures("theme")
def test_an_unchecked_box_can_be_seen(qtbot: QtBot, kind: type[QAbstractButton]) -> None:
    box = kind()
    ground = show(qtbot, box)
    assert best_contrast(box.grab().toImage(), ground) >= 3


@pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform has no such hints
@pytest.mark.usefixtures("theme")
def test_a_question_can_be_read(qtbot: QtBot) -> None:
    question = QMessageBox()
    question.setText("Close and lose them?")
    ground = show(qtbot, question)
    label = question.findChild(QWidget, "qt_msgbox_label")
    assert label is not None
    assert best_contrast(label.grab().toImage(), ground) >= 7
