"""Checkpoints of networks that nobody trained, but whose answers hang on every weight."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from segstudio.core.label_set import LabelSet
from trainer.checkpoint import Checkpoint, Position
from trainer.networks.segmenter import Segmenter
from trainer.networks.table import Network
from trainer.recipe import Recipe

NAMES = ("sky", "road", "car")


def random_checkpoint(network: Network, seed: int = 0, names: Sequence[str] = NAMES) -> Checkpoint:
    """Return a checkpoint of a network for these classes."""
    torch.manual_seed(seed)
    module = network.build(len(names))
    with torch.no_grad():
        for weight in module.parameters():
            if not weight.any():  # scores that start as zeros prove nothing
                weight.normal_(std=0.1)
        _settle(module)
    return Checkpoint(
        recipe=Recipe(
            network=network.name,
            backbone=network.backbone,
            options=network.settings,
            data="",
            epochs=1,
            crop=(64, 64),
            batch=2,
            learning_rate=1e-3,
        ),
        label_set=LabelSet.named(names),
        fingerprint="0" * 64,
        parent=None,
        position=Position(metrics={"pixel_accuracy": 0.5, "mean_iou": 0.5, "classes": []}),
        model=Segmenter(module, network.stride, [120.0] * 3, [60.0] * 3).state_dict(),
        optimizer={},
        rng={},
    )


def _settle(module: nn.Module) -> None:
    """Let batch norm know what passes through, as training would: without, 20 layers overflow."""
    norms = [part for part in module.modules() if isinstance(part, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    images = np.stack([random_image(128, 128, seed) for seed in (1, 2)])
    module.train()(torch.from_numpy(images).permute(0, 3, 1, 2).sub(120.0).div(60.0))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def random_image(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return an image of coarse and fine noise, in which networks see different things."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 200, (-(-height // 8), -(-width // 8), 3))
    blocks = coarse.repeat(8, axis=0).repeat(8, axis=1)[:height, :width]
    return (blocks + rng.integers(0, 56, (height, width, 3))).astype(np.uint8)
