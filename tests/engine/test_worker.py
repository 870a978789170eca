"""Real sessions in a real worker process."""

import os
import signal
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from onnx_models import write_slow_model

from segstudio.core.label_map import RgbImage
from segstudio.engine.provider import Provider
from segstudio.engine.worker import Cancelled, Worker
from segstudio.errors import WorkerError


def test_a_model_loads_and_tells_its_card_and_provider(
    worker: Worker, contract_model: Path
) -> None:
    model = worker.load(contract_model, Provider.CPU)

    assert model.path == contract_model
    assert model.card.label_set.names == ("background", "red")
    assert (model.provider.got, model.provider.reason) == ("CPU", "")
    assert 0 < model.milliseconds < 60_000


def test_the_class_map_is_what_the_model_says_about_every_pixel(
    loaded: Worker, image: RgbImage
) -> None:
    prediction = loaded.predict(image)

    assert prediction.class_map.dtype == np.uint8
    assert np.array_equal(prediction.class_map, image[..., 0] > 127)
    assert prediction.confidence is None
    assert 0 < prediction.milliseconds < 60_000


def test_confidence_comes_when_asked(loaded: Worker, image: RgbImage) -> None:
    prediction = loaded.predict(image, confidence=True)

    assert prediction.confidence is not None
    np.testing.assert_allclose(prediction.confidence, image[..., 0] / 255, atol=1e-6)


def test_images_of_changing_sizes_and_memory_orders_give_their_own_results(loaded: Worker) -> None:
    random = np.random.default_rng(1)
    earlier = []
    for height, width in ((1, 1), (700, 900), (3, 2000), (64, 64)):
        image = random.integers(0, 256, (width, height, 3), np.uint8).transpose(1, 0, 2)
        earlier.append((image, loaded.predict(image)))
    for image, prediction in earlier:  # no result was overwritten by a later one
        assert np.array_equal(prediction.class_map, image[..., 0] > 127)


def test_a_wrong_array_is_a_mistake_of_the_caller(loaded: Worker) -> None:
    with pytest.raises(ValueError, match="uint8"):
        loaded.predict(np.zeros((4, 4, 3), np.float32))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="uint8"):
        loaded.predict(np.zeros((4, 0, 3), np.uint8))


def test_many_threads_share_one_worker(loaded: Worker) -> None:
    images = [np.full((20, 30, 3), shade, np.uint8) for shade in range(0, 256, 16)]
    with ThreadPoolExecutor(8) as pool:
        predictions = list(pool.map(loaded.predict, images))
    assert [p.class_map.max() for p in predictions] == [int(i.max() > 127) for i in images]


def test_the_process_works_in_an_empty_folder_that_goes_with_it(contract_model: Path) -> None:
    with Worker() as worker:
        worker.load(contract_model)
        working_folder = Path(f"/proc/{worker.process_id}/cwd")
        if not working_folder.exists():
            pytest.skip("needs /proc")
        folder = working_folder.resolve()
        assert list(folder.iterdir()) == []
        assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert not folder.parent.exists()


def test_a_relative_path_is_the_callers(
    worker: Worker, contract_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(contract_model.parent)
    assert worker.load(Path(contract_model.name)).path == contract_model


def test_predicting_without_a_model_says_so() -> None:
    with Worker() as worker, pytest.raises(WorkerError, match="no model is loaded"):
        worker.predict(np.zeros((4, 4, 3), np.uint8))


def test_starting_returns_at_once_and_closing_too(contract_model: Path) -> None:
    worker = Worker()
    start = time.perf_counter()
    worker.start()
    started = time.perf_counter() - start
    worker.runtime()
    ready = time.perf_counter() - start
    assert started < ready / 2
    start = time.perf_counter()
    worker.close()
    assert time.perf_counter() - start < 2
    with pytest.raises(WorkerError, match="closed"):
        worker.load(contract_model)


def test_no_descriptor_and_no_thread_is_left_behind(contract_model: Path, image: RgbImage) -> None:
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("needs /proc")
    before = len(list(descriptors.iterdir())), threading.active_count()
    for _ in range(3):
        with Worker() as worker:
            worker.load(contract_model)
            worker.predict(image)
    assert (len(list(descriptors.iterdir())), threading.active_count()) == before


def test_a_cancelled_run_stops_soon_and_the_next_one_works(
    tmp_path: Path, contract_model: Path, image: RgbImage
) -> None:
    slow = write_slow_model(tmp_path / "slow.onnx", stoppable=True)
    with Worker() as worker:
        worker.load(slow)
        process = worker.process_id
        cancelled = threading.Event()
        timer = threading.Timer(0.3, cancelled.set)
        timer.start()
        start = time.perf_counter()
        with pytest.raises(Cancelled):
            worker.predict(image, cancelled)
        assert time.perf_counter() - start < 2.5
        assert worker.process_id == process  # it stopped by itself
        worker.load(contract_model)
        assert worker.predict(image).class_map.any()


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_cancelled_run_returns_at_once_and_is_killed_if_it_goes_on(
    tmp_path: Path, contract_model: Path, image: RgbImage
) -> None:
    slow = write_slow_model(tmp_path / "slow.onnx", stoppable=True)
    with Worker(cancel_limit=0.5) as worker:
        worker.load(slow)
        process = worker.process_id
        assert process is not None
        cancelled = threading.Event()

        def freeze_and_cancel() -> None:
            os.kill(process, signal.SIGSTOP)  # as deaf as in one long kernel
            cancelled.set()

        threading.Timer(0.3, freeze_and_cancel).start()
        with pytest.raises(Cancelled):
            worker.predict(image, cancelled)
        assert worker.process_id == process  # the caller has not waited for it
        worker.load(contract_model)
        assert worker.process_id != process
        assert worker.predict(image).class_map.any()


def test_a_run_cancelled_before_it_starts_does_not_run(loaded: Worker, image: RgbImage) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        loaded.predict(image, cancelled)
    assert loaded.predict(image).class_map.any()


def test_a_call_that_waits_for_its_turn_can_be_cancelled(tmp_path: Path, image: RgbImage) -> None:
    with Worker() as worker:
        worker.load(write_slow_model(tmp_path / "slow.onnx", stoppable=True))
        first, second = threading.Event(), threading.Event()
        with ThreadPoolExecutor(2) as pool:
            running = pool.submit(worker.predict, image, first)
            time.sleep(0.2)
            waiting = pool.submit(worker.predict, image, second)
            second.set()
            with pytest.raises(Cancelled):
                waiting.result(5)
            assert not running.done()
            first.set()
            with pytest.raises(Cancelled):
                running.result(5)


def test_closing_ends_a_run_at_once(tmp_path: Path, image: RgbImage) -> None:
    worker = Worker()
    worker.load(write_slow_model(tmp_path / "slow.onnx", stoppable=False))
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(worker.predict, image)
        time.sleep(0.3)
        start = time.perf_counter()
        worker.close()
        assert time.perf_counter() - start < 2
        with pytest.raises(Cancelled):
            running.result(5)


def test_a_run_without_an_answer_ends_at_its_limit(
    tmp_path: Path, contract_model: Path, image: RgbImage
) -> None:
    with Worker(run_limit=0.5) as worker:
        worker.load(write_slow_model(tmp_path / "slow.onnx", stoppable=False))
        with pytest.raises(WorkerError, match=r"slow\.onnx: the model did not answer for 0\.5 s"):
            worker.predict(image)
        worker.load(contract_model)
        assert worker.predict(image).class_map.any()
