"""Whatever system call fails, the old or the new mask is there whole, and "saved" is never a lie.

A shim in C, compiled here and preloaded, makes the n-th call that changes a file fail. Some calls
with the worst kind of fault here; before a release every call with every kind:

    SEGSTUDIO_FAULTS=all python -m pytest tests/reliability/test_faults.py
"""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from faults import told_under_faults

from segstudio.storage.mask_store import MaskStore
from segstudio.storage.masks import read_label_map
from segstudio.storage.project import load_project
from segstudio.storage.recovery import recover

ALL = os.environ.get("SEGSTUDIO_FAULTS") == "all"
KINDS = ("ENOSPC", "EIO", "SHORT", "SHORT_ENOSPC")
OLD = np.full((40, 50), 1, np.uint8)
NEW = OLD.copy()
NEW[5:9] = 2

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="LD_PRELOAD is of Linux"),
    pytest.mark.timeout(3600 if ALL else 300),
]


def outcomes(shim: Path, folder: Path, where: str, kind: str, *, sticky: bool) -> list[dict]:
    """Save with a fault at one call after another; return what the app said each time."""
    every = "1" if ALL else "4"
    lines = told_under_faults(shim, "saver.py", folder, where, kind, str(int(sticky)), every)
    assert lines[0]["said"] == "saved"
    assert len(lines) > 2
    return lines


def check(line: dict, what: str) -> None:
    """Compare what the app said with what is on disk."""
    project = load_project(Path(line["folder"]) / "segstudio")
    mask = read_label_map(project.mask_path("a.png"))
    is_new = np.array_equal(mask, NEW)
    assert is_new or np.array_equal(mask, OLD), f"{what}: neither the old mask nor the new"
    if line["said"] == "saved":
        assert is_new, f"{what}: it said saved, and the mask is the old one"
    for path in (project.folder / "history").rglob("*.png"):
        if path.is_file() and not path.name.startswith("."):
            assert np.array_equal(read_label_map(path), OLD), f"{what}: a damaged generation"


@pytest.mark.parametrize("kind", KINDS if ALL else KINDS[3:])
@pytest.mark.parametrize("sticky", [False, True] if ALL else [True])
def test_a_failing_call_in_the_project_folder(
    shim: Path, tmp_path: Path, kind: str, sticky: bool
) -> None:
    lines = outcomes(shim, tmp_path, "project", kind, sticky=sticky)
    assert kind == "SHORT" or any(line["said"] != "saved" for line in lines)
    for line in lines:
        what = f"{kind} at call {line['at']} of {line['of']}: {line['said']}"
        check(line, what)
        if line["said"].startswith("read only"):
            continue
        # Saved or not, the edit is not lost with the process: the journal lies on another disk.
        project = load_project(Path(line["folder"]) / "segstudio")
        mask = read_label_map(project.mask_path("a.png"))
        maps = {m.key: m.label_map for m in recover(project, MaskStore(project.folder)).masks}
        assert np.array_equal(maps.get("a.png", mask), NEW), what


@pytest.mark.parametrize("kind", KINDS if ALL else KINDS[:1])
def test_a_failing_call_at_the_journal_does_not_keep_masks_from_being_saved(
    shim: Path, tmp_path: Path, kind: str
) -> None:
    for line in outcomes(shim, tmp_path, "journal", kind, sticky=True):
        check(line, f"{kind} at call {line['at']} of {line['of']}")
        assert line["said"] == "saved"
