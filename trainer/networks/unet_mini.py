"""A small U-Net for a first model on a CPU: two levels down, two levels up.

Papers:
    U-Net: Convolutional Networks for Biomedical Image Segmentation -
    https://arxiv.org/abs/1505.04597

Widths, dropout and nearest upsampling are those of the "mini U-Net" that Keras tutorials teach,
without its mistakes: it returns logits, not something in between. It has no batch norm, so it
trains with any batch size.
"""

from typing import Final

import torch.nn.functional as F
from torch import Tensor, nn

from trainer.networks.layers import Decoder, Dropout, UpsampleConv2d

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
        self.encoder1 = nn.Sequential(*_level(nn.Conv2d(in_channels, 32, 3, padding=1)))
        self.encoder2 = nn.Sequential(*_level(nn.Conv2d(32, 64, 3, padding=1)))
        self.encoder3 = nn.Sequential(*_level(nn.Conv2d(64, 128, 3, padding=1)))
        self.decoder2 = Decoder(*_level(UpsampleConv2d(128 + 64, 64)))
        self.decoder1 = Decoder(*_level(UpsampleConv2d(64 + 32, 32)))
        self.head = nn.Conv2d(32, num_classes, 1)
        _initialise(self)

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits; see the class for shapes."""
        level1 = self.encoder1(image)
        level2 = self.encoder2(F.max_pool2d(level1, 2))
        level3 = self.encoder3(F.max_pool2d(level2, 2))
        up2 = self.decoder2(level3, level2)
        up1 = self.decoder1(up2, level1)
        logits: Tensor = self.head(up1)
        return logits


def _level(first: nn.Conv2d) -> list[nn.Module]:
    channels = first.out_channels
    return [
        first,
        nn.ReLU(inplace=True),
        Dropout(0.2),
        nn.Conv2d(channels, channels, 3, padding=1),
        nn.ReLU(inplace=True),
    ]


def _initialise(network: UNetMini) -> None:
    # Without batch norm the scale of the first weights decides whether ten layers learn at all.
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    # Small first logits: every class starts about equally likely, not surely wrong.
    nn.init.normal_(network.head.weight, std=0.01)
