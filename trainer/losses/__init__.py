"""Training losses over (N, C, H, W) logits and (N, H, W) targets: one file a family, one table."""

from trainer.loss_settings import LossSettings
from trainer.losses.build import TrainingLoss, build_loss
from trainer.losses.cross_entropy import cross_entropy
from trainer.losses.table import LOSSES

__all__ = ["LOSSES", "LossSettings", "TrainingLoss", "build_loss", "cross_entropy"]
