"""Trains a network as ``trainer train`` does, but step by step when told to; see ``turns.py``.

Everything is the trainer's own: the session, the loop, the batches with their augmentation, the
settings of memory and threads. Only the data set is drawn here. Started as
``trainer_steps.py NETWORK SIZE BATCH CLASSES STEPS``; STEPS is how many there will be at most.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from trainer.__main__ import prepare_process

_CROPS_ACROSS = 4


def main() -> None:
    """Train until the input ends."""
    prepare_process()
    # These load torch.
    from drawn_data import write_data

    from trainer.loop import train
    from trainer.loss_settings import LossSettings
    from trainer.request import Request
    from trainer.session import new_session

    name = sys.argv[1]
    size, batch, num_classes, steps = map(int, sys.argv[2:6])
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        crops = _CROPS_ACROSS**2
        write_data(data, num_classes, size * _CROPS_ACROSS, -(-steps * batch // crops))
        request = Request(
            network=name,
            data=str(data),
            epochs=2,  # the second one is never reached
            crop=(size, size),
            batch=batch,
            optimizer="adam",
            weight_decay=0.0,
            learning_rate=1e-3,
            average=0.0,
            device="cpu",
            loss=LossSettings(terms="ce"),
        )
        session = new_session(Path(folder) / "run", request)
        turns = Turns()
        train(session, turns, started=time.monotonic(), should_stop=turns.are_over)


class Turns:
    """Gets the events of a run, and lets it wait after the steps of a turn."""

    def __init__(self) -> None:
        self._left = 0
        self._steps = 0
        self._over = False

    def are_over(self) -> bool:
        """Return whether nobody wants any more steps."""
        return self._over

    def __call__(self, event: dict[str, Any]) -> None:
        """Take an event of the run."""
        if event["event"] == "started":
            about = {key: event[key] for key in ("parameters", "device_name")}
            self._answer(about)
        elif event["event"] == "step":
            self._left -= 1
            if self._left == 0:
                seconds = time.perf_counter() - self._began
                cpu_seconds = time.process_time() - self._began_cpu
                self._answer({"seconds": seconds, "cpu_seconds": cpu_seconds})

    def _answer(self, values: dict[str, Any]) -> None:
        print(json.dumps(values), flush=True)
        line = sys.stdin.readline()
        self._over = not line
        self._left = int(line or 0)
        self._began, self._began_cpu = time.perf_counter(), time.process_time()


if __name__ == "__main__":
    main()
