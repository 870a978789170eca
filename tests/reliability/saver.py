"""Saves one edit in the real workspace, again and again with another fault, for ``test_faults.py``.

    python saver.py FOLDER WHERE KIND STICKY STEP

WHERE is ``project`` or ``journal``. Tells in one line of JSON each: at which call the fault was, in
which folder of images, and what the app said. One attempt is made to save: trying again would hide
the fault.
"""

import ctypes
import json
import os
import sys
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
from PIL import Image
from PySide6.QtCore import QCoreApplication

from segstudio.controllers.workspace import Workspace
from segstudio.core.mask_edit import difference_patch
from segstudio.storage.journal import journal_folder
from segstudio.storage.opening import Opened, open_path

faults = ctypes.CDLL(None)  # the shim is preloaded


def make_project(folder: Path) -> Opened:
    folder.mkdir()
    Image.fromarray(np.zeros((40, 50, 3), np.uint8)).save(folder / "a.png")
    opened = open_path(folder)
    opened.project.write_mask("a.png", np.full((40, 50), 1, np.uint8))
    return opened


def save(opened: Opened, under: Path, at: int) -> tuple[str, int]:
    """Return what the app said, and how many calls could have failed."""
    workspace = Workspace()
    faults.faults_reset()
    os.environ.update(FAULT_AT=str(at), FAULT_UNDER=str(under))
    workspace.set_opened(opened)
    end = time.monotonic() + 60
    while workspace.document is None:
        QCoreApplication.processEvents()
        assert time.monotonic() < end, "the image does not open"
    document = workspace.document
    after = document.label_map.copy()
    after[5:9] = 2
    document.apply("Fill", difference_patch(document.label_map, after))
    workspace.flush()
    said = f"not saved: {workspace.autosave.error}" if workspace.has_unsaved_work else "saved"
    if workspace.read_only is not None:  # it could not be locked, and nothing was painted
        assert not document.is_modified
        said = f"read only: {workspace.read_only}"
    calls = int(faults.faults_reset())
    os.environ["FAULT_UNDER"] = ""
    workspace.shut_down()
    return said, calls


def main() -> None:
    root, where, kind, sticky, step = Path(sys.argv[1]), *sys.argv[2:5], int(sys.argv[5])
    application = QCoreApplication(sys.argv[:1])
    os.environ.update(FAULT_KIND=kind, FAULT_STICKY=sticky, FAULT_UNDER="")
    at, calls = 0, 1  # the first turn only counts
    while at <= calls:
        folder = root / str(at)
        opened = make_project(folder)
        project = opened.project.folder
        said, counted = save(opened, project if where == "project" else journal_folder(project), at)
        if at == 0:
            calls = counted
        line = {"at": at, "of": calls, "folder": str(folder), "said": said}
        sys.stdout.write(json.dumps(line) + "\n")
        at += 1 if at == 0 else step
    application.shutdown()


if __name__ == "__main__":
    main()
