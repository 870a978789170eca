"""Large images run in parts; nobody should be able to tell from the result."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx_models import write_model, write_slow_model

from segstudio.engine import tiles
from segstudio.engine.tiles import tiles_of
from segstudio.engine.worker import Cancelled, Worker


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (2048, 2048), (2016, 2048), (3072, 4096), (1, 10**7), (9999, 777)]
)
def test_the_kept_parts_cover_the_image_exactly_once(height: int, width: int) -> None:
    covered = np.zeros((height, width), np.uint8)
    for tile in tiles_of(height, width):
        covered[tile.kept.slices] += 1
        assert tile.seen == tile.seen.clipped_to(height, width)
        assert tile.seen.united(tile.kept) == tile.seen
        assert tile.seen.height * tile.seen.width <= tiles.MAX_PASS_PIXELS
        assert (tile.seen.top % 64, tile.seen.left % 64) == (0, 0)
        for seen, kept, side in (
            (tile.seen.top, tile.kept.top, 0),
            (tile.kept.bottom, tile.seen.bottom, height),
        ):
            assert abs(kept - seen) >= 128 or side in (seen, kept)
    assert (covered == 1).all()


def test_small_images_run_in_one_pass() -> None:
    ((seen, kept),) = tiles_of(2048, 2048)
    assert seen == kept == (0, 0, 2048, 2048)


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


def test_a_model_that_looks_around_gives_the_same_as_in_one_pass(
    tmp_path: Path, worker: Worker
) -> None:
    # A box of 65 x 65 pixels around each: as far as a deep network's look matters.
    size, half = 65, 32
    box = [
        helper.make_node("Unsqueeze", ["red_float", "one"], ["channels"]),
        helper.make_node(
            "AveragePool", ["channels"], ["rows"], kernel_shape=[1, size], pads=[0, half, 0, half]
        ),
        helper.make_node(
            "AveragePool", ["rows"], ["mean"], kernel_shape=[size, 1], pads=[half, 0, half, 0]
        ),
        helper.make_node("Squeeze", ["mean", "one"], ["flat"]),
        helper.make_node("Greater", ["flat", "middle"], ["bright"]),
        helper.make_node("Cast", ["bright"], ["class_index"], to=TensorProto.UINT8),
        helper.make_node("Div", ["flat", "full"], ["confidence"]),
    ]
    constants = {"one": np.array([1]), "middle": np.array(127.5, np.float32)}
    worker.load(write_model(tmp_path / "box.onnx", nodes=box, constants=constants))
    image = np.random.default_rng(0).integers(0, 256, (2050, 2060, 3), np.uint8)

    steps: list[tuple[int, int]] = []
    whole = worker.predict(image, confidence=True, progress=lambda *step: steps.append(step))

    assert steps == [(1, 4), (2, 4), (3, 4)]
    crop = worker.predict(image[900:1500, 1000:2000], confidence=True)
    inside = np.s_[40:-40, 40:-40]
    assert whole.confidence is not None
    assert crop.confidence is not None
    np.testing.assert_allclose(
        whole.confidence[900:1500, 1000:2000][inside], crop.confidence[inside], atol=1e-5
    )
    expected = whole.confidence * 255 > 127.5
    assert np.mean(whole.class_map == expected) > 0.9999


def test_progress_moves_the_run_limit_on_and_cancel_stops_between_parts(
    tmp_path: Path, contract_model: Path
) -> None:
    image = np.zeros((5000, 5000, 3), np.uint8)
    with Worker() as worker:
        worker.load(contract_model)
        cancelled = threading.Event()
        seen: list[int] = []

        def progress(done: int, total: int) -> None:
            assert total == 16
            seen.append(done)
            cancelled.set()

        start = time.perf_counter()
        with pytest.raises(Cancelled):
            worker.predict(image, cancelled, progress=progress)
        assert time.perf_counter() - start < 10
        assert len(seen) < 16
        assert not worker.predict(image[:10]).class_map.any()


def test_a_part_that_hangs_ends_at_the_limit(tmp_path: Path) -> None:
    with Worker(cancel_limit=0.3) as worker:
        worker.load(write_slow_model(tmp_path / "slow.onnx", stoppable=False))
        cancelled = threading.Event()
        threading.Timer(0.5, cancelled.set).start()
        with pytest.raises(Cancelled):
            worker.predict(np.zeros((3000, 3000, 3), np.uint8), cancelled)
