"""What can go wrong in training, in words a user can act on.

    TrainerError
    |-- DatasetError         a label set cannot be trained on
    |-- RecipeError          a setting, or two together, make no sense
    |   `-- UnknownNetworkError
    |-- WeightsError         published weights cannot be had, or do not fit
    |-- RunError             a run folder cannot be started, resumed or read
    |   `-- CheckpointError  ... because of one of its checkpoints
    |-- DeviceError          the computer lacks what was asked of it
    |-- DivergedError        the loss is no longer a number
    `-- ExportError          the model cannot be exported, or does not do the same as the network

Like every ``SegStudioError`` they print as one sentence: what happened, and what to do next.
"""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from segstudio.errors import SegStudioError

TURN_HINT: Final = (
    "Turn the mask as programs show the image, or remove the EXIF orientation from the image"
)
_LISTED: Final = 5


class TrainerError(SegStudioError):
    """A failure of training that is told to the user in one sentence."""


class DatasetError(TrainerError):
    """A label set cannot be trained on."""

    def __init__(self, root: Path, problem: str, *, hint: str = "") -> None:
        super().__init__(f"{root.name or root}: {problem}", hint=hint)
        self.root = root


class SizeMismatchError(DatasetError):
    """A mask does not have the size of its image.

    Attributes:
        sizes: "mask 12 x 10, image 64 x 48".
        is_turned: Whether the sizes fit if the EXIF orientation of the image is left out.
    """

    def __init__(
        self,
        mask: Path,
        mask_size: tuple[int, ...],
        image: Path,
        image_size: tuple[int, ...],
        *,
        is_turned: bool,
    ) -> None:
        own, other = (f"{size[1]} x {size[0]}" for size in (mask_size, image_size))
        super().__init__(
            mask,
            f"the image {image.name} is turned by its EXIF orientation, and the mask is not"
            if is_turned
            else f"the mask has {own} pixels, the image {image.name} has {other}",
            hint=TURN_HINT
            if is_turned
            else "Label the image again, or bring back the image that belongs to the mask",
        )
        self.sizes = f"mask {own}, image {other}"
        self.is_turned = is_turned


class RecipeError(TrainerError):
    """A setting, or two together, make no sense."""


class UnknownNetworkError(RecipeError):
    """No network has this name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        matches = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {matches[0]}?" if matches else f"Known are: {', '.join(known)}"
        super().__init__(f"there is no network {name!r}", hint=hint)


class WeightsError(TrainerError):
    """Published weights cannot be had, or do not fit."""


class RunError(TrainerError):
    """A run folder cannot be started, resumed or read."""

    def __init__(self, folder: Path, problem: str, *, hint: str = "") -> None:
        super().__init__(f"{folder.name or folder}: {problem}", hint=hint)
        self.folder = folder


class CheckpointError(RunError):
    """A checkpoint cannot be used."""


class DeviceError(TrainerError):
    """The computer lacks what was asked of it."""


class DivergedError(TrainerError):
    """The loss is no longer a number."""

    def __init__(self, epoch: int, step: int, keys: Sequence[str]) -> None:
        super().__init__(
            f"the loss is not a number in epoch {epoch}, step {step}, with {listed(keys)}",
            hint="Start again with a smaller --lr; the last good checkpoint was kept",
        )


class ExportError(TrainerError):
    """The model cannot be exported, or does not do the same as the network."""


def listed(names: Sequence[str]) -> str:
    """Return the first few names, and how many more there are, as one piece of text."""
    shown = ", ".join(names[:_LISTED])
    more = len(names) - _LISTED
    return f"{shown} and {more} more" if more > 0 else shown
