"""Starting the window."""

import gc
import signal
import sys
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, QSettings, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QWidget

from segstudio import __version__
from segstudio.storage.assets import assets_folder
from segstudio.storage.atomic_write import atomic_write
from segstudio.storage.project import Opened
from segstudio.ui.main_window import MainWindow
from segstudio.ui.theme import Theme

_SCREENSHOT_LIMIT_MS: Final = 30_000
_POLL_MS: Final = 50
_TURN_SECONDS: Final = 0.001
"""How long a thread may go on in Python while others wait: Python's 5 ms add up in the window."""


def run(opened: Opened | None, screenshot: Path | None = None) -> int:
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
    window = MainWindow(Theme(application), settings)
    if opened is not None:
        window.workspace.set_opened(opened)
    if screenshot is None:
        window.restore_place()
    window.show()
    QTimer.singleShot(0, window, _collect_garbage)
    if screenshot is not None:
        wait_until_idle(window)
        atomic_write(screenshot, picture_of(window))
        window.close()
        return 0
    # Python sees signals only between its own instructions, so let it run now and then.
    awake = QTimer(application, interval=200)
    awake.timeout.connect(lambda: None)
    awake.start()
    return application.exec()


def _collect_garbage() -> None:
    """Let Python look for garbage again, but never among what the window was made of.

    That is most of all objects; to go through them would hold up the hand that paints.
    """
    gc.freeze()
    gc.enable()


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


def wait_until_idle(window: MainWindow) -> None:
    """Run the event loop until images, thumbnails and the model are there, at most 30 s."""
    loop = QEventLoop()
    poll = QTimer(interval=_POLL_MS)
    poll.timeout.connect(lambda: loop.quit() if window.is_idle else None)
    QTimer.singleShot(_SCREENSHOT_LIMIT_MS, loop, loop.quit)
    poll.start()
    loop.exec()


def picture_of(window: QWidget) -> bytes:
    """Return a picture of a window as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    window.grab().save(buffer, "PNG")
    return bytes(buffer.data().data())
