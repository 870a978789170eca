"""The options of ``trainer train`` that say how training images are varied."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from trainer.augmentation_settings import AugmentationSettings

_Command = TypeVar("_Command", bound=Callable[..., Any])

_share = click.FloatRange(0, 1)

# What is not given is None: the defaults are those of ``AugmentationSettings``, and are only
# repeated for people to read.
_OPTIONS = (
    click.option(
        "--no-augment",
        "augment",
        flag_value=False,
        default=True,
        help="Only crop the training images, but for what other options ask for.",
    ),
    click.option(
        "--fit",
        type=click.Choice(["crop", "letterbox"]),
        show_default="crop",
        help="Train on parts at their own scale, or on whole images, scaled to fit --crop.",
    ),
    click.option(
        "--pad",
        type=click.Choice(["mirror", "grey"]),
        show_default="mirror",
        help="What lies outside the image; it is unlabelled.",
    ),
    click.option(
        "--rare-crops",
        type=_share,
        show_default="0.33",
        metavar="SHARE",
        help="Share of crops that are placed on a rare class.",
    ),
    click.option(
        "--warped",
        type=_share,
        show_default="0.5",
        metavar="SHARE",
        help="Share of crops that --scale, --aspect, --rotate and --elastic change.",
    ),
    click.option(
        "--scale",
        type=float,
        nargs=2,
        show_default="0.5 2",
        metavar="MIN MAX",
        help="Smallest and largest factor of the size.",
    ),
    click.option(
        "--aspect",
        type=float,
        show_default="0.2",
        metavar="SHARE",
        help="Largest change of width to height.",
    ),
    click.option(
        "--rotate",
        "rotation",
        type=click.FloatRange(0, 180),
        show_default="15",
        metavar="DEGREES",
        help="Largest rotation to either side.",
    ),
    click.option(
        "--elastic",
        type=click.FloatRange(0, 100),
        show_default="0",
        metavar="PIXELS",
        help="How far crops are bent, for soft things such as tissue; 10 is much.",
    ),
    click.option(
        "--flip",
        type=click.Choice(["auto", "none", "horizontal", "both"]),
        show_default="auto",
        help="Which mirror images are as good as the image; auto reads the names of the classes.",
    ),
    click.option(
        "--hsv",
        type=float,
        nargs=3,
        show_default="0.03 0.4 0.2",
        metavar="H S V",
        help="Largest turn of the hue, as a share of its circle, and change of saturation, value.",
    ),
    click.option(
        "--light",
        type=float,
        nargs=2,
        show_default="0.1 0.2",
        metavar="B C",
        help="Largest change of brightness, as a share of the range, and of contrast.",
    ),
    click.option(
        "--blur",
        "blur_share",
        type=_share,
        show_default="0.1",
        metavar="SHARE",
        help="Share of crops that are blurred.",
    ),
    click.option(
        "--noise",
        "noise_share",
        type=_share,
        show_default="0.1",
        metavar="SHARE",
        help="Share of crops that get noise.",
    ),
    click.option(
        "--jpeg",
        "jpeg_share",
        type=_share,
        show_default="0.05",
        metavar="SHARE",
        help="Share of crops that get JPEG artefacts.",
    ),
)

# Options whose values are those of a setting of the same name.
_SAME = (
    "fit", "pad", "rare_crops", "warped", "scale", "aspect", "rotation", "elastic", "flip",
    "blur_share", "noise_share", "jpeg_share",
)  # fmt: skip
# Options of several values, and the settings they are.
_SEVERAL = {"hsv": ("hue", "saturation", "value"), "light": ("brightness", "contrast")}


def augmentation_options(command: _Command) -> _Command:
    """Add the options to a command; those that are not given come as None."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def augmentation_settings(options: Mapping[str, Any]) -> "AugmentationSettings":
    """Return the settings that a command's options are.

    Raises:
        RecipeError: If a value makes no sense.
    """
    from trainer.augmentation_settings import AugmentationSettings

    return AugmentationSettings(**_given(options))


def kept_augmentation(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that were given and that a resumed run must have, by their names."""
    given = _given(options)
    if given.get("flip") == "auto":  # whatever was decided then
        del given["flip"]
    return given


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    from trainer.augmentation_settings import OFF

    given = {} if options["augment"] else dict(OFF)
    given |= {name: options[name] for name in _SAME if options[name] is not None}
    for option, names in _SEVERAL.items():
        if options[option] is not None:
            given |= dict(zip(names, options[option], strict=True))
    return given
