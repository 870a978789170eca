import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from onnx_models import write_model
from PIL import Image


def test_predict_leaves_no_telemetry_of_the_runtime_behind(own_home: Path, tmp_path: Path) -> None:
    image = tmp_path / "a.png"
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(image)
    model = write_model(tmp_path / "red.onnx")
    environment = {key: value for key, value in os.environ.items() if "TELEMETRY" not in key}

    subprocess.run(
        [sys.executable, "-m", "segstudio", "predict", "--model", model, "--out", "out", image],
        env=environment,
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=120,
    )

    assert (tmp_path / "out" / "a.png.png").exists()
    # Without the switch, onnxruntime keeps an id of this computer and a queue of events there.
    assert not [path for path in own_home.rglob("*") if "onnxruntime" in path.name.lower()]
