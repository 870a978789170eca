"""DeepLabv3 and DeepLabv3+: atrous convolutions at several rates, side by side.

Papers:
    Rethinking Atrous Convolution for Semantic Image Segmentation (v3) -
    https://arxiv.org/abs/1706.05587
    Encoder-Decoder with Atrous Separable Convolution for Semantic Image Segmentation (v3+) -
    https://arxiv.org/abs/1802.02611

Dense, v3+ is the network of VainF's DeepLabV3Plus-Pytorch, with one convolution in the decoder;
separable, that of bonlime's keras-deeplab-v3-plus, with two, and with all five branches on
MobileNetV2 too, where TensorFlow's model zoo has but two. The parts of v3 have torchvision's names.
"""

from typing import Final, Literal

import torch
from torch import Tensor, nn

from trainer.errors import RecipeError
from trainer.networks.backbones.mobilenet_v2 import MobileNetV2
from trainer.networks.backbones.xception65 import Xception65
from trainer.networks.layers import (
    ConvBnRelu,
    PooledBatchNorm2d,
    ToLogits,
    initialise,
    resized,
)

STRIDE: Final = 16
"""Input pixels per pixel of the coarsest features, or twice that."""

RATES: Final = {16: (6, 12, 18), 8: (12, 24, 36)}
"""Dilations of the pyramid by output stride: the same distances in pixels of the image."""

_WIDTH: Final = 256
_SKIP_WIDTH: Final = 48

Backbone = Literal["mobilenet-v2", "xception65", "xception41", "xception71"]
OutputStride = Literal[16, 8]


def build_v3(
    num_classes: int,
    in_channels: int = 3,
    *,
    backbone: Backbone = "mobilenet-v2",
    output_stride: OutputStride = 16,
    alpha: float = 1.0,
    separable: bool = False,
) -> "DeepLabV3":
    """Return DeepLabv3 with one of its backbones, freshly initialised.

    Args:
        num_classes: Channels of the logits.
        in_channels: Channels of the image.
        backbone: Network before the pyramid.
        output_stride: Input pixels per pixel of the last features.
        alpha: Factor of the widths of MobileNetV2.
        separable: Whether 3x3 convolutions are split in a depthwise and a pointwise one.
    """
    body = _backbone(in_channels, backbone, output_stride, alpha)
    return DeepLabV3(body, num_classes, RATES[output_stride], separable=separable)


def build_v3_plus(
    num_classes: int,
    in_channels: int = 3,
    *,
    backbone: Backbone = "mobilenet-v2",
    output_stride: OutputStride = 16,
    alpha: float = 1.0,
    separable: bool = True,
) -> "DeepLabV3Plus":
    """Return DeepLabv3+ with one of its backbones, freshly initialised.

    Args:
        num_classes: Channels of the logits.
        in_channels: Channels of the image.
        backbone: Network before the pyramid.
        output_stride: Input pixels per pixel of the last features.
        alpha: Factor of the widths of MobileNetV2.
        separable: Whether 3x3 convolutions are split in a depthwise and a pointwise one.
    """
    body = _backbone(in_channels, backbone, output_stride, alpha)
    return DeepLabV3Plus(body, num_classes, RATES[output_stride], separable=separable)


