"""Light and dark palettes, the accent colour, and icons that follow them."""

from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from segstudio.storage.assets import assets_folder
from segstudio.ui.icons import glyph_icon

ACCENT: Final = QColor("#2f7de1")
COMPACT: Final = "compact"
"""Property of a tool bar whose buttons lie close together."""
MORE: Final = "qt_toolbar_ext_button"
"""Qt's name of the button behind which a tool bar has what it has no room for."""

_LIGHT: Final = {
    QPalette.ColorRole.Window: "#f2f2f2",
    QPalette.ColorRole.WindowText: "#1d1d1d",
    QPalette.ColorRole.Base: "#ffffff",
    QPalette.ColorRole.AlternateBase: "#f7f7f7",
    QPalette.ColorRole.Text: "#1d1d1d",
    QPalette.ColorRole.Button: "#e9e9e9",
    QPalette.ColorRole.ButtonText: "#1d1d1d",
    QPalette.ColorRole.PlaceholderText: "#6e6e6e",
    QPalette.ColorRole.ToolTipBase: "#ffffff",
    QPalette.ColorRole.ToolTipText: "#1d1d1d",
    QPalette.ColorRole.Mid: "#c4c4c4",
    QPalette.ColorRole.Midlight: "#dcdcdc",
}
_DARK: Final = {
    QPalette.ColorRole.Window: "#2b2b2b",
    QPalette.ColorRole.WindowText: "#e4e4e4",
    QPalette.ColorRole.Base: "#222222",
    QPalette.ColorRole.AlternateBase: "#272727",
    QPalette.ColorRole.Text: "#e4e4e4",
    QPalette.ColorRole.Button: "#383838",
    QPalette.ColorRole.ButtonText: "#e4e4e4",
    QPalette.ColorRole.PlaceholderText: "#9a9a9a",
    QPalette.ColorRole.ToolTipBase: "#383838",
    QPalette.ColorRole.ToolTipText: "#e4e4e4",
    QPalette.ColorRole.Mid: "#4a4a4a",
    QPalette.ColorRole.Midlight: "#3c3c3c",
}
_DISABLED: Final = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
)


class _HasIcon(Protocol):
    def setIcon(self, icon: QIcon) -> None: ...


