"""Starting the window."""

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from segstudio import __version__
from segstudio.storage.assets import assets_folder
from segstudio.ui.garbage import GarbageCollector
from segstudio.ui.language import install_language
from segstudio.ui.main_window import MainWindow
from segstudio.ui.theme import Theme

if TYPE_CHECKING:
    from segstudio.storage.opening import Opened

_TURN_SECONDS: Final = 0.001
"""How long a thread may go on in Python while others wait: Python's 5 ms add up in the window."""


def run(opened: "Opened | None", screenshot: Path | None = None) -> int:
    """Show the window until the user closes it.

    Args:
        opened: What to show, or None for the welcome page.
        screenshot: If given, save a picture of the window there as PNG and close it.

    Returns:
        The process's exit code.

    Raises:
        StorageError: If the screenshot cannot be written.
    """
    application = make_application(sys.argv[:1])
    # Ctrl-C in the terminal ends the app as closing the window does.
    signal.signal(signal.SIGINT, lambda _signal, _frame: application.closeAllWindows())
    settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "segstudio")
    install_language(application, settings)
    window = MainWindow(Theme(application), settings)
    window.completed.connect(
        lambda: QTimer.singleShot(0, window, lambda: GarbageCollector(window.editor, window))
    )
    if opened is not None:
        window.editor.workspace.set_opened(opened)
    if screenshot is None:
        window.restore_place()
    window.show()
    if screenshot is not None:
        _save_screenshot(window, screenshot)
        return 0
    # Python sees signals only between its own instructions, so let it run now and then.
    awake = QTimer(application, interval=200)
    awake.timeout.connect(lambda: None)
    awake.start()
    return application.exec()


def _save_screenshot(window: MainWindow, path: Path) -> None:
    from segstudio.storage.atomic_write import atomic_write
    from segstudio.ui.screenshot import picture_of, wait_until_idle

    wait_until_idle(window)
    atomic_write(path, picture_of(window))
    window.close()


def make_application(arguments: list[str]) -> QApplication:
    """Return the Qt application with our name."""
    sys.setswitchinterval(_TURN_SECONDS)
    application = QApplication(arguments)
    application.setApplicationName("segstudio")
    application.setApplicationDisplayName("segstudio")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("segstudio")
    application.setWindowIcon(QIcon(str(assets_folder() / "icons" / "segstudio.svg")))
    return application
