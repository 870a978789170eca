"""Bring logits of a reduced image back to full size with the detail that full-size pixels show.

Paper:
    Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional
    Neural Network - https://arxiv.org/abs/1609.05158 (section 3.2: the pixel shuffle)
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Refinement(nn.Module):
    """Bilinear enlargement, and a learned correction of every pixel of it.

    Two convolutions look at the small logits and, folded into channels, at all pixels of the
    image, and give the correction of each pixel in a square as a channel of its own. They work at
    the small size, so they cost little. At first the correction is 0.

    Args:
        num_classes: Channels of the logits.
        factor: How many times smaller the logits are than the image.
        in_channels: Channels of the image.
        width: Channels between the two convolutions.

    Shape:
        logits: (N, num_classes, H, W) float.
        pixels: (N, in_channels, H * factor, W * factor) float, normalised.
        Returns: (N, num_classes, H * factor, W * factor) float logits.
    """

    def __init__(
        self, num_classes: int, factor: int, in_channels: int = 3, width: int = 32
    ) -> None:
        super().__init__()
        self.factor = factor
        folded = in_channels * factor**2
        self.features = nn.Conv2d(num_classes + folded, width, 3, padding=1)
        self.correction = nn.Conv2d(width, num_classes * factor**2, 3, padding=1)
        nn.init.kaiming_normal_(self.features.weight, nonlinearity="relu")
        for start_at_zero in (self.features.bias, self.correction.weight, self.correction.bias):
            if start_at_zero is not None:
                nn.init.zeros_(start_at_zero)

    def forward(self, logits: Tensor, pixels: Tensor) -> Tensor:
        """Return the logits at full size; see the class for shapes."""
        seen = torch.cat([logits, F.pixel_unshuffle(pixels, self.factor)], dim=1)
        correction = self.correction(F.relu(self.features(seen)))
        return enlarge(logits, self.factor) + F.pixel_shuffle(correction, self.factor)


def enlarge(logits: Tensor, factor: int) -> Tensor:
    """Return (N, C, H, W) logits bilinearly enlarged to (N, C, H * factor, W * factor)."""
    if factor == 1:
        return logits
    return F.interpolate(logits, scale_factor=float(factor), mode="bilinear", align_corners=False)
