"""Bringing the colours in mask files up to date after a class got another colour.

Other programs show a mask by the palette in its file, so that follows the classes too. Only that
part of a file is written anew: pixels, and the time at which labels were last changed, stay.

    class-changes/outdated-colors   there while some files may have old colours
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from segstudio.storage.atomic_write import atomic_write, make_folder
from segstudio.storage.mask_store import MaskStore
from segstudio.storage.masks import recolor_file
from segstudio.storage.project import Project

_NOTE: Final = "class-changes/outdated-colors"
_TEXT: Final = b"Some masks have old colours; segstudio removes this file when all have the new.\n"
_AT_A_TIME: Final = 32
_THREADS: Final = 8  # most of the time goes into waiting for the disk


def note_outdated(project: Project) -> None:
    """Note that mask files have old colours, before anything else is done; raises StorageError."""
    path = project.folder / _NOTE
    make_folder(path.parent)
    atomic_write(path, _TEXT)


class Recoloring:
    """Gives all masks and predictions the colours of the classes, if some have old ones.

    To be done on the thread that writes predictions, which may write others between two steps.

    Args:
        project: With the classes as they are.
        store: Of its masks.
    """

    def __init__(self, project: Project, store: MaskStore) -> None:
        self._note = project.folder / _NOTE
        self._project, self._store = project, store
        self._waiting: list[Callable[[], None]] | None = None  # None until the files are listed

    def step(self) -> bool:
        """List the files, or rewrite the next few of them; return whether there is more to do.

        Raises:
            StorageError: If a file cannot be written. It stays noted that some have old colours.
        """
        if self._waiting is None:
            self._waiting = self._listed() if self._note.exists() else []
        else:
            part, self._waiting = self._waiting[:_AT_A_TIME], self._waiting[_AT_A_TIME:]
            with ThreadPoolExecutor(_THREADS) as threads:
                list(threads.map(lambda recolor: recolor(), part))
        if not self._waiting:
            self._note.unlink(missing_ok=True)
        return bool(self._waiting)

    def _listed(self) -> list[Callable[[], None]]:
        project, palette = self._project, self._project.label_set.palette
        masks = sorted(project.labelled_keys())
        predicted = map(project.prediction_path, sorted(project.predicted_keys()))
        return [
            *(partial(self._store.recolor, project, key) for key in masks),
            *(partial(recolor_file, path, palette) for path in predicted),
        ]
