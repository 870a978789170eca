"""What is known about one image of a project: how far its review is, and what its labels hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.review import ReviewState


class FileStamp(NamedTuple):
    """What tells a file from the one that is there after somebody wrote it again.

    Attributes:
        changed_ns: When its content was last changed, nanoseconds since 1970.
        size: In bytes.
    """

    changed_ns: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """What is known about one image; all of it can be worked out again from the project's files.

    Attributes:
        key: Image key.
        state: How far its review is.
        height: Of its label map in pixels; 0 if it has none.
        width: The same.
        class_pixels: Class index -> number of its pixels, for those that the label map holds;
            IGNORE_INDEX stands for the unlabelled ones.
        disagreement: Labelled pixels to which the model last run gives another class.
        corrected: Pixels that a person gave another class than a model did, now or before.
        uncertainty: Mean over the image when a model last ran, 0 certain to 1 unsure, or None if
            that was not asked for.
        seconds: Time that was spent on correcting it.
        split: "train", "val" or "test", or an empty string if that is not decided.
        note: What the user wrote about it.
        by: Login name of who approved or flagged it last, or an empty string.
        at: When that was, as ISO 8601 with the time zone, or an empty string.
        mask: Its mask file, or None if it has none.
        problem: Why the mask cannot be read, or an empty string.
    """

    key: str
    state: ReviewState = ReviewState.UNLABELLED
    height: int = 0
    width: int = 0
    class_pixels: Mapping[int, int] = field(default_factory=dict)
    disagreement: int = 0
    corrected: int = 0
    uncertainty: float | None = None
    seconds: float = 0.0
    split: str = ""
    note: str = ""
    by: str = ""
    at: str = ""
    mask: FileStamp | None = None
    problem: str = ""

    @property
    def pixels(self) -> int:
        """Number of pixels of the label map."""
        return self.height * self.width

    @property
    def labelled(self) -> int:
        """Number of pixels that have a class."""
        return sum(n for index, n in self.class_pixels.items() if index != IGNORE_INDEX)

    @property
    def changed(self) -> float:
        """When labels or review were last changed, seconds since 1970; 0 if never."""
        return max(self.mask.changed_ns / 1e9 if self.mask else 0.0, _seconds(self.at))


def _seconds(at: str) -> float:
    try:
        return datetime.fromisoformat(at).timestamp()
    except (ValueError, OverflowError, OSError):  # a file that anyone may have written
        return 0.0
