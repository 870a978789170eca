"""Pictures of the window, once it has come to rest."""

from typing import Final

from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, QTimer
from PySide6.QtWidgets import QWidget

from segstudio.ui.main_window import MainWindow

_LIMIT_MS: Final = 30_000
_POLL_MS: Final = 50


def wait_until_idle(window: MainWindow) -> None:
    """Run the event loop until images, thumbnails and the model are there, at most 30 s."""
    loop = QEventLoop()
    poll = QTimer(interval=_POLL_MS)
    poll.timeout.connect(lambda: loop.quit() if window.is_idle else None)
    QTimer.singleShot(_LIMIT_MS, loop, loop.quit)
    poll.start()
    loop.exec()


def picture_of(window: QWidget) -> bytes:
    """Return a picture of a window as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    window.grab().save(buffer, "PNG")
    return bytes(buffer.data().data())
