"""Training losses over (N, C, H, W) logits and (N, H, W) targets."""

import torch.nn.functional as F
from torch import Tensor

from segstudio.core.label_map import IGNORE_INDEX


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Return the mean cross-entropy over the labelled pixels.

    Args:
        logits: (N, C, H, W) float.
        target: (N, H, W) int64 class indices; IGNORE_INDEX does not count.

    Returns:
        Scalar; 0, with gradients of 0, if no pixel is labelled.
    """
    total = F.cross_entropy(logits, target, ignore_index=IGNORE_INDEX, reduction="sum")
    labelled = (target != IGNORE_INDEX).sum()
    return total / labelled.clamp(min=1)
