"""The correction ledger in a project's folder."""

from pathlib import Path

import numpy as np
import pytest

from segstudio.core.label_set import LabelSet
from segstudio.core.ledger import ClassChange, Ledger
from segstudio.storage.ledger import Sitting, ledger_path, note_sitting, read_ledger
from segstudio.storage.predicted import note_predicted
from segstudio.storage.project import Project

KEY = "plate 1/a.jpg"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "p", tmp_path, LabelSet.named(["background", "cell"]))


def _sitting(began: str, seconds: float, prediction: np.ndarray | None) -> Sitting:
    return Sitting(began, "2026-01-01T10:00:00+00:00", "ann", seconds, prediction)


def test_a_save_notes_model_changes_and_time(project: Project, tmp_path: Path) -> None:
    label_map = np.zeros((5, 6), np.uint8)
    prediction = np.zeros((5, 6), np.uint8)
    prediction[:2] = 1
    model = tmp_path / "cells.onnx"
    model.write_bytes(b"model")
    project.write_prediction(KEY, prediction)
    note_predicted(project, KEY, model)
    note_sitting(project, KEY, label_map, _sitting("t1", 4.0, prediction))
    note_sitting(project, KEY, label_map, _sitting("t1", 9.0, prediction))
    ledger = read_ledger(project, KEY)
    assert len(ledger.entries) == 1
    assert ledger.entries[0].model == "cells.onnx"
    assert ledger.entries[0].changes == (ClassChange("cell", "background", 12),)
    assert ledger.seconds == 9.0


def test_labels_painted_from_scratch_have_time_but_no_changes(project: Project) -> None:
    note_sitting(project, KEY, np.ones((5, 6), np.uint8), _sitting("t1", 4.0, None))
    entry = read_ledger(project, KEY).entries[0]
    assert (entry.has_prediction, entry.changes, entry.seconds) == (False, (), 4.0)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"version": 2, "entries": []}',
        b'{"version": 1, "entries": [7]}',
    ],
)
def test_a_damaged_ledger_counts_as_none_and_is_begun_anew(
    project: Project, content: bytes
) -> None:
    path = ledger_path(project, KEY)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert read_ledger(project, KEY) == Ledger()
    note_sitting(project, KEY, np.ones((5, 6), np.uint8), _sitting("t1", 4.0, None))
    assert read_ledger(project, KEY).seconds == 4.0
