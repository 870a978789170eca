"""Whatever system call of an export fails, what looks like a whole export is one."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from faults import told_under_faults

from segstudio.errors import FormatError
from segstudio.formats.table import read_any

ALL = os.environ.get("SEGSTUDIO_FAULTS") == "all"

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="LD_PRELOAD is of Linux"
)


@pytest.mark.parametrize("kind", ["ENOSPC", "EIO", "SHORT", "SHORT_ENOSPC"])
def test_an_export_that_failed_is_not_taken_for_a_whole_one(
    shim: Path, tmp_path: Path, kind: str
) -> None:
    every = "1" if ALL else "3"
    lines = told_under_faults(shim, "exporter.py", tmp_path, kind, every)
    assert lines[0]["said"] == "exported"
    assert len(lines) > 5
    failed = [line for line in lines if line["said"] != "exported"]
    assert kind == "SHORT" or failed
    for line in failed:
        with pytest.raises(FormatError):
            read_any(Path(line["out"]))
    for line in lines:
        if line["said"] == "exported":
            dataset = read_any(Path(line["out"]))
            (a, b) = dataset.splits["train"]
            for item in (a, b):
                assert np.array_equal(dataset.read_label_map(item), np.ones((40, 50)))
