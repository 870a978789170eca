"""The one table of networks: a new network is one file and one row here."""

from collections.abc import Callable
from typing import Final, NamedTuple

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from trainer.errors import UnknownNetworkError
from trainer.networks import unet_mini

_COST_SIDE: Final = 512


class Network(NamedTuple):
    """One network of the table.

    Attributes:
        name: Word on the command line.
        build: Returns the network, freshly initialised, for this number of classes.
        backbone: Name of the backbone, or None where the network has none of its own.
        stride: Input pixels per pixel of the coarsest features; input sides must be multiples.
    """

    name: str
    build: Callable[[int], nn.Module]
    backbone: str | None
    stride: int


NETWORKS: Final = {
    row.name: row for row in (Network("unet-mini", unet_mini.UNetMini, None, unet_mini.STRIDE),)
}


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


def find_network(name: str) -> Network:
    """Return the row of a network.

    Raises:
        UnknownNetworkError: If there is none of that name.
    """
    if name not in NETWORKS:
        raise UnknownNetworkError(name, list(NETWORKS))
    return NETWORKS[name]


def network_cost(row: Network, num_classes: int) -> NetworkCost:
    """Return what a network costs; counted on shapes alone, nothing is computed."""
    with torch.device("meta"):
        network = row.build(num_classes)
        image = torch.empty(1, 3, _COST_SIDE, _COST_SIDE)
    trainable = count_parameters(network)
    network.eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(image)
    return NetworkCost(trainable, trainable, counter.get_total_flops() / 1e9)


def count_parameters(network: nn.Module) -> int:
    """Return the number of trainable weights."""
    return sum(weight.numel() for weight in network.parameters() if weight.requires_grad)
