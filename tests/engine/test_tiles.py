"""Large images run in tiles; nobody should be able to tell from the result."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx_models import write_model, write_slow_model

from segstudio.core.rect import Rect
from segstudio.engine.tiles import MAX_PASS_PIXELS, Blender, Probabilities, tile_side, tiles_of
from segstudio.engine.worker import Cancelled, RunSettings, Worker

_SIZES = [
    (1, 1, 512),
    (300, 700, 256),
    (2050, 2060, 2048),
    (3072, 4096, 2048),
    (1, 10**6, 2048),
    (9999, 777, 1024),
    (640, 641, 640),
]


@pytest.mark.parametrize(("height", "width", "side"), _SIZES)
@pytest.mark.parametrize("stride", [1, 14, 32])
def test_the_weights_of_all_tiles_sum_to_one(
    height: int, width: int, side: int, stride: int
) -> None:
    for axis in (
        {tile.rows for tile in _tiles(height, width, side, stride)},
        {tile.columns for tile in _tiles(height, width, side, stride)},
    ):
        length = max(span.stop for span in axis)
        total = np.zeros(length, np.float64)
        for span in axis:
            assert 0 <= span.start <= span.kept_start < span.kept_stop <= span.stop <= length
            assert span.stop - span.start <= side
            total[span.kept_start : span.kept_stop] += span.weights()
        np.testing.assert_allclose(total, 1, atol=1e-6)


def _tiles(height: int, width: int, side: int, stride: int) -> list:
    return tiles_of(height, width, (side, side), stride=stride)


def test_tiles_start_on_the_models_grid_and_drop_their_borders() -> None:
    for tile in tiles_of(5000, 5000, (2048, 2048), stride=32):
        assert tile.seen.top % 64 == tile.seen.left % 64 == 0
        for seen, kept, edge in (
            (tile.seen.top, tile.kept.top, 0),
            (tile.kept.right, tile.seen.right, 5000),
        ):
            assert kept - seen >= 64 or edge in (seen, kept)


def test_tiles_that_do_not_fade_cover_the_image_exactly_once() -> None:
    covered = np.zeros((3000, 2500), np.uint8)
    for tile in tiles_of(3000, 2500, (1024, 1024), fades=False):
        covered[tile.kept.slices] += 1
    assert (covered == 1).all()


def test_small_images_run_in_one_tile() -> None:
    side = tile_side(MAX_PASS_PIXELS)
    ((rows, columns),) = tiles_of(2048, 2048, (side, side))
    assert rows == columns == (0, 2048, 0, 2048, 0, 0)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (500, 700), (257, 1030), (90, 1500)])
def test_blending_tiles_of_one_map_gives_the_map(height: int, width: int) -> None:
    whole = np.random.default_rng(0).random((3, height, width), np.float32)
    result = np.full_like(whole, np.nan)

    def finish(place: Rect, part: Probabilities) -> None:
        assert np.isnan(result[:, *place.slices]).all()  # nothing is finished twice
        result[:, *place.slices] = part

    blender = Blender(finish)
    for tile in tiles_of(height, width, (256, 256), stride=32):
        blender.add(tile, whole[:, *tile.seen.slices].copy())
    np.testing.assert_allclose(result, whole, atol=1e-6)


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


def write_box_model(path: Path, *, logits: str = "padded") -> Path:
    """Write a model that looks at a box of 65 x 65 pixels around each, as a deep network does.

    Args:
        path: Where to write it.
        logits: "padded" as models give them today, larger than the image and channels last;
            "first" as they did before, channels first; "none" as at the beginning.
    """
    size, half = 65, 32
    box = [
        helper.make_node("Unsqueeze", ["red_float", "one"], ["channels"]),
        helper.make_node(
            "AveragePool", ["channels"], ["rows"], kernel_shape=[1, size], pads=[0, half, 0, half]
        ),
        helper.make_node(
            "AveragePool", ["rows"], ["mean"], kernel_shape=[size, 1], pads=[half, 0, half, 0]
        ),
        helper.make_node("Sub", ["mean", "middle"], ["above"]),
        helper.make_node("Neg", ["above"], ["below"]),
        helper.make_node("Concat", ["below", "above"], ["scores"], axis=1),
        helper.make_node("ArgMax", ["scores"], ["bright"], axis=1, keepdims=0),
        helper.make_node("Cast", ["bright"], ["class_index"], to=TensorProto.UINT8),
    ]
    outputs = [
        ("class_index", TensorProto.UINT8, ("N", "H", "W")),
        ("confidence", TensorProto.FLOAT, ("N", "H", "W")),
    ]
    constants = {
        "one": np.array([1]),
        "middle": np.array(127.5, np.float32),
        "padding": np.array([0, 0, 0, 0, 0, 11, 7, 0]),
        "wrong": np.array(-1e3, np.float32),
    }
    if logits == "padded":
        box.append(helper.make_node("Transpose", ["scores"], ["last"], perm=[0, 2, 3, 1]))
        box.append(helper.make_node("Pad", ["last", "padding", "wrong"], ["logits"]))
        outputs.append(("logits", TensorProto.FLOAT, ("N", "padded H", "padded W", 2)))
    elif logits == "first":
        box.append(helper.make_node("Identity", ["scores"], ["logits"]))
        outputs.append(("logits", TensorProto.FLOAT, ("N", 2, "H", "W")))
    return write_model(path, nodes=box, constants=constants, outputs=outputs)


@pytest.mark.parametrize("logits", ["padded", "first", "none"])
def test_tiles_give_what_one_pass_gives(tmp_path: Path, worker: Worker, logits: str) -> None:
    worker.load(write_box_model(tmp_path / "box.onnx", logits=logits))
    image = np.random.default_rng(0).integers(0, 256, (1024, 1280, 3), np.uint8)
    steps: list[tuple[int, int]] = []

    whole = worker.predict(image)
    tiled = worker.predict(
        image,
        settings=RunSettings(most_pixels=512**2),
        progress=lambda *step: steps.append(step),
    )

    assert steps == [(done, len(steps) + 1) for done in range(1, len(steps) + 1)]
    assert len(steps) >= 11
    assert np.mean(tiled.class_map == whole.class_map) >= 0.999


def test_cancel_stops_between_parts(tmp_path: Path, contract_model: Path) -> None:
    image = np.zeros((3000, 3000, 3), np.uint8)
    with Worker() as worker:
        worker.load(contract_model)
        cancelled = threading.Event()
        seen: list[int] = []

        def progress(done: int, _total: int) -> None:
            seen.append(done)
            cancelled.set()

        with pytest.raises(Cancelled):
            worker.predict(
                image, cancelled, settings=RunSettings(most_pixels=256**2), progress=progress
            )
        assert len(seen) < 5
        assert not worker.predict(image[:10]).class_map.any()


def test_a_part_that_hangs_is_left_at_once(tmp_path: Path) -> None:
    with Worker(cancel_limit=0.3) as worker:
        worker.load(write_slow_model(tmp_path / "slow.onnx", stoppable=False))
        cancelled = threading.Event()
        threading.Timer(0.5, cancelled.set).start()
        with pytest.raises(Cancelled):
            worker.predict(np.zeros((3000, 3000, 3), np.uint8), cancelled)


def test_entropy_and_mirror_images_come_from_the_scores(tmp_path: Path, worker: Worker) -> None:
    worker.load(write_box_model(tmp_path / "box.onnx"))
    image = np.random.default_rng(0).integers(120, 136, (200, 300, 3), np.uint8)

    plain = worker.predict(image, settings=RunSettings(confidence=True, entropy=True))
    settings = RunSettings(confidence=True, entropy=True, flips=4, scales=(1.0, 0.5))
    careful = worker.predict(image, settings=settings)

    assert plain.entropy is not None
    assert plain.confidence is not None
    p = plain.confidence.astype(np.float64)
    expected = -(p * np.log2(p) + (1 - p) * np.log2(np.maximum(1 - p, 1e-12)))
    np.testing.assert_allclose(plain.entropy, expected, atol=1e-3)
    assert careful.confidence is not None
    # The box is the same in a mirror, so only the smaller image can differ.
    assert 0.7 < np.mean(careful.class_map == plain.class_map) < 1


def test_a_model_without_scores_says_that_it_cannot_be_averaged(
    worker: Worker, contract_model: Path
) -> None:
    assert not worker.load(contract_model).gives_scores
    with pytest.raises(Exception, match="gives no scores"):
        worker.predict(np.zeros((9, 9, 3), np.uint8), settings=RunSettings(entropy=True))
