"""What the losses that judge pixel by pixel share."""

import torch
import torch.nn.functional as F
from torch import Tensor

from segstudio.core.label_map import IGNORE_INDEX


def full_precision(logits: Tensor) -> Tensor:
    """Return logits in at least float32; half precision cannot add up the pixels of a batch."""
    return logits.float() if logits.dtype in (torch.float16, torch.bfloat16) else logits


def surprise(logits: Tensor, target: Tensor) -> Tensor:
    """Return minus the logarithm of the true class's probability, pixel by pixel.

    Shape:
        logits: (N, C, H, W) float.
        target: (N, H, W) int64 class indices.
        Returns: (N, H, W) float, >= 0; 0 at IGNORE_INDEX, whatever the logits.
    """
    return F.cross_entropy(
        full_precision(logits), target, ignore_index=IGNORE_INDEX, reduction="none"
    )


def weighted_mean(values: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
    """Return the mean over the labelled pixels; 0, with gradients of 0, if there are none.

    As in torch's cross-entropy, the sum is divided by the sum of the weights, so that heavy pixels
    take influence from the others and do not lengthen the step.

    Shape:
        values: (N, H, W) float.
        target: (N, H, W) int64 class indices; IGNORE_INDEX does not count.
        weight: what broadcasts to (N, H, W), float, >= 0; None means 1 for all.
        Returns: scalar.
    """
    labelled = target != IGNORE_INDEX
    share = labelled if weight is None else labelled * weight
    share = share.to(values.dtype)
    total = share.sum()
    return (values * share).sum() / torch.where(total > 0, total, 1)
