"""Changes the classes of a project until it is killed; run by ``test_class_changes_killed.py``.

    python class_changer.py FOLDER

Takes the last change back if there is one, else deletes a class and with it renumbers those behind.
Prints a line for each image.
"""

import sys
from pathlib import Path

from segstudio.core.class_change import Delete, planned, undone
from segstudio.storage.class_change_log import new_change, read_changes
from segstudio.storage.class_changes import make_change
from segstudio.storage.locks import ProjectLock
from segstudio.storage.mask_store import MaskStore
from segstudio.storage.project import load_project


def _tell(done: int, _total: int) -> None:
    sys.stdout.write(f"{done}\n")
    sys.stdout.flush()


def main() -> None:
    project = load_project(Path(sys.argv[1]))
    lock = ProjectLock.acquire(project.folder)
    changes = read_changes(project)
    if changes:
        change = undone(changes[-1].name, changes[-1].change, project.label_set)
    else:
        change = planned(Delete((1,)), project.label_set)
    stored = new_change(project, change, "Delete cell")
    make_change(
        project,
        MaskStore(project.folder),
        stored,
        progress=_tell,
    )
    lock.release()


if __name__ == "__main__":
    main()
