"""The list of images: search, filter, progress, thumbnails, and the note of the open one."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.image_list import ImageList
from segstudio.controllers.indexer import Indexer
from segstudio.controllers.review import ReviewController
from segstudio.controllers.thumbnails import Thumbnails
from segstudio.controllers.workspace import Workspace
from segstudio.ui.image_filter_box import ImageFilterBox
from segstudio.ui.image_rows import ROW_HEIGHT, ImageDelegate, ImageRows
from segstudio.ui.note_line import NoteLine
from segstudio.ui.one_column import one_column
from segstudio.ui.review_progress import ReviewProgress
from segstudio.ui.theme import Theme


class ImagePanel(QWidget):
    """Shows the images of the project and opens the one that is clicked.

    Args:
        workspace: Whose images.
        images: Which of them are shown.
        review: How far they are reviewed.
        indexer: What else is known of them.
        thumbnails: How they look.
        flag: The command that flags the open image.
        theme: Colours and icons.
        parent: Keeps it alive.

    Signals:
        open_requested: The user wants to open a folder.
        done: The user is done typing and wants the keys back on the image.
    """

    open_requested = Signal()
    done = Signal()

    def __init__(
        self,
        workspace: Workspace,
        images: ImageList,
        review: ReviewController,
        indexer: Indexer,
        thumbnails: Thumbnails,
        flag: QAction,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._images = images
        self.rows = ImageRows(workspace, images, review, indexer, thumbnails, self)
        self.view = one_column(self, ROW_HEIGHT)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setModel(self.rows)
        self.view.setItemDelegate(ImageDelegate(theme, self.view))
        self.view.clicked.connect(self._on_clicked)
        self.filter = ImageFilterBox(workspace, images, review, theme)
        self.progress = ReviewProgress(review)
        self.note = NoteLine(workspace, review, flag)
        self._nothing = QLabel()
        self._nothing.setText(self.tr("Images of the open folder will be listed here."))
        self._open = QPushButton(self.tr("Open images"))
        theme.keep_icon(self._open, "folder-open")
        self._open.clicked.connect(self.open_requested)
        self._nothing.setWordWrap(True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.no_match = _NoMatch(images)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._nothing)
        layout.addWidget(self._open)
        layout.addWidget(self.filter)
        layout.addWidget(self.progress)
        layout.addWidget(self.no_match, 1)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.note)
        for part in (self.filter, self.note):
            part.done.connect(self.done)
        workspace.project_changed.connect(self._show_parts)
        workspace.image_opening.connect(self._select)
        images.changed.connect(self._on_list_changed)
        self._show_parts()

    def _show_parts(self) -> None:
        has_project = self._workspace.project is not None
        is_empty = not self._images.images.keys
        self._nothing.setVisible(not has_project)
        self._open.setVisible(not has_project)
        self.no_match.setVisible(has_project and is_empty)
        self.view.setVisible(has_project and not is_empty)
        for part in (self.filter, self.progress, self.note):
            part.setVisible(has_project)

    def _on_list_changed(self) -> None:
        self._show_parts()
        if self._workspace.current_key is not None:
            self._select(self._workspace.current_key)

    def _on_clicked(self, index: QModelIndex) -> None:
        self._workspace.open_image(self.rows.key(index.row()))

    def _select(self, key: str) -> None:
        row = self.rows.row_of(key)
        if row >= 0:
            index = self.rows.index(row)
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)
        else:
            self.view.clearSelection()


class _NoMatch(QWidget):
    """Says that no image is as wanted, and offers all of them."""

    def __init__(self, images: ImageList) -> None:
        super().__init__()
        text = QLabel(self.tr("No image matches the search and the filters."))
        text.setWordWrap(True)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.clear = QPushButton(self.tr("Clear filters"))
        self.clear.clicked.connect(images.clear)
        layout = QVBoxLayout(self)
        layout.addStretch()
        layout.addWidget(text)
        layout.addWidget(self.clear)
        layout.addStretch()
