import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from onnx_models import write_model
from PIL import Image
from program import Complains, Run

import segstudio
from segstudio.core.label_map import RgbImage

_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(segstudio.__file__).parents[1])}


@pytest.fixture(scope="session")
def contract_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that predicts class 1 where red is above 127."""
    return write_model(tmp_path_factory.mktemp("models") / "red.onnx")


@pytest.fixture
def run(own_home: Path) -> Run:
    """Run the program as a user does, in a process of its own."""

    def run(*arguments: object, unprivileged: bool = False) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "segstudio", *map(str, arguments)]
        if unprivileged and os.geteuid() == 0:
            # Root may write to read-only folders; without these two rights it may not.
            if shutil.which("setpriv") is None:
                pytest.skip("root without setpriv cannot try a read-only folder")
            command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
        return subprocess.run(
            command,
            env={**_ENVIRONMENT, "HOME": str(own_home), "XDG_DATA_HOME": str(own_home / "data")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def complains(run: Run) -> Complains:
    """Check that the program gives one line and exit code 2."""

    def complains(*arguments: object, sentence: str, unprivileged: bool = False) -> None:
        result = run(*arguments, unprivileged=unprivileged)
        assert result.stderr == f"{sentence}\n"
        assert result.stdout == ""
        assert result.returncode == 2

    return complains


@pytest.fixture
def pictures(tmp_path: Path) -> dict[str, RgbImage]:
    """A folder ``images`` of noise; returns the pixels by key."""
    random = np.random.default_rng(0)
    made = {}
    for key in ("cell2.png", "cell10.png", "more/slice 1.tif", "more/ça.bmp"):
        path = tmp_path / "images" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        made[key] = random.integers(0, 256, (24, 31, 3), np.uint8)
        Image.fromarray(made[key]).save(path)
    return made
