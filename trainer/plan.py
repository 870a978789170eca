"""Decide the settings that the user left open, and say why."""

import math
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from trainer.augmentation_settings import AugmentationSettings
from trainer.data.survey import Survey
from trainer.loss_settings import LossSettings
from trainer.networks.table import Network
from trainer.recipe import Recipe

# With the same number of pixels, 80 steps of 4 crops of 256 x 256 brought unet-mini to a membrane
# F-score of 0.654 on ISBI, 280 of 2 of 192 x 192 to 0.744, and 320 of 4 of 128 x 128 to 0.752.
# Networks of larger strides see farther, and get larger crops.
_CPU_SIDES: Final = (128, 256)
_CPU_SIDE_STRIDES: Final = 32
_CUDA_SIDE: Final = 512
_CPU_PIXELS: Final = 4 * 128 * 128
_CUDA_PIXELS: Final = 16 * 256 * 256
_DEFAULT_EPOCHS: Final = 100
_LEARNING_RATE: Final = 1e-3
_FULL_AUX_WEIGHT: Final = frozenset({"bisenet", "bisenetv2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user asked for; None where it is left to us.

    Attributes are those of ``Recipe``.
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
    learning_rate: float | None = None
    seed: int = 0
    device: str = "auto"
    augmentation: AugmentationSettings = field(default_factory=AugmentationSettings)
    loss: LossSettings = field(default_factory=LossSettings)


class Reason(NamedTuple):
    """Why a setting has its value."""

    setting: str
    value: str
    why: str


def decide_recipe(
    request: Request, found: Survey, network: Network, device_type: str
) -> tuple[Recipe, tuple[Reason, ...]]:
    """Return the full recipe, and a reason for each setting that was decided here.

    Args:
        request: What the user asked for.
        found: What the data set holds.
        network: The network that trains.
        device_type: "cpu" or "cuda".

    Raises:
        RecipeError: If a setting makes no sense.
    """
    reasons: list[Reason] = []
    crop = request.crop and _whole_strides(request.crop, network.stride)
    if crop is None:
        crop, reason = _decide_crop(found.median_size, network.stride, device_type)
        reasons.append(reason)
    elif crop != request.crop:
        reasons.append(
            Reason("crop", _size(crop), f"--crop rounded up to multiples of {network.stride}")
        )
    batch = request.batch
    if batch is None:
        batch, reason = _decide_batch(crop, device_type)
        reasons.append(reason)
    rate = request.learning_rate
    if rate is None:
        rate = _LEARNING_RATE
        reasons.append(Reason("lr", f"{rate:g}", "what Adam usually takes for a first training"))
        if request.weights != "none":
            rate = _LEARNING_RATE / 3
            reasons[-1] = Reason("lr", f"{rate:.2g}", "a third of the usual: weights are refined")
    epochs = request.epochs
    if epochs is None and request.minutes is None:
        epochs = _DEFAULT_EPOCHS
        reasons.append(
            Reason("epochs", str(epochs), "a start; --minutes sets a time limit instead")
        )
    loss = request.loss
    if network.name in _FULL_AUX_WEIGHT:
        loss = replace(loss, aux_weight=1.0)
        reasons.append(Reason("auxiliary heads", "1", "their weight in the papers on BiSeNet"))
    recipe = Recipe(
        network=network.name,
        backbone=network.backbone,
        options=network.settings,
        data=request.data,
        format=request.format or found.format_name,
        positive=request.positive,
        classes=request.classes,
        weights=request.weights,
        epochs=epochs,
        minutes=request.minutes,
        crop=crop,
        batch=batch,
        learning_rate=rate,
        seed=request.seed,
        device=request.device,
        augmentation=request.augmentation,
        loss=loss,
    )
    return recipe, tuple(reasons)


def _decide_crop(
    median: tuple[int, int], stride: int, device_type: str
) -> tuple[tuple[int, int], Reason]:
    least, most = _CPU_SIDES
    cpu_side = min(max(_CPU_SIDE_STRIDES * stride, least), most)
    side = _CUDA_SIDE if device_type == "cuda" else cpu_side
    height, width = (min(_up(length, stride), side) for length in median)
    why = (
        f"the images have {_size(median)}"
        if (height, width) == median
        else f"a part of the images' {_size(median)}; more steps in the same time"
        if min(height, width) == side
        else f"what of the images' {_size(median)} fits multiples of {stride}"
    )
    return (height, width), Reason("crop", _size((height, width)), why)


def _decide_batch(crop: tuple[int, int], device_type: str) -> tuple[int, Reason]:
    pixels = _CUDA_PIXELS if device_type == "cuda" else _CPU_PIXELS
    batch = min(max(pixels // math.prod(crop), 2), 16)
    return batch, Reason("batch", str(batch), f"about {pixels // 1000} thousand pixels a step")


def _whole_strides(crop: tuple[int, int], stride: int) -> tuple[int, int]:
    return _up(crop[0], stride), _up(crop[1], stride)


def _up(side: int, stride: int) -> int:
    return math.ceil(side / stride) * stride


def _size(size: tuple[int, int]) -> str:
    return f"{size[1]} x {size[0]}"
