"""Fully convolutional networks: FCN-32s, FCN-16s and FCN-8s on VGG.

Papers:
    Fully Convolutional Networks for Semantic Segmentation - https://arxiv.org/abs/1411.4038

Reference implementation:
    https://github.com/shelhamer/fcn.berkeleyvision.org (voc-fcn8s: layers, crops, first weights)
"""

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

import torch.nn.functional as F
from torch import Tensor, nn

from trainer.networks.backbones import vgg
from trainer.networks.backbones.vgg import VGG, Stage, VGGName
from trainer.networks.bilinear import bilinear_transposed, cut
from trainer.networks.layers import initialise

Geometry = Literal["padded", "classic"]
Upsample = Literal["transposed", "bilinear", "unpool"]

STRIDE: Final = vgg.STRIDE
"""Input pixels per pixel of the coarsest features."""

_FIRST_PADDING: Final = 100
_FC6_MARGIN: Final = 3  # what the 7x7 kernel of fc6 loses on every side without padding
_CONV_MARGIN: Final = _FIRST_PADDING - 1  # what that padding adds to the first features
_CROPS: Final[Mapping[tuple[int, ...], tuple[int, ...]]] = {
    (): (19,),
    (4,): (5, 27),
    (4, 3): (5, 9, 31),
}