class Theme(QObject):
    """Applies the palette that fits the system's colour scheme and follows it live.

    Args:
        application: The application to dress.

    Signals:
        changed: The colours changed; icons and own painting follow.
    """

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        application.setStyle("Fusion")
        self._scheme = Qt.ColorScheme.Unknown
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._follow_system()

    @property
    def is_dark(self) -> bool:
        """Whether the dark palette is in use."""
        return self._scheme == Qt.ColorScheme.Dark

    @property
    def canvas_color(self) -> QColor:
        """Neutral grey around the image, so that its colours are judged fairly."""
        return QColor("#1b1b1b") if self.is_dark else QColor("#b9b9b9")

    @property
    def muted(self) -> QColor:
        """Colour of secondary text."""
        return QColor("#a3a3a3") if self.is_dark else QColor("#5f5f5f")

    @property
    def selection(self) -> QColor:
        """Quiet background of selected rows: colours in the row stay what they are."""
        return QColor("#2c4a6e") if self.is_dark else QColor("#cfe3fb")

    def use(self, scheme: Qt.ColorScheme) -> None:
        """Use the light or the dark palette, whatever the system's scheme."""
        if scheme == self._scheme:
            return
        self._scheme = scheme
        colors = _DARK if self.is_dark else _LIGHT
        palette = QPalette()
        for role, color in colors.items():
            palette.setColor(role, QColor(color))
        for role in _DISABLED:
            palette.setColor(
                QPalette.ColorGroup.Disabled, role, QColor("#737373" if self.is_dark else "#9b9b9b")
            )
        palette.setColor(QPalette.ColorRole.Highlight, ACCENT)
        palette.setColor(QPalette.ColorRole.HighlightedText, Qt.GlobalColor.white)
        palette.setColor(QPalette.ColorRole.Link, ACCENT)
        palette.setColor(QPalette.ColorRole.Accent, ACCENT)
        self._application.setPalette(palette)
        self._application.setStyleSheet(self._style_sheet())
        self.changed.emit()

    def icon(self, name: str) -> QIcon:
        """Return an icon of the one family we use (Phosphor), in the text colour."""
        normal, disabled = ("#e4e4e4", "#6b6b6b") if self.is_dark else ("#2b2b2b", "#a8a8a8")
        return glyph_icon(name, normal, disabled)

    def faint_icon(self, name: str) -> QIcon:
        """Return an icon that is there to be found, not to be seen: a switch that is off."""
        return glyph_icon(name, "#5c5c5c" if self.is_dark else "#bdbdbd")

    def keep_icon(self, target: _HasIcon, name: str) -> None:
        """Give a button or action an icon that follows the theme."""
        refresh: Callable[[], None] = partial(self._set_icon, target, name)
        refresh()
        if isinstance(target, QObject):
            connection = self.changed.connect(refresh)
            target.destroyed.connect(partial(self._forget, connection))

    def _set_icon(self, target: _HasIcon, name: str) -> None:
        target.setIcon(self.icon(name))

    def _forget(self, connection: object, _target: object = None) -> None:
        self.disconnect(connection)  # type: ignore[call-overload]

    def _follow_system(self) -> None:
        scheme = QGuiApplication.styleHints().colorScheme()
        dark = scheme == Qt.ColorScheme.Dark
        self.use(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)

    def _style_sheet(self) -> str:
        line = "#3d3d3d" if self.is_dark else "#d0d0d0"
        hover = "#3f3f3f" if self.is_dark else "#dedede"
        text = "#e4e4e4" if self.is_dark else "#1d1d1d"
        base, box, faint = (
            ("#222222", "#8c8c8c", "#4d4d4d") if self.is_dark else ("#ffffff", "#7d7d7d", "#c6c6c6")
        )
        check = (assets_folder() / "icons" / "check.svg").as_posix()
        accent = ACCENT.name()
        dot = f"stop:0 white, stop:0.4 white, stop:0.5 {accent}, stop:1 {accent}"
        # Fusion outlines its boxes a little darker than the window: on a dark one they vanish.
        return f"""
            QCheckBox::indicator, QMenu::indicator {{
                width: 14px; height: 14px;
                border: 1px solid {box}; border-radius: 3px; background: {base};
            }}
            QCheckBox::indicator:hover {{ border-color: {accent}; }}
            QCheckBox::indicator:checked, QMenu::indicator:checked {{
                border-color: {accent}; background: {accent}; image: url("{check}");
            }}
            QRadioButton::indicator {{
                width: 14px; height: 14px;
                border: 1px solid {box}; border-radius: 8px; background: {base};
            }}
            QRadioButton::indicator:hover {{ border-color: {accent}; }}
            QRadioButton::indicator:checked {{
                border-color: {accent};
                background: qradialgradient(cx:0.5, cy:0.5, radius:0.5, fx:0.5, fy:0.5, {dot});
            }}
            QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{
                border-color: {faint};
            }}
            QRadioButton::indicator:checked:disabled {{ background: {faint}; }}
            QCheckBox::indicator:checked:disabled {{ background: {faint}; }}
            QMenu {{ background: {base}; border: 1px solid {line}; padding: 4px 0; }}
            QMenu::item {{ padding: 5px 24px 5px 30px; color: {text}; }}
            QMenu::item:selected {{ background: {self.selection.name()}; }}
            QMenu::item:disabled {{ color: {"#737373" if self.is_dark else "#9b9b9b"}; }}
            QMenu::separator {{ height: 1px; background: {line}; margin: 4px 0; }}
            QMenu::icon {{ left: 8px; }}
            QMenu::indicator {{ left: 8px; }}
            QToolBar {{ border: none; padding: 4px; spacing: 4px; }}
            QToolBar::separator {{ background: {line}; width: 1px; height: 1px; margin: 4px; }}
            QToolButton {{ border: none; border-radius: 4px; padding: 4px; }}
            QToolBar[{COMPACT}="true"] {{ spacing: 0; }}
            QToolBar[{COMPACT}="true"] QToolButton {{ padding: 2px; }}
            QToolBar QToolButton#{MORE} {{ padding: 0; }}
            QToolButton:hover {{ background: {hover}; }}
            QToolButton:checked {{ background: {self.selection.name()}; }}
            QMainWindow::separator {{ background: {line}; width: 1px; height: 1px; }}
            QDockWidget {{ font-weight: 600; }}
            QDockWidget::title {{ padding: 8px 8px 4px 8px; }}
            QStatusBar {{ border-top: 1px solid {line}; }}
            QStatusBar::item {{ border: none; }}
            QTableView, QListView {{
                border: none;
                selection-background-color: {self.selection.name()};
                selection-color: {text};
            }}
        """
