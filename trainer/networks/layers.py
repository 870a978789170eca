"""Small parts that several networks share."""

import torch.nn.functional as F
from torch import Tensor, nn


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
