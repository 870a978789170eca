import io
import json
from typing import Any, Literal

import pytest
from rich.console import Console
from torch import nn

from trainer.commands.networks import show_networks
from trainer.errors import RecipeError, UnknownNetworkError
from trainer.networks.options import Option, chosen, options_of
from trainer.networks.table import (
    NETWORKS,
    drop_training_only,
    every_network,
    find_network,
    network_cost,
)


@pytest.mark.parametrize(
    ("name", "backbone", "settings", "num_classes", "count"),
    [
        ("fcn32s", "vgg16", (), 21, 136_152_917),
        ("fcn16s", "vgg16", (), 21, 134_815_994),
        ("fcn8s", "vgg16", (), 21, 134_489_759),
        ("fcn32s", "vgg16", ("upsample=bilinear",), 21, 134_346_581),
        ("fcn16s", "vgg16", ("upsample=bilinear",), 21, 134_357_354),
        ("fcn8s", "vgg16", ("upsample=bilinear",), 21, 134_362_751),
        ("fcn8s", "vgg16", ("geometry=classic",), 21, 134_489_759),
        ("fcn32s", "vgg16-bn", (), 59, 148_768_891),
        ("fcn16s", "vgg16-bn", (), 59, 138_161_222),
        ("fcn8s", "vgg16-bn", (), 59, 135_558_673),
        ("fcn-vgg16-skip", None, (), 3, 24_010_179),
        ("fcn-vgg16-skip", None, ("frozen=yes",), 3, 9_295_491),
        ("unet-mini", None, (), 21, 472_213),
        ("unet-mini", None, (), 2, 471_586),
        ("unet", None, (), 2, 31_037_698),
        ("unet-mobilenet", None, (), 2, 6_483_586),
        # VGG16-BN (14,723,136) and its mirror image, whose last convolution gives the classes.
        ("segnet", None, (), 11, 29_449_355),
    ],
)
def test_networks_have_exactly_the_weights_of_their_references(
    name: str, backbone: str | None, settings: tuple[str, ...], num_classes: int, count: int
) -> None:
    cost = network_cost(find_network(name, backbone, settings), num_classes)

    assert cost.parameters == count


def test_frozen_weights_are_not_trained_but_exported() -> None:
    cost = network_cost(find_network("fcn-vgg16-skip", settings=["frozen=yes"]), 3)

    assert cost.parameters_inference == 24_010_179


def test_the_table_lists_every_network_with_every_backbone() -> None:
    console = Console(file=io.StringIO(), width=120)
    show_networks(console, 21, as_json=True)

    rows: list[dict[str, Any]] = json.loads(console.file.getvalue())  # type: ignore[attr-defined]

    assert {row["name"] for row in rows} == set(NETWORKS)
    keys = {"name", "backbone", "parameters", "parameters_inference", "gflops", "stride"}
    for row, network in zip(rows, every_network(), strict=True):
        assert keys <= row.keys()
        assert (row["name"], row["backbone"]) == (network.name, network.backbone)
        assert row["parameters"] >= row["parameters_inference"] > 0
        assert row["gflops"] > 0
        assert row["stride"] in (4, 8, 16, 32)
    fcn8s = {row["backbone"]: row["parameters"] for row in rows if row["name"] == "fcn8s"}
    assert fcn8s["vgg16"] == 134_489_759
    assert set(fcn8s) == {"vgg16", "vgg16-bn", "vgg19", "vgg19-bn"}


def test_the_table_for_people_names_the_options() -> None:
    console = Console(file=io.StringIO(), width=120)
    show_networks(console, 2, as_json=False)

    text = console.file.getvalue()  # type: ignore[attr-defined]

    assert "unet-mobilenet" in text
    assert "6,483,586" in text
    assert "--option for fcn8s: geometry=padded|classic upsample=transposed|bilinear|unpool" in text


def test_a_mistyped_network_is_answered_with_the_likely_one() -> None:
    with pytest.raises(UnknownNetworkError) as caught:
        find_network("fcn8")

    assert "fcn" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "backbone", "settings", "words"),
    [
        ("fcn8s", "resnet18", (), "It has vgg16-bn, vgg16, vgg19-bn, vgg19"),
        ("unet-mini", "vgg16", (), "It has none to choose"),
        ("fcn8s", None, ("upsample=nearest",), "It is transposed|bilinear|unpool"),
        ("fcn8s", None, ("upsampling=bilinear",), "upsample=transposed|bilinear|unpool"),
        ("fcn8s", None, ("bilinear",), "Write it as NAME=VALUE"),
        ("unet-mini", None, ("width=3",), "It has none"),
        ("fcn-vgg16-skip", None, ("frozen=perhaps",), "It is yes|no"),
    ],
)
def test_a_wrong_choice_is_answered_with_the_right_ones(
    name: str, backbone: str | None, settings: tuple[str, ...], words: str
) -> None:
    with pytest.raises(RecipeError) as caught:
        find_network(name, backbone, settings)

    assert words in caught.value.hint


def test_options_are_read_from_the_signature_of_the_builder() -> None:
    def build(
        num_classes: int,
        in_channels: int = 3,
        *,
        mode: Literal["a", "b"] = "b",
        rate: Literal[8, 16] = 16,
        alpha: float = 1.0,
        blocks: int = 4,
        wide: bool = False,
    ) -> nn.Module:
        raise NotImplementedError

    options = options_of(build)

    assert options["mode"] == Option("mode", "b", ("a", "b"))
    assert chosen("net", options, []) == {
        "mode": "b",
        "rate": 16,
        "alpha": 1.0,
        "blocks": 4,
        "wide": False,
    }
    given = ["mode=a", "rate=8", "alpha=0.5", "blocks=2", "wide=true", "blocks=3"]
    values = chosen("net", options, given)
    assert list(values.values()) == ["a", 8, 0.5, 3, True]
    assert type(values["rate"]) is int
    for wrong in ("alpha=wide", "blocks=2.5", "rate=4"):
        with pytest.raises(RecipeError):
            chosen("net", options, [wrong])


def test_settings_of_a_network_build_the_same_network_again() -> None:
    network = find_network("fcn8s", "vgg19", ["upsample=unpool"])

    assert network.settings == ("geometry=padded", "upsample=unpool")
    assert find_network(network.name, network.backbone, network.settings) == network


def test_what_only_training_needs_is_taken_away_wherever_it_is() -> None:
    class Network(nn.Module):
        TRAINING_ONLY = ("aux_head", "decoder.aux_head")

        def __init__(self) -> None:
            super().__init__()
            self.head = nn.Conv2d(1, 1, 1)
            self.aux_head = nn.Conv2d(1, 1, 1)
            self.decoder = nn.Module()
            self.decoder.aux_head = nn.Conv2d(1, 1, 1)

    network = Network()

    drop_training_only(network)

    assert set(network.state_dict()) == {"head.weight", "head.bias"}
