"""All settings of a training run, as they are decided, saved and read back."""

import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, get_args, get_origin, get_type_hints

from trainer.augmentation_settings import AugmentationSettings
from trainer.errors import RecipeError
from trainer.loss_settings import LossSettings

RECIPE_VERSION: Final = 1
DEFAULT_CACHE_MIB: Final = 2048
OPTIMIZERS: Final = ("adamw", "sgd", "adam")
SCHEDULES: Final = ("poly", "cosine", "exponential", "plateau", "constant")
PRECISIONS: Final = ("fp32", "bf16", "fp16")
NORMALIZATIONS: Final = ("dataset", "imagenet", "symmetric")
DEVICES: Final = ("auto", "cpu", "cuda")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that decides how a run goes, besides the data and the first weights.

    Attributes:
        network: Name in the table of networks.
        backbone: Name of its backbone, or None where it has none to choose.
        options: Its options as "name=value".
        data: Folder of the label set, absolute.
        format: Name of its format; None in recipes that did not say: it is recognised.
        positive: "dark" or "light": which value of 0/255 masks is class 1; None if not asked.
        classes: Class names that were given on the command line, or None.
        weights: "none", or the checkpoint that training starts from, absolute.
        epochs: Number of passes over the data, or None.
        minutes: Hard limit of wall-clock time, or None. One of the two is set.
        crop: (height, width) of the training crops, pixels.
        batch: Crops a step.
        accumulate: Parts a batch is computed in, one after the other, to save memory.
        reduce: Side of the pixel squares whose mean the network sees as one pixel: 1 is full size.
        refine: Whether logits of a reduced image are brought to full size by a small learned
            network that sees the full-size image, and not only by interpolation.
        normalization: What is subtracted from pixels and what they are divided by: mean and
            standard deviation of the training images ("dataset") or of ImageNet ("imagenet"), or
            127.5 and 127.5 ("symmetric").
        optimizer: "adamw", "sgd" (Nesterov) or "adam".
        learning_rate: Its highest value.
        backbone_rate: What it is multiplied by for weights of the backbone.
        weight_decay: How much weights shrink; biases and normalisation layers do not.
        momentum: Of "sgd".
        warmup: Share of the run in which the learning rate rises.
        schedule: "poly", "cosine", "exponential", "plateau" or "constant"; how it falls.
        clip: Longest gradient; 0 leaves it as it is.
        average: Decay of the running average of the weights, which is what is judged and kept; 0
            takes the weights as they are.
        patience: Epochs without a better validation mIoU after which the run ends, or None.
        precision: "fp32", "bf16" or "fp16": what the network computes in while it trains.
        channels_last: Whether pixels lie together in memory, not channels; only speed differs.
        compile: Whether torch.compile makes the training step.
        seed: Of weights, order and augmentation, >= 0.
        device: "auto", "cpu" or "cuda".
        cache_mib: Memory for decoded images, MiB.
        correction_weight: What a pixel that the user corrected weighs, against 1 of the others; and
            above 1, images with more corrections are drawn more often.
        augmentation: How training images are varied.
        loss: What is minimised.
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
    crop: tuple[int, int]
    batch: int
    accumulate: int = 1
    reduce: int = 1
    refine: bool = False
    normalization: str = "dataset"
    optimizer: str = "adamw"
    learning_rate: float
    backbone_rate: float = 1.0
    weight_decay: float = 0.01
    momentum: float = 0.9
    warmup: float = 0.05
    schedule: str = "poly"
    clip: float = 0.0
    average: float = 0.0
    patience: int | None = None
    precision: str = "fp32"
    channels_last: bool = False
    compile: bool = False
    seed: int = 0
    device: str = "auto"
    cache_mib: int = DEFAULT_CACHE_MIB
    correction_weight: float = 1.0
    augmentation: AugmentationSettings = field(default_factory=AugmentationSettings)
    loss: LossSettings = field(default_factory=LossSettings)

    def __post_init__(self) -> None:
        check_amounts(self.batch, self.crop, self.reduce, self.epochs, self.minutes)
        _require(0 < self.learning_rate < 10, "--lr must be above 0 and below 10")
        _require(self.cache_mib >= 0, "--cache-mib must not be negative")
        _require(self.seed >= 0, "--seed must not be negative")
        _require(
            (self.epochs is None) != (self.minutes is None),
            "--epochs and --minutes exclude each other",
        )
        _require(
            1 <= self.accumulate <= self.batch,
            "--accumulate is from 1 to the number of crops in a batch",
        )
        _require(not self.refine or self.reduce > 1, "--refine goes with --reduce 2 or more")
        _require(0 <= self.backbone_rate <= 1, "--backbone-lr is from 0 to 1")
        _require(0 <= self.weight_decay < 1, "--weight-decay is from 0 to below 1")
        _require(0 <= self.momentum < 1, "--momentum is from 0 to below 1")
        _require(self.clip >= 0, "--clip must not be negative")
        _require(0 <= self.average < 1, "--ema is from 0 to below 1")
        _require(1 <= self.correction_weight <= 100, "--correction-weight is from 1 to 100")
        _require(self.patience is None or self.patience >= 1, "--patience must be at least 1")
        _choose("--optimizer", self.optimizer, OPTIMIZERS)
        _choose("--schedule", self.schedule, SCHEDULES)
        _choose("--precision", self.precision, PRECISIONS)
        _choose("--normalization", self.normalization, NORMALIZATIONS)
        _choose("--device", self.device, DEVICES)

    def to_json(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return {"version": RECIPE_VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, value: object) -> "Recipe":
        """Return the recipe written by ``to_json``, which may have gone through a JSON file.

        Raises:
            RecipeError: If it is not one of a version this program knows.
        """
        if not isinstance(value, dict) or value.get("version") != RECIPE_VERSION:
            raise RecipeError(f"this is not a recipe of version {RECIPE_VERSION}")
        settings = {key: item for key, item in value.items() if key != "version"}
        augmentation = settings.pop("augmentation", {})
        loss = settings.pop("loss", {})
        try:
            return cls(
                **_checked(cls, settings),
                augmentation=AugmentationSettings(**_checked(AugmentationSettings, augmentation)),
                loss=LossSettings(**_checked(LossSettings, loss)),
            )
        except TypeError as error:
            raise RecipeError(f"the recipe is wrong ({error})") from error

    @classmethod
    def from_text(cls, text: str | bytes) -> "Recipe":
        """Return the recipe in a JSON file's content; see ``from_json``."""
        try:
            return cls.from_json(json.loads(text))
        except (ValueError, RecursionError) as error:
            raise RecipeError(f"the recipe is not valid JSON ({error})") from error


def check_amounts(
    batch: int | None,
    crop: tuple[int, int] | None,
    reduce: int | None,
    epochs: int | None,
    minutes: float | None,
) -> None:
    """Check the amounts that other settings are computed from; None is not decided yet.

    Args:
        batch: Crops a step.
        crop: (height, width) of the training crops, pixels.
        reduce: Side of the pixel squares that the network sees as one pixel.
        epochs: Passes over the data.
        minutes: Time limit, minutes.

    Raises:
        RecipeError: If one of them makes no sense.
    """
    _require(batch is None or batch >= 1, "--batch must be at least 1")
    _require(crop is None or min(crop) >= 1, "--crop needs two sides of at least 1 pixel")
    _require(reduce is None or 1 <= reduce <= 8, "--reduce is from 1 to 8")
    _require(epochs is None or epochs >= 1, "--epochs must be at least 1")
    _require(minutes is None or minutes > 0, "--minutes must be above 0")


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise RecipeError(problem)


def _choose(option: str, value: str, known: Sequence[str]) -> None:
    _require(value in known, f"{option} is one of {', '.join(known)}")


def _checked(kind: type, value: object) -> dict[str, Any]:
    """Return JSON values as keyword arguments of a dataclass, lists turned into tuples."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r} is not an object")
    hints = get_type_hints(kind)
    known = {item.name for item in fields(kind)}
    result: dict[str, Any] = {}
    for name, item in value.items():
        if name not in known:
            raise TypeError(f"there is no setting {name!r}")
        converted = tuple(item) if isinstance(item, list) else item
        if not _fits(converted, hints[name]):
            raise TypeError(f"{name} cannot be {item!r}")
        result[name] = converted
    return result


def _fits(value: object, hint: Any) -> bool:  # noqa: ANN401 - a type as the typing module gives it
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is types.UnionType:
        return any(_fits(value, part) for part in arguments)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        parts = arguments[:1] * len(value) if arguments[-1] is Ellipsis else arguments
        return len(value) == len(parts) and all(map(_fits, value, parts))
    if isinstance(value, bool):  # true is an int in Python, but not a number here
        return hint is bool
    if hint is float:
        return isinstance(value, int | float)
    return isinstance(value, hint)
