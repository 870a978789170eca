"""How much of each class there is in a project: what a change of its classes would touch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segstudio.core.class_change import ClassChange, Operation, Split


@dataclass(frozen=True, slots=True, eq=False)
class Census:
    """How much of each class there is in a project.

    Attributes:
        keys: The images that were counted.
        pixels: (256,) int64, pixels of each class index in all of them.
        present: (N, 256) bool, which class index is in which image.
    """

    keys: tuple[str, ...]
    pixels: NDArray[np.int64]
    present: NDArray[np.bool_]

    @classmethod
    def of(cls, keys: Iterable[str], counts: Sequence[NDArray[np.int64]]) -> "Census":
        """Return the census of images with these (256,) counts."""
        table = np.array(counts, np.int64).reshape(-1, 256)
        return cls(tuple(keys), table.sum(axis=0), table > 0)

    def images(self, class_indices: Iterable[int]) -> int:
        """Return how many images have at least one of these classes."""
        chosen = list(class_indices)
        return int(self.present[:, chosen].any(axis=1).sum()) if chosen else 0


@dataclass(frozen=True, slots=True)
class SplitCount:
    """What splitting small regions off a class would change.

    Attributes:
        split: The operation.
        images: Images that have such regions.
        pixels: Pixels of them.
    """

    split: Split
    images: int
    pixels: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What has been counted so far; None for what has not.

    Attributes:
        census: How much there is of each class.
        split: What the last split that was asked about would change.
    """

    census: Census | None = None
    split: SplitCount | None = None

    def touched(self, change: ClassChange, operation: Operation | None) -> tuple[int, int] | None:
        """Return how many images and pixels a change would touch, or None until that is counted.

        Args:
            change: What the operation makes of the classes.
            operation: What is asked for.
        """
        if change.split is not None:
            split = self.split
            return (
                None if split is None or split.split != operation else (split.images, split.pixels)
            )
        if self.census is None:
            return None
        affected = list(change.affected)
        return self.census.images(affected), int(self.census.pixels[affected].sum())
