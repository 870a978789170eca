"""Lovász-softmax loss.

Papers:
    The Lovász-Softmax Loss: A Tractable Surrogate for the Optimization of the
        Intersection-Over-Union Measure in Neural Networks - https://arxiv.org/abs/1705.08790
"""

import torch
from torch import Tensor

from segstudio.core.label_map import IGNORE_INDEX
from trainer.losses.pixels import full_precision


def lovasz_softmax(logits: Tensor, target: Tensor) -> Tensor:
    """Return the Lovász extension of 1 - IoU, averaged over the classes present in the target.

    The IoU is that of the whole batch, as in the paper's experiments; the error of a pixel for a
    class is how far its probability is from 0 or 1, whichever is true.

    Shape:
        logits: (N, C, H, W) float.
        target: (N, H, W) int64 class indices; IGNORE_INDEX does not count.
        Returns: scalar, 0..1; 0, with gradients of 0, if no pixel is labelled.
    """
    truth = target.flatten()
    labelled = truth != IGNORE_INDEX
    truth = truth[labelled]
    probabilities = full_precision(logits).softmax(dim=1).movedim(1, 0).flatten(1)[:, labelled]

    total = probabilities.new_zeros(()) + probabilities[:, :0].sum()
    present: list[int] = torch.bincount(truth).nonzero().flatten().tolist()
    for class_index in present:
        is_class = truth == class_index
        probability = probabilities[class_index]
        errors = torch.where(is_class, 1 - probability, probability)
        total = total + _lovasz_extension(errors, is_class)
    return total / max(len(present), 1)


def _lovasz_extension(errors: Tensor, is_class: Tensor) -> Tensor:
    """Return the sum of the errors, each times what the pixel adds to 1 - IoU when it goes wrong.

    The pixels go wrong one after the other, the largest error first. One of the class leaves the
    intersection, and 1 - IoU grows by 1 / union; another one joins the union, and it grows by
    intersection / (union before * union after). Algorithm 1 of the paper takes the difference of
    successive values of 1 - IoU instead, which for millions of pixels is lost in rounding.

    Shape:
        errors: (P,) float, 0..1.
        is_class: (P,) bool, True somewhere.
        Returns: scalar.
    """
    errors, order = errors.sort(descending=True)
    is_class = is_class[order]
    position = torch.arange(1, len(order) + 1, device=order.device)
    wrong = is_class.cumsum(0)
    size = wrong[-1]
    intersection = (size - wrong).to(errors.dtype)
    union = (size + position - wrong).to(errors.dtype)
    step = torch.where(is_class, 1 / union, intersection / (union * (union - 1).clamp(min=1)))
    return (errors * step).sum()
