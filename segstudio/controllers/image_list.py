"""Which images the list shows, in which order."""

import threading

from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.indexer import Indexer
from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.workspace import Workspace
from segstudio.core.image_filter import ImageFilter, ImageSort, arranged
from segstudio.core.image_table import ImageTable
from segstudio.core.shown_images import ShownImages
from segstudio.storage.class_change_log import StoredChange


class ImageList(QObject):
    """Filters and sorts the images of the project on a thread; the workspace steps through them.

    The open image keeps its place until another is opened, whatever is done with it: who approves
    one image after another under "not approved" is not to lose the thread.

    Signals:
        changed: ``images`` is another list.
        filter_changed: ``wanted`` is another one.

    Attributes:
        wanted: What the user asked for.
        images: The images that are shown now.
    """

    changed = Signal()
    filter_changed = Signal()

    def __init__(
        self, workspace: Workspace, indexer: Indexer, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._indexer = indexer
        self._pool = Pool(1, self)
        self._job: Job | None = None
        self._is_outdated = False
        self._open_as = ImageTable.of(())  # holds how the open image was when it was opened
        self.wanted = ImageFilter()
        self.images = ShownImages(())
        workspace.other_project_opened.connect(self._on_other_project)
        workspace.project_changed.connect(self._on_project_changed)
        workspace.classes_moved.connect(self._on_classes_moved)
        workspace.image_opening.connect(self._on_image_opening)
        indexer.changed.connect(self._on_facts)

    @property
    def is_idle(self) -> bool:
        """Whether what is shown is what was asked for."""
        return self._job is None

    def set_wanted(self, wanted: ImageFilter) -> None:
        """Show other images, or in another order."""
        if wanted == self.wanted:
            return
        self.wanted = wanted
        self._keep_open_image()
        self.filter_changed.emit()
        self._arrange()

    def clear(self) -> None:
        """Show all images."""
        self.set_wanted(self.wanted.cleared())

    def shut_down(self) -> None:
        """End the thread."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._pool.shut_down()

    @Slot()
    def _on_other_project(self) -> None:
        # Classes have other numbers there.
        self.wanted = ImageFilter(sort=self.wanted.sort, is_reversed=self.wanted.is_reversed)
        if self.wanted.sort is ImageSort.AREA:
            self.wanted = ImageFilter()

    @Slot(object)
    def _on_classes_moved(self, done: StoredChange) -> None:
        self.wanted = self.wanted.following(done.change)

    @Slot()
    def _on_project_changed(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._open_as = ImageTable.of(())
        self._show(ShownImages(self._workspace.keys))
        self.filter_changed.emit()

    @Slot(str)
    def _on_image_opening(self, _key: str) -> None:
        self._keep_open_image()
        if self._follows_facts():
            self._arrange()

    def _keep_open_image(self) -> None:
        """Let the open image stand where it stands now, until this is called again."""
        indexer, key = self._indexer, self._workspace.current_key
        is_known = key is not None and indexer.knows(key)
        self._open_as = indexer.table if is_known else ImageTable.of(())

    @Slot()
    def _on_facts(self) -> None:
        if not len(self._open_as):
            self._keep_open_image()
        # Nothing is known right after a project was opened: no image would seem to be wanted.
        if self._follows_facts() and self._indexer.knows_project:
            self._arrange()

    def _follows_facts(self) -> bool:
        return self.wanted.hides or self.wanted.sort is not ImageSort.NAME

    def _arrange(self) -> None:
        """Work out what is shown; if that is under way, once more after it."""
        self._is_outdated = self._job is not None
        if self._is_outdated:
            return
        table, wanted, before = self._indexer.table, self.wanted, self.images
        open_as, current = self._open_as, self._workspace.current_key

        def arrange(_cancelled: threading.Event) -> ShownImages:
            known = table.with_row_of(open_as, current) if current else table
            return _shown(known, wanted, before)

        self._job = Job(arrange, self)
        self._job.succeeded.connect(self._on_arranged)
        self._job.start(self._pool)

    @Slot(object)
    def _on_arranged(self, images: ShownImages) -> None:
        self._job = None
        self._show(images)
        if self._is_outdated:
            self._arrange()

    def _show(self, images: ShownImages) -> None:
        is_same = images.keys is self.images.keys
        self.images = self._workspace.list = images
        if not is_same:
            self.changed.emit()


def _shown(table: ImageTable, wanted: ImageFilter, before: ShownImages) -> ShownImages:
    arrangement = arranged(table, wanted)
    keys = tuple(map(table.keys.__getitem__, arrangement.shown.tolist()))
    # The same tuple says that there is nothing to draw anew.
    return ShownImages(before.keys if keys == before.keys else keys, table.keys, arrangement)
