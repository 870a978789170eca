"""BiSeNet V2: a wide shallow branch for detail, a narrow deep one for meaning.

Papers:
    BiSeNet V2: Bilateral Network with Guided Aggregation for Real-time Semantic Segmentation -
    https://arxiv.org/abs/2004.02147

Where the paper is silent this is CoinCheung's BiSeNet: a ReLU after the depthwise convolutions
and after the aggregation, a head 1024 channels wide, auxiliary heads that upsample once between
their two convolutions.
"""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

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

_WIDTH: Final = 128
_EXPANSION: Final = 6
_HEAD_WIDTH: Final = 1024
_AUX_WIDTH: Final = 128


class BiSeNetV2(nn.Module):
    """Detail branch, semantic branch, guided aggregation and five heads.

    Args:
        num_classes: Channels of the logits.
        in_channels: Channels of the image.

    Shape:
        image: (N, in_channels, H, W) float, normalised.
        Returns: (N, num_classes, H, W) float logits; in training a list of five of them, those of
            the four auxiliary heads last, from fine to coarse.
    """

    TRAINING_ONLY: Final = ("aux_head4", "aux_head8", "aux_head16", "aux_head32")

    def __init__(self, num_classes: int, in_channels: int = 3) -> None:
        super().__init__()
        self.detail = _DetailBranch(in_channels)
        self.stem = _Stem(in_channels, 16)
        self.stage8 = nn.Sequential(_GatherExpandDown(16, 32), _GatherExpand(32))
        self.stage16 = nn.Sequential(_GatherExpandDown(32, 64), _GatherExpand(64))
        self.stage32 = nn.Sequential(
            _GatherExpandDown(64, _WIDTH), *(_GatherExpand(_WIDTH) for _ in range(3))
        )
        self.context = _ContextEmbedding(_WIDTH)
        self.aggregation = _GuidedAggregation(_WIDTH)
        self.head = nn.Sequential(
            ConvBnRelu(_WIDTH, _HEAD_WIDTH),
            nn.Dropout(0.1),
            ToLogits(_HEAD_WIDTH, num_classes),
        )
        self.aux_head4 = _AuxHead(16, 4, num_classes)
        self.aux_head8 = _AuxHead(32, 8, num_classes)
        self.aux_head16 = _AuxHead(64, 16, num_classes)
        self.aux_head32 = _AuxHead(_WIDTH, 32, num_classes)
        initialise(self)
        for module in self.modules():
            if isinstance(module, _GatherExpand | _GatherExpandDown):
                # Every block starts as its shortcut.
                nn.init.zeros_(module.last_norm.weight)

    def forward(self, image: Tensor) -> Tensor | list[Tensor]:
        """Return the logits, in training those of all heads; see the class for shapes."""
        level4 = self.stem(image)
        level8 = self.stage8(level4)
        level16 = self.stage16(level8)
        level32 = self.stage32(level16)
        features = self.aggregation(self.detail(image), self.context(level32))
        logits = resized(self.head(features), like=image)
        if not self.training:
            return logits
        return [
            logits,
            resized(self.aux_head4(level4), like=image),
            resized(self.aux_head8(level8), like=image),
            resized(self.aux_head16(level16), like=image),
            resized(self.aux_head32(level32), like=image),
        ]


class _DetailBranch(nn.Sequential):
    """Eight convolutions, to 128 channels at stride 8."""

    def __init__(self, in_channels: int) -> None:
        super().__init__(
            ConvBnRelu(in_channels, 64, stride=2),
            ConvBnRelu(64, 64),
            ConvBnRelu(64, 64, stride=2),
            ConvBnRelu(64, 64),
            ConvBnRelu(64, 64),
            ConvBnRelu(64, _WIDTH, stride=2),
            ConvBnRelu(_WIDTH, _WIDTH),
            ConvBnRelu(_WIDTH, _WIDTH),
        )


