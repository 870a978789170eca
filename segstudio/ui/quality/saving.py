"""Saving tables and pictures where the user says."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QWidget

from segstudio.controllers.error_words import told
from segstudio.core.label_statistics import NumberTable, csv_text
from segstudio.errors import SegStudioError
from segstudio.storage.atomic_write import atomic_write


def write_picture(path: Path, pixmap: QPixmap) -> None:
    """Write a picture as PNG; raises StorageError."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    pixmap.save(buffer, "PNG")
    atomic_write(path, bytes(buffer.data().data()))


def write_numbers(path: Path, table: NumberTable) -> None:
    """Write a table as CSV; raises StorageError."""
    # With the mark at its start, spreadsheets read the names of classes right.
    atomic_write(path, csv_text(table).encode("utf-8-sig"))


def ask_path(parent: QWidget, title: str, name: str, suffix: str) -> Path | None:
    """Ask where to save a file, and return its path with the suffix; None if nowhere."""
    chosen, _ = QFileDialog.getSaveFileName(parent, title, f"{name}{suffix}", f"*{suffix}")
    if not chosen:
        return None
    return Path(chosen if chosen.lower().endswith(suffix) else f"{chosen}{suffix}")


Write = Callable[[Path], None]
"""Writes a file; raises StorageError."""


def saved_text(path: Path, write: Write) -> str:
    """Write a file, and return what to tell the user about that."""
    try:
        write(path)
    except SegStudioError as error:
        return told(error)
    return QCoreApplication.translate("Saving", "Saved as %s") % path.name
