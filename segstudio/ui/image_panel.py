"""The list of images with thumbnails."""

from typing import Any, Final

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    QStringListModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from segstudio.controllers.review import ReviewController
from segstudio.controllers.thumbnails import Thumbnails
from segstudio.controllers.workspace import Workspace
from segstudio.ui.theme import Theme

_THUMB: Final = 48
_GAP: Final = 8
_Index = QModelIndex | QPersistentModelIndex
_STATE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_LABELLED, _UNLABELLED, _DAMAGED, _APPROVED = range(4)
# Blue asks to be looked at, green is done (Okabe and Ito's colours).
_DOTS: Final = {_LABELLED: "#56b4e9", _DAMAGED: "#d0453a", _APPROVED: "#009e73"}


class _ImageModel(QStringListModel):
    """One row an image: thumbnail, name, state.

    Its base class counts the rows, because a list view asks some 60,000 times for 10,000 rows.
    """

    def __init__(
        self,
        workspace: Workspace,
        review: ReviewController,
        thumbnails: Thumbnails,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._review = review
        self._thumbnails = thumbnails
        self._rows: dict[str, int] = {}
        workspace.project_changed.connect(self._on_project_changed)
        workspace.labelled_changed.connect(self._refresh_all)
        review.changed.connect(self._refresh_all)
        thumbnails.ready.connect(self._on_ready)

    def row_of(self, key: str) -> int:
        return self._rows.get(key, -1)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        key = self._workspace.keys[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return key
            case Qt.ItemDataRole.ToolTipRole:
                return self._tool_tip(key)
            case Qt.ItemDataRole.DecorationRole:
                return self._thumbnails.image(key)
            case role if role == _STATE_ROLE:
                if self._thumbnails.damage(key):
                    return _DAMAGED
                if key in self._review.approved:
                    return _APPROVED
                return _LABELLED if key in self._workspace.labelled else _UNLABELLED
        return None

    def _tool_tip(self, key: str) -> str:
        damage = self._thumbnails.damage(key)
        text = f"{key}\n{damage.sentence}" if damage else key
        # Tool tips guess whether they hold markup; a file name never does.
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")

    def _on_project_changed(self) -> None:
        self._thumbnails.set_project(self._workspace.project)
        self._rows = {key: row for row, key in enumerate(self._workspace.keys)}
        self.setStringList(self._workspace.keys)

    def _on_ready(self, key: str) -> None:
        if key in self._rows:
            index = self.index(self._rows[key])
            self.dataChanged.emit(index, index)

    def _refresh_all(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))


class _ImageDelegate(QStyledItemDelegate):
    """Draws thumbnail, name and state of one image."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state_text = {
            _APPROVED: self.tr("approved"),
            _LABELLED: self.tr("labelled"),
            _UNLABELLED: self.tr("not labelled"),
            _DAMAGED: self.tr("cannot be opened"),
        }

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(160, _THUMB + _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        painter.save()
        rect: QRect = option.rect
        palette: QPalette = option.palette
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.selection)
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 4, 4)
        box = QRect(rect.left() + 4, rect.top() + _GAP // 2, _THUMB, _THUMB)
        self._draw_thumbnail(painter, box, index.data(Qt.ItemDataRole.DecorationRole))
        text = rect.adjusted(_THUMB + _GAP + 4, 6, -_GAP, -6)
        self._draw_text(painter, text, index, palette.text().color())
        painter.restore()

    def _draw_thumbnail(self, painter: QPainter, box: QRect, image: QImage | None) -> None:
        if image is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(128, 128, 128, 48))
            painter.drawRoundedRect(box, 3, 3)
            return
        size = image.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(
            box.left() + (box.width() - size.width()) // 2,
            box.top() + (box.height() - size.height()) // 2,
            size.width(),
            size.height(),
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, image)

    def _draw_text(self, painter: QPainter, rect: QRect, index: _Index, color: QColor) -> None:
        metrics = painter.fontMetrics()
        line = metrics.height()
        top = rect.center().y() - line
        name = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, rect.width())
        painter.setPen(color)
        painter.drawText(QRect(rect.left(), top, rect.width(), line), 0, name)
        state = index.data(_STATE_ROLE)
        left = rect.left()
        if state in _DOTS:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(_DOTS[state]))
            painter.drawEllipse(left, top + line + line // 2 - 2, 7, 7)
            left += 12
        painter.setPen(self._theme.muted)
        font = QFont(painter.font())
        font.setPixelSize(max(11, metrics.height() * 3 // 4))
        painter.setFont(font)
        painter.drawText(
            QRect(left, top + line + 1, rect.right() - left, line), 0, self._state_text[state]
        )


class ImagePanel(QWidget):
    """Shows the images of the project and opens the one that is clicked.

    Signals:
        open_requested: The user wants to open a folder.
    """

    open_requested = Signal()

    def __init__(
        self,
        workspace: Workspace,
        review: ReviewController,
        thumbnails: Thumbnails,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._model = _ImageModel(workspace, review, thumbnails, self)
        self.view = QListView()
        self.view.setModel(self._model)
        self.view.setItemDelegate(_ImageDelegate(theme, self.view))
        self.view.setUniformItemSizes(True)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys stay with the canvas
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.clicked.connect(self._on_clicked)
        self._empty = QLabel(self.tr("Images of the open folder will be listed here."))
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._open = QPushButton(self.tr("Open images"))
        theme.keep_icon(self._open, "folder-open")
        self._open.clicked.connect(self.open_requested)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._empty)
        layout.addWidget(self._open)
        layout.addWidget(self.view)
        workspace.project_changed.connect(self._on_project_changed)
        workspace.image_opening.connect(self._select)
        self._on_project_changed()

    def _on_project_changed(self) -> None:
        has_project = self._workspace.project is not None
        self.view.setVisible(has_project)
        self._empty.setVisible(not has_project)
        self._open.setVisible(not has_project)

    def _on_clicked(self, index: QModelIndex) -> None:
        self._workspace.open_image(self._workspace.keys[index.row()])

    def _select(self, key: str) -> None:
        row = self._model.row_of(key)
        if row >= 0:
            index = self._model.index(row)
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)
