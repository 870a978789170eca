"""Decide the settings that the user left open, and say why."""

import math
from dataclasses import dataclass, replace
from typing import Final, Protocol

import torch

from segstudio.core.splits import TRAIN, VALIDATION
from trainer.augmentation_plan import decide_augmentation
from trainer.augmentation_settings import AugmentationSettings
from trainer.crop_plan import decide_crop
from trainer.data.batches import crops_per_image, passes_per_epoch
from trainer.data.survey import Survey
from trainer.loss_settings import LossSettings
from trainer.networks.table import Network
from trainer.reason import Reason
from trainer.recipe import Recipe
from trainer.request import Request
from trainer.trial import Cost

_CPU_PIXELS: Final = 4 * 128 * 128
_LARGEST_BATCH: Final = 16
_DEFAULT_EPOCHS: Final = 100
_RATES: Final = {"adamw": 1e-3, "adam": 1e-3, "sgd": 1e-2}
_REFINING: Final = 1 / 3
# Times the labels that the weights know: much of the way is still before the network. On ISBI,
# labelled further in rounds, the third of 3 minutes reached an mIoU of 0.745 instead of 0.738.
_MUCH_NEW: Final = 1.2
_FULL_AUX_WEIGHT: Final = frozenset({"bisenet", "bisenetv2"})
# On a CPU these train faster with the channels of a pixel together, by 7 % to 28 %; the others,
# with few channels at full size, more slowly.
_CPU_CHANNELS_LAST: Final = frozenset({"bisenet", "deeplabv3", "deeplabv3plus"})
# Of the share that a class would have if all were alike. Measured on CamVid, whose rarest class has
# 0.04 of it: deeplabv3plus reached in 4 epochs with log weights what took 7 without.
_VERY_RARE: Final = 0.1
_CORRECTION_WEIGHT: Final = 3.0
_MANY_STEPS: Final = 300
_FEW_STEPS: Final = 100
_USED_MEMORY: Final = 0.8
_GIB: Final = 2**30


class Steps(Protocol):
    """Tries training steps; see ``Trial``."""

    def cost(
        self, crop: tuple[int, int], batch: int, *, reduce: int, refine: bool, precision: str
    ) -> Cost | None:
        """Return what a step costs, or None if the memory does not hold it."""

    def free_memory(self) -> int:
        """Return the free bytes of the GPU; 0 on a CPU."""


