"""Training on real files, in this process."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from trainer.checkpoint import load_checkpoint, segmenter_of
from trainer.errors import CheckpointError, DivergedError, RunError, TrainerError
from trainer.loop import Ending, train
from trainer.networks.segmenter import Segmenter
from trainer.networks.table import find_network
from trainer.parents import _class_axes
from trainer.run_folder import BEST, LAST, Emit
from trainer.session import Session, resumed_session
from trainer.trial import Trial

Start = Callable[..., Session]
Events = list[dict[str, Any]]


def _train(session: Session, keep: Emit, *, stop_after: float = float("inf")) -> Ending:
    """Train, asking to stop after that many steps of the whole run."""
    return train(
        session,
        keep,
        started=time.monotonic(),
        should_stop=lambda: session.position.step >= stop_after,
    )


def _weights(folder: Path, name: str = LAST) -> dict[str, torch.Tensor]:
    return load_checkpoint(folder / name).model


def _assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, weight in one.items():
        assert torch.equal(weight, other[name]), name


def test_training_learns_and_keeps_the_best(start: Start, keep: Emit, events: Events) -> None:
    session = start(epochs=14, learning_rate=3e-3)

    assert _train(session, keep) is Ending.FINISHED

    epochs = [event for event in events if event["event"] == "epoch"]
    assert [event["epoch"] for event in epochs] == list(range(1, 15))
    assert epochs[-1]["loss"] < 0.6 * epochs[0]["loss"]
    best = load_checkpoint(session.folder / BEST).position
    scores = [event["metrics"]["mean_iou"] for event in epochs]
    assert best.best == max(scores) > 0.7
    assert best.epoch == 1 + scores.index(max(scores))
    assert load_checkpoint(session.folder / LAST).position.epoch == 14
    rates = [event["lr"] for event in events if event["event"] == "step"]
    assert max(rates) <= 3e-3
    assert rates[-1] < 0.1 * max(rates)


def test_the_seed_decides_everything(start: Start, keep: Emit, tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("three", 6)):
        _train(start(name, epochs=1, seed=seed), keep)

    _assert_same(_weights(tmp_path / "one"), _weights(tmp_path / "two"))
    with pytest.raises(AssertionError):
        _assert_same(_weights(tmp_path / "one"), _weights(tmp_path / "three"))


@pytest.mark.parametrize("stop_after", [6, 4], ids=["between epochs", "within an epoch"])
def test_a_resumed_run_is_the_run_that_never_stopped(
    start: Start, keep: Emit, events: Events, tmp_path: Path, stop_after: int
) -> None:
    _train(start("whole", epochs=4), keep)
    losses = [event["loss"] for event in events if event["event"] == "epoch"]
    events.clear()

    ending = _train(start("parts", epochs=4), keep, stop_after=stop_after)
    assert ending is Ending.STOPPED
    torch.manual_seed(12345)  # whatever a new process begins with
    assert _train(resumed_session(tmp_path / "parts"), keep) is Ending.FINISHED

    _assert_same(_weights(tmp_path / "whole"), _weights(tmp_path / "parts"))
    _assert_same(_weights(tmp_path / "whole", BEST), _weights(tmp_path / "parts", BEST))
    assert [event["loss"] for event in events if event["event"] == "epoch"] == losses
    assert [event["event"] for event in events].count("stopped") == 1


def test_more_epochs_may_be_added_to_a_run(start: Start, keep: Emit, tmp_path: Path) -> None:
    _train(start(epochs=1), keep)

    session = resumed_session(tmp_path / "run", epochs=2)
    _train(session, keep)

    assert load_checkpoint(tmp_path / "run" / LAST).position.epoch == 2


def test_a_run_on_changed_data_is_not_resumed(
    start: Start, keep: Emit, tmp_path: Path, voc: Path
) -> None:
    _train(start(epochs=1), keep)
    mask = voc / "SegmentationClass" / "image0.png"
    Image.fromarray(1 - np.asarray(Image.open(mask))).save(mask)

    with pytest.raises(RunError, match="the data is not what this run was trained on"):
        resumed_session(tmp_path / "run", epochs=2)


def test_a_resumed_run_keeps_its_settings(start: Start, keep: Emit, tmp_path: Path) -> None:
    _train(start(epochs=1), keep)

    with pytest.raises(RunError, match="its batch is 2"):
        resumed_session(tmp_path / "run", epochs=2, kept={"batch": 4})


def test_minutes_are_kept_and_the_learning_rate_ends_its_course(
    start: Start, keep: Emit, events: Events
) -> None:
    began = time.monotonic()

    _train(start(epochs=None, minutes=0.1), keep)

    assert time.monotonic() - began < 6 + 3
    epochs = [event for event in events if event["event"] == "epoch"]
    assert epochs[-1]["epoch"] >= 1
    steps = [event for event in events if event["event"] == "step"]
    assert steps[-1]["progress"] > 0.7
    assert steps[-1]["lr"] < 0.5 * max(step["lr"] for step in steps)


def test_a_run_ends_early_when_validation_gets_no_better(
    start: Start, keep: Emit, events: Events
) -> None:
    session = start(epochs=50, learning_rate=1e-9, average=0.0, patience=3)

    assert _train(session, keep) is Ending.FINISHED

    # So small a rate changes no pixel's class: the first epoch stays the best.
    assert [event["epoch"] for event in events if event["event"] == "epoch"] == [1, 2, 3, 4]
    assert "no better in 3 epochs" in next(e["message"] for e in events if e["event"] == "note")


def test_the_learning_rate_halves_on_a_plateau(start: Start, keep: Emit, events: Events) -> None:
    _train(start(epochs=13, learning_rate=1e-9, average=0.0, schedule="plateau"), keep)

    rates = [event["lr"] for event in events if event["event"] == "epoch"]
    assert rates[5] == pytest.approx(1e-9)
    assert rates[6] == pytest.approx(0.5e-9)
    assert rates[11] == pytest.approx(0.25e-9)


def test_what_is_judged_and_kept_is_the_average(start: Start, keep: Emit, tmp_path: Path) -> None:
    session = start(epochs=2, average=0.9)
    _train(session, keep)

    best = load_checkpoint(tmp_path / "run" / LAST)
    assert best.average is not None
    _assert_same(dict(segmenter_of(best, tmp_path).state_dict()), best.average)
    _assert_same(dict(session.learner.judged.state_dict()), best.average)
    assert not torch.equal(
        best.average["network.encoder1.0.weight"], best.model["network.encoder1.0.weight"]
    )


def test_images_are_normalised_as_asked(start: Start) -> None:
    mean = start("one").segmenter.mean
    assert 20 < float(mean[0]) < 200
    assert start("two", normalization="symmetric").segmenter.mean.tolist() == [127.5] * 3
    assert start("three", normalization="imagenet").segmenter.std.tolist() == pytest.approx(
        [58.395, 57.12, 57.375]
    )


def test_trying_a_step_leaves_the_network_as_it_was() -> None:
    row = find_network("deeplabv3plus")
    torch.manual_seed(0)
    network = row.build(3)
    before = {name: value.clone() for name, value in network.state_dict().items()}

    cost = Trial(network, row.stride, 3, torch.device("cpu")).cost((32, 32), 2)

    assert cost is not None
    assert cost.seconds > 0
    _assert_same(dict(network.state_dict()), before)
    assert all(weight.grad is None for weight in network.parameters())


@pytest.mark.slow
# torch's compiler warns of what it does itself.
@pytest.mark.filterwarnings("default")
def test_a_compiled_step_learns_as_well(start: Start, keep: Emit, events: Events) -> None:
    _train(start("plain", epochs=2), keep)
    _train(start("compiled", epochs=2, compile=True), keep)

    losses = [event["loss"] for event in events if event["event"] == "epoch"]
    assert losses[2:] == pytest.approx(losses[:2], rel=1e-2)


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_good_checkpoint(
    start: Start, keep: Emit, tmp_path: Path
) -> None:
    session = start(epochs=3)
    with torch.no_grad():
        next(iter(session.segmenter.network.parameters())).fill_(float("nan"))

    with pytest.raises(DivergedError, match="epoch 1, step 1, with image"):
        _train(session, keep)

    # The checkpoint from before the first step is there, and nothing newer.
    assert load_checkpoint(tmp_path / "run" / LAST).position.step == 0
    assert not (tmp_path / "run" / BEST).exists()


def test_training_goes_on_from_another_runs_weights(
    start: Start, keep: Emit, tmp_path: Path
) -> None:
    parent = start("parent", epochs=1)
    _train(parent, keep)

    child = start("child", epochs=1, weights=str(tmp_path / "parent"))

    best = load_checkpoint(tmp_path / "parent" / BEST)
    assert best.average is not None
    _assert_same(dict(child.segmenter.state_dict()), best.average)
    assert child.parent
    assert len(child.parent) == 64
    # How large its steps are follows from how much of the labels those weights know: all.
    known = load_checkpoint(tmp_path / "parent" / BEST).labelled_pixels
    assert known == child.found.labelled_pixels > 0


def test_weights_of_wholly_other_classes_start_the_last_layer_afresh(
    start: Start, keep: Emit, tmp_path: Path, make_voc: Callable[..., Path]
) -> None:
    _train(start("parent", epochs=1), keep)
    three = make_voc(tmp_path / "three", classes=("sky", "tree", "road"))

    child = start("child", weights=str(tmp_path / "parent"), data=str(three))

    assert len(child.label_set) == 3
    assert "none of the classes" in child.notes[-1]


def test_classes_are_taken_over_by_their_names(
    start: Start, keep: Emit, tmp_path: Path, make_voc: Callable[..., Path]
) -> None:
    two = make_voc(tmp_path / "two", classes=("background", "cell"))
    parent = start("parent", epochs=1, data=str(two))
    _train(parent, keep)
    three = make_voc(tmp_path / "three", classes=("cell", "nucleus", "background"))

    child = start("child", weights=str(tmp_path / "parent"), data=str(three))

    assert child.notes[-1] == "the classes were taken over by their names; nucleus starts afresh"
    best = load_checkpoint(tmp_path / "parent" / BEST)
    assert best.average is not None
    heads = [
        name
        for name, weight in child.segmenter.state_dict().items()
        if weight.shape[:1] == (3,) and best.average[name].shape[:1] == (2,)
    ]
    assert len(heads) == 2  # the last convolution's weights and biases
    for name in heads:
        before, after = best.average[name], child.segmenter.state_dict()[name]
        assert torch.equal(after[0], before[1])
        assert torch.equal(after[2], before[0])


@pytest.mark.parametrize("network", ["fcn8s", "bisenetv2", "segnet"])
def test_the_layers_of_classes_are_found_in_every_kind_of_network(network: str) -> None:
    row = find_network(network)
    state = Segmenter(row.build(2), row.stride, [0.0] * 3, [1.0] * 3).state_dict()

    found = _class_axes(state, 2, row)

    assert found
    assert all(state[name].shape[axis] == 2 for name, axes in found.items() for axis in axes)


def test_weights_that_do_not_exist_are_refused(start: Start, tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match="no published ImageNet weights"):
        start(weights="imagenet")
    with pytest.raises(CheckpointError, match="no such run or file"):
        start(weights=str(tmp_path / "nowhere"))
    (tmp_path / "weights.pt").write_text("these are no weights")
    with pytest.raises(CheckpointError, match="not a checkpoint"):
        start(weights=str(tmp_path / "weights.pt"))
    assert not (tmp_path / "run").exists()


def test_a_second_run_does_not_overwrite_the_first(start: Start) -> None:
    start()

    with pytest.raises(RunError, match="not empty"):
        start()


def test_a_run_that_is_refused_leaves_no_folder(start: Start, tmp_path: Path, voc: Path) -> None:
    (voc / "ImageSets" / "Segmentation" / "val.txt").write_text("")

    with pytest.raises(Exception, match="holds no images"):
        start()

    assert not (tmp_path / "run").exists()
