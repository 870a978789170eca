"""What every network is asked, and four real images for it to learn by heart."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from trainer.networks.options import as_text
from trainer.networks.segmenter import Segmenter, decide
from trainer.networks.table import NETWORKS, Network, every_network, find_network

PETS: Final = Path(__file__).parents[2] / "shared" / "data" / "pets"
IGNORED: Final = 255
MEAN: Final = (123.7, 116.3, 103.5)
STD: Final = (58.4, 57.1, 57.4)


def variants() -> Iterator[Network]:
    """Yield every network with every backbone, and with every value of every option."""
    yield from every_network()
    for row in NETWORKS.values():
        for option in row.options.values():
            for choice in option.choices:
                if choice != option.default:
                    yield find_network(row.name, None, [f"{option.name}={as_text(choice)}"])


def title(network: Network) -> str:
    """Return a network's name with its backbone and what is not as usual."""
    default = find_network(network.name)
    changed = [text for text in network.settings if text not in default.settings]
    return "-".join(filter(None, [network.name, network.backbone, *changed]))


def parameters(network: nn.Module, *, inference: bool = False) -> int:
    """Return the number of trainable weights, at inference without those of auxiliary heads."""
    dropped = tuple(f"{name}." for name in getattr(network, "TRAINING_ONLY", ()))
    return sum(
        weight.numel()
        for name, weight in network.named_parameters()
        if not (inference and dropped and name.startswith(dropped))
    )


def norm_statistics(network: nn.Module) -> int:
    """Return the number of means and variances that batch norms keep."""
    return sum(
        value.numel()
        for name, value in network.named_buffers()
        if name.endswith(("running_mean", "running_var"))
    )


def maps_of(outputs: Tensor | list[Tensor]) -> list[Tensor]:
    """Return the logits of all heads."""
    return [outputs] if isinstance(outputs, Tensor) else outputs


def assert_every_weight_learns(network: nn.Module, *, height: int = 64, width: int = 96) -> None:
    """Train one step on noise: every weight gets a finite gradient, kernels one that is not 0."""
    torch.manual_seed(0)
    network.train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.ones_(module.weight)  # some start at 0, to let nothing through
    outputs = maps_of(network(torch.randn(2, 3, height, width)))
    target = torch.randint(0, outputs[0].shape[1], (2, height, width))
    sum(F.cross_entropy(logits, target) for logits in outputs).backward()
    for name, weight in network.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.isfinite().all(), name
        assert weight.dim() < 2 or weight.grad.abs().max() > 0, name


def assert_takes_any_size(network: nn.Module, stride: int, num_classes: int) -> None:
    """In evaluation a segmenter of the network returns logits as large as the image, always."""
    segmenter = Segmenter(network, stride, MEAN, STD).eval()
    for height, width in ((375, 501), (stride + 1, 1), (1, 1)):
        image = torch.empty(1, height, width, 3, device="meta")
        logits = segmenter.to("meta")(image)
        assert logits.shape == (1, num_classes, height, width)


def pet_crops(side: int) -> tuple[Tensor, Tensor]:
    """Return four pets: (4, side, side, 3) uint8 images and (4, side, side) int64 targets.

    Class 1 is the pet. Its outline, which the data set leaves unclassified, is ignored.
    """
    paths = sorted((PETS / "images").glob("*.jpg"))[:4]
    if len(paths) < 4:
        pytest.skip(f"needs the images of {PETS}")
    images, targets = [], []
    for path in paths:
        image = Image.open(path).convert("RGB").resize((side, side), Image.Resampling.BILINEAR)
        trimap = Image.open(PETS / "annotations" / "trimaps" / f"{path.stem}.png")
        values = np.asarray(trimap.resize((side, side), Image.Resampling.NEAREST))
        images.append(np.asarray(image))
        targets.append(np.array([IGNORED, 1, 0, IGNORED], np.int64)[values])
    return torch.from_numpy(np.stack(images)), torch.from_numpy(np.stack(targets))


def overfit(
    network: nn.Module,
    stride: int,
    *,
    side: int = 128,
    steps: int = 150,
    learning_rate: float = 1e-3,
    goal: float = 0.95,
) -> float:
    """Train a network of two classes on four images until it knows them by heart.

    Returns:
        Its mIoU on them in evaluation mode: above ``goal`` if it got there within the steps.
    """
    torch.manual_seed(0)
    images, targets = pet_crops(side)
    segmenter = Segmenter(network, stride, MEAN, STD)
    optimizer = torch.optim.AdamW(network.parameters(), learning_rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, total_iters=steps)
    best = 0.0
    for step in range(1, steps + 1):
        segmenter.train()
        optimizer.zero_grad()
        outputs = maps_of(segmenter(images))
        loss = sum(F.cross_entropy(logits, targets, ignore_index=IGNORED) for logits in outputs)
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 10 == 0:
            best = _mean_iou(segmenter, images, targets)
            if best > goal:
                break
    return best


@torch.no_grad()
def _mean_iou(segmenter: Segmenter, images: Tensor, targets: Tensor) -> float:
    predicted = decide(segmenter.eval()(images))[0].long()
    known = targets != IGNORED
    ious = [
        ((predicted == index) & (targets == index)).sum()
        / (((predicted == index) | (targets == index)) & known).sum()
        for index in (0, 1)
    ]
    return float(torch.stack(ious).mean())