class DeepLabV3(nn.Module):
    """Backbone, pyramid, one convolution and the logits, enlarged to the image.

    Args:
        backbone: Returns features at stride 4 and at the output stride.
        num_classes: Channels of the logits.
        rates: Dilations of the pyramid.
        separable: Whether 3x3 convolutions are split in a depthwise and a pointwise one.

    Shape:
        image: (N, in_channels, H, W) float, normalised.
        Returns: (N, num_classes, H, W) float logits.
    """

    def __init__(
        self,
        backbone: MobileNetV2 | Xception65,
        num_classes: int,
        rates: tuple[int, ...],
        *,
        separable: bool,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.classifier = nn.Sequential(
            AtrousPyramid(backbone.out_channels[-1], rates, separable=separable),
            *_conv3x3(_WIDTH, separable=separable),
            ToLogits(_WIDTH, num_classes),
        )
        initialise(self.classifier)

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits; see the class for shapes."""
        _, deep = self.backbone(image)
        return resized(self.classifier(deep), like=image)


class DeepLabV3Plus(nn.Module):
    """DeepLabv3 with a decoder, which takes in the features at stride 4.

    Args:
        backbone: Returns features at stride 4 and at the output stride.
        num_classes: Channels of the logits.
        rates: Dilations of the pyramid.
        separable: Whether 3x3 convolutions are split in a depthwise and a pointwise one; then the
            decoder has two.

    Shape:
        image: (N, in_channels, H, W) float, normalised.
        Returns: (N, num_classes, H, W) float logits.
    """

    def __init__(
        self,
        backbone: MobileNetV2 | Xception65,
        num_classes: int,
        rates: tuple[int, ...],
        *,
        separable: bool,
    ) -> None:
        super().__init__()
        skip_channels, channels = backbone.out_channels
        self.backbone = backbone
        self.pyramid = AtrousPyramid(channels, rates, separable=separable)
        self.skip = ConvBnRelu(skip_channels, _SKIP_WIDTH, 1)
        layers = _conv3x3(_WIDTH + _SKIP_WIDTH, separable=separable)
        if separable:
            layers += _conv3x3(_WIDTH, separable=True)
        self.decoder = nn.Sequential(*layers)
        self.head = ToLogits(_WIDTH, num_classes)
        for part in (self.pyramid, self.skip, self.decoder, self.head):
            initialise(part)

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits; see the class for shapes."""
        fine, deep = self.backbone(image)
        skip = self.skip(fine)
        merged = torch.cat([resized(self.pyramid(deep), like=skip), skip], dim=1)
        return resized(self.head(self.decoder(merged)), like=image)


class AtrousPyramid(nn.Module):
    """Atrous spatial pyramid pooling: five branches over the same features, stacked and merged.

    Args:
        in_channels: Channels of the features.
        rates: Dilations of the 3x3 branches.
        separable: Whether these are split in a depthwise and a pointwise convolution.

    Shape:
        features: (N, in_channels, H, W) float.
        Returns: (N, 256, H, W) float.
    """

    def __init__(self, in_channels: int, rates: tuple[int, ...], *, separable: bool) -> None:
        super().__init__()
        self.convs = nn.ModuleList(
            [
                ConvBnRelu(in_channels, _WIDTH, 1),
                *(
                    nn.Sequential(*_conv3x3(in_channels, dilation=rate, separable=separable))
                    for rate in rates
                ),
                _ImagePooling(in_channels),
            ]
        )
        self.project = nn.Sequential(
            *ConvBnRelu(len(self.convs) * _WIDTH, _WIDTH, 1), nn.Dropout(0.1)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Return the merged branches; see the class for shapes."""
        branches = [branch(features) for branch in self.convs]
        merged: Tensor = self.project(torch.cat(branches, dim=1))
        return merged


class _ImagePooling(nn.Sequential):
    """What the image is on average, at every pixel."""

    def __init__(self, in_channels: int) -> None:
        super().__init__(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(in_channels, _WIDTH, 1, bias=False),
            PooledBatchNorm2d(_WIDTH),
            nn.ReLU(inplace=True),
        )

    def forward(self, input: Tensor) -> Tensor:
        pooled = input
        for layer in self:
            pooled = layer(pooled)
        return pooled.expand(-1, -1, *input.shape[-2:])


def _conv3x3(in_channels: int, *, dilation: int = 1, separable: bool) -> list[nn.Module]:
    if not separable:
        return [*ConvBnRelu(in_channels, _WIDTH, dilation=dilation)]
    return [
        ConvBnRelu(in_channels, in_channels, dilation=dilation, groups=in_channels),
        ConvBnRelu(in_channels, _WIDTH, 1),
    ]


def _backbone(
    in_channels: int, name: Backbone, output_stride: OutputStride, alpha: float
) -> MobileNetV2 | Xception65:
    if name == "mobilenet-v2":
        return MobileNetV2(in_channels, alpha=alpha, output_stride=output_stride)
    if alpha != 1:
        raise RecipeError(f"{name} has no alpha", hint="Only MobileNetV2 comes in other widths")
    depth = int(name.removeprefix("xception"))
    return Xception65(in_channels, output_stride=output_stride, depth=depth)
