"""The run for TensorBoard: ``tensorboard --logdir RUN/tensorboard``."""

import functools
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from segstudio.storage.images import read_image
from trainer.run_folder import TENSORBOARD, Event

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

# Sample pictures are large: each is at least a quarter later in the run than the one before.
_PICTURE_STEPS: Final = 1.25
_FLUSH_SECONDS: Final = 10


class TensorBoard:
    """Writes scalars for steps and epochs, and some sample pictures.

    All are plotted over the steps of the run. A resumed run tells TensorBoard to forget the steps
    that it does again.

    Args:
        run: The run folder.
        step: Finished steps of the run.
    """

    def __init__(self, run: Path, step: int) -> None:
        self._run = run
        self._done = step
        self._next_picture = 0.0
        self._open: SummaryWriter | None = None

    def add(self, event: Event) -> None:
        """Take in one event; raises whatever TensorBoard does."""
        match event["event"]:
            case "step":
                self._add_step(event)
            case "epoch":
                self._add_epoch(event)
            case "stopped" | "failed" | "finished":
                if self._open:
                    self._open.close()

    @property
    def _writer(self) -> "SummaryWriter":
        if self._open is None:
            # Loading it takes a while; the first step should not wait for that.
            from torch.utils.tensorboard import SummaryWriter

            _silence_dying_writers()
            self._open = SummaryWriter(
                str(self._run / TENSORBOARD),
                purge_step=self._done + 1 if self._done else None,
                flush_secs=_FLUSH_SECONDS,
            )
        return self._open

    def _add_step(self, event: Event) -> None:
        step = event["step"]
        self._scalar("step/loss", event["loss"], step)
        self._scalar("step/learning rate", event["lr"], step)
        self._scalar("step/images per second", event["images_per_s"], step)

    def _add_epoch(self, event: Event) -> None:
        step, metrics = event["step"], event["metrics"]
        self._scalar("loss/train", event["loss"], step)
        self._scalar("loss/validation", event["val_loss"], step)
        for name in ("mean_iou", "pixel_accuracy", "mean_accuracy"):
            self._scalar(f"validation/{name}", metrics[name], step)
        for row in metrics["classes"]:
            self._scalar(f"iou/{row['name']}", row["iou"], step)
        if event.get("picture") and step >= self._next_picture:
            self._next_picture = step * _PICTURE_STEPS
            self._writer.add_image(
                "sample predictions",
                np.asarray(read_image(self._run / event["picture"])),
                step,
                dataformats="HWC",
            )

    def _scalar(self, name: str, value: float | None, step: int) -> None:
        if value is not None:
            self._writer.add_scalar(name, value, step)


@functools.cache
def _silence_dying_writers() -> None:
    """Let TensorBoard's thread die quietly, of a full disk for example.

    What it dies of is raised again by the next call of its writer; the traceback of a thread that
    nobody knows would only frighten the user.
    """
    told = threading.excepthook

    def tell_others(failure: threading.ExceptHookArgs) -> None:
        if not type(failure.thread).__module__.startswith("tensorboard."):
            told(failure)

    threading.excepthook = tell_others
