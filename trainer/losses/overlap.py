"""Losses on the overlap of classes as a whole: soft Dice and F-beta.

Papers:
    V-Net (soft Dice) - https://arxiv.org/abs/1606.04797
    nnU-Net (batch Dice, sums without squares) - https://arxiv.org/abs/1809.10486
    Tversky loss (of which F-beta is a case) - https://arxiv.org/abs/1706.05721
"""

import torch
from torch import Tensor

from segstudio.core.label_map import IGNORE_INDEX
from trainer.losses.pixels import full_precision


def dice_loss(logits: Tensor, target: Tensor, *, smooth: float = 1e-5) -> Tensor:
    """Return 1 minus the soft Dice coefficient: ``f_beta_loss`` with beta 1."""
    return f_beta_loss(logits, target, beta=1.0, smooth=smooth)


def f_beta_loss(
    logits: Tensor, target: Tensor, *, beta: float = 1.0, smooth: float = 1e-5
) -> Tensor:
    """Return 1 minus the soft F-beta score, averaged over the classes present in the target.

    Probabilities take the place of decisions, so that there is no threshold: TP is the probability
    of the class summed over its true pixels, FP over the other labelled pixels, and

        F = ((1 + beta²) TP + smooth) / ((1 + beta²) TP + beta² FN + FP + smooth).

    The sums run over the whole batch (batch Dice): small objects that miss from one image do not
    make that image's score jump. Classes that no pixel of the batch shows do not count; for them
    the score would be 0 however little probability they got.

    Args:
        logits: Scores of the classes.
        target: The truth.
        beta: Recall counts beta times as much as precision.
        smooth: Pixels added to both sides of the fraction.

    Shape:
        logits: (N, C, H, W) float.
        target: (N, H, W) int64 class indices; IGNORE_INDEX does not count.
        Returns: scalar, 0..1; 0, with gradients of 0, if no pixel is labelled.
    """
    probabilities = full_precision(logits).softmax(dim=1)
    target = target.unsqueeze(1)
    classes = torch.arange(logits.shape[1], device=logits.device).view(1, -1, 1, 1)
    is_class = target == classes  # never at IGNORE_INDEX: there are at most 255 classes
    over_pixels = (0, 2, 3)
    hit = probabilities.masked_fill(~is_class, 0).sum(over_pixels)
    predicted = probabilities.masked_fill(target == IGNORE_INDEX, 0).sum(over_pixels)
    true = is_class.sum(over_pixels)

    score = ((1 + beta**2) * hit + smooth) / (beta**2 * true + predicted + smooth)
    present = true > 0
    return (1 - score).masked_fill(~present, 0).sum() / present.sum().clamp(min=1)
