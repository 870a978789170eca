"""The window: its start page at once, all that works on a project soon after."""

import sys
from collections.abc import Iterator
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QSettings, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow

from segstudio.ui.dropped import local_paths
from segstudio.ui.menus import add_menus
from segstudio.ui.pages import Pages
from segstudio.ui.recent import recent_folders
from segstudio.ui.theme import Theme
from segstudio.ui.welcome import WelcomePage

if TYPE_CHECKING:
    from segstudio.ui.editor import Editor

_TURN_MS: Final = 10
"""Between two steps; long enough for the first picture of the window to come before the first."""
_INPUT: Final = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.KeyPress,
        QEvent.Type.ShortcutOverride,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
        QEvent.Type.DragEnter,
    }
)


class MainWindow(QMainWindow):
    """The one window of the app.

    It begins as a start page and the names of the menus, which Qt alone can show. Once they are on
    the screen a thread loads the editor, which is nearly all of the program, and the window makes
    it in steps, between which it answers. Who does something before it is whole waits for
    the rest, so nothing is ever done with a part of it.

    Args:
        theme: Colours and icons.
        settings: Where the window remembers its place and what was open.

    Signals:
        completed: ``editor`` is there.
    """

    completed = Signal()

    def __init__(self, theme: Theme, settings: QSettings) -> None:
        super().__init__()
        self._theme = theme
        self._settings = settings
        self.welcome = WelcomePage(theme)
        self.welcome.show_recent(recent_folders(settings))
        self.pages = Pages(self.welcome)
        self.setCentralWidget(self.pages)
        self._menus = add_menus(self)
        self._partial: Editor | None = None
        self._editor: Editor | None = None
        self._loading: Thread | None = None
        self._rest = self._become_whole()
        self._turns = QTimer(self, interval=_TURN_MS)
        self._turns.timeout.connect(self._take_turn)
        self.resize(1280, 800)
        self.setAcceptDrops(True)
        self.setMinimumSize(800, 560)

    @property
    def editor(self) -> "Editor":
        """All that works on a project; made now, if it is not there yet."""
        return self.complete()

    @property
    def is_idle(self) -> bool:
        """Whether the window is whole, and nothing that the user would wait for is under way."""
        return self._editor is not None and not self._turns.isActive() and self._editor.is_idle

    def restore_place(self) -> None:
        """Put the window where it was when it was last closed."""
        if geometry := self._settings.value("geometry"):
            self.restoreGeometry(geometry)

    # --- Becoming whole

    def complete(self) -> "Editor":
        """Make what is missing now, and return it."""
        while self._editor is None:
            self._make_some()
        return self._editor

    def _take_turn(self) -> None:
        if next(self._rest, True):
            self._turns.stop()

    def _become_whole(self) -> Iterator[bool]:
        """Do the rest in turns, each of which is short; false as long as there is more."""
        while self._is_loading("segstudio.ui.editor"):
            yield False
        while self._editor is None:
            self._make_some()
            yield False
        # A project is soon opened, and then there is enough else to do.
        while self._is_loading("segstudio.ui.project_work"):
            yield False
        self._editor.prepare_work()
        for _ in self._editor.draw_unseen():
            yield False

    def _is_loading(self, module: str) -> bool:
        """Load a module on a thread, unless it is there; returns whether that goes on."""
        if self._loading is None and module not in sys.modules:
            self._loading = Thread(target=import_module, args=(module,), name=f"load {module}")
            self._loading.start()
        elif self._loading is not None and not self._loading.is_alive():
            self._loading = None
        return self._loading is not None

    def _make_some(self) -> None:
        """Make the next part of the editor."""
        from segstudio.ui.editor import Editor

        if self._partial is None:
            self._partial = Editor(
                self, self.pages, self.welcome, self._menus, self._theme, self._settings
            )
        elif not self._partial.go_on():
            self._on_completed(self._partial)

    def _on_completed(self, editor: "Editor") -> None:
        self._editor = editor
        if self.isVisible():
            self.windowHandle().removeEventFilter(self)
            editor.start_engine()
        self.completed.emit()

    # --- The window itself

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let what the user does find the whole window."""
        if event.type() in _INPUT:
            self.complete()
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        """Go on with the rest once the window is on the screen."""
        super().showEvent(event)
        if self._editor is not None:
            QTimer.singleShot(0, self._editor.start_engine)
        elif not self._turns.isActive():
            self.windowHandle().installEventFilter(self)
            self._turns.start()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept local files and folders."""
        if local_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the images or folder that were dropped; add models to the dropdown."""
        self.editor.opening.open_dropped(local_paths(event.mimeData()))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save, and stay if something could not be saved and must not be lost."""
        self._turns.stop()
        if self._loading is not None:
            self._loading.join()
        editor = self.complete() if self._partial is not None else None
        if editor is not None and not editor.closing.may_close():
            event.ignore()
            return
        self._settings.setValue("geometry", self.saveGeometry())
        if editor is not None:
            editor.closing.shut_down()
        event.accept()
