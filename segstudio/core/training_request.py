"""What a user asks of a training, as the options of ``trainer train``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

FROM_SCRATCH: Final = "none"
FROM_IMAGENET: Final = "imagenet"


class ImageChoice(StrEnum):
    """Which images train."""

    APPROVED = "approved"
    CORRECTED = "corrected"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRequest:
    """What to train; what is left open the trainer decides and explains.

    Attributes:
        network: Name in the trainer's table.
        backbone: Its backbone, or None for the usual one.
        weights: "none", "imagenet", or a checkpoint to start from.
        images: Which images train.
        minutes: Time limit, or None.
        epochs: Passes over the images, or None. One of the two is set.
        expert: Other options of ``trainer train`` by their long names, such as "crop".
    """

    network: str
    backbone: str | None = None
    weights: str = FROM_SCRATCH
    images: ImageChoice = ImageChoice.ALL
    minutes: float | None = None
    epochs: int | None = None
    expert: Mapping[str, Any] = field(default_factory=dict)

    def options(self, *, data: Path, out: Path, control: Path) -> dict[str, Any]:
        """Return the options of the command.

        Args:
            data: The frozen labels.
            out: The trainer's run folder.
            control: File through which the run is asked to end.
        """
        asked = {
            "data": str(data),
            "format": "segstudio",
            "out": str(out),
            "control": str(control),
            "network": self.network,
            "backbone": self.backbone,
            "weights": self.weights,
            "minutes": self.minutes,
            "epochs": self.epochs,
            **self.expert,
        }
        return {name: value for name, value in asked.items() if value is not None}
