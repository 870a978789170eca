"""The network and everything that changes its weights: one optimiser step at a time."""

import math
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, Final, cast

import numpy as np
import torch
from torch import Tensor, nn

from segstudio.core.label_map import IGNORE_INDEX
from trainer.errors import RecipeError
from trainer.losses import TrainingLoss
from trainer.networks.segmenter import Segmenter
from trainer.optimization import average_of, make_optimizer, set_learning_rate
from trainer.processes import Processes
from trainer.recipe import Recipe

_CPU_MEMORY: Final = "can't allocate memory"  # what PyTorch's CPU allocator says


class NonFiniteLossError(ArithmeticError):
    """The loss of a batch is not a number; the weights are those of before."""


class Learner:
    """A network in training.

    Args:
        segmenter: The network; moved to the device of the processes.
        loss: What it minimises.
        recipe: All settings.
        processes: Who trains together.

    Attributes:
        segmenter: The network.
        optimizer: Its optimiser.
        average: Running average of its weights, or None.
        processes: Who trains together.
        parts: Parts that a batch is computed in, one after the other; more if memory was short.
    """

    def __init__(
        self, segmenter: Segmenter, loss: TrainingLoss, recipe: Recipe, processes: Processes
    ) -> None:
        segmenter.to(processes.device)
        if recipe.channels_last:
            segmenter.to_channels_last()
        segmenter.train()
        processes.share_batch_norm(segmenter)
        self.segmenter = segmenter
        self.processes = processes
        self.optimizer = make_optimizer(segmenter, recipe)
        self.average = average_of(segmenter, recipe.average) if recipe.average else None
        self.parts = recipe.accumulate
        self._recipe = recipe
        self._halved = False
        # Wrapped, so that neither precision nor compilation touch what is judged and saved.
        self._lossy, self._stepper = processes.prepare(
            _WithLoss(segmenter, loss, compiled=recipe.compile), self.optimizer
        )

    @property
    def judged(self) -> Segmenter:
        """The weights that are judged and kept: the average, where there is one."""
        return cast("Segmenter", self.average.module) if self.average else self.segmenter

    def step(
        self,
        image: Tensor,
        target: Tensor,
        learning_rate: float,
        corrected: Tensor | None = None,
    ) -> float:
        """Change the weights once.

        Args:
            image: (N, H, W, 3) uint8 RGB; this process's share of the batch.
            target: (N, H, W) integer class indices, IGNORE_INDEX = ignore.
            learning_rate: Rate of this step.
            corrected: (N, H, W) bool, pixels that weigh more: the recipe's ``correction_weight``.

        Returns:
            The loss over the whole batch, before the step.

        Raises:
            NonFiniteLossError: If it is not a number.
            RecipeError: If the memory does not hold the step, even in more parts.
        """
        set_learning_rate(self.optimizer, learning_rate)
        while True:
            try:
                loss = self._add_gradients(image, target, corrected)
                break
            except RuntimeError as error:
                if not _is_out_of_memory(error):
                    raise
                self._halve(len(image), error)
        if self._recipe.clip:
            self.processes.clip_gradients(self._lossy, self._recipe.clip)
        self._stepper.step()
        self._stepper.zero_grad(set_to_none=True)
        if self.average:
            self.average.update_parameters(self.segmenter)
        return loss

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps, under the names it has there."""
        scaler = self.processes.scaler
        return {
            "model": self.segmenter.state_dict(),
            "average": self.average.module.state_dict() if self.average else None,
            "averaged_steps": int(self.average.n_averaged) if self.average else 0,
            "optimizer": self.optimizer.state_dict(),
            "scaler": scaler.state_dict() if scaler else {},
        }

    def load_state(
        self,
        *,
        model: dict[str, Any],
        average: dict[str, Any] | None,
        averaged_steps: int,
        optimizer: dict[str, Any],
        scaler: dict[str, Any],
    ) -> None:
        """Take what ``state`` returned; raises as the parts' ``load_state_dict`` do."""
        self.segmenter.load_state_dict(model)
        if self.average and average is not None:
            self.average.module.load_state_dict(average)
            self.average.n_averaged.fill_(averaged_steps)
        self.optimizer.load_state_dict(optimizer)
        if self.processes.scaler and scaler:
            self.processes.scaler.load_state_dict(scaler)

    def _add_gradients(self, image: Tensor, target: Tensor, corrected: Tensor | None) -> float:
        """Add the gradients of a batch, part by part, and return its loss."""
        device, processes = self.processes.device, self.processes
        parts = min(self.parts, len(image))
        images, targets = image.chunk(parts), target.chunk(parts)
        weights = self._pixel_weights(corrected, parts)
        own = 0.0
        for number, share in enumerate(self._shares(targets, weights)):
            last = number == len(targets) - 1
            with nullcontext() if last else processes.without_exchange(self._lossy):
                loss = self._lossy(
                    images[number].to(device, non_blocking=True),
                    targets[number].to(device, non_blocking=True).long(),
                    weights[number].to(device, non_blocking=True) if weights else None,
                )
                own += loss.item() * share
                # Gradients of several processes are averaged, so each takes its share of the sum.
                processes.backward(loss * (share * processes.count))
        total = float(processes.total(np.array(own)))
        if not math.isfinite(total):  # known to all processes only now
            self.optimizer.zero_grad(set_to_none=True)
            raise NonFiniteLossError
        return total

    def _pixel_weights(self, corrected: Tensor | None, parts: int) -> tuple[Tensor, ...]:
        """Return what the pixels of each part weigh; nothing if all weigh the same."""
        factor = self._recipe.correction_weight
        if corrected is None or factor == 1:
            return ()
        return torch.where(corrected, factor, 1.0).chunk(parts)

    def _shares(self, targets: Sequence[Tensor], weights: Sequence[Tensor]) -> list[float]:
        """Return the share of each part in what the labelled pixels of the batch weigh.

        The batch is that of all processes.
        """
        if len(targets) == 1 and self.processes.count == 1:
            return [1.0]
        labelled = [target != IGNORE_INDEX for target in targets]
        if weights:
            counts = [
                float((own * weight).sum()) for own, weight in zip(labelled, weights, strict=True)
            ]
        else:
            counts = [float(own.sum()) for own in labelled]
        total = float(self.processes.total(np.array(sum(counts))))
        return [count / max(total, 1.0) for count in counts]

    def _halve(self, crops: int, error: RuntimeError) -> None:
        """Compute batches in twice as many parts from now on, if that was not tried before."""
        parts = self.parts * 2
        # Other processes wait for an exchange that would not come.
        if self._halved or parts > crops or self.processes.count > 1:
            raise RecipeError(
                f"the memory does not hold a batch of {crops} crops",
                hint="Start again with a smaller --batch or --crop",
            ) from error
        self._halved, self.parts = True, parts
        self.optimizer.zero_grad(set_to_none=True)
        if self.processes.device.type == "cuda":
            torch.cuda.empty_cache()


class _WithLoss(nn.Module):
    """A segmenter that returns its loss: what the precision and the exchange are wrapped around."""

    def __init__(self, segmenter: Segmenter, loss: TrainingLoss, *, compiled: bool) -> None:
        super().__init__()
        self.segmenter = segmenter
        self._loss = loss
        # In a tuple, so that the compiled twin is not registered as a second module.
        self._call = (torch.compile(segmenter) if compiled else segmenter,)

    def forward(self, image: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        """Return the loss, a scalar; ``weight`` is (N, H, W) float, or None."""
        return self._loss(self._call[0](image), target, weight)


def _is_out_of_memory(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or _CPU_MEMORY in str(error)
