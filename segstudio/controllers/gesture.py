"""Turns the pointer into edits: one gesture of the active tool at a time."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.toolbox import Toolbox
from segstudio.controllers.user_error import as_user_error
from segstudio.core.flood import load_opencv
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.paint_rule import held_to
from segstudio.core.raster import Point
from segstudio.core.superpixels import SuperpixelCache
from segstudio.document.document import Document
from segstudio.tools.preview import Preview
from segstudio.tools.tool import Asker, Pointer, Tool, Work

_PREPARE_MS = 700  # after the first image is there
_THREADS = 2  # so that a question that is no longer asked does not hold up the next one


class Gesture(QObject):
    """Feeds the active tool and writes what it answers, held to the paint rules.

    What a tool cannot answer at once runs on a thread; only its newest question is answered.

    Signals:
        preview_changed: ``preview`` is another one.
        failed: A ``SegStudioError``: the tool could not find its answer.
    """

    preview_changed = Signal()
    failed = Signal(object)

    def __init__(self, toolbox: Toolbox, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._toolbox = toolbox
        self._document: Document | None = None
        self._tool: Tool | None = None  # waits for the pointer until the gesture begins
        self._tool_name = toolbox.tool
        self._is_active = False
        self._was_open = False  # before the last press
        self._clicked: int | None = None  # value on which the gesture began
        self._last_point: Point | None = None
        self._superpixels = SuperpixelCache()
        self._at: Pointer | None = None  # where the pointer was last
        self._preview: Preview | None = None
        self._pool = Pool(_THREADS, self)
        self._work: Work | None = None
        self._job: Job | None = None
        self._held: list[MaskPatch | None] = []  # edits that were held to the rules on a thread
        self._is_held_back = False  # whether locks and rule left nothing of an edit
        self._has_written = False
        self._is_writing = False
        self._is_prepared = False
        toolbox.changed.connect(self._on_toolbox_changed)
        self._prepare = QTimer(self, singleShot=True, interval=_PREPARE_MS)
        self._prepare.timeout.connect(self._load_opencv)

    @property
    def preview(self) -> Preview | None:
        """What the canvas shows of the gesture, or None."""
        return self._preview

    @property
    def is_active(self) -> bool:
        """Whether a gesture is under way, with the button held or not."""
        return self._is_active

    @property
    def has_parts(self) -> bool:
        """Whether an outline is under way, of which ``step_back`` takes the last part."""
        return self._is_active and self._tool is not None and self._tool.has_parts

    @property
    def is_settled(self) -> bool:
        """Whether no question of the tool waits for its answer."""
        return self._job is None

    def shut_down(self) -> None:
        """Stop the threads."""
        self._prepare.stop()
        self._drop_job()
        self._pool.shut_down()

    def set_document(self, document: Document | None) -> None:
        """Edit this document from now on; a gesture that is under way is given up."""
        if self._document is not None:
            self._document.mask_changed.disconnect(self._on_mask_changed)
        if document is not None:
            document.mask_changed.connect(self._on_mask_changed)
            if not self._is_prepared:
                self._prepare.start()
        self._is_active = False
        self._tool = None
        self._last_point = None
        self._superpixels = SuperpixelCache()
        self._at = None
        self._document = document
        self._show()

    def press(self, at: Pointer) -> None:
        """Begin a gesture, or go on with an open one."""
        self._at = at
        document = self._document
        if document is None or not (self._is_active or self._toolbox.may_begin()):
            return
        tool = self._ready_tool(document)
        if tool is None:
            return
        if self._is_active and self._toolbox.tool is not self._tool_name:
            self.cancel()  # the hand was faster than the answer that the tool before waits for
            tool = self._ready_tool(document)
            if tool is None:
                return
        self._was_open = self._is_active
        if not self._is_active:
            self._is_active = True
            self._clicked = None
            self._is_held_back = self._has_written = False
            if tool.is_stroke:
                document.begin_gesture(tool.edit_name)
        # Before the tool writes: a stroke that begins on a class must not see its own paint.
        self._note_clicked(document, at)
        patch = tool.press(document.label_map, at)
        if tool.begun_at is at:  # an open gesture may begin anew, on another class
            self._clicked = None
            self._note_clicked(document, at)
        self._write(document, tool, patch)
        self._show()

    def move(self, at: Pointer) -> None:
        """Go on with the button held."""
        self._at = at
        if self._is_active and self._tool is not None and self._document is not None:
            self._note_clicked(self._document, at)
            patch = self._tool.move(self._document.label_map, at)
            self._write(self._document, self._tool, patch)
            self._show()

    def release(self, at: Pointer) -> None:
        """End the gesture, unless the tool goes on."""
        self._at = at
        if self._is_active and self._tool is not None and self._document is not None:
            self._note_clicked(self._document, at)
            patch = self._tool.release(self._document.label_map, at)
            self._write(self._document, self._tool, patch)
            self._last_point = at.point
            self._end_if_done(self._document, self._tool)
            self._was_open = self._is_active

    def hover(self, at: Pointer) -> None:
        """Follow the pointer with no button held."""
        self._at = at
        self._follow_pointer()
        self._show()

    def finish(self) -> bool:
        """Finish an open gesture; return whether there was one."""
        if not self._is_active or self._tool is None or self._document is None:
            return False
        self._write(self._document, self._tool, self._tool.finish(self._document.label_map))
        self._end_if_done(self._document, self._tool)
        return True

    def step_back(self) -> bool:
        """Take back the last part of an open gesture; return whether there was one."""
        if not self._is_active or self._tool is None or self._document is None:
            return False
        self._tool.step_back()
        self._end_if_done(self._document, self._tool)
        return True

    def let_go(self) -> None:
        """Take the last press back: a second finger came, and the two only zoom and pan."""
        if not self._was_open:
            self.cancel()
        elif self._is_active and self._tool is not None and self._document is not None:
            self._tool.let_go()
            self._end_if_done(self._document, self._tool)

    def cancel(self) -> bool:
        """Give up the gesture and what it wrote; return whether there was one."""
        was_active = self._is_active
        self._is_active = False
        self._tool = None
        self._held = []
        if was_active and self._document is not None:
            self._document.cancel_gesture()
        self._show()
        return was_active

    def _follow_pointer(self) -> None:
        """Let the tool show what a press would begin."""
        if self._document is not None and self._at is not None:
            tool = self._ready_tool(self._document)
            if tool is not None:
                tool.hover(self._document.label_map, self._at)

    def _ready_tool(self, document: Document) -> Tool | None:
        if self._tool is None:
            self._tool = self._toolbox.make_tool(
                document.image, self._last_point, self._superpixels
            )
            self._tool_name = self._toolbox.tool
        return self._tool

    def _note_clicked(self, document: Document, at: Pointer) -> None:
        """Find the class that the gesture began on; beside the image it has not begun yet."""
        if self._clicked is None and (pixel := at.pixel_of(document.label_map)) is not None:
            self._clicked = int(document.label_map[pixel])

    def _write(self, document: Document, tool: Tool, patch: MaskPatch | None) -> None:
        if patch is None:
            return
        if not any(patch is held for held in self._held):
            patch = held_to(patch, self._writable(tool))
            self._is_held_back = self._is_held_back or patch is None
        self._has_written = self._has_written or patch is not None
        self._is_writing = True
        if tool.is_stroke:
            document.paint(patch)
        else:
            document.apply(tool.edit_name, patch)
        self._is_writing = False

    def _writable(self, tool: Tool | None) -> NDArray[np.bool_]:
        return self._toolbox.writable(self._clicked, erases=tool is not None and tool.erases)

    def _end_if_done(self, document: Document, tool: Tool) -> None:
        if not tool.is_open:
            self._is_active = False
            self._tool = None
            self._held = []
            document.end_gesture()
            if self._is_held_back and not self._has_written:
                self._toolbox.tell_held_back(self._clicked)
            self._follow_pointer()
        self._show()

    def _on_toolbox_changed(self) -> None:
        tool, document = self._tool, self._document
        if tool is None or document is None:
            return
        if self._is_active and self._toolbox.tool is self._tool_name:
            # The user corrects the class, the tolerance or a rule before the outline is closed.
            context = self._toolbox.context(document.image, self._last_point, self._superpixels)
            tool.adapt(document.label_map, context)
        elif self._is_active and tool.is_committed:
            pass  # the answer is on its way
        elif self._is_active and tool.is_stroke:
            # Another key came before the button was released: what is painted stays.
            self._is_active = False
            self._tool = None
            document.end_gesture()
            self._follow_pointer()
        elif self._is_active:
            self.cancel()
        else:
            self._tool = None
            self._follow_pointer()
        self._show()

    @Slot()
    def _load_opencv(self) -> None:
        self._is_prepared = True
        Job(lambda _cancelled: load_opencv(), self).start(self._pool)

    @Slot()
    def _on_mask_changed(self) -> None:
        if self._tool is not None and self._document is not None and not self._is_writing:
            self._tool.follow(self._document.label_map)
            self._show()

    def _ask(self, work: Work | None) -> None:
        """Have the tool's question answered, if it is another one than before."""
        if work is self._work:
            return
        self._drop_job()
        self._work = work
        if work is not None:
            writable = self._writable(self._tool)
            waiting = self._document.waiting if self._document is not None else None
            held: list[MaskPatch | None] = []

            def hold(found: MaskPatch | None) -> MaskPatch | None:
                patch = held_to(found, writable)
                if patch is None and found is not None:
                    self._is_held_back = True
                if patch is not None and waiting is not None:
                    waiting.about_to_write([patch.rect])  # the window need not wait for it
                held.append(patch)
                return patch

            self._held = held
            job = Job(lambda cancelled: work.run(Asker(cancelled.is_set, hold)), self)
            job.succeeded.connect(self._on_answered)
            job.failed.connect(self._on_work_failed)
            self._job = job
            job.start(self._pool)

    def _drop_job(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = self._work = None

    @Slot(object)
    def _on_answered(self, answer: object) -> None:
        self._job = self._work = None
        if self._tool is None or self._document is None:
            return
        self._write(self._document, self._tool, self._tool.take(self._document.label_map, answer))
        if self._is_active:
            self._end_if_done(self._document, self._tool)
        self._show()

    @Slot(object)
    def _on_work_failed(self, error: Exception) -> None:
        self._job = self._work = None
        self.cancel()
        self.failed.emit(as_user_error(error))

    def _show(self) -> None:
        self._ask(self._tool.work if self._tool is not None else None)
        preview = self._tool.preview if self._tool is not None else None
        if preview is not self._preview:
            self._preview = preview
            self.preview_changed.emit()
