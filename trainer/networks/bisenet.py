"""BiSeNet, the first version: a shallow path for detail beside a deep one for context.

Papers:
    BiSeNet: Bilateral Segmentation Network for Real-time Semantic Segmentation -
    https://arxiv.org/abs/1808.00897

With ResNet-18 it is the network of CoinCheung's BiSeNet, with Xception39 that of TorchSeg, by the
paper's author; both follow the paper but for a first 7x7 convolution and a last 1x1 one in the
spatial path, and 3x3 convolutions after each merging of levels.

With Keras's Xception it is the network of a Keras tutorial, put right: features are averaged over
the image, not over channels, and the tail is added, not multiplied. It keeps all 3072 channels of
the backbone up to the fusion, whose width was the number of classes there. That starves a network
of two classes, so it is at least the tutorial's 34 here.
"""

from typing import Final, Literal, NamedTuple

import torch
from torch import Tensor, nn

from trainer.networks.backbones.resnet18 import ResNet18
from trainer.networks.backbones.xception import Xception
from trainer.networks.backbones.xception39 import Xception39
from trainer.networks.layers import (
    ConvBnRelu,
    PooledBatchNorm2d,
    ToLogits,
    global_average,
    initialise,
    resized,
)

STRIDE: Final = 32
"""Input pixels per pixel of the coarsest features."""

_CONTEXT_WIDTH: Final = 128
_FUSION_WIDTH: Final = 256
_TUTORIAL_WIDTH: Final = 34


def build(
    num_classes: int,
    in_channels: int = 3,
    *,
    backbone: Literal["resnet18", "xception39", "xception"] = "resnet18",
) -> "BiSeNet":
    """Return the network with one of its backbones, freshly initialised.

    Args:
        num_classes: Channels of the logits.
        in_channels: Channels of the image.
        backbone: Network of the context path.
    """
    width = _FUSION_WIDTH
    match backbone:
        case "resnet18":
            return BiSeNet(
                ResNet18(in_channels),
                _SpatialPath(in_channels),
                _ContextPath(256, 512),
                FeatureFusion(ConvBnRelu(2 * _CONTEXT_WIDTH, width, 1), _weigh_once(width)),
                _Head(width, 256, num_classes),
                _Head(_CONTEXT_WIDTH, 64, num_classes),
                _Head(_CONTEXT_WIDTH, 64, num_classes),
            )
        case "xception39":
            return BiSeNet(
                Xception39(in_channels),
                _SpatialPath(in_channels),
                _ContextPath(128, 256),
                FeatureFusion(ConvBnRelu(2 * _CONTEXT_WIDTH, width, 1), _weigh_twice(width)),
                _Head(width, 64, num_classes),
                _Head(_CONTEXT_WIDTH, 128, num_classes),
                _Head(_CONTEXT_WIDTH, 128, num_classes),
            )
        case "xception":
            width = max(num_classes, _TUTORIAL_WIDTH)
            merge = ConvBnRelu(256 + 1024 + 2048, width, bias=True)
            return BiSeNet(
                Xception(in_channels),
                _TutorialSpatialPath(in_channels),
                _WideContextPath(1024, 2048),
                FeatureFusion(merge, _weigh_twice(width, bias=True)),
                ToLogits(width, num_classes),
                _Head(1024, 64, num_classes),
                _Head(2048, 64, num_classes),
            )


