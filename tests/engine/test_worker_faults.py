"""The worker process dies, hangs or lies; the caller hears why and goes on."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx import helper
from onnx_models import write_model, write_slow_model

import segstudio
from segstudio.core.label_map import RgbImage
from segstudio.engine import channel
from segstudio.engine.worker import Worker
from segstudio.errors import ModelError, WorkerError

FakeWorker = Callable[[str], Worker]

_ROOT = Path(segstudio.__file__).parents[1]

posix_only = pytest.mark.skipif(os.name == "nt", reason="signals")


@posix_only
def test_a_worker_killed_during_a_run_gives_an_error_and_the_next_run_works(
    tmp_path: Path, contract_model: Path, image: RgbImage
) -> None:
    with Worker() as worker:
        worker.load(write_slow_model(tmp_path / "slow.onnx", stoppable=True))
        timer = threading.Timer(0.3, os.kill, (worker.process_id, signal.SIGKILL))
        timer.start()
        with pytest.raises(WorkerError, match=r"slow\.onnx: .*crash \(signal SIGKILL"):
            worker.predict(image)
        worker.load(contract_model)
        assert worker.predict(image).class_map.any()


@posix_only
def test_a_worker_that_died_while_idle_comes_back_with_its_model(
    contract_model: Path, image: RgbImage
) -> None:
    with Worker() as worker:
        worker.load(contract_model)
        for number in (signal.SIGKILL, signal.SIGSEGV):
            assert worker.process_id is not None
            os.kill(worker.process_id, number)
            os.waitid(os.P_PID, worker.process_id, os.WEXITED | os.WNOWAIT)
            assert worker.predict(image).class_map.any()


def test_a_model_that_kills_the_runtime_is_told_and_the_one_before_stays(
    tmp_path: Path, contract_model: Path, image: RgbImage
) -> None:
    # onnxruntime 1.31 divides by the number of groups without looking.
    floats = {"weights": np.zeros((4, 4, 3, 3), np.float32)}
    crasher = write_model(
        tmp_path / "crasher.onnx",
        nodes=[
            helper.make_node("Expand", ["full", "shape"], ["square"]),
            helper.make_node("ConvTranspose", ["square", "weights"], ["bang"], group=0),
        ],
        constants={**floats, "shape": np.array([1, 4, 8, 8])},
    )
    with Worker() as worker:
        worker.load(contract_model)
        with pytest.raises(ModelError, match=r"crasher\.onnx: .*(crash \(signal|refuses)"):
            worker.load(crasher)
        assert worker.predict(image).class_map.any()


_FAKE = """
import json, os, signal, sys, time
from multiprocessing.connection import Connection

pipe = Connection(json.loads(sys.argv[1])["pipe"])

def send(**message):
    pipe.send_bytes(json.dumps(message).encode())

def hello():
    send(id=0, onnxruntime="1.0", available=["CPUExecutionProvider"], has_driver=False)

"""

_LIES = {
    "text": "pipe.send_bytes(b'hello?')",
    "list": "pipe.send_bytes(b'[1, 2]')",
    "pickle": "pipe.send(print)",
    "deep": "pipe.send_bytes(b'[' * 100000)",
    "wrong number": "send(id=77)",
    "no fields": "send(id=1)",
    "wrong fields": "send(id=1, inputs=[[1, 2, 3]], outputs=[], providers=[], card=None)",
    "wrong shapes": "send(id=1, inputs=[['a', 'b', 3]], outputs=[], providers=[], card=None)",
    "backwards": "send(id=1, done=2, total=9); send(id=1, done=1, total=9)",
    "no end": "send(id=1, done=1, total=10**9)",
    "wrong step": "send(id=1, done='1', total=9)",
    "wrong refusal": "send(id=1, refused=7)",
}


@pytest.fixture
def fake_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeWorker:
    """Let the worker process be a script of the test's."""

    def fake_worker(script: str) -> Worker:
        (tmp_path / "fake_worker.py").write_text(_FAKE + textwrap.dedent(script))
        monkeypatch.setattr(channel, "_MODULE", "fake_worker")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        return Worker(load_limit=1)

    return fake_worker


