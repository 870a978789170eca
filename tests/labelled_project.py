"""A small project that can be trained on."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from segstudio.core.label_set import LabelSet
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project

SIDE = 48


def labelled_project(
    root: Path, keys: Sequence[str], splits: Mapping[str, str], *, is_grey: bool = False
) -> Project:
    """Make a project of labelled images: noise, with a brighter cell that begins farther right.

    Args:
        root: New folder for the images.
        keys: Of the images.
        splits: Which of them train and which judge; the others are undecided.
        is_grey: Whether the images have no colours.
    """
    root.mkdir()
    project = create_project(root).with_label_set(LabelSet.named(["background", "cell"]))
    rng = np.random.default_rng(0)
    for number, key in enumerate(keys):
        labels = np.zeros((SIDE, SIDE), np.uint8)
        labels[:, 10 + 5 * number :] = 1
        noise = rng.integers(0, 60, (SIDE, SIDE, 1 if is_grey else 3))
        pixels = (labels[..., None] * 90 + noise).astype(np.uint8)
        Image.fromarray(pixels.squeeze()).save(root / key)
        project.write_mask(key, labels)
    project = project.with_splits(dict(splits))
    project.save()
    return project
