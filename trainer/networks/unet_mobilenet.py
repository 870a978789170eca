"""U-Net on MobileNetV1: a network for a CPU.

Papers:
    U-Net: Convolutional Networks for Biomedical Image Segmentation -
    https://arxiv.org/abs/1505.04597
    MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications -
    https://arxiv.org/abs/1704.04861

Reference implementation:
    https://github.com/bubbliiiing/unet-keras and its kin: the decoder starts at stride 16, and its
    convolutions come before ReLU and batch norm, in this order. The stage at stride 32, which they
    compute and do not use, is left out.
"""

from typing import Final, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trainer.networks.backbones.mobilenet_v1 import MobileNetV1
from trainer.networks.layers import initialise

STRIDE: Final = 16
"""Input pixels per pixel of the coarsest features."""

_STAGES: Final = 4


class UNetMobileNet(nn.Module):
    """Decoder of 512, 256, 128, 128 and 64 channels on the first four stages of MobileNetV1.

    Args:
        num_classes: Channels of the logits.
        in_channels: Channels of the image.
        backbone: There is one.

    Shape:
        image: (N, in_channels, H, W) float, normalised; any H and W.
        Returns: (N, num_classes, H, W) float logits.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int = 3,
        *,
        backbone: Literal["mobilenet-v1"] = "mobilenet-v1",
    ) -> None:
        super().__init__()
        self.backbone = MobileNetV1(in_channels, num_stages=_STAGES)
        f1, f2, f3, f4 = self.backbone.out_channels
        self.decoder4 = _conv_relu_bn(f4, 512)
        self.decoder3 = _conv_relu_bn(512 + f3, 256)
        self.decoder2 = _conv_relu_bn(256 + f2, 128)
        self.decoder1 = _conv_relu_bn(128 + f1, 128)
        self.decoder0 = _conv_relu_bn(128, 64)
        self.head = nn.Conv2d(64, num_classes, 3, padding=1)
        initialise(self)
        nn.init.normal_(self.head.weight, std=0.01)  # no class is surely wrong at first

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits; see the class for shapes."""
        f1, f2, f3, f4 = self.backbone(image)
        up4 = self.decoder4(f4)
        up3 = self.decoder3(torch.cat([_enlarged(up4, f3), f3], dim=1))
        up2 = self.decoder2(torch.cat([_enlarged(up3, f2), f2], dim=1))
        up1 = self.decoder1(torch.cat([_enlarged(up2, f1), f1], dim=1))
        logits: Tensor = self.head(self.decoder0(_enlarged(up1, image)))
        return logits


def _enlarged(features: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(features, size=like.shape[-2:], mode="nearest")


def _conv_relu_bn(in_channels: int, out_channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.BatchNorm2d(out_channels),
    )
