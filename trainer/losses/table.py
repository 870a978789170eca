"""The one table of losses: a new loss is one file and one row here."""

import difflib
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from torch import Tensor

from trainer.errors import RecipeError
from trainer.loss_settings import LossSettings
from trainer.losses.cross_entropy import cross_entropy, ohem_cross_entropy
from trainer.losses.focal import focal_loss
from trainer.losses.lovasz import lovasz_softmax
from trainer.losses.overlap import dice_loss, f_beta_loss

Loss = Callable[[Tensor, Tensor, Tensor | None], Tensor]
"""(N, C, H, W) logits, (N, H, W) target, weights of pixels or None -> scalar."""


class Row(NamedTuple):
    """One loss of the table.

    Attributes:
        name: Word in a sum of losses.
        bind: Returns the loss with its settings filled in.
        summary: What it is, in a few words.
    """

    name: str
    bind: Callable[[LossSettings], Loss]
    summary: str


def _cross_entropy(settings: LossSettings) -> Loss:
    return cross_entropy


def _ohem(settings: LossSettings) -> Loss:
    return partial(ohem_cross_entropy, threshold=settings.ohem_threshold, kept=settings.ohem_kept)


def _focal(settings: LossSettings) -> Loss:
    return partial(focal_loss, gamma=settings.focal_gamma)


def _dice(settings: LossSettings) -> Loss:
    return _unweighted(partial(dice_loss, smooth=settings.smooth))


def _f_beta(settings: LossSettings) -> Loss:
    return _unweighted(partial(f_beta_loss, beta=settings.beta, smooth=settings.smooth))


def _lovasz(settings: LossSettings) -> Loss:
    return _unweighted(lovasz_softmax)


def _unweighted(loss: Callable[[Tensor, Tensor], Tensor]) -> Loss:
    """Return a loss that gives every class the same say already, and takes no weights."""
    return lambda logits, target, weight: loss(logits, target)


LOSSES: Final = {
    row.name: row
    for row in (
        Row("ce", _cross_entropy, "cross-entropy"),
        Row("ohem", _ohem, "cross-entropy of the hard pixels"),
        Row("focal", _focal, "cross-entropy that holds easy pixels down"),
        Row("dice", _dice, "soft Dice over the batch"),
        Row("f-beta", _f_beta, "soft F-score; beta above 1 favours recall"),
        Row("lovasz", _lovasz, "Lovász-softmax, a surrogate of the IoU"),
    )
}


def find_loss(name: str) -> Row:
    """Return a loss of the table.

    Raises:
        RecipeError: If there is none of that name.
    """
    if name not in LOSSES:
        matches = difflib.get_close_matches(name, LOSSES, n=1)
        hint = f"Did you mean {matches[0]}?" if matches else f"Known are: {', '.join(LOSSES)}"
        raise RecipeError(f"there is no loss {name!r}", hint=hint)
    return LOSSES[name]
