"""Try a training step, to know what it costs before the settings are decided."""

import time
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from trainer.networks.refinement import Refinement
from trainer.networks.segmenter import Segmenter


class Cost(NamedTuple):
    """What a step costs.

    Attributes:
        seconds: Forward and backward, without the first step's preparations.
        memory: Largest number of bytes in use on the GPU; 0 on a CPU, where it is not counted.
    """

    seconds: float
    memory: int


class Trial:
    """Times steps of a network on random pixels; its weights and statistics stay what they are.

    Args:
        network: The network; moved to the device.
        stride: Sides of its input are multiples of it.
        num_classes: Number of classes.
        device: Where it will train.
    """

    def __init__(
        self, network: nn.Module, stride: int, num_classes: int, device: torch.device
    ) -> None:
        self._network = network
        self._stride = stride
        self._num_classes = num_classes
        self._device = device

    def cost(
        self,
        crop: tuple[int, int],
        batch: int,
        *,
        reduce: int = 1,
        refine: bool = False,
        precision: str = "fp32",
    ) -> Cost | None:
        """Return the cost of a step, or None if the memory does not hold it.

        Args:
            crop: (height, width), pixels.
            batch: Number of crops.
            reduce: As in the recipe.
            refine: As in the recipe.
            precision: As in the recipe.
        """
        mean, std = [127.5] * 3, [64.0] * 3
        segmenter = Segmenter(
            self._network,
            self._stride,
            mean,
            std,
            reduce=reduce,
            refinement=Refinement(self._num_classes, reduce) if refine else None,
        )
        segmenter.to(self._device).train()
        kept = {name: value.clone() for name, value in segmenter.named_buffers()}
        try:
            self._step(segmenter, crop, 2, precision)  # the first one prepares kernels
            if self._device.type == "cuda":
                torch.cuda.synchronize()
                torch.cuda.reset_peak_memory_stats()
            began = time.perf_counter()
            self._step(segmenter, crop, batch, precision)
            if self._device.type == "cuda":
                torch.cuda.synchronize()
            seconds = time.perf_counter() - began
        except torch.OutOfMemoryError:
            return None
        finally:
            segmenter.zero_grad(set_to_none=True)
            for name, value in segmenter.named_buffers():
                value.copy_(kept[name])
        cuda = self._device.type == "cuda"
        return Cost(seconds, torch.cuda.max_memory_allocated() if cuda else 0)

    def free_memory(self) -> int:
        """Return the bytes of the GPU that nobody uses; 0 on a CPU."""
        return torch.cuda.mem_get_info()[0] if self._device.type == "cuda" else 0

    def _step(
        self, segmenter: Segmenter, crop: tuple[int, int], batch: int, precision: str
    ) -> None:
        image = torch.randint(0, 256, (batch, *crop, 3), dtype=torch.uint8, device=self._device)
        target = torch.randint(0, self._num_classes, (batch, *crop), device=self._device)
        half = torch.float16 if precision == "fp16" else torch.bfloat16
        with torch.autocast(self._device.type, half, enabled=precision != "fp32"):
            outputs = segmenter(image)
            heads = [outputs] if isinstance(outputs, torch.Tensor) else outputs
            loss = torch.stack(
                [F.cross_entropy(_sized(head, crop).float(), target) for head in heads]
            ).sum()
        loss.backward()  # type: ignore[no-untyped-call]


def _sized(logits: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    return logits if logits.shape[-2:] == size else F.interpolate(logits, size=size)
