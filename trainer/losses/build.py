"""The loss of a run: a weighted sum, with class weights, pixel weights and auxiliary heads."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from segstudio.core.label_map import IGNORE_INDEX
from trainer.class_weights import ClassFrequencies, class_weights
from trainer.errors import RecipeError
from trainer.loss_settings import LossSettings, parse_terms
from trainer.losses.table import Loss, find_loss


def build_loss(
    settings: LossSettings,
    num_classes: int,
    frequencies: ClassFrequencies | None = None,
    *,
    device: torch.device | None = None,
) -> "TrainingLoss":
    """Return what a run minimises.

    Args:
        settings: Which losses, and their parameters.
        num_classes: C.
        frequencies: Of the training images; needed if class weights come from them.
        device: Where the logits will be.

    Raises:
        RecipeError: If there is no such loss, or the class weights do not fit.
    """
    terms = [
        (term.factor, find_loss(term.name).bind(settings)) for term in parse_terms(settings.terms)
    ]
    weights = class_weights(settings.class_weights, num_classes, frequencies)
    return TrainingLoss(
        terms,
        None if weights is None else torch.from_numpy(weights).to(device),
        settings.aux_weight,
    )


class TrainingLoss:
    """A sum of losses over the logits of a network and of its auxiliary heads.

    Computes in float32 under autocast. The class weights and the weights of pixels are multiplied,
    and weigh in "ce", "ohem" and "focal"; in the others every class has the same say already.

    Args:
        terms: Factor and loss.
        class_weights: (C,) float, or None.
        aux_weight: Weight of every auxiliary head, or one for each.
    """

    def __init__(
        self,
        terms: Sequence[tuple[float, Loss]],
        class_weights: Tensor | None = None,
        aux_weight: float | Sequence[float] = 0.4,
    ) -> None:
        self._terms = tuple(terms)
        self._class_weights = class_weights
        self._aux_weight = aux_weight

    def __call__(
        self,
        outputs: Tensor | Sequence[Tensor],
        target: Tensor,
        pixel_weights: Tensor | None = None,
    ) -> Tensor:
        """Return the loss of one batch.

        Shape:
            outputs: (N, C, H, W) float logits, or a list of them: the network's own first, then
                those of the auxiliary heads, which may be smaller and are resized.
            target: (N, H, W) int64 class indices; IGNORE_INDEX does not count.
            pixel_weights: (N, H, W) or (H, W) float, >= 0, or None.
            Returns: scalar; 0, with gradients of 0, if no pixel is labelled.

        Raises:
            RecipeError: If the weights of auxiliary heads are not as many as the heads.
        """
        logits, *auxiliary = [outputs] if isinstance(outputs, Tensor) else outputs
        with torch.autocast(logits.device.type, enabled=False):
            weight = self._weight(target, pixel_weights)
            total = self._of_head(logits, target, weight)
            for factor, head in zip(self._aux_weights(len(auxiliary)), auxiliary, strict=True):
                if factor:
                    total = total + factor * self._of_head(head, target, weight)
        return total

    def _of_head(self, logits: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        if logits.shape[-2:] != target.shape[-2:]:
            logits = F.interpolate(
                logits, size=target.shape[-2:], mode="bilinear", align_corners=False
            )
        (factor, loss), *others = self._terms
        total = factor * loss(logits, target, weight)
        for factor, loss in others:
            total = total + factor * loss(logits, target, weight)
        return total

    def _weight(self, target: Tensor, pixel_weights: Tensor | None) -> Tensor | None:
        if self._class_weights is None:
            return pixel_weights
        # Ignored pixels take any class's weight: it does not count.
        classes = target.masked_fill(target == IGNORE_INDEX, 0)
        of_class = self._class_weights.to(target.device)[classes]
        return of_class if pixel_weights is None else of_class * pixel_weights

    def _aux_weights(self, heads: int) -> Sequence[float]:
        if not isinstance(self._aux_weight, Sequence):
            return [self._aux_weight] * heads
        if heads and len(self._aux_weight) != heads:
            raise RecipeError(
                f"{len(self._aux_weight)} weights were given for {heads} auxiliary heads"
            )
        return self._aux_weight[:heads]
