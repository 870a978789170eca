"""Events as a run writes them, without training."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from segstudio.core.label_set import LabelSet
from segstudio.core.metrics import Scores
from trainer.recipe import Recipe
from trainer.run_folder import Event

STEPS_PER_EPOCH = 4
RECIPE = Recipe(
    network="unet-mini", data="/data/cells", epochs=3, crop=(32, 32), batch=2, learning_rate=0.001
)


class RunEvents:
    """Makes the events of a run; ``label_set`` are its classes."""

    def __init__(self, names: Sequence[str]) -> None:
        self.label_set = LabelSet.named(names)
        self.best = -1.0

    def started(self, kind: str = "started", *, epoch: int = 0, **changes: object) -> Event:
        """Return the event that begins a session."""
        return {
            "event": kind,
            "time": 1.7e9,
            "run": "/runs/first",
            "recipe": json.loads(json.dumps(RECIPE.to_json())),
            "reasons": [{"setting": "lr", "value": "0.001", "why": "what Adam usually takes"}],
            "notes": [],
            "device": "cpu",
            "device_name": "CPU, 2 threads",
            "parameters": 471_586,
            "classes": self.label_set.to_json(),
            "versions": {"segstudio": "0.1.0", "torch": "2.13.0"},
            "images": {"train": 3, "val": 1},
            "data_fingerprint": "0123abcd",
            "steps_per_epoch": STEPS_PER_EPOCH,
            "epoch": epoch,
            "step": epoch * STEPS_PER_EPOCH,
            "command": ["train", "--data", "my cells", "--out", "first"],
            **changes,
        }

    def step(self, step: int, **changes: object) -> Event:
        """Return the event of one step of the run, counted from 1."""
        return {
            "event": "step",
            "time": 1.7e9,
            "epoch": (step - 1) // STEPS_PER_EPOCH + 1,
            "step": step,
            "step_in_epoch": (step - 1) % STEPS_PER_EPOCH + 1,
            "steps_per_epoch": STEPS_PER_EPOCH,
            "loss": 1 / step,
            "lr": 0.001,
            "images_per_s": 10.0,
            "seconds": 0.5 * step,
            "progress": 0.5,
            "remaining_s": 1.0,
            **changes,
        }

    def epoch(self, epoch: int, *, absent: Sequence[int] = (), **changes: object) -> Event:
        """Return the event of one epoch; the classes of ``absent`` are nowhere."""
        num_classes = len(self.label_set)
        rng = np.random.default_rng(epoch)
        confusion = rng.integers(0, 50, (num_classes, num_classes + 1))
        confusion[:, -1] = 0
        confusion[range(num_classes), range(num_classes)] += 100 * epoch
        confusion[list(absent), :] = 0
        confusion[:, list(absent)] = 0
        scores = Scores.of(confusion.astype(np.int64))
        is_best = scores.mean_iou > self.best
        self.best = max(self.best, scores.mean_iou)
        return {
            "event": "epoch",
            "time": 1.7e9,
            "epoch": epoch,
            "step": epoch * STEPS_PER_EPOCH,
            "loss": 1 / epoch,
            "val_loss": 1.1 / epoch,
            "lr": 0.0005,
            "images_per_s": 12.0,
            "seconds": 2.0 * epoch,
            "validation_s": 0.1,
            "is_best": is_best,
            "metrics": scores.to_json(self.label_set.names),
            "confusion": confusion.tolist() if is_best else None,
            "picture": None,
            **changes,
        }

    def whole(self, epochs: int, **changes: Any) -> list[Event]:  # noqa: ANN401 - of the epochs
        """Return the events of a run that finished."""
        events = [self.started()]
        for epoch in range(1, epochs + 1):
            first = (epoch - 1) * STEPS_PER_EPOCH
            events += [self.step(first + step + 1) for step in range(STEPS_PER_EPOCH)]
            events.append(self.epoch(epoch, **changes))
        return [*events, {"event": "finished", "time": 1.7e9 + 60}]
