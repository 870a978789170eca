"""Training losses over (N, C, H, W) logits and (N, H, W) targets: one file a family, one table."""

from collections.abc import Sequence

from torch import Tensor

from trainer.loss_settings import LossSettings
from trainer.losses.build import TrainingLoss, build_loss
from trainer.losses.cross_entropy import cross_entropy
from trainer.losses.table import LOSSES

__all__ = ["LOSSES", "LossSettings", "TrainingLoss", "build_loss", "cross_entropy", "training_loss"]


def training_loss(outputs: Tensor | Sequence[Tensor], target: Tensor) -> Tensor:
    """Return what is minimised: the loss of the logits, and of the auxiliary heads' logits.

    Auxiliary heads weigh as much as the network's own, as in both papers on BiSeNet.

    Args:
        outputs: (N, C, H, W) logits of one head, or of several.
        target: (N, H, W) int64 class indices; IGNORE_INDEX does not count.
    """
    return build_loss(LossSettings(aux_weight=1.0), 0)(outputs, target)
