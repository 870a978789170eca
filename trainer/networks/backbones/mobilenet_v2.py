"""MobileNetV2, with atrous convolutions where a finer output stride is wanted.

Papers:
    MobileNetV2: Inverted Residuals and Linear Bottlenecks - https://arxiv.org/abs/1801.04381
    Rethinking Atrous Convolution for Semantic Image Segmentation (output stride) -
    https://arxiv.org/abs/1706.05587

Parameter names and widths are torchvision's, so that its published ImageNet weights load by name.
So are the constants of the batch norms; TensorFlow's (1e-3, 0.001) belong to its own weights and
to schedules a hundred times longer than ours.
"""

from typing import Final, NamedTuple

from torch import Tensor, nn

from trainer.errors import RecipeError
from trainer.networks.layers import global_average, initialise, make_divisible

OUTPUT_STRIDES: Final = (8, 16, 32)
_STEM_WIDTH: Final = 32
_LAST_WIDTH: Final = 1280


class _Group(NamedTuple):
    expansion: int
    width: int
    blocks: int
    stride: int


_GROUPS: Final = (
    _Group(1, 16, 1, 1),
    _Group(6, 24, 2, 2),
    _Group(6, 32, 3, 2),
    _Group(6, 64, 4, 2),
    _Group(6, 96, 3, 1),
    _Group(6, 160, 3, 2),
    _Group(6, 320, 1, 1),
)
_LEVEL4_END: Final = 4  # features[0:4] are the stem and the blocks up to stride 4


class MobileNetV2(nn.Module):
    """Seventeen inverted residuals, up to 320 channels.

    A stage that would exceed the output stride keeps its size and dilates the convolutions after
    it instead, so every kernel sees what it would have seen: the features at a finer output
    stride, taken at every second pixel, are those of the coarser one.

    Args:
        in_channels: Channels of the image.
        alpha: Factor of all widths; the results are rounded to multiples of 8.
        output_stride: Input pixels per pixel of the last features; 8, 16 or 32.
        num_classes: Classes of the ImageNet classifier, which comes with the convolution to 1280
            channels before it; None leaves both out.

    Attributes:
        out_channels: Channels of the two returned levels.

    Shape:
        image: (N, in_channels, H, W) float, normalised.
        Returns: the features at stride 4, and the last ones at the output stride.
    """

    def __init__(
        self,
        in_channels: int = 3,
        *,
        alpha: float = 1.0,
        output_stride: int = 32,
        num_classes: int | None = None,
    ) -> None:
        super().__init__()
        if output_stride not in OUTPUT_STRIDES:
            raise RecipeError(
                f"MobileNetV2 has no output stride {output_stride}", hint="Use 8, 16 or 32"
            )
        if not alpha > 0:
            raise RecipeError(f"the width factor alpha is {alpha}", hint="Use 1.0, 0.75 or 0.5")
        channels = make_divisible(_STEM_WIDTH * alpha)
        layers: list[nn.Module] = [_ConvBnRelu6(in_channels, channels, 3, stride=2)]
        stride, dilation = 2, 1
        for group in _GROUPS:
            width = make_divisible(group.width * alpha)
            first_stride, first_dilation = group.stride, dilation
            if stride * group.stride > output_stride:
                first_stride = 1
                dilation *= group.stride
            else:
                stride *= group.stride
            for index in range(group.blocks):
                layers.append(
                    _InvertedResidual(
                        channels,
                        width,
                        group.expansion,
                        first_stride if index == 0 else 1,
                        # The first block still sees the finer grid of the stage before it.
                        first_dilation if index == 0 else dilation,
                    )
                )
                channels = width
        level4_channels = make_divisible(_GROUPS[1].width * alpha)
        self.out_channels = (level4_channels, channels)
        self._end = len(layers)
        if num_classes is not None:
            last = make_divisible(_LAST_WIDTH * max(1.0, alpha))
            layers.append(_ConvBnRelu6(channels, last, 1))
            self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(last, num_classes))
        self.features = nn.Sequential(*layers)
        initialise(self)

    def forward(self, image: Tensor) -> list[Tensor]:
        """Return the features at stride 4 and the last ones; see the class for shapes."""
        level4 = self.features[:_LEVEL4_END](image)
        return [level4, self.features[_LEVEL4_END : self._end](level4)]

    def classify(self, image: Tensor) -> Tensor:
        """Return (N, num_classes) logits of whole images."""
        logits: Tensor = self.classifier(global_average(self.features(image)).flatten(1))
        return logits


class _ConvBnRelu6(nn.Sequential):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int,
        *,
        stride: int = 1,
        dilation: int = 1,
        groups: int = 1,
    ) -> None:
        super().__init__(
            nn.Conv2d(
                in_channels,
                out_channels,
                kernel,
                stride=stride,
                padding=dilation * (kernel // 2),
                dilation=dilation,
                groups=groups,
                bias=False,
            ),
            nn.BatchNorm2d(out_channels),
            nn.ReLU6(inplace=True),
        )


class _InvertedResidual(nn.Module):
    """1x1 to many channels, 3x3 on each of them, 1x1 back to few, without a last ReLU."""

    def __init__(
        self, in_channels: int, out_channels: int, expansion: int, stride: int, dilation: int
    ) -> None:
        super().__init__()
        width = in_channels * expansion
        layers: list[nn.Module] = []
        if expansion != 1:
            layers.append(_ConvBnRelu6(in_channels, width, 1))
        layers += [
            _ConvBnRelu6(width, width, 3, stride=stride, dilation=dilation, groups=width),
            nn.Conv2d(width, out_channels, 1, bias=False),
            nn.BatchNorm2d(out_channels),
        ]
        self.conv = nn.Sequential(*layers)
        self._residual = stride == 1 and in_channels == out_channels

    def forward(self, features: Tensor) -> Tensor:
        inner: Tensor = self.conv(features)
        return features + inner if self._residual else inner
