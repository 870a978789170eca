"""Focal loss.

Papers:
    Focal Loss for Dense Object Detection - https://arxiv.org/abs/1708.02002
"""

import torch
from torch import Tensor

from trainer.losses.pixels import surprise, weighted_mean


def focal_loss(
    logits: Tensor, target: Tensor, weight: Tensor | None = None, *, gamma: float = 2.0
) -> Tensor:
    """Return the mean cross-entropy in which sure pixels count little: (1 - p)^gamma (-log p).

    Unlike in the paper, p comes from a softmax over the classes, not from a sigmoid, and the sum
    is divided by the weight of the labelled pixels, not by the number of objects. The paper's
    alpha is a class weight. Gamma 0 is cross-entropy.

    Shape:
        logits: (N, C, H, W) float.
        target: (N, H, W) int64 class indices; IGNORE_INDEX does not count.
        weight: (N, H, W) or (H, W) float weights of pixels, or None.
        Returns: scalar; 0, with gradients of 0, if no pixel is labelled.
    """
    values = surprise(logits, target)
    # Away from 0, where a gamma below 1 has an infinite slope.
    doubt = (-torch.expm1(-values)).clamp(min=torch.finfo(values.dtype).tiny)
    return weighted_mean(doubt**gamma * values, target, weight)
