"""VGG: stacks of 3x3 convolutions between five poolings.

Papers:
    Very Deep Convolutional Networks for Large-Scale Image Recognition -
    https://arxiv.org/abs/1409.1556 (configurations D and E)

Reference implementation:
    torchvision.models.vgg; parameters have its names, so that its published weights load by name.
"""

from typing import Final, Literal, NamedTuple

from torch import Tensor, nn

from trainer.networks.layers import initialise

VGGName = Literal["vgg16-bn", "vgg16", "vgg19-bn", "vgg19"]

STRIDE: Final = 32
"""Input pixels per pixel of the coarsest features."""

WIDTHS: Final = (64, 128, 256, 512, 512)
"""Channels of the five stages."""

CONVOLUTIONS: Final = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""How many there are in each stage."""


class Stage(NamedTuple):
    """What one stage gives.

    Attributes:
        features: (N, C, H, W), after the last ReLU; finer than ``pooled``.
        pooled: (N, C, H / 2, W / 2), the largest of every 2x2 features.
        indices: Where in its plane of ``features`` each pooled value was, int64 like ``pooled``;
            None if they are not stored.
    """

    features: Tensor
    pooled: Tensor
    indices: Tensor | None


class VGG(nn.Module):
    """The convolutional part of VGG.

    Args:
        name: Which one; "-bn" has batch norm after every convolution.
        in_channels: Channels of the image.
        first_padding: Zeros around the image; 1, as everywhere else, keeps the size.
        ceil_mode: Whether pooling keeps a last odd row or column.
        store_indices: Whether the stages say where their largest features were.

    Attributes:
        out_channels: Channels of each stage.

    Shape:
        image: (N, in_channels, H, W) float, normalised.
        Returns: five stages, pooled to strides 2, 4, 8, 16 and 32.
    """

    out_channels: Final = WIDTHS

    def __init__(
        self,
        name: VGGName = "vgg16",
        in_channels: int = 3,
        *,
        first_padding: int = 1,
        ceil_mode: bool = False,
        store_indices: bool = False,
    ) -> None:
        super().__init__()
        depth, _, norm = name.partition("-")
        self.store_indices = store_indices
        layers: list[nn.Module] = []
        channels, padding = in_channels, first_padding
        for width, count in zip(WIDTHS, CONVOLUTIONS[depth], strict=True):
            for _ in range(count):
                layers += conv_relu(channels, width, padding=padding, batch_norm=norm == "bn")
                channels, padding = width, 1
            layers.append(nn.MaxPool2d(2, ceil_mode=ceil_mode, return_indices=store_indices))
        self.features = nn.Sequential(*layers)
        initialise(self)

    def forward(self, image: Tensor) -> list[Stage]:
        """Return the stages, finest first; see the class for shapes."""
        stages: list[Stage] = []
        x = image
        for layer in self.features:
            if not isinstance(layer, nn.MaxPool2d):
                x = layer(x)
                continue
            features, indices = x, None
            if self.store_indices:
                x, indices = layer(features)
            else:
                x = layer(features)
            stages.append(Stage(features, x, indices))
        return stages


def conv_relu(
    in_channels: int, out_channels: int, *, padding: int = 1, batch_norm: bool
) -> list[nn.Module]:
    """Return the layers of one 3x3 convolution with its activation."""
    convolution = nn.Conv2d(in_channels, out_channels, 3, padding=padding)
    norm = [nn.BatchNorm2d(out_channels)] if batch_norm else []
    return [convolution, *norm, nn.ReLU(inplace=True)]
