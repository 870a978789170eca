"""Trains on a disk that becomes full, for ``test_full_disk_in_training.py``.

    python checkpointer.py saves FOLDER VOC
    python checkpointer.py trains FOLDER VOC SHARE

``saves``: saves a checkpoint again and again while one call after another fails, and tells in a
line of JSON each what became of the one before. ``trains``: ``trainer train`` into FOLDER, where
the disk is full from that share of the run's calls on; without SHARE it tells how many there are.
"""

import ctypes
import json
import os
import sys
from pathlib import Path

from segstudio.errors import StorageError
from trainer.__main__ import prepare_process, run

faults = ctypes.CDLL(None)  # the shim is preloaded
FILES = ("last.pt", "recipe.json", "images.json")


def tell(**values: object) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def saves(folder: Path, voc: Path) -> None:
    """Save with a fault at one call after another."""
    from trainer.checkpoint import load_checkpoint
    from trainer.request import Request
    from trainer.run_folder import LAST
    from trainer.session import new_session

    request = Request(
        network="unet-mini", data=str(voc), epochs=1, crop=(32, 32), batch=2, device="cpu"
    )
    session = new_session(folder, request)
    os.environ.update(FAULT_AT="0", FAULT_UNDER=str(folder))
    faults.faults_reset()
    session.save(LAST)
    calls = int(faults.faults_reset())
    for at in range(1, calls + 1):
        session.position.step = at
        os.environ["FAULT_AT"] = str(at)
        faults.faults_reset()
        try:
            session.save(LAST)
            said = "saved"
        except StorageError as error:
            said = error.sentence
        os.environ["FAULT_AT"] = "0"
        step = load_checkpoint(folder / LAST).position.step
        left = [path.name for path in folder.iterdir() if path.name not in FILES]
        tell(at=at, of=calls, said=said, step=step, left=left)
        session.position.step = 0
        session.save(LAST)


def trains(folder: Path, voc: Path, at: int) -> int:
    """Train; the disk is full from a call on, or never with 0."""
    os.environ.update(FAULT_AT=str(at), FAULT_UNDER=str(folder))
    faults.faults_reset()
    options = ["--epochs", "4", "--crop", "32", "32", "--batch", "2", "--device", "cpu"]
    code = run(
        ["train", "--data", str(voc), "--network", "unet-mini", "--out", str(folder), *options]
    )
    tell(calls=int(faults.faults_reset()))
    return code


def main() -> None:
    prepare_process()
    os.environ.update(FAULT_KIND="SHORT_ENOSPC", FAULT_STICKY="1", FAULT_UNDER="")
    what, folder, voc = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if what == "saves":
        saves(folder, voc)
    else:
        sys.exit(trains(folder, voc, int(sys.argv[4])))


if __name__ == "__main__":
    main()
