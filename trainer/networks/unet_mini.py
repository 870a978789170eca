"""A small U-Net for a first model on a CPU: two levels down, two levels up.

Papers:
    U-Net: Convolutional Networks for Biomedical Image Segmentation -
    https://arxiv.org/abs/1505.04597

Widths, dropout and nearest upsampling are those of the "mini U-Net" that Keras tutorials teach,
without its mistakes: it returns logits, not something in between. It has no batch norm, so it
trains with any batch size.
"""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDE: Final = 4
"""Input pixels per pixel of the coarsest features."""


class UNetMini(nn.Module):
    """Encoder of 32, 64 and 128 channels; decoder by upsampling and concatenation.

    Smaller than the paper: three widths instead of five, padded convolutions, and dropout between
    the two convolutions of every level.

    Args:
        num_classes: Channels of the logits.
        in_channels: Channels of the image.

    Shape:
        image: (N, in_channels, H, W) float, normalised; H and W multiples of 4.
        Returns: (N, num_classes, H, W) float logits.
    """

    def __init__(self, num_classes: int, in_channels: int = 3) -> None:
        super().__init__()
        self.encoder1 = _Level(in_channels, 32)
        self.encoder2 = _Level(32, 64)
        self.encoder3 = _Level(64, 128)
        self.decoder2 = _Level(128 + 64, 64)
        self.decoder1 = _Level(64 + 32, 32)
        self.head = nn.Conv2d(32, num_classes, 1)
        _initialise(self)

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits; see the class for shapes."""
        level1 = self.encoder1(image)
        level2 = self.encoder2(F.max_pool2d(level1, 2))
        level3 = self.encoder3(F.max_pool2d(level2, 2))
        up2 = self.decoder2(torch.cat([_doubled(level3), level2], dim=1))
        up1 = self.decoder1(torch.cat([_doubled(up2), level1], dim=1))
        logits: Tensor = self.head(up1)
        return logits


class _Level(nn.Sequential):
    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(
            nn.Conv2d(in_channels, out_channels, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Dropout(0.2),
            nn.Conv2d(out_channels, out_channels, 3, padding=1),
            nn.ReLU(inplace=True),
        )


def _doubled(features: Tensor) -> Tensor:
    return F.interpolate(features, scale_factor=2.0, mode="nearest")


def _initialise(network: UNetMini) -> None:
    # Without batch norm the scale of the first weights decides whether ten layers learn at all.
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    # Small first logits: every class starts about equally likely, not surely wrong.
    nn.init.normal_(network.head.weight, std=0.01)
