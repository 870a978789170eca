"""What every network of the table must do; a new row is tested without a new line here."""

from typing import Any

import pytest
import torch
from network_checks import (
    assert_every_weight_learns,
    assert_takes_any_size,
    maps_of,
    overfit,
    title,
    variants,
)
from torch import nn

from trainer.networks.fcn import FCN
from trainer.networks.table import NETWORKS, Network, drop_training_only, find_network

# How to learn four images by heart, where not in 150 steps at 128 x 128.
COURSES: dict[str, dict[str, Any]] = {
    "fcn32s": {"steps": 400},  # a 32nd of the size is little to draw outlines with
    "unet-mini": {"side": 64, "steps": 300, "learning_rate": 3e-3},
    "unet-mobilenet": {"side": 64},
}
QUICK = ("unet-mini", "unet-mobilenet")


every_variant = pytest.mark.parametrize("network", list(variants()), ids=title)
every_row = pytest.mark.parametrize(
    "network", [find_network(name) for name in NETWORKS], ids=list(NETWORKS)
)


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take most of the 134 million weights out of FCN, which has its own tests."""
    monkeypatch.setattr(FCN, "hidden_channels", 16)


@every_variant
def test_it_takes_any_size_and_all_of_it_learns(network: Network) -> None:
    """On shapes alone, without computing: which gradients there are, not what they are."""
    with torch.device("meta"):
        module = network.build(5).train()
        outputs = maps_of(module(torch.empty(2, 3, 64, 96)))
    sum(output.sum() for output in outputs).backward()

    assert [output.shape for output in outputs] == [(2, 5, 64, 96)] * len(outputs)
    learning = {name: weight for name, weight in module.named_parameters() if weight.requires_grad}
    assert not [name for name, weight in learning.items() if weight.grad is None]
    assert_takes_any_size(module, network.stride, 5)


@pytest.mark.usefixtures("narrow")
@every_row
def test_gradients_reach_every_weight(network: Network) -> None:
    module = network.build(3)
    for layer in module.modules():
        # Scores that start as zeros let gradients through only after the first step.
        if isinstance(layer, nn.Conv2d) and not layer.weight.any():
            nn.init.normal_(layer.weight)

    assert_every_weight_learns(module)


@pytest.mark.usefixtures("narrow")
@every_row
def test_evaluation_needs_nothing_that_is_only_for_training(network: Network) -> None:
    module = network.build(3).eval()
    image = torch.randn(1, 3, 64, 32)

    with torch.no_grad():
        before = module(image)
        drop_training_only(module)
        after = module(image)

    assert isinstance(before, torch.Tensor)
    assert torch.equal(before, after)
    assert before.isfinite().all()


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in NETWORKS],
)
def test_it_learns_four_images_by_heart(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FCN, "hidden_channels", 256)  # 10 million weights do for four images
    torch.manual_seed(0)
    network = find_network(name)

    assert overfit(network.build(2), network.stride, **COURSES.get(name, {})) > 0.95
