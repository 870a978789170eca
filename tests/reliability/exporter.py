"""Exports two images, again and again with another fault, for ``test_export_faults.py``.

    python exporter.py FOLDER KIND STEP

Tells in one line of JSON each: into which folder, and what the export said.
"""

import ctypes
import json
import os
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from segstudio.core.label_set import LabelSet
from segstudio.errors import SegStudioError
from segstudio.formats.dataset import LabelledArray
from segstudio.formats.png import write_png

faults = ctypes.CDLL(None)  # the shim is preloaded


def export(image: Path, out: Path, at: int) -> tuple[str, int]:
    """Return what the export said, and how many calls could have failed."""
    items = [
        LabelledArray(f"{name}.png", image, np.ones((40, 50), np.uint8), "train") for name in "ab"
    ]
    faults.faults_reset()
    os.environ.update(FAULT_AT=str(at), FAULT_UNDER=str(out))
    try:
        write_png(items, LabelSet.named(["background", "cell"]), out, total=2)
        said = "exported"
    except SegStudioError as error:
        said = f"failed: {error}"
    calls = int(faults.faults_reset())
    os.environ["FAULT_UNDER"] = ""
    return said, calls


def main() -> None:
    root, kind, step = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    image = root / "image.png"
    Image.fromarray(np.zeros((40, 50, 3), np.uint8)).save(image)
    os.environ.update(FAULT_KIND=kind, FAULT_STICKY="0", FAULT_UNDER="")
    at, calls = 0, 1  # the first turn only counts
    while at <= calls:
        out = root / f"out{at}"
        said, counted = export(image, out, at)
        if at == 0:
            calls = counted
        sys.stdout.write(json.dumps({"out": str(out), "said": said}) + "\n")
        at += 1 if at == 0 else step


if __name__ == "__main__":
    main()
