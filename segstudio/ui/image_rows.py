"""The rows of the image list: what they hold, and how they are drawn."""

from html import escape
from typing import Any, Final, NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QDateTime,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from segstudio.controllers.error_words import told
from segstudio.controllers.image_list import ImageList
from segstudio.controllers.indexer import Indexer
from segstudio.controllers.review import ReviewController
from segstudio.controllers.thumbnails import Thumbnails
from segstudio.controllers.workspace import Workspace
from segstudio.core.review import ReviewState
from segstudio.ui.review_states import DAMAGED_COLOR, STATE_COLORS, state_name
from segstudio.ui.theme import Theme

_THUMB: Final = 48
_GAP: Final = 8
ROW_HEIGHT: Final = _THUMB + _GAP
_DOT: Final = 7
_STATE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_Index = QModelIndex | QPersistentModelIndex


class RowState(NamedTuple):
    """The second line of a row.

    Attributes:
        color: Of the dot before it, or None for none.
        text: What it says.
    """

    color: QColor | None
    text: str


class ImageRows(QAbstractListModel):
    """One row for each image that is shown: thumbnail, name, state.

    Args:
        workspace: Whose images.
        images: Which of them are shown.
        review: How far they are reviewed.
        indexer: What else is known of them.
        thumbnails: How they look.
        parent: Keeps it alive.
    """

    def __init__(
        self,
        workspace: Workspace,
        images: ImageList,
        review: ReviewController,
        indexer: Indexer,
        thumbnails: Thumbnails,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._images = images
        self._review = review
        self._indexer = indexer
        self._thumbnails = thumbnails
        self._workspace = workspace
        self._keys: tuple[str, ...] = ()
        self._drawn: dict[str, int] = {}  # image key -> row, of those whose picture was wanted
        workspace.project_changed.connect(self._on_project_changed)
        images.changed.connect(self._on_list_changed)
        review.changed.connect(self._refresh)
        thumbnails.ready.connect(self._on_ready)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return how many images are shown."""
        return 0 if parent.isValid() else len(self._keys)

    def key(self, row: int) -> str:
        """Return the image of a row."""
        return self._keys[row]

    def row_of(self, key: str) -> int:
        """Return the row of an image, or -1 if it is not shown."""
        try:
            return self._keys.index(key)
        except ValueError:
            return -1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """Return the name, picture, state or tool tip of a row."""
        key = self._keys[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return key
            case Qt.ItemDataRole.ToolTipRole:
                return self._tool_tip(key)
            case Qt.ItemDataRole.DecorationRole:
                self._drawn[key] = index.row()
                return self._thumbnails.image(key)
            case role if role == _STATE_ROLE:
                return self._state(key)
        return None

    def _state(self, key: str) -> RowState:
        if self._thumbnails.damage(key):
            return RowState(DAMAGED_COLOR, self.tr("cannot be opened"))
        if key in self._indexer.table.problems:
            return RowState(DAMAGED_COLOR, self.tr("mask cannot be read"))
        state, note = self._review.state(key), self._review.note(key)
        color = None if state is ReviewState.UNLABELLED else STATE_COLORS[state]
        text = state_name(state)
        return RowState(color, f"{text} - {note}" if note else text)

    def _tool_tip(self, key: str) -> str:
        table = self._indexer.table
        lines = [key, state_name(self._review.state(key))]
        if person := table.people.get(key):
            lines[-1] += f" ({person})"
        if changed := self._indexer.changed_at(key):
            moment = QDateTime.fromSecsSinceEpoch(int(changed))
            when = QLocale().toString(moment, QLocale.FormatType.ShortFormat)
            lines.append(self.tr("last changed %s") % when)
        if note := self._review.note(key):
            lines.append(note)
        if damage := self._thumbnails.damage(key):
            lines.append(told(damage))
        if problem := table.problems.get(key):
            lines.append(problem)
        # Tool tips guess whether they hold markup; a file name or a note never does.
        return "<br>".join(escape(line) for line in lines)

    def _on_project_changed(self) -> None:
        self._thumbnails.set_project(self._workspace.project)
        self._on_list_changed()

    def _on_list_changed(self) -> None:
        self.beginResetModel()
        self._keys, self._drawn = self._images.images.keys, {}
        self.endResetModel()

    def _on_ready(self, key: str) -> None:
        if key in self._drawn:
            index = self.index(self._drawn[key])
            self.dataChanged.emit(index, index)

    def _refresh(self) -> None:
        if self._keys:
            self.dataChanged.emit(self.index(0), self.index(len(self._keys) - 1))


class ImageDelegate(QStyledItemDelegate):
    """Draws thumbnail, name and state of one image."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return the same for all rows."""
        return QSize(160, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one row."""
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
        state: RowState = index.data(_STATE_ROLE)
        left = rect.left()
        if state.color is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(state.color)
            painter.drawEllipse(left, top + line + line // 2 - 2, _DOT, _DOT)
            left += _DOT + 5
        painter.setPen(self._theme.muted)
        font = QFont(painter.font())
        font.setPixelSize(max(11, metrics.height() * 3 // 4))
        painter.setFont(font)
        room = QRect(left, top + line + 1, rect.right() - left, line)
        text = painter.fontMetrics().elidedText(
            state.text.replace("\n", " "), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, 0, text)
