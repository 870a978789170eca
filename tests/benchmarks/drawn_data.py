"""A label set that is drawn in a moment: what is in it has no say in how long steps take."""

from pathlib import Path

import numpy as np
from PIL import Image

from segstudio.core.label_set import LabelSet
from segstudio.storage.masks import write_label_map


def write_data(root: Path, num_classes: int, side: int, count: int) -> None:
    """Write a Pascal VOC folder of ``count`` square images to train, and a small one to judge."""
    label_set = LabelSet.named([f"class{index}" for index in range(num_classes)])
    lists = root / "ImageSets" / "Segmentation"
    for folder in (root / "JPEGImages", root / "SegmentationClass", lists):
        folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    sides = {**{f"train{number}": side for number in range(count)}, "val": 64}
    for stem, length in sides.items():
        coarse = rng.integers(0, num_classes, (16, 16), np.uint8)
        label_map = np.kron(coarse, np.ones((length // 16, length // 16), np.uint8))
        grey = (label_map * (200 // num_classes))[..., None] + rng.integers(0, 9, 3, np.uint8)
        Image.fromarray(grey.astype(np.uint8)).save(root / "JPEGImages" / f"{stem}.png")
        write_label_map(root / "SegmentationClass" / f"{stem}.png", label_map, label_set.palette)
    (lists / "train.txt").write_text("\n".join(stem for stem in sides if stem != "val"))
    (lists / "val.txt").write_text("val")
    rows = [f"{c.name}:{c.color.red},{c.color.green},{c.color.blue}::" for c in label_set]
    (root / "labelmap.txt").write_text("\n".join(["# label:color_rgb:parts:actions", *rows]))