class FCN(nn.Module):
    """VGG whose classifier is convolutional; its scores are enlarged, and joined by finer ones.

    Args:
        num_classes: Channels of the logits.
        in_channels: Channels of the image.
        backbone: Which VGG.
        geometry: "classic" is the reference: 100 zeros around the image, no padding in fc6, and
            crops that line everything up again. "padded" keeps every size by padding fc6 and the
            transposed convolutions, which needs a third of the time at 256 x 256.
        upsample: "transposed" convolutions are learned, and start as bilinear interpolation.
            "bilinear" stays that. "unpool" puts scores back to where the features that VGG's
            pooling kept had been, one pooling after the other, and learns to fill the gaps.

    Attributes:
        skips: Stages whose scores join, coarse to fine.
        hidden_channels: Channels of fc6 and fc7.

    Shape:
        image: (N, in_channels, H, W) float, normalised; any H and W.
        Returns: (N, num_classes, H, W) float logits.
    """

    skips: ClassVar[tuple[int, ...]] = ()
    hidden_channels: ClassVar[int] = 4096
    FROM_CLASSIFIER: ClassVar[Mapping[str, str]] = {"fc6": "classifier.0", "fc7": "classifier.3"}

    def __init__(
        self,
        num_classes: int,
        in_channels: int = 3,
        *,
        backbone: VGGName = "vgg16-bn",
        geometry: Geometry = "padded",
        upsample: Upsample = "transposed",
    ) -> None:
        super().__init__()
        classic = geometry == "classic"
        skips, hidden = self.skips, self.hidden_channels
        self.crops = _CROPS[skips] if classic else (0,) * (len(skips) + 1)
        self.backbone = VGG(
            backbone,
            in_channels,
            first_padding=_FIRST_PADDING if classic else 1,
            ceil_mode=True,
            store_indices=upsample == "unpool",
        )
        widths = self.backbone.out_channels
        self.fc6 = nn.Conv2d(widths[-1], hidden, 7, padding=0 if classic else _FC6_MARGIN)
        self.fc7 = nn.Conv2d(hidden, hidden, 1)
        self.score = nn.Conv2d(hidden, num_classes, 1)
        self.skip_scores = nn.ModuleList(
            nn.Conv2d(widths[level - 1], num_classes, 1) for level in skips
        )
        self._initialise()
        self.enlarge = nn.ModuleList()
        self.unpool = nn.ModuleList()
        if upsample == "unpool":
            self.margins = (_FC6_MARGIN, _CONV_MARGIN) if classic else (0, 0)
            self.unpool.extend(_Unpool(num_classes, width) for width in reversed(widths))
            return
        for factor in (*[2] * len(skips), 2 ** (5 - len(skips))):
            if upsample == "transposed":
                padding = 0 if classic else factor // 2
                self.enlarge.append(bilinear_transposed(num_classes, factor, padding=padding))
            else:
                self.enlarge.append(_Bilinear(factor, margin=classic))

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits; see the class for shapes."""
        stages: list[Stage] = self.backbone(image)
        features = F.dropout(F.relu(self.fc6(stages[-1].pooled)), training=self.training)
        features = F.dropout(F.relu(self.fc7(features)), training=self.training)
        scores: Tensor = self.score(features)
        if self.unpool:
            return self._unpooled(scores, stages, image)

        for level, score, enlarge, crop in zip(
            self.skips, self.skip_scores, self.enlarge, self.crops, strict=False
        ):
            scores = enlarge(scores)
            skip = cut(score(stages[level - 1].pooled), crop, like=scores)
            # Without crops it is the enlarged map that may have a row too much.
            scores = cut(scores, 0, like=skip) + skip
        return cut(self.enlarge[-1](scores), self.crops[-1], like=image)

    def _unpooled(self, scores: Tensor, stages: list[Stage], image: Tensor) -> Tensor:
        """Undo the poolings one by one; skips join on the way, where they lie."""
        fc6_margin, conv_margin = self.margins
        scores = F.pad(scores, (fc6_margin,) * 4)
        skip_scores = dict(zip(self.skips, self.skip_scores, strict=True))
        for level in range(len(stages), 0, -1):
            if level in skip_scores:
                scores = scores + skip_scores[level](stages[level - 1].pooled)
            scores = self.unpool[len(stages) - level](scores, stages[level - 1])
        return cut(scores, conv_margin, like=image)

    def _initialise(self) -> None:
        for layer in (self.fc6, self.fc7):
            initialise(layer)
        # Nothing is said of any class until something is learned, as in the reference.
        for layer in (self.score, *self.skip_scores):
            for parameter in layer.parameters():
                nn.init.zeros_(parameter)


class FCN32s(FCN):
    """FCN without skips: scores at stride 32, enlarged at once."""


class FCN16s(FCN):
    """FCN whose scores are joined by those of pool4, at stride 16."""

    skips = (4,)


class FCN8s(FCN):
    """FCN whose scores are joined by those of pool4 and pool3, at strides 16 and 8."""

    skips = (4, 3)


class _Bilinear(nn.Module):
    """Fixed enlargement, in place of a transposed convolution.

    Args:
        factor: Enlargement.
        margin: Whether half a pixel of the input is added on every side, as a transposed
            convolution without padding does.
    """

    def __init__(self, factor: int, *, margin: bool) -> None:
        super().__init__()
        self.factor = factor
        self.margin = margin

    def forward(self, features: Tensor) -> Tensor:
        if self.margin:
            features = F.pad(features, (1, 1, 1, 1), mode="replicate")
        larger = F.interpolate(features, scale_factor=float(self.factor), mode="bilinear")
        half = self.factor // 2
        return larger[:, :, half:-half, half:-half] if self.margin else larger


class _Unpool(nn.Module):
    """Takes scores from behind a pooling to before it.

    VGG stores one index for each of a stage's channels, while scores have a channel for each
    class. So the scores are spread over as many channels, these go where the indices say, and a
    3x3 convolution gathers them and fills the gaps between.
    """

    def __init__(self, num_classes: int, channels: int) -> None:
        super().__init__()
        self.spread = nn.Conv2d(num_classes, channels, 1)
        self.gather = nn.Conv2d(channels, num_classes, 3, padding=1)
        nn.init.kaiming_normal_(self.spread.weight, nonlinearity="linear")
        nn.init.kaiming_normal_(self.gather.weight, nonlinearity="linear")
        for layer in (self.spread, self.gather):
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

    def forward(self, scores: Tensor, stage: Stage) -> Tensor:
        assert stage.indices is not None
        size = stage.features.shape[-2:]
        unpooled = F.max_unpool2d(
            self.spread(scores), stage.indices, (2, 2), output_size=list(size)
        )
        gathered: Tensor = self.gather(unpooled)
        return gathered
