"""What the worker process may do, tried by a process that confines itself in the same way."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import segstudio
from segstudio.engine.landlock import landlock_version
from segstudio.engine.worker import Worker

pytestmark = pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock")

_ROOT = Path(segstudio.__file__).parents[1]
_SCRIPT = """
    import os, pathlib, socket, sys
    from segstudio.engine.confine import confine, confine_reading
    folder, model, secret = map(pathlib.Path, sys.argv[1:])
    assert confine(folder, None)
    assert confine_reading(folder, [model])

    def refused(action):
        try:
            action()
        except PermissionError:
            return True
        return False

    print(
        model.read_text(),
        refused(secret.read_text),
        refused(lambda: secret.write_text("x")),
        refused(lambda: model.write_text("x")),
        refused(secret.unlink),
        refused(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
        (folder / "own").write_text("x"),
        pathlib.Path("/dev/null").write_text("x"),
    )
    import onnxruntime, PIL.Image
"""


def test_a_confined_process_reads_its_model_and_nothing_else_of_the_users(tmp_path: Path) -> None:
    folder = tmp_path / "worker"
    folder.mkdir()
    model, secret = tmp_path / "model.onnx", tmp_path / "secret"
    model.write_text("weights")
    secret.write_text("love letter")
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_SCRIPT), folder, model, secret],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.split() == ["weights", "True", "True", "True", "True", "True", "1", "1"]
    assert result.stderr == ""
    assert secret.read_text() == "love letter"


def test_each_model_has_a_process_of_its_own(worker: Worker, contract_model: Path) -> None:
    assert worker.runtime().is_confined
    worker.load(contract_model)
    first = worker.process_id
    worker.load(contract_model)
    assert worker.process_id != first
