"""Xception39, the small backbone of BiSeNet.

Papers:
    BiSeNet: Bilateral Segmentation Network for Real-time Semantic Segmentation -
    https://arxiv.org/abs/1808.00897

The BiSeNet paper names it without a definition; this is the one of its author's TorchSeg:
Xception's separable convolutions in ResNet's bottlenecks, 4, 8 and 4 of them.
"""

from typing import Final

import torch.nn.functional as F
from torch import Tensor, nn

from trainer.networks.layers import ConvBnRelu, initialise

_STEM_WIDTH: Final = 8
_EXPANSION: Final = 4


class Xception39(nn.Module):
    """A stem at stride 4 and three stages, of 64, 128 and 256 channels.

    Args:
        in_channels: Channels of the image.

    Attributes:
        out_channels: Channels of each stage.

    Shape:
        image: (N, in_channels, H, W) float, normalised.
        Returns: the stages at strides 8, 16 and 32, finest first.
    """

    out_channels: Final = (64, 128, 256)

    def __init__(self, in_channels: int = 3) -> None:
        super().__init__()
        self.stem = ConvBnRelu(in_channels, _STEM_WIDTH, stride=2)
        self.stage8 = _stage(_STEM_WIDTH, 64, blocks=4)
        self.stage16 = _stage(64, 128, blocks=8)
        self.stage32 = _stage(128, 256, blocks=4)
        initialise(self)

    def forward(self, image: Tensor) -> list[Tensor]:
        """Return the stages; see the class for shapes."""
        stem = F.max_pool2d(self.stem(image), 3, stride=2, padding=1)
        level8 = self.stage8(stem)
        level16 = self.stage16(level8)
        return [level8, level16, self.stage32(level16)]


class _Block(nn.Module):
    """Three separable convolutions, the last of them four times as wide, beside a shortcut."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        width = out_channels // _EXPANSION
        self.residual = nn.Sequential(
            *_separable(in_channels, width, stride),
            nn.ReLU(inplace=True),
            *_separable(width, width, 1),
            nn.ReLU(inplace=True),
            *_separable(width, out_channels, 1),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1:
            self.shortcut = nn.Sequential(*_separable(in_channels, out_channels, stride))

    def forward(self, features: Tensor) -> Tensor:
        return F.relu(self.shortcut(features) + self.residual(features), inplace=True)


def _separable(in_channels: int, out_channels: int, stride: int) -> list[nn.Module]:
    return [
        nn.Conv2d(
            in_channels, in_channels, 3, stride=stride, padding=1, groups=in_channels, bias=False
        ),
        nn.Conv2d(in_channels, out_channels, 1, bias=False),
        nn.BatchNorm2d(out_channels),
    ]


def _stage(in_channels: int, out_channels: int, blocks: int) -> nn.Sequential:
    first = _Block(in_channels, out_channels, stride=2)
    return nn.Sequential(first, *(_Block(out_channels, out_channels, 1) for _ in range(blocks - 1)))
