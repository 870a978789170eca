"""Small parts that several networks share."""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_LEVELS: Final = 2**16  # of the random numbers that dropout compares


class ConvBnRelu(nn.Sequential):
    """Convolution, batch norm and ReLU, padded so that stride 1 keeps the size.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel: Side of the kernel; odd.
        stride: Input pixels per output pixel.
        dilation: Pixels from one tap of the kernel to the next.
        groups: Groups of channels that do not see each other.
        bias: Whether the convolution has a bias, which the batch norm makes superfluous.
        eps: What the batch norm adds to the variance.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int = 3,
        *,
        stride: int = 1,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = False,
        eps: float = 1e-5,
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
                bias=bias,
            ),
            nn.BatchNorm2d(out_channels, eps=eps),
            nn.ReLU(inplace=True),
        )


class PooledBatchNorm2d(nn.BatchNorm2d):
    """Batch norm of 1 x 1 maps, which also takes a batch of one.

    One image pooled to one pixel is one value per channel: it has no variance, and PyTorch
    refuses to normalise it in training. Here such a batch is normalised by the running
    statistics, as in evaluation, and leaves them as they are. From two images on this is
    ``nn.BatchNorm2d``.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the normalised (N, C, 1, 1) maps."""
        if self.training and input.shape[0] * input.shape[2] * input.shape[3] == 1:
            return F.batch_norm(
                input, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps
            )
        return super().forward(input)


class UpsampleConv2d(nn.Conv2d):
    """3 x 3 convolution of a map that was enlarged by nearest neighbour and joined to a finer one.

    The weights are those of the convolution, and so is the result. On a CPU, where the map doubles,
    nothing is enlarged or joined: four copies of a pixel under nine taps are one pixel under four
    sums of taps (Shi et al., 2016, https://arxiv.org/abs/1609.07009). That takes 4/9 of the
    multiplications; a step of ``unet-mobilenet`` takes two thirds of the time.

    Args:
        in_channels: Channels of the coarse map, and of the finer one if there is one.
        out_channels: Channels of the result.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 3, padding=1)

    def forward(
        self, input: Tensor, finer: Tensor | None = None, size: tuple[int, int] | None = None
    ) -> Tensor:
        """Return the convolved map.

        Args:
            input: (N, C, h, w) coarse map, first in the order of the weights' channels.
            finer: (N, in_channels - C, H, W) map that it is joined to, or None.
            size: H and W, where there is no finer map; twice h and w if not given.
        """
        doubled = (2 * input.shape[-2], 2 * input.shape[-1])
        size = (size or doubled) if finer is None else (finer.shape[-2], finer.shape[-1])
        # Exported graphs stay as they are drawn in the papers: runtimes are fast on those.
        on_cpu = input.device.type == "cpu" and not torch.compiler.is_exporting()
        if on_cpu and size == doubled:
            return self._of_doubled(input, finer)
        enlarged = F.interpolate(input, size=size, mode="nearest")
        joined = enlarged if finer is None else torch.cat([enlarged, finer], dim=1)
        return super().forward(joined)

    def _of_doubled(self, coarse: Tensor, finer: Tensor | None) -> Tensor:
        channels = coarse.shape[1]
        taps = _taps_of_doubled(_taps_of_doubled(self.weight[:, :channels], 2), 3)
        result = F.conv_transpose2d(coarse, taps.transpose(0, 1), self.bias, stride=2, padding=1)
        if finer is None:
            return result
        return result.add_(F.conv2d(finer, self.weight[:, channels:], padding=1))


def _taps_of_doubled(weight: Tensor, dim: int) -> Tensor:
    """Return the four taps at stride 1/2 that do what three do after doubling each pixel."""
    before, at, after = weight.unbind(dim)
    return torch.stack([after, at + after, before + at, before], dim)


class Decoder(nn.Sequential):
    """Layers of which the first is an ``UpsampleConv2d``."""

    def forward(
        self, input: Tensor, finer: Tensor | None = None, size: tuple[int, int] | None = None
    ) -> Tensor:
        """Return the decoded map; arguments as for ``UpsampleConv2d``."""
        first, *others = self
        x: Tensor = first(input, finer, size)
        for layer in others:
            x = layer(x)
        return x


class Dropout(nn.Dropout):
    """Dropout that is as quick on all CPUs.

    PyTorch draws a random number of 53 bits for every value, one after the other except on
    Intel's CPUs: a fifth of a step of ``unet-mini``. Here a value takes 16 bits, so its
    probability to be dropped is within 2^-17 of what was asked; what is kept is scaled by the
    probability that it really has.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with values set to 0 at random, and the others scaled."""
        if not self.training or input.device.type != "cpu" or self.inplace:
            return super().forward(input)
        dropped = round(self.p * _LEVELS)
        if dropped in (0, _LEVELS):
            return super().forward(input)
        words = torch.empty((input.numel() + 3) // 4, dtype=torch.int64).random_(-(2**63), None)
        levels = words.view(torch.int16)[: input.numel()].view(input.shape)
        kept = levels >= dropped - _LEVELS // 2
        return (input * kept).mul_(_LEVELS / (_LEVELS - dropped))


class ToLogits(nn.Conv2d):
    """The 1x1 convolution that gives one logit per class."""

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__(in_channels, num_classes, 1)


def global_average(features: Tensor) -> Tensor:
    """Return the mean over all pixels: (N, C, H, W) becomes (N, C, 1, 1)."""
    return features.mean(dim=(2, 3), keepdim=True)


def resized(features: Tensor, like: Tensor) -> Tensor:
    """Return the maps, bilinearly resized to the height and width of others.

    Pixels are areas: corners of images coincide, not the centres of corner pixels.
    """
    return F.interpolate(features, size=like.shape[-2:], mode="bilinear", align_corners=False)


def make_divisible(channels: float, divisor: int = 8) -> int:
    """Return the nearest multiple of the divisor, but never less than nine tenths of it."""
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded if rounded >= 0.9 * channels else rounded + divisor


def initialise(network: nn.Module) -> None:
    """Draw all weights anew, so that signals keep their scale through ReLUs (He et al., 2015).

    Only logits start small: every class about equally likely, none surely wrong.
    """
    for module in network.modules():
        if isinstance(module, ToLogits | nn.Linear):
            nn.init.normal_(module.weight, std=0.01)
        elif isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        else:
            continue
        if module.bias is not None:
            nn.init.zeros_(module.bias)
