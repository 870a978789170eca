"""Findings about a label set, and the evidence that checks turn into them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_set import LabelSet
from segstudio.errors import SegStudioError
from segstudio.formats.dataset import LabelledDataset, LabelledImage
from trainer.data.survey.facts import ImageFacts


class Severity(StrEnum):
    """How bad a finding is."""

    REFUSED = "refused"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the user should know about the data.

    Attributes:
        severity: Refused is what would train garbage; anything else may be meant so.
        code: What kind of finding this is, for programs.
        message: What was found, with the names of the first few files, without a final stop.
        hint: What to do next, likewise.
        files: The names of all files that it is about.
    """

    severity: Severity
    code: str
    message: str
    hint: str
    files: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The message and the hint as one line of plain text."""
        return f"{self.message}. {self.hint}" if self.hint else self.message


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the checks look at.

    Attributes:
        dataset: The label set.
        label_set: Its classes, named or numbered.
        splits: The images that could be decoded, by split.
        failures: The others, and why.
    """

    dataset: LabelledDataset
    label_set: LabelSet
    splits: Mapping[str, Sequence[ImageFacts]]
    failures: Sequence[tuple[LabelledImage, SegStudioError]]

    @property
    def facts(self) -> list[ImageFacts]:
        """Every image that could be decoded, once for each split it is in."""
        return [facts for split in self.splits.values() for facts in split]

    def of(self, split: str) -> Sequence[ImageFacts]:
        """Return the images of a split; none if there is no such split."""
        return self.splits.get(split, ())


def refused(code: str, message: str, hint: str, files: Sequence[str] = ()) -> Finding:
    """Return a finding that keeps the data from being trained on."""
    return Finding(Severity.REFUSED, code, message, hint, tuple(files))


def warning(code: str, message: str, hint: str, files: Sequence[str] = ()) -> Finding:
    """Return a finding that may be meant so."""
    return Finding(Severity.WARNING, code, message, hint, tuple(files))


def histogram(facts: Sequence[ImageFacts]) -> NDArray[np.int64]:
    """Return (256,) int64 pixels of each class index in all of these images."""
    total: NDArray[np.int64] = np.zeros(256, np.int64)
    return np.sum([each.values for each in facts], axis=0) if facts else total


def images_showing(facts: Sequence[ImageFacts]) -> NDArray[np.int64]:
    """Return (256,) int64 numbers of images that show each class index."""
    total: NDArray[np.int64] = np.zeros(256, np.int64)
    return np.sum([each.values > 0 for each in facts], axis=0) if facts else total