def decide_recipe(
    request: Request,
    found: Survey,
    network: Network,
    device_type: str,
    trial: Steps,
    *,
    known_pixels: int = 0,
) -> tuple[Recipe, tuple[Reason, ...]]:
    """Return the full recipe, and a reason for each setting that was decided here.

    Args:
        request: What the user asked for.
        found: What the data set holds.
        network: The network that trains.
        device_type: "cpu" or "cuda".
        trial: Measures what steps cost, where that decides something.
        known_pixels: Labelled pixels that the weights it starts from have learnt from, if known.

    Raises:
        RecipeError: If a setting makes no sense.
    """
    reasons: list[Reason] = []
    plan = _Plan(request, found, network, device_type, trial, reasons)
    precision = plan.precision()
    reduce = request.reduce or 1
    crop = plan.crop(reduce)
    batch, steps = plan.batch(crop, reduce, precision)
    epochs = request.epochs
    if epochs is None and request.minutes is None:
        epochs = _DEFAULT_EPOCHS
        reasons.append(
            Reason("epochs", str(epochs), "a start; --minutes sets a time limit instead")
        )
    if epochs is not None:
        crops = crops_per_image(found.median_size, crop, request.augmentation.fit)
        steps = epochs * found.images[TRAIN] * crops // batch
    else:
        plan.explain_epoch()
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
        accumulate=request.accumulate,
        reduce=reduce,
        refine=request.refine,
        normalization=plan.normalization(),
        optimizer=request.optimizer,
        learning_rate=plan.learning_rate(known_pixels),
        backbone_rate=plan.backbone_rate(),
        weight_decay=request.weight_decay,
        schedule=request.schedule,
        clip=request.clip,
        average=plan.average(steps),
        patience=request.patience,
        precision=precision,
        channels_last=plan.channels_last(),
        compile=request.compile,
        seed=request.seed,
        device=request.device,
        cache_mib=request.cache_mib,
        correction_weight=plan.correction_weight(),
        augmentation=plan.augmentation(),
        loss=plan.loss(),
    )
    return recipe, tuple(reasons)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Decides one setting after the other, and notes why."""

    request: Request
    found: Survey
    network: Network
    device_type: str
    trial: Steps
    reasons: list[Reason]

    def precision(self) -> str:
        """Half precision where tensor cores compute it."""
        if self.request.precision:
            return self.request.precision
        if self.device_type != "cuda":
            return "fp32"
        precision = "bf16" if torch.cuda.is_bf16_supported() else "fp16"
        self._because("precision", precision, "what this GPU computes fastest")
        return precision

    def crop(self, reduce: int) -> tuple[int, int]:
        """As much of an image as leaves time for many steps."""
        crop, reason = decide_crop(
            self.request.crop,
            self.found.median_size,
            self.network.stride * reduce,
            self.device_type,
            whole=self.request.augmentation.fit == "letterbox",
        )
        if reason is not None:
            self.reasons.append(reason)
        return crop

    def batch(self, crop: tuple[int, int], reduce: int, precision: str) -> tuple[int, int | None]:
        """Return crops a step, and the number of steps in the time limit if there is one."""
        batch = self.request.batch
        if batch is None:
            batch = (
                self._batch_for_memory(crop, reduce, precision)
                if self.device_type == "cuda"
                else self._batch_for_speed(crop, reduce)
            )
        if self.request.minutes is None:
            return batch, None
        cost = self._cost(crop, batch, reduce, precision)
        if cost is None:
            return batch, None
        steps = self._steps_in_time(cost)
        if self.request.batch is None and self.device_type == "cpu" and steps < _MANY_STEPS:
            usual, batch = batch, max(batch // 2, 2)
            steps = steps * usual // batch
            if batch < usual:
                del self.reasons[-1]  # that of the usual batch, which was the last decision
                why = f"half the usual {usual}, for more steps in the time"
                self._because("batch", str(batch), why)
        few = "; too few to learn much, give it more --minutes" if steps < _FEW_STEPS else ""
        self._because(
            "steps", f"about {_round(steps)}", f"one takes {cost.seconds:.2g} s, measured{few}"
        )
        return batch, steps

    def explain_epoch(self) -> None:
        """Say what an epoch is, where it is not one pass over the images."""
        training = self.found.images[TRAIN]
        judging = self.found.images.get(VALIDATION, 0)
        passes = passes_per_epoch(training, judging)
        if passes > 1:
            why = f"{training} train and {judging} judge, which takes its time too"
            self._because("epoch", f"{passes} passes over the images", why)

    def normalization(self) -> str:
        """What the weights know."""
        if self.request.normalization:
            return self.request.normalization
        return "imagenet" if self.request.weights == "imagenet" else "dataset"

    def learning_rate(self, known_pixels: int) -> float:
        """The optimiser's usual rate; less where weights are refined that know most of this."""
        request = self.request
        if request.learning_rate is not None:
            return request.learning_rate
        rate = _RATES[request.optimizer]
        why = f"what {request.optimizer} usually takes for a first training"
        if request.weights not in ("none", "imagenet"):
            labelled = self.found.labelled_pixels
            if known_pixels and labelled >= _MUCH_NEW * known_pixels:
                why = f"{labelled / known_pixels:.1f} times the labels that these weights know"
            else:
                rate *= _REFINING
                why = "a third of the usual: weights are refined"
        self._because("lr", f"{rate:.2g}", why)
        return rate

    def backbone_rate(self) -> float:
        """A tenth for a backbone that knows ImageNet (Chen et al., 2017, DeepLab)."""
        if self.request.backbone_rate is not None:
            return self.request.backbone_rate
        if self.request.weights != "imagenet":
            return 1.0
        self._because("backbone's lr", "x 0.1", "its weights know ImageNet already")
        return 0.1

    def average(self, steps: int | None) -> float:
        """Average over about the last twentieth of the run."""
        if self.request.average is not None:
            return self.request.average
        decay = min(max(1 - 20 / max(steps or 2000, 1), 0.8), 0.999)
        decay = round(decay, 3)
        self._because("average of weights", f"{decay:g}", "steadier than the weights of one step")
        return decay

    def channels_last(self) -> bool:
        """Where it is faster."""
        if self.request.channels_last is not None:
            return self.request.channels_last
        return self.device_type == "cuda" or self.network.name in _CPU_CHANNELS_LAST

    def correction_weight(self) -> float:
        """More where the user showed a model its mistakes."""
        if self.request.correction_weight is not None:
            return self.request.correction_weight
        if not self.found.corrected:
            return 1.0
        share = self.found.corrected / max(self.found.labelled_pixels, 1)
        self._because(
            "corrected pixels",
            f"x {_CORRECTION_WEIGHT:g}",
            f"{share:.1%} of the labelled pixels; they show where a model was wrong",
        )
        return _CORRECTION_WEIGHT

    def loss(self) -> LossSettings:
        """Cross-entropy and Dice, and more weight for classes that are very rare."""
        loss = self.request.loss
        if loss is None:
            loss = LossSettings(terms="ce+dice", class_weights=self._class_weights())
            self._because("loss", loss.terms, "dice keeps rare classes in view")
        if self.network.name in _FULL_AUX_WEIGHT:
            loss = replace(loss, aux_weight=1.0)
            self._because("auxiliary heads", "1", "their weight in the papers on BiSeNet")
        return loss

    def augmentation(self) -> AugmentationSettings:
        """What was asked for, where it does not make labels wrong."""
        found = self.found
        settings, reasons = decide_augmentation(
            self.request.augmentation, found.label_set.names, found.class_pixels, grey=found.grey
        )
        self.reasons.extend(reasons)
        return settings

    def _class_weights(self) -> str:
        pixels = {
            item.name: count
            for item, count in zip(self.found.label_set, self.found.class_pixels, strict=True)
            if count
        }
        rarest = min(pixels, key=pixels.__getitem__)
        share = pixels[rarest] / sum(pixels.values())
        if share >= _VERY_RARE / len(pixels):
            return "none"
        self._because("class weights", "log", f"{rarest} has only {share:.1%} of the pixels")
        return "log"

    def _cost(self, crop: tuple[int, int], batch: int, reduce: int, precision: str) -> Cost | None:
        return self.trial.cost(
            crop, batch, reduce=reduce, refine=self.request.refine, precision=precision
        )

    def _batch_for_speed(self, crop: tuple[int, int], reduce: int) -> int:
        pixels = _CPU_PIXELS * reduce**2
        batch = min(max(pixels // math.prod(crop), 2), 16)
        self._because("batch", str(batch), f"about {pixels // 1000} thousand pixels a step")
        return batch

    def _batch_for_memory(self, crop: tuple[int, int], reduce: int, precision: str) -> int:
        """Measure two batches; what a crop takes follows, and how many fit."""
        small, large = (self._cost(crop, batch, reduce, precision) for batch in (2, 4))
        if small is None or large is None:
            self._because("batch", "2", "the GPU's memory holds no more")
            return 2
        limit = self.request.memory_gib
        usable = limit * _GIB if limit else _USED_MEMORY * self.trial.free_memory()
        crop_bytes = max((large.memory - small.memory) // 2, 1)
        fitting = int((usable - small.memory) // crop_bytes) + 2
        # nnU-Net (Isensee et al., 2021): a batch holds at most 5 % of the data set's pixels.
        pixels = self.found.images[TRAIN] * math.prod(self.found.median_size)
        enough = max(int(0.05 * pixels // math.prod(crop)), 2)
        batch = max(min(fitting, enough, _LARGEST_BATCH), 2)
        why = (
            f"a crop takes {crop_bytes / _GIB:.2g} GiB, measured"
            if batch == fitting
            else "5 % of the data set's pixels"
            if batch == enough
            else "more gains nothing"
        )
        self._because("batch", str(batch), why)
        return batch

    def _steps_in_time(self, cost: Cost) -> int:
        minutes = self.request.minutes or 0.0
        # Validation takes about a tenth; what a trial leaves out, as much again.
        return max(int(minutes * 60 * 0.8 / max(cost.seconds, 1e-9)), 1)

    def _because(self, setting: str, value: str, why: str) -> None:
        self.reasons.append(Reason(setting, value, why))


def _round(number: int) -> int:
    """Return the number with two digits that mean something."""
    digits = max(len(str(number)) - 2, 0)
    return round(number, -digits)
