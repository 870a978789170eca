"""From probabilities to what a person looks at: class, confidence, entropy."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap


class Decision(NamedTuple):
    """What the probabilities of an (h, w) part of an image come to.

    Attributes:
        class_map: (h, w) uint8, the likeliest class; the first of those that are equal.
        confidence: (h, w) float32, its probability.
        entropy: (h, w) float32, 0 where one class is certain, 1 where all are equal; None unless
            asked for.
    """

    class_map: LabelMap
    confidence: NDArray[np.float32]
    entropy: NDArray[np.float32] | None


def decide(probabilities: NDArray[np.float32], *, entropy: bool = False) -> Decision:
    """Return what (C, h, w) float32 probabilities come to."""
    confidence = probabilities[0].copy()
    class_map = np.zeros(confidence.shape, np.uint8)
    # Class by class: numpy's argmax over the first axis is several times slower.
    for class_index in range(1, len(probabilities)):
        better = probabilities[class_index] > confidence
        np.copyto(confidence, probabilities[class_index], where=better)
        class_map[better] = class_index
    return Decision(class_map, confidence, normalized_entropy(probabilities) if entropy else None)


def normalized_entropy(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the entropy of (C, h, w) probabilities as a share of the largest possible, 0..1."""
    total = np.zeros(probabilities.shape[1:], np.float32)
    for p in probabilities:
        total -= p * np.log(np.maximum(p, np.float32(1e-12)))
    return total / np.float32(np.log(max(len(probabilities), 2)))


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the softmax of (C, h, w) logits over the classes."""
    exponentials: NDArray[np.float32] = np.exp(logits - logits.max(axis=0))
    exponentials /= exponentials.sum(axis=0)
    return exponentials


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the logistic function of logits, without overflow."""
    probabilities: NDArray[np.float32] = np.tanh(np.float32(0.5) * logits)
    probabilities += np.float32(1)
    probabilities *= np.float32(0.5)
    return probabilities
