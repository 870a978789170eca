"""Bringing the colours in mask files up to date after a class got another colour.

Other programs show a mask by the palette in its file, so that follows the classes too. Only that
part of a file is written anew: pixels, and the time at which labels were last changed, stay.

    class-changes/outdated-colors   there while some files may have old colours
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

from segstudio.core.palette import Palette
from segstudio.storage.atomic_write import atomic_write, make_folder, rewrite
from segstudio.storage.plain_masks import repainted_png
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

    To be done on the thread that writes masks, which may write others between two steps.

    Args:
        project: With the classes as they are.
    """

    def __init__(self, project: Project) -> None:
        self._note = project.folder / _NOTE
        self._project = project
        self._paths: list[Path] = []
        self._done = -1  # files; less than none before they are listed

    def step(self) -> bool:
        """List the files, or rewrite the next few of them; return whether there is more to do.

        Raises:
            StorageError: If a file cannot be written. It stays noted that some have old colours.
        """
        if self._done < 0:
            self._paths = self._listed() if self._note.exists() else []
            self._done = 0
        elif self._done < len(self._paths):
            _recolor(self._paths[self._done :][:_AT_A_TIME], self._project.label_set.palette)
            self._done += _AT_A_TIME
        if self._done < len(self._paths):
            return True
        self._note.unlink(missing_ok=True)
        return False

    def _listed(self) -> list[Path]:
        project = self._project
        masks = [project.mask_path(key) for key in sorted(project.labelled_keys())]
        return masks + [project.prediction_path(key) for key in sorted(project.predicted_keys())]


def _recolor(paths: Sequence[Path], palette: Palette) -> None:
    def recolor(path: Path) -> None:
        if path.is_file():
            rewrite(path, partial(repainted_png, palette=palette))

    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(recolor, paths))
