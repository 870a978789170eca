"""Turns the pointer into edits: one gesture of the active tool at a time."""

from collections import deque
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.large_writes import copies_first
from segstudio.controllers.toolbox import InHand, Toolbox
from segstudio.controllers.user_error import as_user_error
from segstudio.core.flood import load_opencv
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.paint_rule import held_to
from segstudio.core.raster import Point
from segstudio.core.superpixels import SuperpixelCache
from segstudio.document.document import Document
from segstudio.tools.options import ToolContext
from segstudio.tools.preview import Preview
from segstudio.tools.table import TOOLS
from segstudio.tools.tool import Asker, Pointer, Tool, Work

_PREPARE_MS = 700  # after the first image is there
_THREADS = 2  # so that a question that is no longer asked does not hold up the next one


class Gesture(QObject):
    """Feeds the active tool and writes what it answers, held to the paint rules.

    What a tool cannot answer at once runs on a thread; only its newest question is answered. What
    the user has confirmed is painted whatever comes next: the hand may go on at once, and what it
    does meanwhile is done after that, with the tool as it was set then.

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
        self._now = toolbox.in_hand()
        self._in_hand = self._now  # what the tool was made of
        self._later: deque[tuple[InHand, Callable[[InHand], object]]] = deque()
        self._is_active = False
        self._was_open = False  # before the last press
        self._clicked: int | None = None  # value on which the gesture began
        self._clicked_before: int | None = None  # the last press
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
        return self._is_active and not self._is_confirmed

    @property
    def has_parts(self) -> bool:
        """Whether an outline is under way, of which ``step_back`` takes the last part."""
        return self.is_active and self._tool is not None and self._tool.has_parts

    @property
    def is_settled(self) -> bool:
        """Whether no question of the tool waits for its answer."""
        return self._job is None and not self._later

    def shut_down(self) -> None:
        """Stop the threads."""
        self._prepare.stop()
        self._drop_job()
        self._pool.shut_down()

    def set_document(self, document: Document | None) -> None:
        """Edit this document from now on; a gesture that is under way is given up."""
        if self._document is not None:
            self._document.mask_changed.disconnect(self._on_mask_changed)
            self._document.edit_due.disconnect(self._on_edit_due)
        if document is not None:
            document.mask_changed.connect(self._on_mask_changed)
            document.edit_due.connect(self._on_edit_due)
            if not self._is_prepared:
                self._prepare.start()
        self._is_active = False
        self._tool = None
        self._held = []
        self._later.clear()
        self._last_point = None
        self._superpixels = SuperpixelCache()
        self._at = None
        self._document = document
        self._show()

    def press(self, at: Pointer) -> None:
        """Begin a gesture, or go on with an open one."""
        self._at = at
        self._in_turn(partial(self._press, at), begins=True)

    def _press(self, at: Pointer, in_hand: InHand) -> None:
        document = self._document
        if document is None or not (self._is_active or self._toolbox.may_begin(in_hand.tool)):
            return
        tool = self._ready_tool(document, in_hand)
        if tool is None:
            return
        self._was_open, self._clicked_before = self._is_active, self._clicked
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
        self._in_turn(partial(self._move, at))

    def _move(self, at: Pointer, _in_hand: InHand) -> None:
        if self._is_active and self._tool is not None and self._document is not None:
            self._note_clicked(self._document, at)
            patch = self._tool.move(self._document.label_map, at)
            self._write(self._document, self._tool, patch)
            self._show()

    def release(self, at: Pointer) -> None:
        """End the gesture, unless the tool goes on."""
        self._at = at
        self._in_turn(partial(self._release, at))

    def _release(self, at: Pointer, _in_hand: InHand) -> None:
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
        if self._later or self._is_confirmed:
            self._in_turn(self._finish)
            return True
        return self._finish(self._now)

    def _finish(self, _in_hand: InHand) -> bool:
        if not self._is_active or self._tool is None or self._document is None:
            return False
        self._write(self._document, self._tool, self._tool.finish(self._document.label_map))
        self._end_if_done(self._document, self._tool)
        return True

    def step_back(self) -> bool:
        """Take back the last part of an open gesture; return whether there was one."""
        if self._later:
            self._in_turn(self._step_back)
            return True
        return self._step_back(self._now)

    def _step_back(self, _in_hand: InHand) -> bool:
        if not self._is_active or self._tool is None or self._document is None:
            return False
        self._tool.step_back()
        self._end_if_done(self._document, self._tool)
        return True

    def let_go(self) -> None:
        """Take the last press back: a second finger came, and the two only zoom and pan."""
        self._in_turn(self._let_go)

    def _let_go(self, _in_hand: InHand) -> None:
        if not self._was_open:
            self._give_up(self._now)
        elif self._is_active and self._tool is not None and self._document is not None:
            self._tool.let_go()
            self._clicked = self._clicked_before
            self._end_if_done(self._document, self._tool)

    def cancel(self) -> bool:
        """Give up the gesture and what it wrote; return whether there was one."""
        if self._later:
            self._in_turn(self._give_up)
            return True
        return self._give_up(self._now)

    def _give_up(self, _in_hand: InHand) -> bool:
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
            tool = self._ready_tool(self._document, self._now)
            if tool is not None:
                tool.hover(self._document.label_map, self._at)

    @property
    def _is_confirmed(self) -> bool:
        """Whether an edit that the user wants for sure is still being worked out."""
        tool = self._tool
        # An outline may be closed while one of its anchors is still in the hand: it waits for that.
        if not self._is_active or tool is None or tool.work is None:
            return False
        return tool.is_committed

    def _in_turn(self, step: Callable[[InHand], object], *, begins: bool = False) -> None:
        """Take a step now, or once the edit is made that was confirmed before it.

        Args:
            step: What to do; it gets the tool as it is set now.
            begins: Whether it begins a gesture. Other steps do nothing to what is confirmed.
        """
        if self._later or (begins and self._is_confirmed):
            self._later.append((self._now, step))
        elif not self._is_confirmed:
            step(self._now)

    def _catch_up(self) -> None:
        """Take the steps that waited."""
        while self._later and not self._is_confirmed:
            in_hand, step = self._later.popleft()
            step(in_hand)
        self._show()

    def _ready_tool(self, document: Document, in_hand: InHand) -> Tool | None:
        if self._is_active:
            return self._tool
        if self._tool is None or self._in_hand is not in_hand:
            self._in_hand = in_hand
            make = TOOLS[in_hand.tool].make
            self._tool = None if make is None else make(self._context(document))
        return self._tool

    def _context(self, document: Document) -> ToolContext:
        return self._in_hand.context(document.image, self._last_point, self._superpixels)

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
        erases = tool is not None and tool.erases
        return self._in_hand.writable(clicked=self._clicked, erases=erases)

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
        self._now = self._toolbox.in_hand()
        self._in_turn(self._adapt)

    def _adapt(self, in_hand: InHand) -> None:
        tool, document = self._tool, self._document
        if tool is None or document is None:
            return
        if self._is_active and in_hand.tool is self._in_hand.tool:
            # The user corrects the class, the tolerance or a rule before the outline is closed.
            self._in_hand = in_hand
            tool.adapt(document.label_map, self._context(document))
        elif self._is_active and tool.is_stroke:
            # Another key came before the button was released: what is painted stays.
            self._is_active = False
            self._tool = None
            document.end_gesture()
            self._follow_pointer()
        elif self._is_active:
            self._give_up(in_hand)
        else:
            self._tool = None
            self._follow_pointer()
        self._show()

    @Slot()
    def _on_edit_due(self) -> None:
        while self._is_confirmed and self._job is not None:
            self._pool.wait()

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
        """Take an answer; a save that has begun since it was found copies its pixels first."""
        document = self._document
        rects = [patch.rect for patch in self._held if patch is not None]
        job = None if document is None else copies_first(document, rects, self)
        if job is None:
            self._take(answer)
            return
        job.succeeded.connect(lambda _none: self._take(answer))
        job.failed.connect(self._on_work_failed)
        self._job = job
        job.start(self._pool)

    def _take(self, answer: object) -> None:
        self._job = self._work = None
        if self._tool is None or self._document is None:
            return
        self._write(self._document, self._tool, self._tool.take(self._document.label_map, answer))
        if self._is_active:
            self._end_if_done(self._document, self._tool)
        self._show()
        self._catch_up()

    @Slot(object)
    def _on_work_failed(self, error: Exception) -> None:
        self._job = self._work = None
        self._give_up(self._now)
        self.failed.emit(as_user_error(error))
        self._catch_up()

    def _show(self) -> None:
        self._ask(self._tool.work if self._tool is not None else None)
        preview = self._tool.preview if self._tool is not None else None
        if preview is not self._preview:
            self._preview = preview
            self.preview_changed.emit()
        if self._document is not None:
            is_expected = self._is_confirmed or bool(self._later)
            self._document.expect_edit(self, is_expected=is_expected)
