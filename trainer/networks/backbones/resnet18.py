"""ResNet-18.

Papers:
    Deep Residual Learning for Image Recognition - https://arxiv.org/abs/1512.03385

Parameter names are torchvision's, so that its published ImageNet weights load by name.
"""

from typing import Final

import torch.nn.functional as F
from torch import Tensor, nn

from trainer.networks.layers import global_average, initialise

_WIDTHS: Final = (64, 128, 256, 512)


class ResNet18(nn.Module):
    """Four stages of two residual blocks.

    Args:
        in_channels: Channels of the image.
        num_classes: Classes of the ImageNet classifier ``fc``; None leaves it out.

    Attributes:
        out_channels: Channels of each stage.

    Shape:
        image: (N, in_channels, H, W) float, normalised.
        Returns: the stages at strides 4, 8, 16 and 32, finest first.
    """

    out_channels: Final = _WIDTHS

    def __init__(self, in_channels: int = 3, num_classes: int | None = None) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = _stage(64, 64, stride=1)
        self.layer2 = _stage(64, 128, stride=2)
        self.layer3 = _stage(128, 256, stride=2)
        self.layer4 = _stage(256, 512, stride=2)
        if num_classes is not None:
            self.fc = nn.Linear(512, num_classes)
        initialise(self)

    def forward(self, image: Tensor) -> list[Tensor]:
        """Return the stages; see the class for shapes."""
        stem = F.relu(self.bn1(self.conv1(image)), inplace=True)
        level4 = self.layer1(F.max_pool2d(stem, 3, stride=2, padding=1))
        level8 = self.layer2(level4)
        level16 = self.layer3(level8)
        return [level4, level8, level16, self.layer4(level16)]

    def classify(self, image: Tensor) -> Tensor:
        """Return (N, num_classes) logits of whole images."""
        logits: Tensor = self.fc(global_average(self(image)[-1]).flatten(1))
        return logits


class _Block(nn.Module):
    """Two 3x3 convolutions around which the input is carried."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.downsample: nn.Sequential | None = None
        if stride != 1 or in_channels != out_channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, features: Tensor) -> Tensor:
        carried = features if self.downsample is None else self.downsample(features)
        inner = F.relu(self.bn1(self.conv1(features)), inplace=True)
        return F.relu(self.bn2(self.conv2(inner)) + carried, inplace=True)


def _stage(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        _Block(in_channels, out_channels, stride), _Block(out_channels, out_channels, 1)
    )