class _Stem(nn.Module):
    """To stride 4 both by a convolution and by pooling."""

    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        self.first = ConvBnRelu(in_channels, width, stride=2)
        self.shrunk = nn.Sequential(
            ConvBnRelu(width, width // 2, 1), ConvBnRelu(width // 2, width, stride=2)
        )
        self.fuse = ConvBnRelu(2 * width, width)

    def forward(self, image: Tensor) -> Tensor:
        first = self.first(image)
        pooled = F.max_pool2d(first, 3, stride=2, padding=1)
        fused: Tensor = self.fuse(torch.cat([self.shrunk(first), pooled], dim=1))
        return fused


class _GatherExpand(nn.Module):
    """Gathers by a 3x3 convolution, expands by a depthwise one, and adds the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        width = channels * _EXPANSION
        self.last_norm = nn.BatchNorm2d(channels)
        self.inner = nn.Sequential(
            ConvBnRelu(channels, channels),
            ConvBnRelu(channels, width, groups=channels),
            nn.Conv2d(width, channels, 1, bias=False),
        )

    def forward(self, features: Tensor) -> Tensor:
        return F.relu(self.last_norm(self.inner(features)) + features, inplace=True)


class _GatherExpandDown(nn.Module):
    """The same at stride 2: two depthwise convolutions, and a separable one as shortcut."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        width = in_channels * _EXPANSION
        self.last_norm = nn.BatchNorm2d(out_channels)
        self.inner = nn.Sequential(
            ConvBnRelu(in_channels, in_channels),
            *_depthwise(in_channels, width, stride=2),
            ConvBnRelu(width, width, groups=width),
            nn.Conv2d(width, out_channels, 1, bias=False),
        )
        self.shortcut = nn.Sequential(
            *_depthwise(in_channels, in_channels, stride=2),
            nn.Conv2d(in_channels, out_channels, 1, bias=False),
            nn.BatchNorm2d(out_channels),
        )

    def forward(self, features: Tensor) -> Tensor:
        inner = self.last_norm(self.inner(features))
        return F.relu(inner + self.shortcut(features), inplace=True)


class _ContextEmbedding(nn.Module):
    """Adds what the image is on average to every pixel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.embed = nn.Sequential(
            PooledBatchNorm2d(channels),
            nn.Conv2d(channels, channels, 1, bias=False),
            PooledBatchNorm2d(channels),
            nn.ReLU(inplace=True),
        )
        self.last = ConvBnRelu(channels, channels)

    def forward(self, features: Tensor) -> Tensor:
        embedded: Tensor = self.last(features + self.embed(global_average(features)))
        return embedded


class _GuidedAggregation(nn.Module):
    """Lets each branch choose, at two strides, what the other passes on."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.detail8 = nn.Sequential(
            *_depthwise(channels, channels), nn.Conv2d(channels, channels, 1, bias=False)
        )
        self.detail32 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.AvgPool2d(3, stride=2, padding=1),
        )
        self.semantic8 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        )
        self.semantic32 = nn.Sequential(
            *_depthwise(channels, channels), nn.Conv2d(channels, channels, 1, bias=False)
        )
        self.merge = ConvBnRelu(channels, channels)

    def forward(self, detail: Tensor, semantic: Tensor) -> Tensor:
        gate8 = torch.sigmoid(resized(self.semantic8(semantic), like=detail))
        fine = self.detail8(detail) * gate8
        coarse = self.detail32(detail) * torch.sigmoid(self.semantic32(semantic))
        merged: Tensor = self.merge(fine + resized(coarse, like=detail))
        return merged


class _AuxHead(nn.Module):
    """Logits at twice the size of the features."""

    def __init__(self, in_channels: int, stride: int, num_classes: int) -> None:
        super().__init__()
        # The coarser the features, the more channels there are to say what is in their pixels.
        width = stride * stride
        self.first = nn.Sequential(ConvBnRelu(in_channels, _AUX_WIDTH), nn.Dropout(0.1))
        self.last = nn.Sequential(ConvBnRelu(_AUX_WIDTH, width), ToLogits(width, num_classes))

    def forward(self, features: Tensor) -> Tensor:
        doubled = F.interpolate(self.first(features), scale_factor=2.0, mode="nearest")
        logits: Tensor = self.last(doubled)
        return logits


def _depthwise(in_channels: int, out_channels: int, *, stride: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(
            in_channels, out_channels, 3, stride=stride, padding=1, groups=in_channels, bias=False
        ),
        nn.BatchNorm2d(out_channels),
    ]
