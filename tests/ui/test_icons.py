"""Our icons beside those of QtAwesome, which owns the font."""

import numpy as np
import pytest
import qtawesome
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QImage
from pytestqt.qtbot import QtBot

from segstudio.ui.icons import glyph_icon


def pixels(icon: QIcon, side: int, mode: QIcon.Mode) -> np.ndarray:
    picture = icon.pixmap(QSize(side, side), mode).toImage()
    picture = picture.convertToFormat(QImage.Format.Format_ARGB32)
    return np.frombuffer(picture.constBits(), np.uint32).copy()


@pytest.mark.parametrize("mode", [QIcon.Mode.Normal, QIcon.Mode.Disabled])
@pytest.mark.parametrize("name", ["eye-slash", "paint-brush", "x"])
def test_an_icon_is_drawn_as_qtawesome_draws_it(qtbot: QtBot, name: str, mode: QIcon.Mode) -> None:
    ours = glyph_icon(name, "#e4e4e4", "#6b6b6b")
    theirs = qtawesome.icon(f"ph.{name}", color="#e4e4e4", color_disabled="#6b6b6b")
    for side in (16, 20, 40):
        drawn = pixels(ours, side, mode)
        assert drawn.any()
        assert np.array_equal(drawn, pixels(theirs, side, mode))
