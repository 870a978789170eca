"""Models that mean harm: one clear sentence each, soon, and the model before goes on working."""

import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from engine.hostile import BAD_MODELS, write_good_external, write_huge_constant, write_hungry_model
from onnx_models import write_slow_model

from segstudio.core.label_map import RgbImage
from segstudio.engine.crash_notes import CrashedBeforeError, CrashNotes
from segstudio.engine.worker import Cancelled, Worker
from segstudio.errors import ModelError, WorkerError


@pytest.mark.parametrize("case", BAD_MODELS)
def test_a_bad_model_is_told_in_one_sentence_and_the_one_before_stays(
    worker: Worker, contract_model: Path, tmp_path: Path, image: RgbImage, case: str
) -> None:
    write, words = BAD_MODELS[case]
    folder = tmp_path / "models"
    folder.mkdir()
    write(folder / "model.onnx")
    worker.load(contract_model)

    with pytest.raises(ModelError) as caught:
        worker.load(folder / "model.onnx")

    assert caught.value.sentence.startswith("model.onnx: ")
    assert words in caught.value.sentence
    assert "\n" not in caught.value.sentence
    assert np.array_equal(worker.predict(image).class_map, image[..., 0] > 127)


def test_weights_in_a_regular_file_beside_the_model_are_read(
    worker: Worker, tmp_path: Path, image: RgbImage
) -> None:
    write_good_external(tmp_path / "model.onnx")
    worker.load(tmp_path / "model.onnx")
    assert np.array_equal(worker.predict(image).class_map, image[..., 0] > 127)


def test_a_constant_of_10_to_the_12_elements_is_told_when_it_runs(
    worker: Worker, tmp_path: Path, image: RgbImage
) -> None:
    write_huge_constant(tmp_path / "huge.onnx")
    worker.load(tmp_path / "huge.onnx")
    with pytest.raises(ModelError, match=r"huge\.onnx: there is not enough memory to run it"):
        worker.predict(image)


def test_an_endless_loop_ends_at_the_limit(tmp_path: Path, image: RgbImage) -> None:
    with Worker(run_limit=0.5) as worker:
        worker.load(write_slow_model(tmp_path / "loop.onnx", stoppable=True))
        with pytest.raises(WorkerError, match=r"loop\.onnx: the model did not answer for 0\.5 s"):
            worker.predict(image)


def test_cancelling_an_endless_loop_returns_at_once(tmp_path: Path, image: RgbImage) -> None:
    with Worker() as worker:
        worker.load(write_slow_model(tmp_path / "loop.onnx", stoppable=False))
        cancelled = threading.Event()
        ended = 0.0

        def cancel() -> None:
            nonlocal ended
            ended = time.monotonic()
            cancelled.set()

        threading.Timer(0.3, cancel).start()
        with pytest.raises(Cancelled):
            worker.predict(image, cancelled)
        assert time.monotonic() - ended < 1  # 0.1 on a computer that is not busy


def test_memory_beyond_the_limit_is_got_along_without_or_refused_in_words(tmp_path: Path) -> None:
    write_hungry_model(tmp_path / "hungry.onnx")
    random = np.random.default_rng(0)
    image = random.integers(0, 256, (500, 500, 3), np.uint8)  # needs 1 GiB at once
    with Worker(memory_limit=600 * 2**20) as worker:
        worker.load(tmp_path / "hungry.onnx")
        # Less at once is enough: it runs in parts.
        assert np.array_equal(worker.predict(image).class_map, image[..., 0] > 127)
    with Worker(memory_limit=200 * 2**20) as worker:
        worker.load(tmp_path / "hungry.onnx")
        with pytest.raises(ModelError, match="not enough memory to run it on this image"):
            worker.predict(image)
        assert worker.predict(image[:20, :20]).class_map.any()


def test_a_model_that_crashed_is_remembered_until_it_is_changed_or_asked_for_again(
    tmp_path: Path,
) -> None:
    notes = CrashNotes(tmp_path / "state" / "crashed.json")
    path = tmp_path / "model.onnx"
    BAD_MODELS["crash"][0](path)
    with Worker(crash_notes=notes) as worker:
        with pytest.raises(ModelError, match="crash"):
            worker.load(path)
        with pytest.raises(CrashedBeforeError, match=r"crash before \(signal SIGFPE"):
            worker.load(path)
        with pytest.raises(ModelError, match=r"runtime crash \(signal"):
            worker.load(path, again=True)
        os.utime(path, (1, 1))
        with pytest.raises(ModelError, match=r"runtime crash \(signal"):
            worker.load(path)


def test_notes_that_make_no_sense_are_no_notes(tmp_path: Path) -> None:
    for text in ("", "[]", "{}", '{"a": 3}', "[" * 100_000):
        (tmp_path / "crashed.json").write_text(text)
        CrashNotes(tmp_path / "crashed.json").check(tmp_path / "model.onnx")