class BiSeNet(nn.Module):
    """Spatial path, context path, feature fusion and three heads.

    Args:
        backbone: Returns levels, of which the last two are at strides 16 and 32.
        spatial_path: Image to features at stride 8.
        context_path: Takes both levels and the spatial features, whose size it returns.
        fusion: Merges spatial and context features.
        head: Fused features to logits.
        aux_head16: Head on the context that comes from stride 16; in training only.
        aux_head32: Head on the context that comes from stride 32; in training only.

    Shape:
        image: (N, in_channels, H, W) float, normalised.
        Returns: (N, num_classes, H, W) float logits; in training a list of three of them, those
            of the two auxiliary heads last.
    """

    TRAINING_ONLY: Final = ("aux_head16", "aux_head32")

    def __init__(
        self,
        backbone: nn.Module,
        spatial_path: nn.Module,
        context_path: nn.Module,
        fusion: nn.Module,
        head: nn.Module,
        aux_head16: nn.Module,
        aux_head32: nn.Module,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.spatial_path = spatial_path
        self.context_path = context_path
        self.fusion = fusion
        self.head = head
        self.aux_head16 = aux_head16
        self.aux_head32 = aux_head32
        for part in (spatial_path, context_path, fusion, head, aux_head16, aux_head32):
            initialise(part)

    def forward(self, image: Tensor) -> Tensor | list[Tensor]:
        """Return the logits, in training those of all heads; see the class for shapes."""
        spatial = self.spatial_path(image)
        *_, level16, level32 = self.backbone(image)
        context: _Context = self.context_path(level16, level32, spatial)
        logits = resized(self.head(self.fusion(spatial, context.merged)), like=image)
        if not self.training:
            return logits
        aux16 = resized(self.aux_head16(context.from16), like=image)
        aux32 = resized(self.aux_head32(context.from32), like=image)
        return [logits, aux16, aux32]


class _Context(NamedTuple):
    merged: Tensor
    from16: Tensor
    from32: Tensor


class _ContextPath(nn.Module):
    """Refines two levels to 128 channels each and adds the coarse one to the fine one."""

    def __init__(self, channels16: int, channels32: int) -> None:
        super().__init__()
        width = _CONTEXT_WIDTH
        self.refine16 = nn.Sequential(ConvBnRelu(channels16, width), ChannelAttention(width))
        self.refine32 = nn.Sequential(ConvBnRelu(channels32, width), ChannelAttention(width))
        self.tail = nn.Sequential(
            nn.Conv2d(channels32, width, 1, bias=False),
            PooledBatchNorm2d(width),
            nn.ReLU(inplace=True),
        )
        self.smooth16 = ConvBnRelu(width, width)
        self.smooth32 = ConvBnRelu(width, width)

    def forward(self, level16: Tensor, level32: Tensor, spatial: Tensor) -> _Context:
        # The tail is one pixel; added to a map it is added everywhere.
        coarse = self.refine32(level32) + self.tail(global_average(level32))
        coarse = self.smooth32(resized(coarse, like=level16))
        fine = self.refine16(level16) + coarse
        fine = self.smooth16(resized(fine, like=spatial))
        return _Context(merged=fine, from16=fine, from32=coarse)


class _WideContextPath(nn.Module):
    """Weighs the channels of two levels and stacks them, with the tail added to the coarse one."""

    def __init__(self, channels16: int, channels32: int) -> None:
        super().__init__()
        self.refine16 = ChannelAttention(channels16, bias=True)
        self.refine32 = ChannelAttention(channels32, bias=True)

    def forward(self, level16: Tensor, level32: Tensor, spatial: Tensor) -> _Context:
        fine = self.refine16(level16)
        coarse = self.refine32(level32) + global_average(level32)
        merged = torch.cat([resized(fine, like=spatial), resized(coarse, like=spatial)], dim=1)
        return _Context(merged=merged, from16=fine, from32=coarse)


class ChannelAttention(nn.Module):
    """Weighs every channel of an image, 0..1, by what all channels are on average over the image.

    With a convolution before it, this is the paper's attention refinement module.

    Args:
        channels: Channels of the features.
        bias: Whether the convolution has a bias, which the batch norm makes superfluous.
    """

    def __init__(self, channels: int, *, bias: bool = False) -> None:
        super().__init__()
        self.weigh = _weigh_once(channels, bias=bias)

    def forward(self, features: Tensor) -> Tensor:
        """Return the weighed (N, C, H, W) features."""
        weights: Tensor = self.weigh(global_average(features))
        return features * weights


class FeatureFusion(nn.Module):
    """Merges detail and context, and adds what channel attention makes of the result.

    Args:
        merge: Takes both, stacked.
        weigh: Average of the merged features over an image to a weight for each channel, 0..1.
    """

    def __init__(self, merge: nn.Module, weigh: nn.Module) -> None:
        super().__init__()
        self.merge = merge
        self.weigh = weigh

    def forward(self, spatial: Tensor, context: Tensor) -> Tensor:
        """Return the merged features."""
        merged: Tensor = self.merge(torch.cat([spatial, context], dim=1))
        weights: Tensor = self.weigh(global_average(merged))
        return merged + merged * weights


def _weigh_once(channels: int, *, bias: bool = False) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, channels, 1, bias=bias), PooledBatchNorm2d(channels), nn.Sigmoid()
    )


def _weigh_twice(channels: int, *, bias: bool = False) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, channels, 1, bias=bias),
        nn.ReLU(inplace=True),
        nn.Conv2d(channels, channels, 1, bias=bias),
        nn.Sigmoid(),
    )


class _SpatialPath(nn.Sequential):
    def __init__(self, in_channels: int) -> None:
        super().__init__(
            ConvBnRelu(in_channels, 64, 7, stride=2),
            ConvBnRelu(64, 64, stride=2),
            ConvBnRelu(64, 64, stride=2),
            ConvBnRelu(64, 128, 1),
        )


class _TutorialSpatialPath(nn.Sequential):
    def __init__(self, in_channels: int) -> None:
        super().__init__(
            ConvBnRelu(in_channels, 64, stride=2, bias=True),
            ConvBnRelu(64, 128, stride=2, bias=True),
            ConvBnRelu(128, 256, stride=2, bias=True),
        )


class _Head(nn.Sequential):
    def __init__(self, in_channels: int, width: int, num_classes: int) -> None:
        super().__init__(ConvBnRelu(in_channels, width), ToLogits(width, num_classes))
