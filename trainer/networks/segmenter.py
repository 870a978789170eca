"""What every network is wrapped in: pixels as they are in files go in, decisions come out.

Training, evaluation and export all go through these modules, so that the numbers agree.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trainer.networks.refinement import Refinement, enlarge


class Segmenter(nn.Module):
    """A network with its normalisation, for images of any size.

    Sides that are not multiples of the stride are padded at the bottom and the right by repeating
    the last row and column, and the logits are cut back. Resizing instead would blur the image
    and move every pixel by a fraction; padding keeps them where they are.

    A network may see the image reduced: each square of pixels becomes one, their mean, and logits
    are brought back to full size bilinearly. That costs detail, and saves the square of the factor
    in time. A refinement brings most of the detail back for a little time.

    Args:
        network: Takes a normalised (N, 3, H, W) float image, returns (N, C, H, W) logits.
        stride: H and W must be multiples of it.
        mean: What is subtracted from red, green and blue, in 0..255.
        std: What they are then divided by.
        reduce: Side of the squares of pixels whose mean the network sees; 1 leaves them alone.
        refinement: Enlarges the network's own logits by that factor, instead of bilinear
            interpolation; None for that.

    Attributes:
        stride: Sides of images that need no padding are multiples of it, pixels.

    Shape:
        image: (N, H, W, 3) uint8 RGB.
        Returns: (N, C, H, W) float32 logits; in training what the network returns, which may be
            a list of those, its own first and then those of its auxiliary heads.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        network: nn.Module,
        stride: int,
        mean: Sequence[float],
        std: Sequence[float],
        *,
        reduce: int = 1,
        refinement: Refinement | None = None,
    ) -> None:
        super().__init__()
        self.network = network
        self.reduce = reduce
        self.refinement = refinement
        self.stride = stride * reduce
        self.memory_format = torch.contiguous_format
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))
        self.register_buffer("std", torch.tensor(std, dtype=torch.float32))

    def forward(self, image: Tensor) -> Tensor | list[Tensor]:
        """Return the logits; see the class for shapes."""
        if self.training:  # crops are multiples of the stride
            pixels = self._normalised(image)
            trained: Tensor | list[Tensor] = self.network(self._reduced(pixels))
            if isinstance(trained, Tensor):
                return self._enlarged(trained, pixels)
            own, *auxiliary = trained
            return [
                self._enlarged(own, pixels),
                *(enlarge(logits, self.reduce) for logits in auxiliary),
            ]
        height, width = image.shape[1:3]
        return self.padded_logits(image)[:, :, :height, :width]

    def padded_logits(self, image: Tensor) -> Tensor:
        """Return the logits with those of the padding: H and W are rounded up to the stride."""
        pixels = self._normalised(image)
        height, width = image.shape[1:3]
        below = up_to(self.stride, height) - height
        right = up_to(self.stride, width) - width
        padded = F.pad(pixels, (0, right, 0, below), mode="replicate")
        return self._enlarged(self.network(self._reduced(padded)), padded)

    def to_channels_last(self) -> None:
        """Keep the channels of a pixel together in memory; what comes out stays the same."""
        self.memory_format = torch.channels_last
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def _normalised(self, image: Tensor) -> Tensor:
        # The permuted view is channels-last; where the weights are not, it is put in their order,
        # because on a CPU the gradients of large weights take up to three times as long otherwise.
        # Bytes are moved, and whole channels computed: in this order the exported model takes a
        # tenth of the time that it takes in the other.
        channels = image.permute(0, 3, 1, 2).contiguous(memory_format=self.memory_format)
        return (channels.float() - self.mean[:, None, None]) / self.std[:, None, None]

    def _reduced(self, pixels: Tensor) -> Tensor:
        return pixels if self.reduce == 1 else F.avg_pool2d(pixels, self.reduce)

    def _enlarged(self, logits: Tensor, pixels: Tensor) -> Tensor:
        if self.refinement is not None:
            refined: Tensor = self.refinement(logits, pixels)
            return refined
        return enlarge(logits, self.reduce)


class Decider(nn.Module):
    """The segmenter as it is exported: class and confidence of every pixel.

    Shape:
        image: (N, H, W, 3) uint8 RGB.
        Returns: (N, H, W) uint8 class indices and (N, H, W) float32 confidence, 0..1.
    """

    def __init__(self, segmenter: Segmenter) -> None:
        super().__init__()
        self.segmenter = segmenter

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Return class index and confidence; see the class for shapes."""
        height, width = image.shape[1:3]
        # Cutting off the padding of the answer costs less than cutting it off the logits.
        class_index, confidence = decide(self.segmenter.padded_logits(image))
        return class_index[:, :height, :width], confidence[:, :height, :width]


def decide(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Return the likeliest class of every pixel, and its probability.

    Args:
        logits: (N, C, H, W) float.

    Returns:
        (N, H, W) uint8 class indices; (N, H, W) float32 probabilities of these classes, 0..1.
    """
    if torch.compiler.is_exporting():
        # The logits of a pixel side by side: onnxruntime compares them in a third of the time.
        scores = logits.movedim(1, -1)
        return scores.argmax(dim=-1).to(torch.uint8), torch.softmax(scores, dim=-1).amax(dim=-1)
    largest = logits.amax(dim=1, keepdim=True)
    # The largest of the softmax is 1 / sum(exp(logit - largest logit)).
    confidence = torch.exp(logits - largest).sum(dim=1).reciprocal()
    return logits.argmax(dim=1).to(torch.uint8), confidence


def up_to(stride: int, side: int) -> int:
    """Return the next multiple of the stride."""
    return (side + stride - 1) // stride * stride
