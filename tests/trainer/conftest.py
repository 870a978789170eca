"""A small label set that a small network can learn, and ways to train on it."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from segstudio.core.label_set import LabelSet
from segstudio.storage.masks import write_label_map
from trainer.request import Request
from trainer.run_folder import Emit
from trainer.session import Session, new_session

ROOT = Path(__file__).parents[2]


MakeVoc = Callable[..., Path]


def draw(seed: int, size: tuple[int, int], num_classes: int) -> tuple[NDArray[np.uint8], ...]:
    """Return a noisy image of flat areas, and which class each area is."""
    rng = np.random.default_rng(seed)
    label_map = np.zeros(size, np.uint8)
    for class_index in range(1, num_classes):
        top, left = (rng.integers(0, max(side // 2, 1)) for side in size)
        label_map[top : top + size[0] // 3 + 1, left : left + size[1] // 3 + 1] = class_index
    levels = np.linspace(60, 200, num_classes)[label_map][..., None] * (1.0, 0.8, 0.6)
    image = np.clip(levels + rng.normal(0, 8, (*size, 3)), 0, 255).astype(np.uint8)
    return image, label_map


@pytest.fixture
def make_voc() -> MakeVoc:
    """Return a function that writes a Pascal VOC folder; ``classes`` go into labelmap.txt."""

    def make(
        root: Path,
        *,
        train: int = 3,
        val: int = 1,
        size: tuple[int, int] = (48, 64),
        classes: Sequence[str] | None = None,
    ) -> Path:
        label_set = LabelSet.named(classes or ("background", "foreground"))
        images, masks = root / "JPEGImages", root / "SegmentationClass"
        lists = root / "ImageSets" / "Segmentation"
        for folder in (images, masks, lists):
            folder.mkdir(parents=True)
        stems = [f"image{number}" for number in range(train + val)]
        for number, stem in enumerate(stems):
            image, label_map = draw(number, size, len(label_set))
            Image.fromarray(image).save(images / f"{stem}.png")
            write_label_map(masks / f"{stem}.png", label_map, label_set.palette)
        (lists / "train.txt").write_text("\n".join(stems[:train]))
        (lists / "val.txt").write_text("\n".join(stems[train:]))
        if classes:
            rows = [f"{c.name}:{c.color.red},{c.color.green},{c.color.blue}::" for c in label_set]
            (root / "labelmap.txt").write_text(
                "\n".join(["# label:color_rgb:parts:actions", *rows])
            )
        return root

    return make


@pytest.fixture
def voc(tmp_path: Path, make_voc: MakeVoc) -> Path:
    """Three training images and one to validate, two classes."""
    return make_voc(tmp_path / "voc")


@pytest.fixture
def start(tmp_path: Path, voc: Path) -> Callable[..., Session]:
    """Set up a short run on ``voc``: ``start("run", epochs=2)``."""

    def start(name: str = "run", **changes: object) -> Session:
        settings: dict[str, Any] = {
            "network": "unet-mini",
            "data": str(voc),
            "epochs": 2,
            "crop": (32, 32),
            "batch": 2,
            "device": "cpu",
        }
        return new_session(tmp_path / name, Request(**(settings | changes)))

    return start


@pytest.fixture
def events() -> list[dict[str, object]]:
    """Events that ``keep`` has got."""
    return []


@pytest.fixture
def keep(events: list[dict[str, object]]) -> Emit:
    """Keep every event in ``events``."""
    return lambda event: events.append(dict(event))


@pytest.fixture
def trainer() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the real program: ``trainer("train", "--out", folder)``."""

    def trainer(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "trainer", *map(str, arguments)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    return trainer
