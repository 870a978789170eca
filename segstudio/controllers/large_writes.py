"""Writing megapixels into the open image without holding the window."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject

from segstudio.controllers.jobs import Job
from segstudio.core.rect import Rect
from segstudio.document.document import Document

_LARGE: Final = 1_000_000  # pixels; so many are copied in a millisecond


def copies_first(document: Document, rects: Sequence[Rect], parent: QObject) -> Job | None:
    """Return the job that is to run before some rectangles are written, or None if none is.

    It makes the copies that a save still needs of them, for which the write would wait. A save may
    begin while it runs: who wants to be sure asks again.
    """
    waiting = document.waiting
    if waiting.is_done or sum(rect.height * rect.width for rect in rects) <= _LARGE:
        return None
    return Job(lambda _cancelled: waiting.about_to_write(rects), parent)
