"""Look at every image and mask once, before training: what is there, and is it sound?

What would train garbage is refused here, with the names of the files, not in the middle of an
epoch. Decoded samples stay in the cache, so the work is not done twice.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.errors import SegStudioError
from segstudio.formats.dataset import LabelledDataset, LabelledImage
from trainer.data.source import SampleCache
from trainer.data.survey.checks import (
    foreign_values,
    left_out,
    missing_images,
    nothing_to_learn,
    turned_images,
    unbalanced_classes,
    unlabelled_masks,
)
from trainer.data.survey.class_values import numbered_classes
from trainer.data.survey.duplicates import (
    nearly_shared_images,
    repeated_images,
    repeated_names,
    shared_images,
)
from trainer.data.survey.facts import ImageFacts, image_facts
from trainer.data.survey.findings import Evidence, Finding, Severity
from trainer.data.survey.palettes import differing_palettes
from trainer.data.survey.unusable import unusable_files

SHORT_FINGERPRINT: Final = 16
"""Characters of a fingerprint that people are shown."""

Check = Callable[[Evidence], Iterable[Finding]]

# In the order in which they are told.
_CHECKS: Final[tuple[Check, ...]] = (
    missing_images,
    unusable_files,
    foreign_values,
    left_out,
    repeated_names,
    shared_images,
    repeated_images,
    nearly_shared_images,
    turned_images,
    differing_palettes,
)
# Where files are unusable or values no classes, what is left says little about the labels.
_CHECKS_OF_LABELS: Final[tuple[Check, ...]] = (
    nothing_to_learn,
    unbalanced_classes,
    unlabelled_masks,
)


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found in a label set, whether it can be trained on or not.

    Attributes:
        evidence: The images by split, and what could not be used.
        findings: Refusals first, then warnings.
        fingerprint: Hash of the training and validation images and masks that could be used.
    """

    evidence: Evidence
    findings: tuple[Finding, ...]
    fingerprint: str

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """What would train garbage."""
        return tuple(f for f in self.findings if f.severity is Severity.REFUSED)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What may be meant so."""
        return tuple(f for f in self.findings if f.severity is Severity.WARNING)


def examine(
    dataset: LabelledDataset,
    cache: SampleCache,
    splits: Sequence[str],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Examination:
    """Decode images and masks once and check them; nothing is refused.

    Args:
        dataset: The label set.
        cache: Keeps the decoded samples.
        splits: Those to look at; what is not in the data set is passed over.
        progress: Told (done, total) after each image.
    """
    wanted = {split: dataset.splits[split] for split in splits if split in dataset.splits}
    items = list(dict.fromkeys(item for split in wanted.values() for item in split))
    seen: dict[LabelledImage, ImageFacts] = {}
    failures: list[tuple[LabelledImage, SegStudioError]] = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        looks = pool.map(partial(image_facts, cache), items)
        for done, (item, look) in enumerate(zip(items, looks, strict=True), start=1):
            if isinstance(look, ImageFacts):
                seen[item] = look
            else:
                failures.append((item, look))
            if progress:
                progress(done, len(items))
    evidence = Evidence(
        dataset=dataset,
        label_set=dataset.label_set,
        splits={
            split: [seen[item] for item in found if item in seen] for split, found in wanted.items()
        },
        failures=failures,
    )
    findings: list[Finding] = []
    if not len(dataset.label_set):
        # What only test images show is not learnt, so it gets no number.
        label_set, problem = numbered_classes([*evidence.of(TRAIN), *evidence.of(VALIDATION)])
        evidence = replace(evidence, label_set=label_set)
        findings += [problem] if problem else []
    for check in _CHECKS:
        findings += check(evidence)
    if all(finding.severity is Severity.WARNING for finding in findings):
        for check in _CHECKS_OF_LABELS:
            findings += check(evidence)
    return Examination(
        evidence=evidence,
        findings=tuple(sorted(findings, key=lambda each: each.severity is Severity.WARNING)),
        fingerprint=_fingerprint(evidence),
    )


def _fingerprint(evidence: Evidence) -> str:
    digest = hashlib.sha256(repr(evidence.label_set.names).encode("utf-8"))
    rows = sorted(
        (split, each.item.key, each.image_digest, each.mask_digest)
        for split in (TRAIN, VALIDATION)
        for each in evidence.of(split)
    )
    for row in rows:
        digest.update(repr(row).encode("utf-8"))
    return digest.hexdigest()
