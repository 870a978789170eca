"""Training losses over (N, C, H, W) logits and (N, H, W) targets."""

from collections.abc import Sequence

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


def training_loss(outputs: Tensor | Sequence[Tensor], target: Tensor) -> Tensor:
    """Return what is minimised: the loss of the logits, and of the auxiliary heads' logits.

    Auxiliary heads weigh as much as the network's own, as in both papers on BiSeNet.

    Args:
        outputs: (N, C, H, W) logits of one head, or of several.
        target: (N, H, W) int64 class indices; IGNORE_INDEX does not count.
    """
    if isinstance(outputs, Tensor):
        return cross_entropy(outputs, target)
    losses = [cross_entropy(logits, target) for logits in outputs]
    return sum(losses[1:], start=losses[0])
