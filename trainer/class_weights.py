"""How much each class weighs in a pixelwise loss, from how often it occurs; loads no torch."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from trainer.errors import RecipeError

_LOG_OFFSET: Final = 1.02


@dataclass(frozen=True, slots=True)
class ClassFrequencies:
    """How often classes occur in a set of label maps; ignored pixels do not count.

    Attributes:
        pixels: (C,) int64 pixels of each class.
        pixels_where_shown: (C,) int64 pixels, of any class, of the images that show the class.
    """

    pixels: NDArray[np.int64]
    pixels_where_shown: NDArray[np.int64]

    @classmethod
    def of(cls, label_maps: Iterable[LabelMap], num_classes: int) -> "ClassFrequencies":
        """Count the classes of (H, W) uint8 label maps; values that are no class do not count."""
        histograms = (np.bincount(each.ravel(), minlength=IGNORE_INDEX + 1) for each in label_maps)
        return cls.of_histograms(histograms, num_classes)

    @classmethod
    def of_histograms(
        cls, histograms: Iterable[NDArray[np.int64]], num_classes: int
    ) -> "ClassFrequencies":
        """Add up counted images: for each, (256,) pixels of each value of its label map."""
        pixels = np.zeros(num_classes, np.int64)
        where_shown = np.zeros(num_classes, np.int64)
        for histogram in histograms:
            counts = histogram[:num_classes]
            pixels += counts
            where_shown += np.where(counts > 0, counts.sum(), 0)
        return cls(pixels, where_shown)


def class_weights(
    weighting: str | tuple[float, ...], num_classes: int, frequencies: ClassFrequencies | None
) -> NDArray[np.float32] | None:
    """Return the weight of every class, or None if all are the same.

    "inverse" weighs a class by one over its share of the labelled pixels (King and Zeng, 2001,
    "Logistic Regression in Rare Events Data", sec. 4.1): all classes together weigh the same.
    "median" is median frequency balancing (Eigen and Fergus, 2015, arXiv:1411.4734, sec. 6.3.2):
    the share is taken among the pixels of those images that show the class, which is milder on
    classes that are rare because few images show them.

    "log" is 1 / ln(1.02 + share) (Paszke et al., 2016, arXiv:1606.02147, sec. 5.1): rare classes
    weigh at most about fifty times as much as one that fills the images.

    All are scaled so that the mean weight of a labelled pixel is 1. A class that does not occur
    has weight 1. Weights that were given are taken as they are.

    Args:
        weighting: "none", "inverse", "median", "log", or the weights themselves.
        num_classes: C.
        frequencies: Of the training images; needed for all but "none".

    Returns:
        (C,) float32, >= 0.

    Raises:
        RecipeError: If the number of weights is not C, or the frequencies are missing.
    """
    if not isinstance(weighting, str):
        if len(weighting) != num_classes:
            raise RecipeError(
                f"{len(weighting)} class weights were given for {num_classes} classes",
                hint="Give one number for every class, in their order, background included",
            )
        return np.asarray(weighting, np.float32)
    if weighting == "none":
        return None
    if frequencies is None or len(frequencies.pixels) != num_classes:
        raise RecipeError(f"{weighting} class weights need how often each class occurs")
    occurs = frequencies.pixels > 0
    if not occurs.any():
        return None
    pixels = frequencies.pixels[occurs].astype(np.float64)
    if weighting == "inverse":
        raw = 1 / pixels
    elif weighting == "median":
        share = pixels / frequencies.pixels_where_shown[occurs]
        raw = np.median(share) / share
    elif weighting == "log":
        raw = 1 / np.log(_LOG_OFFSET + pixels / pixels.sum())
    else:
        raise RecipeError(f"there are no {weighting!r} class weights")
    weights = np.ones(num_classes)
    weights[occurs] = raw * pixels.sum() / (raw * pixels).sum()
    return weights.astype(np.float32)
