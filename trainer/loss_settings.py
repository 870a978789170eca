"""What is minimised, as it is written on the command line and in a recipe; loads no torch."""

import math
import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from trainer.errors import RecipeError

WEIGHTINGS: Final = ("none", "inverse", "median", "log")
_TERM = re.compile(r"(?:(\d+\.?\d*|\.\d+)\s*\*\s*)?([a-z][a-z0-9-]*)")


class Term(NamedTuple):
    """One part of a sum of losses.

    Attributes:
        factor: What it is multiplied by, above 0.
        name: Name in the table of losses.
    """

    factor: float
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LossSettings:
    """What is minimised.

    Attributes:
        terms: Names in the table of losses, added, each with a factor if it is not 1: "ce",
            "ce+dice", "0.5*ohem+lovasz".
        class_weights: "none", "inverse", "median" (frequency), "log", or the weight of every class.
        aux_weight: Weight of the auxiliary heads' losses, or one for each of them. 0.4 is that of
            PSPNet (Zhao et al., 2017, arXiv:1612.01105, sec. 3.3); the papers on BiSeNet have 1.
        ohem_threshold: Pixels whose true class has a lower probability are hard, 0..1.
        ohem_kept: Share of the labelled pixels that count at least, however easy, 0..1.
        focal_gamma: How much easy pixels are held down, >= 0; 0 is cross-entropy.
        beta: How many times as much recall counts as precision, in "f-beta".
        smooth: Pixels added to both sides of the fractions of "dice" and "f-beta".
    """

    terms: str = "ce"
    class_weights: str | tuple[float, ...] = "none"
    aux_weight: float | tuple[float, ...] = 0.4
    ohem_threshold: float = 0.7
    ohem_kept: float = 1 / 16
    focal_gamma: float = 2.0
    beta: float = 1.0
    smooth: float = 1e-5

    def __post_init__(self) -> None:
        parse_terms(self.terms)
        if isinstance(self.class_weights, str):
            _require(
                self.class_weights in WEIGHTINGS,
                f"the class weights are one of {', '.join(WEIGHTINGS)}, or one number for each",
            )
        else:
            _require(
                all(math.isfinite(weight) and weight >= 0 for weight in self.class_weights)
                and any(self.class_weights),
                "class weights must not be negative, nor all 0",
            )
        aux_weights = self.aux_weight if isinstance(self.aux_weight, tuple) else (self.aux_weight,)
        _require(
            all(math.isfinite(weight) and weight >= 0 for weight in aux_weights),
            "the weights of auxiliary heads must not be negative",
        )
        _require(0 < self.ohem_threshold < 1, "the OHEM threshold is between 0 and 1")
        _require(0 < self.ohem_kept <= 1, "the share that OHEM keeps is above 0 and at most 1")
        _require(0 <= self.focal_gamma <= 10, "the gamma of the focal loss is from 0 to 10")
        _require(0 < self.beta < math.inf, "beta must be above 0")
        _require(0 < self.smooth < math.inf, "smooth must be above 0")


def parse_terms(text: str) -> tuple[Term, ...]:
    """Return the parts of a sum such as "ce+dice" or "0.5*ohem+lovasz".

    Raises:
        RecipeError: If it is not such a sum, or names a loss twice.
    """
    terms: list[Term] = []
    for part in text.split("+"):
        match = _TERM.fullmatch(part.strip().lower())
        factor = float(match[1] or 1) if match else 0.0
        if match is None or not 0 < factor < math.inf:
            raise RecipeError(
                f"{text!r} is no sum of losses",
                hint='Write it like "ce", "ce+dice" or "0.5*ohem+lovasz"',
            )
        terms.append(Term(factor, match[2]))
    if len({term.name for term in terms}) < len(terms):
        raise RecipeError(f"{text!r} names a loss twice", hint="Give it one factor instead")
    return tuple(terms)


def parse_class_weights(text: str) -> str | tuple[float, ...]:
    """Return class weights as ``LossSettings`` holds them, from "median" or "1,2.5,0.5".

    Raises:
        RecipeError: If the text is neither a way to weigh nor numbers.
    """
    word = text.strip().lower()
    if word in WEIGHTINGS:
        return word
    try:
        return tuple(float(number) for number in word.split(","))
    except ValueError as error:
        raise RecipeError(
            f"{text!r} are no class weights",
            hint=f"Write one of {', '.join(WEIGHTINGS)}, or a number for every class: 1,2.5,0.5",
        ) from error


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise RecipeError(problem)
