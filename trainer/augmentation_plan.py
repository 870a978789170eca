"""Decide which variations suit a data set, by the names of its classes and by what it shows."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from trainer.augmentation_settings import AugmentationSettings
from trainer.data.augment_rare import rare_classes
from trainer.errors import listed
from trainer.reason import Reason

_SIDES: Final = frozenset({"left", "right"})
_HEIGHTS: Final = frozenset({"up", "down", "upper", "lower", "top", "bottom"})
# What is only seen through a microscope has no side that is up.
_MICROSCOPIC: Final = frozenset({
    "axon", "axons", "cytoplasm", "dendrite", "dendrites", "membrane", "membranes",
    "mitochondria", "mitochondrion", "nuclei", "nucleoli", "nucleolus", "nucleus",
    "organelle", "organelles", "synapse", "synapses", "vesicle", "vesicles",
})  # fmt: skip


def decide_augmentation(
    asked: AugmentationSettings,
    names: Sequence[str],
    class_pixels: Sequence[int],
    *,
    grey: bool,
) -> tuple[AugmentationSettings, tuple[Reason, ...]]:
    """Return the settings, and a reason for each that the data set decided.

    Args:
        asked: What the user asked for.
        names: Of the classes.
        class_pixels: Training pixels of each class.
        grey: Whether all training images are grey.
    """
    reasons: list[Reason] = []
    flip = asked.flip
    if flip == "auto":
        flip, why = flips_for(names)
        reasons += [Reason("flip", flip, why)] if why else []
    if grey and asked.hsv_share and (asked.hue or asked.saturation):
        reasons.append(Reason("hue and saturation", "kept", "the training images are grey"))
    rare = [names[index] for index in rare_classes(class_pixels)]
    if rare and asked.rare_crops:
        reasons.append(
            Reason(
                "rare crops",
                f"{asked.rare_crops:.0%}",
                f"on {listed(rare)}: few of the pixels",
            )
        )
    return replace(asked, flip=flip, grey=grey), tuple(reasons)


def flips_for(names: Sequence[str]) -> tuple[str, str]:
    """Return how images may be mirrored without making their labels wrong, and why.

    A left lung in the mirror is a right one, so nothing is mirrored that way if names tell left
    from right, or top from bottom. Other images are mirrored left to right, which people and
    streets bear; only those through a microscope upside down as well.

    Args:
        names: Of the classes.

    Returns:
        "none", "horizontal" or "both"; the reason is empty for the usual "horizontal".
    """
    words = {name: _words(name) for name in names}
    # "hand_l" and "hand_r"; either letter alone may mean anything.
    letters = {word for found in words.values() for word in found} & {"l", "r"}
    sides = _SIDES | (letters if len(letters) == 2 else set())
    sided = [name for name in names if words[name] & sides]
    if sided:
        return "none", f"a mirror image would be wrong about {listed(sided)}"
    seen_small = [name for name in names if words[name] & _MICROSCOPIC]
    upright = [name for name in names if words[name] & _HEIGHTS]
    if seen_small and upright:
        return "horizontal", f"upside down, {listed(upright)} would be wrong"
    if seen_small:
        return "both", f"{listed(seen_small)}: seen through a microscope, no side is up"
    return "horizontal", ""


def _words(name: str) -> set[str]:
    """Return the words of a name in small letters: "LeftLung_2" has "left" and "lung"."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return set(re.findall(r"[^\W\d_]+", apart.casefold()))
