"""Labels that are likely wrong: where a model says another class and is sure of it.

Papers:
    Northcutt, Jiang and Chuang, Confident Learning: Estimating Uncertainty in Dataset Labels, 2021
        - https://arxiv.org/abs/1911.00068 (labels are suspected where a model is confident of
        another class; here one confidence for all classes, and regions instead of single labels)
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.rect import Rect

LEAST_CONFIDENCE: Final = 0.8
_MIN_PIXELS: Final = 16
_MOST_PER_IMAGE: Final = 50


@dataclass(frozen=True, slots=True, eq=False)
class LikelyError:
    """A connected region whose label a model doubts.

    Attributes:
        key: Image key.
        rect: What it lies in, half-open, image pixels.
        pixels: Its area.
        packed: Its pixels within the rectangle, compressed: thousands of them are held.
        labelled: Class index that is there.
        predicted: Class index the model says.
        confidence: Mean confidence of the model, 0..1.
    """

    key: str
    rect: Rect
    pixels: int
    packed: bytes
    labelled: int
    predicted: int
    confidence: float

    @property
    def mask(self) -> NDArray[np.bool_]:
        """(h, w) bool within the rectangle: its pixels."""
        shape = self.rect.height, self.rect.width
        bits = np.frombuffer(zlib.decompress(self.packed), np.uint8)
        return np.unpackbits(bits, count=shape[0] * shape[1]).reshape(shape).astype(np.bool_)

    @property
    def weight(self) -> float:
        """Confidence times area: what is looked at first."""
        return self.confidence * self.pixels


def likely_errors(
    key: str,
    label_map: LabelMap,
    class_map: LabelMap,
    confidence: NDArray[np.float32],
    least: float = LEAST_CONFIDENCE,
) -> list[LikelyError]:
    """Return the regions of an image that are likely labelled wrong, the worst first.

    Slivers of one or two pixels' width are left out: where two classes meet, nobody knows better.

    Args:
        key: Image key.
        label_map: (H, W) uint8, the labels; IGNORE_INDEX where they are not to be looked at.
        class_map: (H, W) uint8, what the model says; IGNORE_INDEX for classes of its own.
        confidence: (H, W) float32, how sure it is, 0..1.
        least: How sure it must be of a pixel for that to count.
    """
    import cv2

    doubted = (
        (label_map != class_map)
        & (label_map != IGNORE_INDEX)
        & (class_map != IGNORE_INDEX)
        & (confidence >= least)
    )
    pairs = label_map.astype(np.uint16) * np.uint16(256) + class_map
    found: list[LikelyError] = []
    for pair in np.unique(pairs[doubted]).tolist():
        mask = (doubted & (pairs == pair)).astype(np.uint8)
        core = cv2.erode(mask, np.ones((3, 3), np.uint8))
        _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        has_core = np.unique(labels[core > 0])
        for number in has_core.tolist():
            left, top, width, height, area = stats[number].tolist()
            if area < _MIN_PIXELS:
                continue
            rect = Rect(top, left, top + height, left + width)
            region = labels[rect.slices] == number
            sure = float(confidence[rect.slices][region].mean())
            packed = zlib.compress(np.packbits(region).tobytes(), 1)
            found.append(LikelyError(key, rect, area, packed, pair // 256, pair % 256, sure))
    return ranked(found)[:_MOST_PER_IMAGE]


def ranked(errors: Sequence[LikelyError]) -> list[LikelyError]:
    """Return likely errors by confidence times area, the largest first."""
    return sorted(errors, key=lambda error: -error.weight)
