"""What the user asks for when a network is to be trained."""

from dataclasses import dataclass, field

from trainer.augmentation_settings import AugmentationSettings
from trainer.loss_settings import LossSettings
from trainer.recipe import DEFAULT_CACHE_MIB, check_amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user asked for; None where it is left to us.

    Attributes are those of ``Recipe``, and:
        memory_gib: Memory of the GPU to use at most, GiB, or None for most of what is free.
    """

    network: str
    backbone: str | None = None
    options: tuple[str, ...] = ()
    data: str
    format: str | None = None
    positive: str | None = None
    classes: tuple[str, ...] | None = None
    weights: str = "none"
    epochs: int | None = None
    minutes: float | None = None
    crop: tuple[int, int] | None = None
    batch: int | None = None
    accumulate: int = 1
    reduce: int | None = None
    refine: bool = False
    normalization: str | None = None
    optimizer: str = "adamw"
    learning_rate: float | None = None
    backbone_rate: float | None = None
    weight_decay: float = 0.01
    schedule: str = "poly"
    clip: float = 0.0
    average: float | None = None
    patience: int | None = None
    precision: str | None = None
    channels_last: bool | None = None
    compile: bool = False
    memory_gib: float | None = None
    seed: int = 0
    device: str = "auto"
    cache_mib: int = DEFAULT_CACHE_MIB
    correction_weight: float | None = None
    augmentation: AugmentationSettings = field(default_factory=AugmentationSettings)
    loss: LossSettings | None = None

    def __post_init__(self) -> None:
        # Here, because batch and steps are divided by them, and before all images are looked at.
        check_amounts(self.batch, self.crop, self.reduce, self.epochs, self.minutes)
