"""Cross-entropy, over all pixels or over the hard ones.

Papers:
    Training Region-based Object Detectors with Online Hard Example Mining -
        https://arxiv.org/abs/1604.03540
    BiSeNet (for segmentation: threshold 0.7, at least 1/16 of the pixels in its reference code) -
        https://arxiv.org/abs/1808.00897
"""

import math

from torch import Tensor

from segstudio.core.label_map import IGNORE_INDEX
from trainer.losses.pixels import surprise, weighted_mean


def cross_entropy(logits: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Return the mean cross-entropy over the labelled pixels.

    Shape:
        logits: (N, C, H, W) float.
        target: (N, H, W) int64 class indices; IGNORE_INDEX does not count.
        weight: (N, H, W) or (H, W) float weights of pixels, or None.
        Returns: scalar; 0, with gradients of 0, if no pixel is labelled.
    """
    return weighted_mean(surprise(logits, target), target, weight)


def ohem_cross_entropy(
    logits: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    threshold: float = 0.7,
    kept: float = 1 / 16,
) -> Tensor:
    """Return the mean cross-entropy over the hard pixels (online hard example mining).

    Hard are the pixels whose true class has a probability below the threshold. If those are fewer
    than the share to keep, the hardest pixels up to that share count, together with all that are
    exactly as hard as the last of them: which pixels count does not depend on how a device sorts.
    Weights say how much a pixel counts, not whether it is hard.

    Args:
        logits: Scores of the classes.
        target: The truth.
        weight: How much each pixel counts, or None for all alike.
        threshold: Probability of the true class below which a pixel is hard.
        kept: Share of the labelled pixels that count at least, above 0.

    Shape:
        As for ``cross_entropy``.
    """
    values = surprise(logits, target)
    labelled = target != IGNORE_INDEX
    hardness = values.detach().masked_fill(~labelled, -math.inf).flatten()
    fewest = math.ceil(int(labelled.sum()) * kept)
    limit = -math.log(threshold)
    if int((hardness > limit).sum()) >= fewest:
        hard = hardness > limit
    else:
        hard = hardness >= hardness.topk(fewest, sorted=False).values.min()
    return weighted_mean(values, target.masked_fill(~hard.view_as(labelled), IGNORE_INDEX), weight)
