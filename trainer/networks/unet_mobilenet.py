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

from torch import Tensor, nn

from trainer.networks.backbones.mobilenet_v1 import MobileNetV1
from trainer.networks.layers import Decoder, UpsampleConv2d, initialise

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
        self.decoder4 = nn.Sequential(*_relu_bn(nn.Conv2d(f4, 512, 3, padding=1)))
        self.decoder3 = Decoder(*_relu_bn(UpsampleConv2d(512 + f3, 256)))
        self.decoder2 = Decoder(*_relu_bn(UpsampleConv2d(256 + f2, 128)))
        self.decoder1 = Decoder(*_relu_bn(UpsampleConv2d(128 + f1, 128)))
        self.decoder0 = Decoder(*_relu_bn(UpsampleConv2d(128, 64)))
        self.head = nn.Conv2d(64, num_classes, 3, padding=1)
        initialise(self)
        nn.init.normal_(self.head.weight, std=0.01)  # no class is surely wrong at first

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits; see the class for shapes."""
        f1, f2, f3, f4 = self.backbone(image)
        up4 = self.decoder4(f4)
        up3 = self.decoder3(up4, f3)
        up2 = self.decoder2(up3, f2)
        up1 = self.decoder1(up2, f1)
        logits: Tensor = self.head(self.decoder0(up1, size=image.shape[-2:]))
        return logits


def _relu_bn(convolution: nn.Conv2d) -> list[nn.Module]:
    return [convolution, nn.ReLU(inplace=True), nn.BatchNorm2d(convolution.out_channels)]
