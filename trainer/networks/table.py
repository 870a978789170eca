"""The one table of networks: a new network is one file and one row here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from trainer.errors import RecipeError, UnknownNetworkError
from trainer.networks import (
    bisenet,
    bisenet_v2,
    deeplab,
    fcn,
    fcn_skip,
    segnet,
    unet,
    unet_mini,
    unet_mobilenet,
)
from trainer.networks.options import BACKBONE, Option, Value, as_text, chosen, options_of

_COST_SIDE: Final = 512


class Row(NamedTuple):
    """One network of the table.

    Attributes:
        name: Word on the command line.
        builder: Called as ``builder(num_classes, backbone=..., **options)``, returns the network,
            freshly initialised. Its keyword-only parameters are the options, their ``Literal``
            annotations the values; ``backbone`` is one of them if the network has any. The network
            takes a normalised (N, 3, H, W) image and returns (N, C, H, W) logits; in training mode
            it may return a list of those, its own first and then those of auxiliary heads. A class
            attribute ``TRAINING_ONLY`` names the submodules that exist only for that.
        stride: Input pixels per pixel of the coarsest features; input sides must be multiples.
    """

    name: str
    builder: Callable[..., nn.Module]
    stride: int

    @property
    def backbones(self) -> tuple[str, ...]:
        """Names of its backbones, the default first; none where it has none of its own."""
        option = options_of(self.builder).get(BACKBONE)
        return tuple(map(str, option.choices)) if option else ()

    @property
    def options(self) -> dict[str, Option]:
        """What else can be chosen."""
        options = options_of(self.builder)
        return {name: option for name, option in options.items() if name != BACKBONE}


NETWORKS: Final = {
    row.name: row
    for row in (
        Row("fcn32s", fcn.FCN32s, fcn.STRIDE),
        Row("fcn16s", fcn.FCN16s, fcn.STRIDE),
        Row("fcn8s", fcn.FCN8s, fcn.STRIDE),
        Row("fcn-vgg16-skip", fcn_skip.FCNSkip, fcn_skip.STRIDE),
        Row("segnet", segnet.SegNet, segnet.STRIDE),
        Row("unet-mini", unet_mini.UNetMini, unet_mini.STRIDE),
        Row("unet", unet.UNet, unet.STRIDE),
        Row("unet-mobilenet", unet_mobilenet.UNetMobileNet, unet_mobilenet.STRIDE),
        Row("bisenet", bisenet.build, bisenet.STRIDE),
        Row("bisenetv2", bisenet_v2.BiSeNetV2, bisenet_v2.STRIDE),
        Row("deeplabv3", deeplab.build_v3, deeplab.STRIDE),
        Row("deeplabv3plus", deeplab.build_v3_plus, deeplab.STRIDE),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Network:
    """A network with its backbone and options chosen.

    Attributes:
        row: Its row of the table.
        backbone: Name of the backbone, or None where the network has none of its own.
        options: Value of every other option.
    """

    row: Row
    backbone: str | None
    options: Mapping[str, Value]

    @property
    def name(self) -> str:
        """Word on the command line."""
        return self.row.name

    @property
    def stride(self) -> int:
        """Input sides must be multiples of it."""
        return self.row.stride

    @property
    def settings(self) -> tuple[str, ...]:
        """The options as "name=value"."""
        return tuple(f"{name}={as_text(value)}" for name, value in self.options.items())

    def build(self, num_classes: int) -> nn.Module:
        """Return the network, freshly initialised."""
        backbone = {BACKBONE: self.backbone} if self.backbone else {}
        return self.row.builder(num_classes, **backbone, **self.options)


def find_network(name: str, backbone: str | None = None, settings: Iterable[str] = ()) -> Network:
    """Return a network of the table.

    Args:
        name: Its name.
        backbone: Name of the backbone, or None for its default.
        settings: Options as "name=value"; those not given have their defaults.

    Raises:
        UnknownNetworkError: If there is none of that name.
        RecipeError: If it has no such backbone, option or value.
    """
    if name not in NETWORKS:
        raise UnknownNetworkError(name, list(NETWORKS))
    row = NETWORKS[name]
    backbones = row.backbones
    if backbone is not None and backbone not in backbones:
        hint = f"It has {', '.join(backbones)}" if backbones else "It has none to choose"
        raise RecipeError(f"{name} has no backbone {backbone!r}", hint=hint)
    default = backbones[0] if backbones else None
    return Network(row, backbone or default, chosen(name, row.options, settings))


def every_network() -> Iterator[Network]:
    """Yield every network with every backbone, other options at their defaults."""
    for row in NETWORKS.values():
        for backbone in row.backbones or (None,):
            yield find_network(row.name, backbone)


class NetworkCost(NamedTuple):
    """What a network costs.

    Attributes:
        parameters: Trainable weights.
        parameters_inference: Weights that are left at export, without auxiliary heads.
        gflops: 10^9 floating-point operations for one 512 x 512 image; a multiply-add is two.
    """

    parameters: int
    parameters_inference: int
    gflops: float


def network_cost(network: Network, num_classes: int) -> NetworkCost:
    """Return what a network costs; counted on shapes alone, nothing is computed."""
    with torch.device("meta"):
        module = network.build(num_classes)
        image = torch.empty(1, 3, _COST_SIDE, _COST_SIDE)
    trainable = count_parameters(module)
    module.eval()
    drop_training_only(module)
    left = sum(weight.numel() for weight in module.parameters())
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(image)
    return NetworkCost(trainable, left, counter.get_total_flops() / 1e9)


def count_parameters(network: nn.Module) -> int:
    """Return the number of trainable weights."""
    return sum(weight.numel() for weight in network.parameters() if weight.requires_grad)


def drop_training_only(network: nn.Module) -> None:
    """Take away what a network needs only in training; it must be in evaluation mode."""
    for name in getattr(network, "TRAINING_ONLY", ()):
        parent, _, child = name.rpartition(".")
        delattr(network.get_submodule(parent), child)
