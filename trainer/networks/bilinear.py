"""Transposed convolutions that start as bilinear interpolation, and cutting their output to size.

Papers:
    Fully Convolutional Networks for Semantic Segmentation - https://arxiv.org/abs/1411.4038
    (section 3.3: upsampling is backwards strided convolution, initialised to be bilinear)
"""

import math

import torch
from torch import Tensor, nn


def bilinear_kernel(size: int) -> Tensor:
    """Return the (size, size) tent with which a strided transposed convolution interpolates.

    Args:
        size: 2 * factor, or 2 * factor - 1, for an enlargement by ``factor``.
    """
    factor = (size + 1) // 2
    centre = (size - 1) / 2
    tent = 1 - (torch.arange(size, dtype=torch.float32) - centre).abs() / factor
    return torch.outer(tent, tent)


def bilinear_transposed(channels: int, factor: int, *, padding: int = 0) -> nn.ConvTranspose2d:
    """Return a learnable enlargement that starts as bilinear interpolation of every channel.

    Args:
        channels: Of the input and of the output.
        factor: Enlargement; the kernel is twice as wide.
        padding: What is cut off on every side; ``factor // 2`` makes the output exactly
            ``factor`` times as large, none gives ``factor`` more pixels.
    """
    layer = nn.ConvTranspose2d(channels, channels, 2 * factor, factor, padding, bias=False)
    with torch.no_grad():
        layer.weight.zero_()
        layer.weight[range(channels), range(channels)] = bilinear_kernel(2 * factor)
    return layer


def initialise_transposed(network: nn.Module) -> None:
    """Draw all transposed convolutions anew, so that signals keep their scale through ReLUs."""
    for module in network.modules():
        if isinstance(module, nn.ConvTranspose2d):
            # A pixel of the output sees the kernel's taps only at every stride-th place.
            taps = math.prod(module.kernel_size) / math.prod(module.stride)
            nn.init.normal_(module.weight, std=math.sqrt(2 / (module.in_channels * taps)))
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def cut(features: Tensor, offset: int, like: Tensor) -> Tensor:
    """Return the part of (N, C, H, W) features that begins at ``offset``, as large as ``like``.

    Where the features end before that, the part is smaller.
    """
    height, width = like.shape[-2:]
    return features[:, :, offset : offset + height, offset : offset + width]
