"""Training on a project in which a model was corrected."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from segstudio.core.label_set import LabelSet
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project
from trainer.augmentation_settings import AugmentationSettings
from trainer.data.augment import random_crop
from trainer.data.batches import TrainingBatches
from trainer.data.source import Sample, SampleCache, items_of, open_label_set
from trainer.run_folder import IMAGES
from trainer.session import Session

SIDE = 64
SPLITS = {"a.png": "train", "b.png": "train", "c.png": "val"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three images; in the second, a model was corrected in one corner and nowhere else."""
    root = tmp_path / "images"
    root.mkdir()
    project = create_project(root).with_label_set(LabelSet.named(["background", "cell"]))
    project = project.with_splits(SPLITS)
    rng = np.random.default_rng(0)
    for key in SPLITS:
        labels = np.zeros((SIDE, SIDE), np.uint8)
        labels[:, SIDE // 2 :] = 1
        pixels = labels[..., None] * 90 + rng.integers(0, 60, (SIDE, SIDE, 3))
        Image.fromarray(pixels.astype(np.uint8)).save(root / key)
        project.write_mask(key, labels)
    said = np.zeros((SIDE, SIDE), np.uint8)
    said[:, SIDE // 2 :] = 1
    said[48:, 48:] = 0  # what the user put right
    project.write_prediction("b.png", said)
    project.save()
    return project


def _batches(project: Project, crop: int) -> TrainingBatches:
    dataset = open_label_set(project.folder, None, None)
    return TrainingBatches(
        items=items_of(dataset, "train"),
        cache=SampleCache(dataset, 2**20),
        crop=(crop, crop),
        batch=4,
        crops_per_image=10,
        augmentation=AugmentationSettings(),
        seed=0,
        draw_weights=(1.0, 3.0),
    )


def test_every_crop_of_a_partly_reviewed_image_shows_something_reviewed(project: Project) -> None:
    batches = list(_batches(project, 16).epoch(0))

    keys = [key for batch in batches for key in batch.keys]
    assert keys.count("b.png") == 3 * keys.count("a.png")
    for batch in batches:
        for slot, key in enumerate(batch.keys):
            labelled = batch.target[slot] != 255
            assert labelled.any(), key
            if key == "b.png":  # nothing that only a model said
                assert batch.corrected is not None
                assert torch.equal(labelled, batch.corrected[slot])
            elif batch.corrected is not None:
                assert not batch.corrected[slot].any()


def test_corrections_are_cut_with_the_labels_and_never_blurred() -> None:
    labels = np.random.default_rng(0).integers(0, 3, (50, 60)).astype(np.uint8)
    sample = Sample("a", np.zeros((50, 60, 3), np.uint8), labels, labels == 2)
    settings = AugmentationSettings(warped=1.0, rotation=45, flip="both")

    for seed in range(20):
        crop = random_crop(sample, (40, 40), settings, np.random.default_rng(seed), {})
        assert crop.corrected is not None
        assert np.array_equal(crop.corrected, crop.target == 2)


def test_a_run_weighs_corrections_and_records_its_images(
    start: Callable[..., Session], project: Project
) -> None:
    session = start(data=str(project.folder), format="segstudio")

    assert session.recipe.correction_weight == 3
    assert "corrected pixels" in [reason.setting for reason in session.reasons]
    recorded = json.loads((session.folder / IMAGES).read_text())
    whole = {"pixels": SIDE * SIDE, "labelled": SIDE * SIDE, "corrected": 0}
    assert recorded == {
        "train": [
            {**whole, "key": "a.png", "drawn": 1.0},
            {**whole, "key": "b.png", "labelled": 256, "corrected": 256, "drawn": 0.375},
        ],
        "val": [{**whole, "key": "c.png"}],
    }
    # A sixteenth of it is labelled, which counts an eighth; and all of that was corrected.
    assert session.batches().draw_weights == (1.0, 0.375)


def test_corrections_can_be_told_to_weigh_as_all_other_pixels(
    start: Callable[..., Session], project: Project
) -> None:
    session = start(data=str(project.folder), correction_weight=1.0)

    assert session.batches().draw_weights == (1.0, 0.125)  # by their labels alone


def test_another_correction_is_other_data(start: Callable[..., Session], project: Project) -> None:
    before = start("one", data=str(project.folder)).found.fingerprint
    said = project.read_any_mask("b.png")
    assert said is not None
    project.write_prediction("b.png", said)  # the same labels, of which none was corrected now
    assert start("two", data=str(project.folder)).found.fingerprint != before
