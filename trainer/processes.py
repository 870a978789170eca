"""The process that trains, or the several that train together; Hugging Face accelerate runs them.

``accelerate launch -m trainer train ...`` or ``torchrun -m trainer train ...`` start several, on
one machine or many. Each makes its share of every batch; gradients are averaged, so the weights
stay the same everywhere. Only the main process writes and prints.
"""

import os
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final, Self, cast

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState, PartialState
from numpy.typing import NDArray
from torch import Tensor, nn

_MIXED: Final = {"fp32": "no", "bf16": "bf16", "fp16": "fp16"}


def is_first_process() -> bool:
    """Return whether this is the only process of a run or its main one, before they meet."""
    return os.environ.get("RANK", "0") == "0"  # set by torchrun and accelerate


class Processes:
    """What the processes of a run share; with a single one every exchange costs nothing.

    Attributes:
        index: Number of this process, 0 is the main one.
        count: How many there are.
        device: Where this one computes.
    """

    def __init__(self, accelerator: Accelerator) -> None:
        self._accelerator = accelerator
        self.index: int = accelerator.process_index
        self.count: int = accelerator.num_processes
        self.device: torch.device = accelerator.device
        if (
            self.device.type == "cuda"
        ):  # crops are all of one size: let cuDNN measure what is fastest
            torch.backends.cudnn.benchmark = True

    @classmethod
    def start(cls, device_type: str, precision: str = "fp32") -> Self:
        """Meet the other processes, if this one was started together with any.

        Args:
            device_type: "cpu" or "cuda".
            precision: "fp32", "bf16" or "fp16": what the network computes in.
        """
        if PartialState().num_processes == 1:
            # accelerate keeps one state a process; a second run in it may have other settings.
            AcceleratorState._reset_state(reset_partial_state=True)
        return cls(Accelerator(cpu=device_type == "cpu", mixed_precision=_MIXED[precision]))

    @property
    def is_main(self) -> bool:
        """Whether this process writes and prints."""
        return self.index == 0

    @property
    def scaler(self) -> "torch.amp.GradScaler | None":
        """What keeps fp16 gradients from vanishing; None in other precisions."""
        return cast("torch.amp.GradScaler | None", self._accelerator.scaler)

    def prepare(
        self, model: nn.Module, optimizer: torch.optim.Optimizer
    ) -> tuple[nn.Module, torch.optim.Optimizer]:
        """Return both wrapped, so that gradients are averaged and the precision is kept.

        Batch normalisation is shared among the processes first, where the device can do that.
        """
        prepared: tuple[nn.Module, torch.optim.Optimizer] = self._accelerator.prepare(
            model, optimizer
        )
        return prepared

    def share_batch_norm(self, model: nn.Module) -> nn.Module:
        """Return the model with batch statistics over all processes, if on GPUs."""
        if self.count == 1 or self.device.type == "cpu":
            return model
        shared: nn.Module = nn.SyncBatchNorm.convert_sync_batchnorm(model)  # type: ignore[no-untyped-call]
        return shared

    def backward(self, loss: Tensor) -> None:
        """Add the gradients of a loss."""
        self._accelerator.backward(loss)

    def without_exchange(self, model: nn.Module) -> AbstractContextManager[Any]:
        """Return a context in which gradients only pile up in this process."""
        if self.count == 1:
            return nullcontext()
        context: AbstractContextManager[Any] = self._accelerator.no_sync(model)
        return context

    def clip_gradients(self, model: nn.Module, norm: float) -> None:
        """Shorten the gradient to ``norm`` if it is longer."""
        self._accelerator.clip_grad_norm_(model.parameters(), norm)

    def from_main(self, *values: float) -> tuple[float, ...]:
        """Return the main process's numbers in every process."""
        if self.count == 1:
            return values
        shared = torch.tensor(values, dtype=torch.float64, device=self.device)
        torch.distributed.broadcast(shared, src=0)
        return tuple(shared.tolist())

    def total(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the sum of an array over all processes, in each of them; same shape and dtype."""
        if self.count == 1:
            return values
        shared = torch.from_numpy(np.array(values, order="C")).to(self.device)
        torch.distributed.all_reduce(shared)
        summed: NDArray[Any] = shared.cpu().numpy()
        return summed

    def wait(self) -> None:
        """Wait until every process is here."""
        self._accelerator.wait_for_everyone()

    def end(self) -> None:
        """Part from the others."""
        if self.count > 1:
            self._accelerator.end_training()
