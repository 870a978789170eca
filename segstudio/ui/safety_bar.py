"""The bar that tells what was recovered after a crash, and asks which of two masks to keep."""

from collections import deque
from collections.abc import Callable
from datetime import datetime

from PySide6.QtWidgets import QWidget

from segstudio.controllers.error_words import told
from segstudio.controllers.workspace import Workspace
from segstudio.storage.mask_store import MaskChangedError
from segstudio.storage.recovery import Recovery
from segstudio.ui.messages import Choice, MessageBar
from segstudio.ui.theme import Theme


class SafetyBar(MessageBar):
    """Questions about work that could be lost, one after another.

    It is not the bar of messages, because a question must not give way to a notice.
    """

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._workspace = workspace
        self._waiting: deque[Callable[[], None]] = deque()
        self._asked: set[str] = set()  # images whose conflict is shown or waits
        self._to_review: deque[str] = deque()
        workspace.recovered.connect(self._on_recovered)
        workspace.mask_conflicted.connect(self._on_conflicted)
        workspace.project_changed.connect(self._forget)
        self.closed.connect(self._on_closed)

    def _forget(self) -> None:
        self._waiting.clear()
        self._asked.clear()
        self._to_review.clear()
        self.hide()

    def _ask(self, question: Callable[[], None]) -> None:
        if self.isHidden():
            question()
        else:
            self._waiting.append(question)

    def _go_on(self) -> None:
        if self._waiting and self.isHidden():
            self._waiting.popleft()()

    def _on_closed(self) -> None:
        # Closing keeps what was recovered. An open conflict is asked again at the next save.
        self._asked.clear()
        self._workspace.accept_recovered()
        self._go_on()

    def _on_recovered(self, recovery: Recovery) -> None:
        self._to_review = deque(mask.key for mask in recovery.masks)
        since = datetime.fromtimestamp(min(mask.since for mask in recovery.masks))
        edits = self.tr("%d edits") % recovery.edits if recovery.edits != 1 else self.tr("1 edit")
        count = len(recovery.masks)
        images = self.tr("%d images") % count if count != 1 else self.tr("1 image")
        text = self.tr("Recovered %s in %s from %s: the program had ended unexpectedly.") % (
            edits,
            images,
            f"{since:%H:%M}" if since.date() == datetime.now().date() else f"{since:%x %H:%M}",
        )

        def ask() -> None:
            self.show_question(
                text,
                Choice(self.tr("Review"), review),
                Choice(self.tr("Discard"), discard),
            )

        def review() -> None:
            if self._to_review:
                self._workspace.open_image(self._to_review.popleft())
            ask()  # the answer may still be to discard

        def discard() -> None:
            self._workspace.discard_recovered()
            self._go_on()

        self._ask(ask)

    def _on_conflicted(self, key: str, error: MaskChangedError) -> None:
        if key in self._asked:
            return
        self._asked.add(key)

        def answered(answer: Callable[[str], None]) -> Callable[[], None]:
            def run() -> None:
                self._asked.discard(key)
                answer(key)
                self._go_on()

            return run

        self._ask(
            lambda: self.show_question(
                told(error),
                Choice(self.tr("Keep mine"), answered(self._workspace.keep_mine)),
                Choice(self.tr("Take theirs"), answered(self._workspace.take_theirs)),
            )
        )
