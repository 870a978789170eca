"""A project with labels, predictions and work noted, for the windows about quality."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.label_set import LabelSet
from segstudio.core.ledger import Entry, Ledger, changes_between
from segstudio.core.review import Review
from segstudio.storage.ledger import write_ledger
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project
from segstudio.storage.review import approved_now, write_review

SIZE = (60, 80)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Four images: a.png was corrected from a prediction, b.png approved, d.png is unlabelled."""
    root = tmp_path / "images"
    root.mkdir()
    project = create_project(root).with_label_set(LabelSet.named(["background", "cell", "nucleus"]))
    project.save()
    for key in ("a.png", "b.png", "c.png", "d.png"):
        Image.fromarray(np.full((*SIZE, 3), 90, np.uint8)).save(root / key)
    label_map = np.zeros(SIZE, np.uint8)
    label_map[10:30, 10:40] = 1
    prediction = label_map.copy()
    prediction[10:12, 10:40] = 0  # 60 pixels
    project.write_prediction("a.png", prediction)
    project.write_mask("a.png", label_map)
    changes = changes_between(prediction, label_map, project.label_set)
    entry = Entry("2026-01-01T10:00", "2026-01-02T10:00", "ann", 95.0, "cells.onnx", True, changes)
    write_ledger(project, "a.png", Ledger((entry,)))
    label_map[40:50, 50:70] = 2
    project.write_mask("b.png", label_map)
    write_review(project, "b.png", approved_now(Review(), is_approved=True))
    project.write_mask("c.png", np.zeros(SIZE, np.uint8))
    return project
