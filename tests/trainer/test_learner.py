"""One optimiser step: what it does to the weights, and what it does when it cannot."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from trainer.errors import RecipeError
from trainer.learner import Learner, NonFiniteLossError
from trainer.losses import cross_entropy
from trainer.networks.segmenter import Segmenter
from trainer.processes import Processes
from trainer.recipe import Recipe

IGNORE = 255


def _learner(loss: Callable[..., Tensor] = cross_entropy, **settings: object) -> Learner:
    torch.manual_seed(0)
    between = nn.ReLU() if settings.pop("plain", False) else nn.BatchNorm2d(4)
    network = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), between, nn.Conv2d(4, 3, 1))
    base: dict[str, Any] = {
        "network": "x",
        "data": "/x",
        "crop": (8, 8),
        "batch": 4,
        "epochs": 1,
        "learning_rate": 0.1,
        "optimizer": "sgd",
        "momentum": 0.5,
    }
    recipe = Recipe(**(base | settings))
    segmenter = Segmenter(network, 1, [100.0] * 3, [50.0] * 3)
    return Learner(segmenter, loss, recipe, Processes.start("cpu", recipe.precision))  # type: ignore[arg-type]


def _batch(crops: int = 4) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    image = torch.randint(0, 256, (crops, 8, 8, 3), dtype=torch.uint8, generator=generator)
    target = torch.randint(0, 3, (crops, 8, 8), dtype=torch.uint8, generator=generator)
    target[0, :5] = IGNORE  # parts of a batch with more and with fewer labelled pixels
    return image, target


def _weights(learner: Learner) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in learner.segmenter.state_dict().items()}


def test_a_batch_in_parts_is_the_same_step_as_in_one() -> None:
    whole, parts = _learner(plain=True), _learner(plain=True, accumulate=3)

    losses = [learner.step(*_batch(), 0.1) for learner in (whole, parts)]

    assert losses[0] == pytest.approx(losses[1], rel=1e-6)
    for name, weight in _weights(whole).items():
        torch.testing.assert_close(weight, _weights(parts)[name], rtol=1e-5, atol=1e-6)


def test_short_memory_halves_the_batch_once() -> None:
    def loss(logits: Tensor, target: Tensor, _weight: Tensor | None) -> Tensor:
        if len(logits) > 2:
            raise torch.OutOfMemoryError
        return cross_entropy(logits, target)

    learner, whole = _learner(loss, plain=True), _learner(plain=True)

    assert learner.step(*_batch(), 0.1) == pytest.approx(whole.step(*_batch(), 0.1), rel=1e-6)
    assert learner.parts == 2


def test_memory_that_holds_not_even_half_a_batch_is_told() -> None:
    def loss(logits: Tensor, target: Tensor, _weight: Tensor | None) -> Tensor:
        raise torch.OutOfMemoryError

    with pytest.raises(RecipeError, match="does not hold a batch of 4 crops"):
        _learner(loss).step(*_batch(), 0.1)


def test_a_loss_that_is_no_number_leaves_the_weights_alone() -> None:
    def loss(logits: Tensor, target: Tensor, _weight: Tensor | None) -> Tensor:
        return cross_entropy(logits, target) * float("nan")

    learner = _learner(loss, plain=True)
    before = _weights(learner)

    with pytest.raises(NonFiniteLossError):
        learner.step(*_batch(), 0.1)

    for name, weight in _weights(learner).items():
        assert torch.equal(weight, before[name])
    assert all(weight.grad is None for weight in learner.segmenter.parameters())


def test_the_average_follows_weights_and_statistics() -> None:
    learner = _learner(average=0.9)
    expected = _weights(learner)

    for number in range(3):
        learner.step(*_batch(), 0.1)
        kept = 0.0 if number == 0 else min(0.9, (1 + number) / (10 + number))
        for name, value in _weights(learner).items():
            if value.is_floating_point():
                expected[name] = kept * expected[name] + (1 - kept) * value

    judged = learner.judged.state_dict()
    for name in ("network.0.weight", "network.1.running_mean", "network.1.running_var"):
        torch.testing.assert_close(judged[name], expected[name])
        assert not torch.equal(judged[name], _weights(learner)[name])
    assert judged["network.1.num_batches_tracked"] == 3


def test_gradients_are_clipped() -> None:
    learner = _learner(plain=True, clip=0.01, momentum=0.0, weight_decay=0.0)
    before = _weights(learner)

    learner.step(*_batch(), 1.0)

    moved = [value - before[name] for name, value in _weights(learner).items() if "net" in name]
    length = torch.cat([move.flatten() for move in moved]).norm().item()
    assert 0 < length <= 0.0101


def test_biases_and_normalisation_do_not_decay() -> None:
    groups = _learner(weight_decay=0.3).optimizer.param_groups

    decays = {
        weight.ndim > 1: group["weight_decay"] for group in groups for weight in group["params"]
    }
    assert decays == {True: 0.3, False: 0.0}


def test_half_precision_trains_full_precision_weights() -> None:
    learner = _learner(precision="bf16")

    first = learner.step(*_batch(), 0.1)
    for _ in range(20):
        last = learner.step(*_batch(), 0.1)

    assert last < first
    assert all(weight.dtype == torch.float32 for weight in learner.segmenter.parameters())
    assert learner.judged(_batch()[0]).dtype == torch.float32


def test_channels_last_changes_nothing_but_the_memory() -> None:
    plain, last = _learner(), _learner(channels_last=True)

    assert plain.step(*_batch(), 0.1) == pytest.approx(last.step(*_batch(), 0.1), rel=1e-5)
    weight = last.segmenter.network.get_submodule("0").weight
    assert isinstance(weight, Tensor)
    assert weight.is_contiguous(memory_format=torch.channels_last)


def test_state_goes_on_where_it_was() -> None:
    one, other = _learner(average=0.9), _learner(average=0.9)
    one.step(*_batch(), 0.1)
    other.load_state(**copy.deepcopy(one.state()))

    for learner in (one, other):
        learner.step(*_batch(), 0.1)

    for name, weight in _weights(one).items():
        assert torch.equal(weight, _weights(other)[name])
    for name, weight in one.judged.state_dict().items():
        assert torch.equal(weight, other.judged.state_dict()[name])


def test_corrected_pixels_weigh_what_the_recipe_says() -> None:
    image, target = _batch()
    corrected = torch.zeros(target.shape, dtype=torch.bool)
    corrected[:, :, :4] = True
    labelled = target != IGNORE
    count, others = int((labelled & corrected).sum()), int((labelled & ~corrected).sum())

    def loss(target: Tensor, **settings: float) -> float:
        weighed = corrected if settings else None
        return _learner(**settings).step(image, target, 0.0, weighed)

    of_corrected = loss(target.masked_fill(~corrected, IGNORE))
    of_others = loss(target.masked_fill(corrected, IGNORE))
    expected = (5 * count * of_corrected + others * of_others) / (5 * count + others)
    assert loss(target, correction_weight=5.0) == pytest.approx(expected, rel=1e-4)


def test_a_weighed_batch_in_parts_is_the_same_step() -> None:
    image, target = _batch()
    corrected = torch.zeros(target.shape, dtype=torch.bool)
    corrected[0] = True  # all in the first part
    losses = [
        _learner(plain=True, correction_weight=5.0, accumulate=parts).step(
            image, target, 0.1, corrected
        )
        for parts in (1, 2)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
