"""Changes the colour of a class until it is killed; run by ``test_recoloring_killed.py``.

    python recolorer.py FOLDER

Prints the number of each step in which mask files follow.
"""

import sys
from pathlib import Path

from segstudio.core.class_change import Recolor, planned
from segstudio.core.palette import Color
from segstudio.storage.class_change_log import new_change
from segstudio.storage.class_changes import make_change
from segstudio.storage.locks import ProjectLock
from segstudio.storage.mask_colors import Recoloring
from segstudio.storage.mask_store import MaskStore
from segstudio.storage.project import load_project


def main() -> None:
    project = load_project(Path(sys.argv[1]))
    lock = ProjectLock.acquire(project.folder)
    stored = new_change(
        project, planned(Recolor(1, Color(1, 2, 3)), project.label_set), "Another colour for b"
    )
    project, _ = make_change(project, MaskStore(project.folder), stored)
    recoloring = Recoloring(project, MaskStore(project.folder))
    steps = 0
    while recoloring.step():
        steps += 1
        sys.stdout.write(f"{steps}\n")
        sys.stdout.flush()
    lock.release()


if __name__ == "__main__":
    main()
