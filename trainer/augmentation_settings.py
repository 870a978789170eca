"""How training images are varied, as it is written on the command line and in a recipe.

Loads neither torch nor OpenCV.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from trainer.errors import RecipeError

FLIPS: Final = ("auto", "none", "horizontal", "both")
FITS: Final = ("crop", "letterbox")
PADS: Final = ("mirror", "grey")
OFF: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "scale": (1.0, 1.0),
        "aspect": 0.0,
        "rotation": 0.0,
        "elastic": 0.0,
        "flip": "none",
        "rare_crops": 0.0,
        "hue": 0.0,
        "saturation": 0.0,
        "value": 0.0,
        "brightness": 0.0,
        "contrast": 0.0,
        "blur_share": 0.0,
        "noise_share": 0.0,
        "jpeg_share": 0.0,
    }
)
"""Settings that vary nothing: their strength is zero, so that each may be given a strength."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentationSettings:
    """How training images are varied.

    A share is how many of the crops are varied in this way, 0..1. Each crop is also seen without:
    a network that only met softened or noisy pixels would be worse on clean ones.

    Attributes:
        warped: Share of crops that are scaled, stretched, rotated and bent.
        scale: Smallest and largest factor; drawn on a logarithmic scale.
        aspect: Largest change of width to height: 0.2 makes it up to 1.2 times as much or as
            little, the area stays.
        rotation: Largest angle to either side, degrees.
        elastic: Standard deviation of the shifts that bend a crop smoothly, crop pixels.
        flip: "none", "horizontal", "both", or "auto": horizontal, unless the names of the classes
            tell the plan more.
        rare_crops: Share of crops that are placed on a rare class, in images that show one.
        fit: "crop": a part of the image at its own scale; "letterbox": the whole image, scaled to
            fit, before it is varied.
        pad: What is outside the image: "mirror" or "grey". It is unlabelled in any case.
        grey: Whether the images are grey: their hue and saturation stay as they are.
        hsv_share: Share of crops whose colours are varied.
        hue: Largest turn of the hue, as a share of the full circle.
        saturation: 0.4 makes it up to 1.4 times as much or as little.
        value: The same of the value, the largest of red, green and blue.
        light_share: Share of crops whose brightness and contrast are varied.
        brightness: Largest change, as a share of the full range.
        contrast: Largest change of the factor from 1; it turns around the crop's mean.
        blur_share: Share of crops that are blurred.
        blur: Largest standard deviation of the blur, crop pixels.
        noise_share: Share of crops that get Gaussian noise.
        noise: Its largest standard deviation, as a share of the full range.
        jpeg_share: Share of crops that get the artefacts of JPEG compression.
        jpeg_quality: The lowest quality, 1..100.
    """

    warped: float = 0.5
    scale: tuple[float, float] = (0.5, 2.0)
    aspect: float = 0.2
    rotation: float = 15.0
    elastic: float = 0.0
    flip: str = "auto"
    rare_crops: float = 0.33
    fit: str = "crop"
    pad: str = "mirror"
    grey: bool = False
    hsv_share: float = 0.5
    hue: float = 0.03
    saturation: float = 0.4
    value: float = 0.2
    light_share: float = 0.8
    brightness: float = 0.1
    contrast: float = 0.2
    blur_share: float = 0.1
    blur: float = 1.5
    noise_share: float = 0.1
    noise: float = 0.04
    jpeg_share: float = 0.05
    jpeg_quality: int = 40

    def __post_init__(self) -> None:
        _require(self.flip in FLIPS, f"--flip is one of {', '.join(FLIPS)}")
        _require(self.fit in FITS, f"--fit is one of {', '.join(FITS)}")
        _require(self.pad in PADS, f"--pad is one of {', '.join(PADS)}")
        least, most = self.scale
        _require(
            0.05 <= least <= most <= 20, "--scale needs the smaller factor first, both of 0.05..20"
        )
        _require(0 <= self.aspect <= 4, "--aspect is from 0 to 4")
        _require(0 <= self.rotation <= 180, "--rotate is from 0 to 180 degrees")
        _require(0 <= self.elastic <= 100, "--elastic is from 0 to 100 pixels")
        shares = {
            "the share of warped crops": self.warped,
            "--rare-crops": self.rare_crops,
            "the share of crops with other colours": self.hsv_share,
            "the share of crops with other light": self.light_share,
            "--blur": self.blur_share,
            "--noise": self.noise_share,
            "--jpeg": self.jpeg_share,
            "the brightness of --light": self.brightness,
            "the contrast of --light": self.contrast,
            "the strength of the noise": self.noise,
        }
        for name, share in shares.items():
            _require(0 <= share <= 1, f"{name} is from 0 to 1")
        _require(0 <= self.hue <= 0.5, "the hue of --hsv is from 0 to 0.5, half a circle")
        for factor in (self.saturation, self.value):
            _require(0 <= factor <= 4, "saturation and value of --hsv are from 0 to 4")
        _require(0 <= self.blur < math.inf, "the strength of the blur must not be negative")
        _require(1 <= self.jpeg_quality <= 100, "the quality of JPEG is from 1 to 100")


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise RecipeError(problem)
