"""SegNet: a decoder that mirrors VGG16 and puts features back where pooling took them from.

Papers:
    SegNet: A Deep Convolutional Encoder-Decoder Architecture for Image Segmentation -
    https://arxiv.org/abs/1511.00561

Reference implementation:
    https://github.com/alexgkendall/SegNet-Tutorial (segnet_train.prototxt)
"""

from typing import Final, Literal

import torch.nn.functional as F
from torch import Tensor, nn

from trainer.networks.backbones import vgg
from trainer.networks.backbones.vgg import CONVOLUTIONS, VGG, Stage, conv_relu
from trainer.networks.layers import initialise

STRIDE: Final = vgg.STRIDE
"""Input pixels per pixel of the coarsest features."""


class SegNet(nn.Module):
    """VGG and its mirror image, joined by the stored indices of the five poolings.

    Args:
        num_classes: Channels of the logits.
        in_channels: Channels of the image.
        backbone: Which VGG.

    Shape:
        image: (N, in_channels, H, W) float, normalised; any H and W.
        Returns: (N, num_classes, H, W) float logits.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int = 3,
        *,
        backbone: Literal["vgg16-bn", "vgg19-bn"] = "vgg16-bn",
    ) -> None:
        super().__init__()
        self.backbone = VGG(backbone, in_channels, ceil_mode=True, store_indices=True)
        widths = self.backbone.out_channels
        counts = CONVOLUTIONS[backbone.partition("-")[0]]
        self.decoder = nn.ModuleList(
            _mirrored(width, finer, count)
            for width, finer, count in zip(
                widths[:0:-1], widths[-2::-1], counts[:0:-1], strict=True
            )
        )
        self.decoder.append(nn.Sequential(*conv_relu(widths[0], widths[0], batch_norm=True)))
        self.head = nn.Conv2d(widths[0], num_classes, 3, padding=1)
        initialise(self.decoder)
        nn.init.normal_(self.head.weight, std=0.01)  # no class is surely wrong at first

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits; see the class for shapes."""
        stages: list[Stage] = self.backbone(image)
        x = stages[-1].pooled
        for stage, convolve in zip(reversed(stages), self.decoder, strict=True):
            assert stage.indices is not None
            size = list(stage.features.shape[-2:])
            x = convolve(F.max_unpool2d(x, stage.indices, (2, 2), output_size=size))
        logits: Tensor = self.head(x)
        return logits


def _mirrored(width: int, finer: int, count: int) -> nn.Sequential:
    """Return the convolutions of a stage in reverse: the last one narrows to the finer stage."""
    layers: list[nn.Module] = []
    for _ in range(count - 1):
        layers += conv_relu(width, width, batch_norm=True)
    return nn.Sequential(*layers, *conv_relu(width, finer, batch_norm=True))
