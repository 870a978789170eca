"""FCN: the arithmetic of its crops, and that its three ways to enlarge do what they say."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trainer.networks.backbones.vgg import Stage
from trainer.networks.fcn import FCN, FCN8s, FCN16s, FCN32s, Geometry, Upsample, _Unpool

KINDS = (FCN32s, FCN16s, FCN8s)


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FCN, "hidden_channels", 16)


def _sides(network: FCN, side: int) -> dict[str, list[int]]:
    """Return the heights of what layers give, by the names of their parents."""
    sides: dict[str, list[int]] = {"pool": [], "fc7": [], "enlarge": []}

    def keep(name: str) -> None:
        module = network.get_submodule(name)
        kind = "pool" if isinstance(module, nn.MaxPool2d) else name.partition(".")[0]
        module.register_forward_hook(lambda *call: sides[kind].append(call[-1].shape[-2]))

    for name, module in network.named_modules():
        if isinstance(module, nn.MaxPool2d) or name == "fc7" or name.startswith("enlarge."):
            keep(name)
    network(torch.empty(1, 3, side, side, device="meta"))
    return sides


@pytest.mark.parametrize("upsample", ["transposed", "bilinear"])
@pytest.mark.parametrize(
    ("kind", "enlarged", "crops"),
    [(FCN32s, [576], (19,)), (FCN16s, [36, 592], (5, 27)), (FCN8s, [36, 74, 600], (5, 9, 31))],
)
def test_the_classic_geometry_at_512(
    kind: type[FCN], enlarged: list[int], crops: tuple[int, ...], upsample: Upsample
) -> None:
    with torch.device("meta"):
        network = kind(21, backbone="vgg16", geometry="classic", upsample=upsample)

    sides = _sides(network, 512)

    assert sides == {"pool": [355, 178, 89, 45, 23], "fc7": [17], "enlarge": enlarged}
    assert network.crops == crops
    assert crops[-1] + 512 <= enlarged[-1]


def test_the_classic_geometry_ends_in_a_map_of_32_p5_minus_136() -> None:
    for side in (1, 500, 777):
        with torch.device("meta"):
            sides = _sides(FCN8s(2, geometry="classic"), side)
        assert sides["enlarge"][-1] == 32 * sides["pool"][-1] - 136


@pytest.mark.parametrize("upsample", ["transposed", "bilinear", "unpool"])
@pytest.mark.parametrize("geometry", ["classic", "padded"])
@pytest.mark.parametrize("kind", KINDS)
def test_any_size_goes_in_and_comes_out(
    kind: type[FCN], geometry: Geometry, upsample: Upsample
) -> None:
    with torch.device("meta"):
        network = kind(3, geometry=geometry, upsample=upsample).eval()

    for size in ((1, 1), (31, 66)):
        assert network(torch.empty(2, 3, *size, device="meta")).shape == (2, 3, *size)


@pytest.mark.parametrize("geometry", ["classic", "padded"])
def test_transposed_convolutions_start_as_bilinear_enlargement(geometry: Geometry) -> None:
    torch.manual_seed(0)
    one = FCN8s(2, backbone="vgg16", geometry=geometry).eval()
    other = FCN8s(2, backbone="vgg16", geometry=geometry, upsample="bilinear").eval()
    for layer in (one.score, *one.skip_scores):
        nn.init.normal_(layer.weight, std=0.1)  # type: ignore[arg-type]
    fixed = {name: weight for name, weight in one.state_dict().items() if "enlarge" not in name}
    other.load_state_dict(fixed)
    side = 64 if geometry == "classic" else 96
    image = torch.randn(1, 3, side, side)

    with torch.no_grad():
        expected, logits = other(image), one(image)

    # At the border of the scores transposed convolutions fade out, the enlargement does not.
    inner = slice(56 - one.crops[-1], None) if geometry == "classic" else slice(28, -28)
    torch.testing.assert_close(logits[:, :, inner, inner], expected[:, :, inner, inner])


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_network_says_nothing_of_any_class(kind: type[FCN]) -> None:
    with torch.no_grad():
        logits = kind(3, backbone="vgg16").eval()(torch.randn(1, 3, 32, 32))

    assert not logits.any()


def test_only_what_learns_has_weights() -> None:
    fixed = FCN8s(2, upsample="bilinear")

    assert not [name for name, _ in fixed.named_parameters() if name.startswith("enlarge")]


def test_unpooling_puts_scores_where_the_kept_features_were() -> None:
    features = torch.tensor([[[[1.0, 5.0, 0.0], [2.0, 3.0, 9.0], [4.0, 0.0, 7.0]]]])
    pooled, indices = F.max_pool2d(features, 2, ceil_mode=True, return_indices=True)
    unpool = _Unpool(1, 1)
    nn.init.ones_(unpool.spread.weight)
    nn.init.dirac_(unpool.gather.weight)  # as if there were no gaps to fill

    with torch.no_grad():
        scores = unpool(
            torch.tensor([[[[10.0, 20.0], [30.0, 40.0]]]]), Stage(features, pooled, indices)
        )

    assert scores[0, 0].tolist() == [[0, 10, 0], [0, 0, 20], [30, 0, 40]]


@pytest.mark.parametrize("geometry", ["classic", "padded"])
def test_unpooled_scores_lie_over_the_image(geometry: Geometry) -> None:
    """Only the place of the brightest pixel is scored, and it is found where it is."""
    network = FCN32s(1, backbone="vgg16", geometry=geometry, upsample="unpool").eval()
    _pass_on_the_largest(network)
    image = torch.rand(1, 3, 64, 96) * 0.1
    image[0, :, 37, 58] = 1.0

    with torch.no_grad():
        logits: Tensor = network(image)[0, 0]

    row, column = divmod(int(logits.argmax()), logits.shape[1])
    assert (row, column) == (37, 58)


def _pass_on_the_largest(network: FCN) -> None:
    """Make every layer hand on its first channel, so that scores are the largest pixels."""
    for layer in network.modules():
        if not isinstance(layer, nn.Conv2d):
            continue
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
        middle = layer.kernel_size[0] // 2
        with torch.no_grad():
            layer.weight[:, 0, middle, middle] = 1
