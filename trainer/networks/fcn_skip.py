"""A light FCN with additions: VGG16 without its classifier, and a decoder of its own.

Papers:
    Fully Convolutional Networks for Semantic Segmentation - https://arxiv.org/abs/1411.4038

Reference implementation:
    The FCN that Keras tutorials train on the Oxford-IIIT Pet data: features before the poolings
    are added to ever larger maps. Here the image is normalised as VGG's weights expect it.
"""

from typing import Final, Literal

from torch import Tensor, nn

from trainer.networks.backbones import vgg
from trainer.networks.backbones.vgg import VGG, Stage
from trainer.networks.bilinear import cut, initialise_transposed
from trainer.networks.layers import initialise

STRIDE: Final = vgg.STRIDE
"""Input pixels per pixel of the coarsest features."""


class FCNSkip(nn.Module):
    """Transposed convolutions of 512, 512, 256 and 128 channels on VGG16, with additions.

    Args:
        num_classes: Channels of the logits.
        in_channels: Channels of the image.
        backbone: Which VGG.
        frozen: Whether VGG's weights stay as they are, which makes sense with published ones.

    Shape:
        image: (N, in_channels, H, W) float, normalised; any H and W.
        Returns: (N, num_classes, H, W) float logits.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int = 3,
        *,
        backbone: Literal["vgg16"] = "vgg16",
        frozen: bool = False,
    ) -> None:
        super().__init__()
        self.up5 = _doubling(512, 512)
        self.smooth5 = _convolution(512)
        self.up4 = _doubling(512, 512)
        self.up3 = _doubling(512, 256)
        self.smooth3 = _convolution(256)
        self.up2 = _doubling(256, 128)
        self.smooth2 = _convolution(128)
        self.head = _transposed(128, num_classes)
        initialise(self)
        initialise_transposed(self)
        nn.init.normal_(self.head.weight, std=0.01)  # no class is surely wrong at first
        self.backbone = VGG(backbone, in_channels, ceil_mode=True)
        self.backbone.requires_grad_(not frozen)

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits; see the class for shapes."""
        stages: list[Stage] = self.backbone(image)
        block1, block2, block3, block4, block5 = (stage.features for stage in stages)
        up5 = cut(self.smooth5(self.up5(stages[-1].pooled)), 0, like=block5) + block5
        up4 = cut(self.up4(up5), 0, like=block4) + block4
        up3 = cut(self.smooth3(self.up3(up4)), 0, like=block3) + block3
        up2 = self.smooth2(cut(self.up2(up3), 0, like=block2))
        return cut(self.head(up2), 0, like=block1)


def _transposed(in_channels: int, out_channels: int) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(in_channels, out_channels, 3, stride=2, padding=1, output_padding=1)


def _doubling(in_channels: int, out_channels: int) -> nn.Sequential:
    return nn.Sequential(_transposed(in_channels, out_channels), nn.ReLU(inplace=True))


def _convolution(channels: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU(inplace=True))
