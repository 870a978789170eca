"""Images that are there twice: within a split, across splits, or nearly.

What trains must not judge: metrics on images that were trained on say nothing about new ones.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.splits import TRAIN, VALIDATION
from trainer.data.survey.facts import ImageFacts
from trainer.data.survey.findings import Evidence, Finding, warning
from trainer.errors import listed
from trainer.words import counted

_SPLITS: Final = (TRAIN, VALIDATION, "test")  # not those that unite others, as "trainval"
_WORDS: Final = {
    (TRAIN, VALIDATION): "train and validate, so the metrics are better than the model",
    (TRAIN, "test"): "train and test, so the metrics on the test images are better than the model",
    (VALIDATION, "test"): "validate and test, so the test is no other than the validation",
}
# Correlations of 16 x 16 pictures. On CamVid, scenes of one drive reach 0.93 across its splits
# and standing cars 0.9988; copies that were halved, brightened or saved as JPEG of quality 40 stay
# above 0.998, slices of one stack of micrographs below 0.81.
_SAME_PICTURE: Final = 0.995
_SAME_BESIDE_THE_REST: Final = 0.97
_FLAT: Final = 2.0
_MOST_PAIRS: Final = 100_000_000
_ROWS: Final = 512


def repeated_images(evidence: Evidence) -> Iterator[Finding]:
    """The same pixels twice within a split, and differently labelled twice anywhere."""
    for split in (TRAIN, VALIDATION):
        by_digest: dict[str, list[ImageFacts]] = {}
        for facts in {facts.item: facts for facts in evidence.of(split)}.values():
            by_digest.setdefault(facts.image_digest, []).append(facts)
        repeated = [same for same in by_digest.values() if len(same) > 1]
        if repeated:
            yield warning(
                "repeated-image",
                f"{counted(repeated, 'image')} more than once in {split}: "
                f"{listed([' = '.join(each.item.key for each in same[:3]) for same in repeated])}",
                "Keep one of each",
                [each.item.image.name for same in repeated for each in same],
            )
        unequal = [same for same in repeated if len({each.mask_digest for each in same}) > 1]
        if unequal:
            yield warning(
                "contradicting-masks",
                f"the same pixels are labelled differently in {split}: "
                f"{listed([' and '.join(each.item.key for each in same[:3]) for same in unequal])}",
                "Keep the mask that is right",
                [each.item.mask.name for same in unequal for each in same],
            )


def shared_images(evidence: Evidence) -> Iterator[Finding]:
    """The same pixels in two splits."""
    for pair in combinations(_SPLITS, 2):
        first, second = map(evidence.of, pair)
        known = {facts.image_digest for facts in first}
        keys = [facts.item.key for facts in second if facts.image_digest in known]
        if keys:
            yield warning(
                "shared-image",
                f"{listed(keys)}: the same pixels {_WORDS[pair]}",
                "Keep every image in one split only",
                keys,
            )


def nearly_shared_images(evidence: Evidence) -> Iterator[Finding]:
    """Nearly the same picture in two splits: a copy, or the next frame of a film."""
    thumbnails = [facts.thumbnail for facts in evidence.facts]
    if not thumbnails:
        return
    average = np.mean(thumbnails, axis=0)
    for pair in combinations(_SPLITS, 2):
        known = {facts.image_digest for facts in evidence.of(pair[0])}
        first = [facts for facts in evidence.of(pair[0]) if _has_content(facts)]
        second = [
            facts
            for facts in evidence.of(pair[1])
            if _has_content(facts) and facts.image_digest not in known
        ]
        if not first or not second or len(first) * len(second) > _MOST_PAIRS:
            continue
        matches = _matches(first, second, average)
        if matches:
            pairs = [f"{two.item.key} (like {one.item.key})" for one, two in matches]
            yield warning(
                "nearly-shared-image",
                f"nearly the same picture in {pair[0]} and {pair[1]}: {listed(pairs)}",
                "If these are copies or frames of one film, keep them in one split: "
                "the metrics are better than the model",
                [two.item.image.name for _, two in matches],
            )


def repeated_names(evidence: Evidence) -> Iterator[Finding]:
    """Images that a list names twice: they train with twice the weight."""
    for split in (TRAIN, VALIDATION):
        items = evidence.dataset.splits.get(split, ())
        twice = [item.key for item, number in Counter(items).items() if number > 1]
        if twice:
            yield warning(
                "listed-twice",
                f"{counted(twice, 'image')} listed more than once in {split}: {listed(twice)}",
                "Take the second mention out",
                twice,
            )


def _has_content(facts: ImageFacts) -> bool:
    return bool(facts.thumbnail.std() > _FLAT)


def _matches(
    first: Sequence[ImageFacts], second: Sequence[ImageFacts], average: NDArray[np.float32]
) -> list[tuple[ImageFacts, ImageFacts]]:
    """Return, for each of ``second`` that has one, the image of ``first`` that is most like it.

    Pictures are alike if they are so as they are, and so in what sets them apart from the average
    picture: all images of one microscope may share its uneven light.
    """
    one, one_rest = _directions(first, average)
    matches = []
    for start in range(0, len(second), _ROWS):
        some = second[start : start + _ROWS]
        two, two_rest = _directions(some, average)
        likeness = np.minimum(
            two @ one.T - _SAME_PICTURE, two_rest @ one_rest.T - _SAME_BESIDE_THE_REST
        )
        best = likeness.argmax(axis=1)
        matches += [
            (first[place], facts)
            for facts, place, value in zip(some, best, likeness.max(axis=1), strict=True)
            if value >= 0
        ]
    return matches


def _directions(
    facts: Sequence[ImageFacts], average: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the thumbnails, and what is left of them without the average, at unit length."""
    pictures = np.stack([each.thumbnail for each in facts])
    return _unit(pictures), _unit(pictures - average)


def _unit(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    centred = pictures - pictures.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    units: NDArray[np.float32] = centred / np.maximum(lengths, 1e-6)
    return units
