"""MobileNetV1: a depthwise and a pointwise convolution in place of every full one.

Papers:
    MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications -
    https://arxiv.org/abs/1704.04861 (table 1, width 1)

Reference implementation:
    keras.applications.MobileNet, whose padding is asymmetric at stride 2; here it is symmetric, as
    everywhere in PyTorch. Its published weights would be shifted by half a pixel a stage, so they
    are not offered.
"""

from typing import Final

from torch import Tensor, nn

from trainer.networks.layers import initialise

STRIDE: Final = 32
"""Input pixels per pixel of the coarsest features."""

WIDTHS: Final = (64, 128, 256, 512, 1024)
"""Channels of the five stages."""

_BLOCKS: Final = (1, 2, 2, 6, 2)
_STEM: Final = 32


class MobileNetV1(nn.Module):
    """The convolutional part of MobileNetV1.

    Args:
        in_channels: Channels of the image.
        num_stages: How many of the five stages there are; the others would be unused weights.

    Attributes:
        out_channels: Channels of each stage.

    Shape:
        image: (N, in_channels, H, W) float, normalised.
        Returns: features of 64, 128, 256, 512 and 1024 channels at strides 2, 4, 8, 16 and 32.
    """

    def __init__(self, in_channels: int = 3, *, num_stages: int = 5) -> None:
        super().__init__()
        self.out_channels = WIDTHS[:num_stages]
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, _STEM, 3, stride=2, padding=1, bias=False), *_norm_relu(_STEM)
        )
        stages: list[nn.Module] = []
        channels = _STEM
        for index, width in enumerate(self.out_channels):
            blocks: list[nn.Module] = []
            for block in range(_BLOCKS[index]):
                # The stem has already halved the image for the first stage.
                stride = 2 if block == 0 and index > 0 else 1
                blocks.append(_Separable(channels, width, stride))
                channels = width
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        initialise(self)

    def forward(self, image: Tensor) -> list[Tensor]:
        """Return the features, finest first; see the class for shapes."""
        features: list[Tensor] = []
        x = self.stem(image)
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return features


class _Separable(nn.Sequential):
    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__(
            nn.Conv2d(
                in_channels, in_channels, 3, stride, padding=1, groups=in_channels, bias=False
            ),
            *_norm_relu(in_channels),
            nn.Conv2d(in_channels, out_channels, 1, bias=False),
            *_norm_relu(out_channels),
        )


def _norm_relu(channels: int) -> list[nn.Module]:
    return [nn.BatchNorm2d(channels, eps=1e-3), nn.ReLU6(inplace=True)]
