"""Icons of one family, Phosphor, drawn from the font that comes with QtAwesome.

Only its files are used, if they are where they should be: importing QtAwesome loads all of Qt and
twelve fonts, which takes longer than everything else that the window needs to be shown.
"""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

_GLYPH = 0.875  # of the icon's height; the rest is the font's bearing


def glyph_icon(name: str, color: str, disabled_color: str | None = None) -> QIcon:
    """Return an icon of Phosphor.

    Args:
        name: As Phosphor has it, for example "eye-slash".
        color: "#rrggbb".
        disabled_color: Of buttons that are disabled; ``color`` if it is None.
    """
    found = _phosphor()
    if found is None:
        import qtawesome

        icon: QIcon = qtawesome.icon(
            f"ph.{name}", color=color, color_disabled=disabled_color or color
        )
        return icon
    family, glyphs = found
    return QIcon(_Glyph(family, glyphs[name], QColor(color), QColor(disabled_color or color)))


@cache
def _phosphor() -> tuple[str, dict[str, str]] | None:
    """Return the font's family and its glyphs by name, or None if the files are not there."""
    spec = find_spec("qtawesome")  # does not import it
    if spec is None or spec.origin is None:
        return None
    fonts = Path(spec.origin).parent / "fonts"
    maps, files = sorted(fonts.glob("phosphor-charmap*.json")), sorted(fonts.glob("phosphor-*.ttf"))
    if not maps or not files:
        return None
    families = QFontDatabase.applicationFontFamilies(
        QFontDatabase.addApplicationFont(str(files[-1]))
    )
    if not families:
        return None
    codes: dict[str, str] = json.loads(maps[-1].read_text("utf-8"))
    return families[0], {name: chr(int(code, 16)) for name, code in codes.items()}


class _Glyph(QIconEngine):
    """Draws one sign of a font, at whatever size it is wanted."""

    def __init__(self, family: str, glyph: str, color: QColor, disabled_color: QColor) -> None:
        super().__init__()
        self._family, self._glyph = family, glyph
        self._color, self._disabled_color = color, disabled_color

    def clone(self) -> QIconEngine:
        """Return the same again; Qt owns it."""
        return _Glyph(self._family, self._glyph, self._color, self._disabled_color)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        """Draw the sign in the middle of a rectangle."""
        painter.save()
        font = QFont(self._family)
        font.setPixelSize(max(round(_GLYPH * rect.height()), 1))
        painter.setFont(font)
        is_disabled = mode == QIcon.Mode.Disabled
        painter.setPen(self._disabled_color if is_disabled else self._color)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._glyph)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return the sign on nothing."""
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return picture
