"""The images that a user goes through, one after another."""

from dataclasses import dataclass

import numpy as np

from segstudio.core.image_filter import Arrangement


@dataclass(frozen=True, slots=True, eq=False)
class ShownImages:
    """The images of a list, in its order, and where those stand that it leaves out.

    Attributes:
        keys: Keys of the images that are shown.
        all_keys: Keys of all images, by row of ``arrangement``; needed where some are left out.
        arrangement: How these came about, or None if all images are shown.
    """

    keys: tuple[str, ...]
    all_keys: tuple[str, ...] = ()
    arrangement: Arrangement | None = None

    def beside(self, key: str, distance: int) -> str | None:
        """Return the image ``distance`` further than another; None beyond the ends.

        The other may be one that is left out: its neighbours are those that it stands between.

        Args:
            key: Image key.
            distance: Not 0; negative for images before it.
        """
        place, is_shown = self._place(key)
        place += distance if is_shown else distance - (distance > 0)
        return self.keys[place] if 0 <= place < len(self.keys) else None

    def following(self, key: str) -> tuple[str, ...]:
        """Return the images after another, then those before it; without itself."""
        place, is_shown = self._place(key)
        return self.keys[place + is_shown :] + self.keys[:place]

    def _place(self, key: str) -> tuple[int, bool]:
        """Return where an image stands, or would stand, and whether it is shown."""
        try:
            return self.keys.index(key), True
        except ValueError:
            return self._gap(key), False

    def _gap(self, key: str) -> int:
        """Return how many of the shown images come before one that is left out."""
        if self.arrangement is None or key not in self.all_keys:
            return 0
        row, ordered = self.all_keys.index(key), self.arrangement.ordered
        before = ordered[: int(np.flatnonzero(ordered == row)[0])]
        return int(np.count_nonzero(np.isin(before, self.arrangement.shown, assume_unique=True)))
