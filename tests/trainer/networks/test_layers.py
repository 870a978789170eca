"""The layers that take another way on a CPU give what the plain ones give."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trainer.networks.layers import Decoder, Dropout, UpsampleConv2d


def results(layer: UpsampleConv2d, output: Tensor, *inputs: Tensor) -> list[Tensor]:
    """Return the output, and the gradients of a loss in all weights and inputs."""
    loss = (output * torch.linspace(-1, 1, output.numel()).view(output.shape)).sum()
    return [output, *torch.autograd.grad(loss, [*layer.parameters(), *inputs])]


@pytest.mark.parametrize("finer_size", [(10, 14), (9, 13), (5, 7), (11, 20)])
def test_it_convolves_the_enlarged_map_joined_to_the_finer_one(finer_size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    layer = UpsampleConv2d(6 + 4, 5)
    coarse = torch.randn(2, 6, 5, 7, requires_grad=True)
    finer = torch.randn(2, 4, *finer_size, requires_grad=True)

    enlarged = F.interpolate(coarse, size=finer_size, mode="nearest")
    expected = F.conv2d(torch.cat([enlarged, finer], 1), layer.weight, layer.bias, padding=1)

    torch.testing.assert_close(
        results(layer, layer(coarse, finer), coarse, finer),
        results(layer, expected, coarse, finer),
        rtol=1e-4,
        atol=1e-4,
    )


@pytest.mark.parametrize("size", [None, (10, 14), (9, 14)])
def test_it_convolves_an_enlarged_map_alone(size: tuple[int, int] | None) -> None:
    torch.manual_seed(0)
    layer = UpsampleConv2d(6, 5)
    coarse = torch.randn(2, 6, 5, 7, requires_grad=True)

    enlarged = F.interpolate(coarse, size=size or (10, 14), mode="nearest")
    expected = F.conv2d(enlarged, layer.weight, layer.bias, padding=1)

    torch.testing.assert_close(
        results(layer, layer(coarse, size=size), coarse),
        results(layer, expected, coarse),
        rtol=1e-4,
        atol=1e-4,
    )


def test_a_decoder_hands_both_maps_to_its_first_layer() -> None:
    first = UpsampleConv2d(3 + 2, 4)
    decoder = Decoder(first, nn.ReLU())
    coarse, finer = torch.randn(1, 3, 4, 4), torch.randn(1, 2, 8, 8)

    assert torch.equal(decoder(coarse, finer), first(coarse, finer).relu())


def test_exported_graphs_hold_the_plain_convolution() -> None:
    """Runtimes are slow on transposed convolutions, and would have to fold the taps themselves."""
    coarse, finer = torch.randn(1, 3, 4, 4), torch.randn(1, 2, 8, 8)

    program = torch.export.export(UpsampleConv2d(3 + 2, 4), (coarse, finer))

    calls = [str(node.target) for node in program.graph.nodes if node.op == "call_function"]
    assert len([call for call in calls if "conv2d" in call]) == 1
    assert not [call for call in calls if "transpose" in call]


@pytest.mark.parametrize("probability", [0.2, 0.5])
def test_dropout_keeps_the_mean_and_drops_the_share(probability: float) -> None:
    torch.manual_seed(0)
    dropout = Dropout(probability).train()
    ones = torch.ones(101, 3, 997, requires_grad=True)  # 3 left over after words of four values

    output = dropout(ones)
    output.sum().backward()

    kept = output != 0
    share = 1 - kept.double().mean().item()
    assert abs(share - probability) < 0.005
    torch.testing.assert_close(output[kept], torch.full_like(output[kept], 1 / (1 - probability)))
    assert ones.grad is not None
    assert torch.equal(ones.grad, output)
    # Neighbours share a drawn word, and must not share a fate.
    both = (kept[..., :-1] & kept[..., 1:]).double().mean().item()
    assert abs(both - (1 - probability) ** 2) < 0.005


def test_dropout_repeats_itself_from_the_same_random_state() -> None:
    dropout = Dropout(0.3).train()
    state = torch.get_rng_state()

    first, second = dropout(torch.ones(64)), dropout(torch.ones(64))
    torch.set_rng_state(state)

    assert torch.equal(dropout(torch.ones(64)), first)
    assert not torch.equal(first, second)


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_dropout_of_nothing_and_of_all(probability: float) -> None:
    output = Dropout(probability).train()(torch.ones(8))

    assert torch.equal(output, torch.full((8,), 1 - probability))


def test_dropout_does_nothing_in_evaluation() -> None:
    values = torch.randn(8)

    assert torch.equal(Dropout(0.5).eval()(values), values)
