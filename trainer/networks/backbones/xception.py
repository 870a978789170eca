"""Xception, as Keras defines it.

Papers:
    Xception: Deep Learning with Depthwise Separable Convolutions -
    https://arxiv.org/abs/1610.02357

Layers and widths are those of ``keras.applications``, with one difference: the two first
convolutions are padded here, so that a map at stride s has one pixel for every s of the image.
"""

from typing import Final

import torch.nn.functional as F
from torch import Tensor, nn

from trainer.networks.layers import ConvBnRelu, global_average, initialise

_EPS: Final = 1e-3
_MIDDLE_BLOCKS: Final = 8
_WIDTH: Final = 728


class Xception(nn.Module):
    """Entry, middle and exit flow; blocks are numbered as in Keras, from 2 to 14.

    Args:
        in_channels: Channels of the image.
        num_classes: Classes of the ImageNet classifier ``fc``; None leaves it out.

    Attributes:
        out_channels: Channels of the two returned levels.

    Shape:
        image: (N, in_channels, H, W) float, normalised.
        Returns: 1024 channels at stride 16, before the last pooling and without ReLU (Keras's
            ``block13_sepconv2_bn``), and 2048 channels at stride 32 (``block14_sepconv2_act``).
    """

    out_channels: Final = (1024, 2048)

    def __init__(self, in_channels: int = 3, num_classes: int | None = None) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            ConvBnRelu(in_channels, 32, stride=2, eps=_EPS), ConvBnRelu(32, 64, eps=_EPS)
        )
        self.entry = nn.Sequential(
            _Block(64, (128, 128), first_relu=False),
            _Block(128, (256, 256)),
            _Block(256, (_WIDTH, _WIDTH)),
        )
        self.middle = nn.Sequential(*(_MiddleBlock() for _ in range(_MIDDLE_BLOCKS)))
        self.block13 = _Block(_WIDTH, (_WIDTH, 1024))
        self.block14 = nn.Sequential(
            *_separable(1024, 1536),
            nn.ReLU(inplace=True),
            *_separable(1536, 2048),
            nn.ReLU(inplace=True),
        )
        if num_classes is not None:
            self.fc = nn.Linear(2048, num_classes)
        initialise(self)

    def forward(self, image: Tensor) -> list[Tensor]:
        """Return the features at strides 16 and 32; see the class for shapes."""
        middle = self.middle(self.entry(self.stem(image)))
        level16 = self.block13.inner(middle)
        return [level16, self.block14(self.block13.pooled(level16, middle))]

    def classify(self, image: Tensor) -> Tensor:
        """Return (N, num_classes) logits of whole images."""
        logits: Tensor = self.fc(global_average(self(image)[-1]).flatten(1))
        return logits


class _Block(nn.Module):
    """Two separable convolutions and a pooling, beside a shortcut of stride 2."""

    def __init__(
        self, in_channels: int, widths: tuple[int, int], *, first_relu: bool = True
    ) -> None:
        super().__init__()
        first, last = widths
        self.inner = nn.Sequential(
            # Not in place: the shortcut starts from the same features.
            nn.ReLU() if first_relu else nn.Identity(),
            *_separable(in_channels, first),
            nn.ReLU(inplace=True),
            *_separable(first, last),
        )
        self.shortcut = nn.Sequential(
            nn.Conv2d(in_channels, last, 1, stride=2, bias=False),
            nn.BatchNorm2d(last, eps=_EPS),
        )

    def forward(self, features: Tensor) -> Tensor:
        return self.pooled(self.inner(features), features)

    def pooled(self, inner: Tensor, features: Tensor) -> Tensor:
        """Return the block's output from what the convolutions made of its input."""
        carried: Tensor = self.shortcut(features)
        return F.max_pool2d(inner, 3, stride=2, padding=1) + carried


class _MiddleBlock(nn.Module):
    """Three separable convolutions around which the input is carried."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            nn.ReLU(),  # not in place: the input is needed again
            *_separable(_WIDTH, _WIDTH),
            nn.ReLU(inplace=True),
            *_separable(_WIDTH, _WIDTH),
            nn.ReLU(inplace=True),
            *_separable(_WIDTH, _WIDTH),
        )

    def forward(self, features: Tensor) -> Tensor:
        inner: Tensor = self.inner(features)
        return features + inner


def _separable(in_channels: int, out_channels: int) -> list[nn.Module]:
    return [
        nn.Conv2d(in_channels, in_channels, 3, padding=1, groups=in_channels, bias=False),
        nn.Conv2d(in_channels, out_channels, 1, bias=False),
        nn.BatchNorm2d(out_channels, eps=_EPS),
    ]