@posix_only
@pytest.mark.parametrize("lie", _LIES.values(), ids=_LIES.keys())
def test_garbage_on_the_pipe_is_refused(
    fake_worker: FakeWorker, contract_model: Path, lie: str
) -> None:
    with fake_worker(f"hello(); pipe.recv_bytes(); {lie}; time.sleep(60)") as worker:
        process_before = worker.process_id
        with pytest.raises(WorkerError, match="answered with nonsense"):
            worker.load(contract_model)
        assert worker.process_id != process_before


@posix_only
def test_a_message_without_end_does_not_hold_the_caller(
    fake_worker: FakeWorker, contract_model: Path
) -> None:
    script = (
        "hello(); pipe.recv_bytes(); os.write(pipe.fileno(), b'\\0\\0\\1\\0half'); time.sleep(60)"
    )
    with fake_worker(script) as worker:
        start = time.perf_counter()
        with pytest.raises(ModelError, match="did not load within 1 s"):
            worker.load(contract_model)
        assert time.perf_counter() - start < 10


@posix_only
@pytest.mark.parametrize("size", [2**31 - 1, 5 * 2**20])
def test_a_message_of_absurd_length_is_not_read(
    fake_worker: FakeWorker, contract_model: Path, size: int
) -> None:
    script = f"""
    hello(); pipe.recv_bytes()
    os.write(pipe.fileno(), {size}.to_bytes(4, 'big') + b'x' * 1000); time.sleep(60)
    """
    with fake_worker(script) as worker, pytest.raises((ModelError, WorkerError)):
        worker.load(contract_model)


@posix_only
def test_a_flood_of_answers_ends_with_the_worker(
    fake_worker: FakeWorker, contract_model: Path
) -> None:
    flood = "hello()\nwhile True: send(id=5)"
    with fake_worker(flood) as worker, pytest.raises(WorkerError, match="nonsense"):
        worker.load(contract_model)


@posix_only
@pytest.mark.parametrize("name", ["SIGFPE", "SIGSEGV", "SIGABRT"])
def test_death_by_signal_while_loading_names_the_signal(
    fake_worker: FakeWorker, contract_model: Path, name: str
) -> None:
    script = f"hello(); pipe.recv_bytes(); os.kill(os.getpid(), signal.{name})"
    with fake_worker(script) as worker, pytest.raises(ModelError) as caught:
        worker.load(contract_model)
    assert caught.value.sentence == (
        f"red.onnx: the model made the runtime crash (signal {name}). "
        "Use another model, or export this one again"
    )


@posix_only
def test_a_model_that_never_loads_ends_at_the_load_limit(
    fake_worker: FakeWorker, contract_model: Path
) -> None:
    script = "hello(); time.sleep(60)"
    with fake_worker(script) as worker, pytest.raises(ModelError, match="not load within 1 s"):
        worker.load(contract_model)


@posix_only
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("sys.exit('no such library')", "no such library"),
        ("send(id=0, failed='ImportError: onnxruntime')", "ImportError: onnxruntime"),
        ("send(id=0, onnxruntime=3)", "onnxruntime is no text"),
    ],
)
def test_a_process_that_does_not_start_says_why(
    fake_worker: FakeWorker, contract_model: Path, script: str, reason: str
) -> None:
    with fake_worker(script) as worker, pytest.raises(WorkerError, match=reason) as caught:
        worker.load(contract_model)
    assert "\n" not in caught.value.sentence


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")
@pytest.mark.parametrize("busy", [False, True])
def test_the_worker_leaves_when_its_parent_is_killed(tmp_path: Path, busy: bool) -> None:
    slow = write_slow_model(tmp_path / "slow.onnx", stoppable=False)
    script = f"""
    import os, signal, threading, time
    import numpy as np
    from pathlib import Path
    from segstudio.engine.worker import Worker
    worker = Worker()
    worker.load(Path({str(slow)!r}))
    if {busy}:
        threading.Thread(target=worker.predict, args=(np.ones((9, 9, 3), np.uint8),)).start()
        time.sleep(0.3)
    folder = Path(f"/proc/{{worker.process_id}}/cwd").resolve().parent
    print(worker.process_id, folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
    """
    parent = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    number, folder = parent.stdout.split()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{number}/cwd").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{number}/cwd").exists()
    assert not Path(folder).exists()
