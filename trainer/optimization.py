"""What changes the weights: the optimiser, and the average of the weights it leaves behind."""

from collections.abc import Sequence
from typing import Final, TypeAlias

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from trainer.networks.segmenter import Segmenter
from trainer.recipe import Recipe

_ADAM_BETAS: Final = (0.9, 0.999)

_Tensors: TypeAlias = list[Tensor] | tuple[Tensor, ...]


def make_optimizer(segmenter: Segmenter, recipe: Recipe) -> torch.optim.Optimizer:
    """Return the optimiser of a recipe.

    Biases and the weights of normalisation layers do not decay: that would pull them to values
    that mean nothing (Goyal et al., 2017, arXiv:1706.02677, sec. 5.1).
    """
    groups = _groups(segmenter, recipe)
    rate, decay = recipe.learning_rate, recipe.weight_decay
    match recipe.optimizer:
        case "sgd":
            momentum = recipe.momentum
            return torch.optim.SGD(
                groups, lr=rate, momentum=momentum, weight_decay=decay, nesterov=momentum > 0
            )
        case "adam":
            return torch.optim.Adam(groups, lr=rate, betas=_ADAM_BETAS, weight_decay=decay)
        case _:
            return torch.optim.AdamW(groups, lr=rate, betas=_ADAM_BETAS, weight_decay=decay)


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the rate of every group, times the group's own factor."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["rate_factor"]


def average_of(segmenter: Segmenter, decay: float) -> AveragedModel:
    """Return a running average of all weights and of the statistics of batch normalisation.

    Args:
        segmenter: What is averaged; the average starts with its present weights.
        decay: How much of the average each step keeps, 0..1. It rises to that from 0.1, so that
            the first steps do not linger (as in Tan and Le, 2019, arXiv:1905.11946, and
            TensorFlow's ExponentialMovingAverage with ``num_updates``).
    """

    def mix(averages: _Tensors, values: _Tensors, count: Tensor | int) -> None:
        kept = min(decay, (1 + int(count)) / (10 + int(count)))
        for average, value in zip(averages, values, strict=True):
            if average.is_floating_point():
                average.lerp_(value.to(average.device), 1 - kept)
            else:  # counters
                average.copy_(value)

    return AveragedModel(segmenter, multi_avg_fn=mix, use_buffers=True)


def _groups(segmenter: Segmenter, recipe: Recipe) -> Sequence[dict[str, object]]:
    backbone = segmenter.network.get_submodule("backbone") if _has_backbone(segmenter) else None
    pretrained = {id(weight) for weight in backbone.parameters()} if backbone else set()
    groups: list[dict[str, object]] = []
    for factor, in_backbone in ((1.0, False), (recipe.backbone_rate, True)):
        weights = [
            weight
            for weight in segmenter.parameters()
            if weight.requires_grad and (id(weight) in pretrained) == in_backbone
        ]
        decaying = [weight for weight in weights if weight.ndim > 1]
        others = [weight for weight in weights if weight.ndim <= 1]
        if decaying:
            groups.append({"params": decaying, "rate_factor": factor})
        if others:
            groups.append({"params": others, "rate_factor": factor, "weight_decay": 0.0})
    return groups


def _has_backbone(segmenter: Segmenter) -> bool:
    return isinstance(getattr(segmenter.network, "backbone", None), nn.Module)
