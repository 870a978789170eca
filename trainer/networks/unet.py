"""U-Net: five levels down, five levels up, and every level's features carried across.

Papers:
    U-Net: Convolutional Networks for Biomedical Image Segmentation -
    https://arxiv.org/abs/1505.04597

Reference implementation:
    https://github.com/milesial/Pytorch-UNet (padded, batch norm, transposed convolutions)
"""

from itertools import pairwise
from typing import Final, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trainer.errors import RecipeError
from trainer.networks.bilinear import cut, initialise_transposed
from trainer.networks.layers import initialise

STRIDE: Final = 16
"""Input pixels per pixel of the coarsest features."""

_LEVELS: Final = 5
_WIDEST: Final = 256


class UNet(nn.Module):
    """Encoder of 64 to 1024 channels; decoder by 2x2 transposed convolutions and concatenation.

    Unlike the paper, convolutions are padded, so that the logits are as large as the image.

    Args:
        num_classes: Channels of the logits.
        in_channels: Channels of the image.
        norm: "batch" norm after every convolution, or "none" as in the paper.
        width: Channels at full size; they double at every level. 64 in the paper.

    Raises:
        RecipeError: If the width is not an even number from 2 to 256.

    Shape:
        image: (N, in_channels, H, W) float, normalised; any H and W.
        Returns: (N, num_classes, H, W) float logits.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int = 3,
        *,
        norm: Literal["batch", "none"] = "batch",
        width: int = 64,
    ) -> None:
        if width % 2 or not 2 <= width <= _WIDEST:
            raise RecipeError(
                f"a unet of width={width} cannot be built",
                hint=f"Give an even number up to {_WIDEST}",
            )
        super().__init__()
        batch_norm = norm == "batch"
        widths = [width * 2**level for level in range(_LEVELS)]
        channels = (in_channels, *widths)
        self.encoder = nn.ModuleList(
            _Level(coarse, fine, batch_norm=batch_norm) for coarse, fine in pairwise(channels)
        )
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(coarse, coarse // 2, 2, stride=2) for coarse in widths[:0:-1]
        )
        self.decoder = nn.ModuleList(
            _Level(coarse, coarse // 2, batch_norm=batch_norm) for coarse in widths[:0:-1]
        )
        self.head = nn.Conv2d(width, num_classes, 1)
        initialise(self)
        initialise_transposed(self)
        nn.init.normal_(self.head.weight, std=0.01)  # no class is surely wrong at first

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits; see the class for shapes."""
        x: Tensor = self.encoder[0](image)
        levels = [x]
        for encode in list(self.encoder)[1:]:
            x = encode(F.max_pool2d(x, 2, ceil_mode=True))
            levels.append(x)
        for up, decode, level in zip(self.up, self.decoder, levels[-2::-1], strict=True):
            x = decode(torch.cat([level, cut(up(x), 0, like=level)], dim=1))
        logits: Tensor = self.head(x)
        return logits


class _Level(nn.Sequential):
    def __init__(self, in_channels: int, out_channels: int, *, batch_norm: bool) -> None:
        layers: list[nn.Module] = []
        for channels in (in_channels, out_channels):
            layers.append(nn.Conv2d(channels, out_channels, 3, padding=1, bias=not batch_norm))
            if batch_norm:
                layers.append(nn.BatchNorm2d(out_channels))
            layers.append(nn.ReLU(inplace=True))
        super().__init__(*layers)
