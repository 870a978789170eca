"""The modified, aligned Xception of DeepLab, with 41, 65 or 71 layers.

Papers:
    Encoder-Decoder with Atrous Separable Convolution for Semantic Image Segmentation -
    https://arxiv.org/abs/1802.02611
    Xception: Deep Learning with Depthwise Separable Convolutions -
    https://arxiv.org/abs/1610.02357

Unlike Keras's Xception it has no poolings (the third convolution of a block takes the stride),
a batch norm after every depthwise convolution too, and a longer middle flow. Layers and widths are
those of TensorFlow's model zoo.
"""

from typing import Final

import torch.nn.functional as F
from torch import Tensor, nn

from trainer.errors import RecipeError
from trainer.networks.layers import ConvBnRelu, initialise

OUTPUT_STRIDES: Final = (8, 16)
DEPTHS: Final = (41, 65, 71)
_EPS: Final = 1e-3
_LEVEL4_CHANNELS: Final = 256
_WIDTH: Final = 728


class Xception65(nn.Module):
    """Entry, middle and exit flow, dilated where the stride would exceed the output stride.

    Args:
        in_channels: Channels of the image.
        output_stride: Input pixels per pixel of the last features; 8 or 16.
        depth: 41 and 65 differ in the middle flow, of 8 and 16 blocks; 71 has two more blocks in
            the entry flow than 65.

    Attributes:
        out_channels: Channels of the two returned levels.

    Shape:
        image: (N, in_channels, H, W) float, normalised.
        Returns: 256 channels at stride 4, inside the last block that starts there and without
            ReLU, and 2048 channels at the output stride.
    """

    out_channels: Final = (_LEVEL4_CHANNELS, 2048)

    def __init__(self, in_channels: int = 3, *, output_stride: int = 16, depth: int = 65) -> None:
        super().__init__()
        if output_stride not in OUTPUT_STRIDES:
            raise RecipeError(
                f"Xception-{depth} has no output stride {output_stride}", hint="Use 8 or 16"
            )
        if depth not in DEPTHS:
            raise RecipeError(f"there is no Xception-{depth}", hint="Use 41, 65 or 71")
        fine = output_stride == 8
        self.stem = nn.Sequential(
            ConvBnRelu(in_channels, 32, stride=2, eps=_EPS), ConvBnRelu(32, 64, eps=_EPS)
        )
        entry4 = [_Block(64, (128,) * 3, stride=2)]
        entry16 = [_Block(256, (_WIDTH,) * 3, stride=1 if fine else 2)]
        if depth == 71:
            entry4.append(_Block(128, (256,) * 3))
            entry16 = [
                _Block(256, (_WIDTH,) * 3),
                _Block(_WIDTH, (_WIDTH,) * 3, stride=1 if fine else 2),
            ]
        self.entry4 = nn.Sequential(*entry4)
        self.entry8 = _Block(256 if depth == 71 else 128, (_LEVEL4_CHANNELS,) * 3, stride=2)
        self.entry16 = nn.Sequential(*entry16)
        self.middle = nn.Sequential(
            *(
                _Block(_WIDTH, (_WIDTH,) * 3, dilation=2 if fine else 1, shortcut=False)
                for _ in range(8 if depth == 41 else 16)
            )
        )
        self.exit = nn.Sequential(
            _Block(_WIDTH, (_WIDTH, 1024, 1024), dilation=2 if fine else 1),
            *(
                layer
                for widths in ((1024, 1536), (1536, 1536), (1536, 2048))
                for layer in _exit_separable(*widths, dilation=4 if fine else 2)
            ),
        )
        initialise(self)

    def forward(self, image: Tensor) -> list[Tensor]:
        """Return the features at stride 4 and the last ones; see the class for shapes."""
        entry4 = self.entry4(self.stem(image))
        level4 = self.entry8.start(entry4)
        entry16 = self.entry16(self.entry8.end(level4, entry4))
        return [level4, self.exit(self.middle(entry16))]


class _Block(nn.Module):
    """Three separable convolutions, each after a ReLU, beside a shortcut.

    Args:
        in_channels: Channels of the input.
        widths: Channels after each of the three convolutions.
        stride: Stride of the last convolution and of the shortcut.
        dilation: Dilation of all three convolutions.
        shortcut: Whether the shortcut is a convolution, or the input itself.
    """

    def __init__(
        self,
        in_channels: int,
        widths: tuple[int, ...],
        *,
        stride: int = 1,
        dilation: int = 1,
        shortcut: bool = True,
    ) -> None:
        super().__init__()
        first, second, last = widths
        self.start = nn.Sequential(
            # Not in place: the shortcut starts from the same features.
            nn.ReLU(),
            *_separable(in_channels, first, dilation=dilation),
            nn.ReLU(inplace=True),
            *_separable(first, second, dilation=dilation),
        )
        self.last = nn.Sequential(*_separable(second, last, stride=stride, dilation=dilation))
        self.shortcut: nn.Module = nn.Identity()
        if shortcut:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, last, 1, stride=stride, bias=False),
                nn.BatchNorm2d(last, eps=_EPS),
            )

    def forward(self, features: Tensor) -> Tensor:
        return self.end(self.start(features), features)

    def end(self, inner: Tensor, features: Tensor) -> Tensor:
        """Return the block's output from what two convolutions made of its input."""
        carried: Tensor = self.shortcut(features)
        last: Tensor = self.last(F.relu(inner))
        return last + carried


def _separable(
    in_channels: int, out_channels: int, *, stride: int = 1, dilation: int = 1
) -> list[nn.Module]:
    return [
        nn.Conv2d(
            in_channels,
            in_channels,
            3,
            stride=stride,
            padding=dilation,
            dilation=dilation,
            groups=in_channels,
            bias=False,
        ),
        nn.BatchNorm2d(in_channels, eps=_EPS),
        nn.Conv2d(in_channels, out_channels, 1, bias=False),
        nn.BatchNorm2d(out_channels, eps=_EPS),
    ]


def _exit_separable(in_channels: int, out_channels: int, dilation: int) -> list[nn.Module]:
    return [
        ConvBnRelu(in_channels, in_channels, dilation=dilation, groups=in_channels, eps=_EPS),
        ConvBnRelu(in_channels, out_channels, 1, eps=_EPS),
    ]
