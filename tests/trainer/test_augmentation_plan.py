"""Which variations suit a data set."""

from dataclasses import replace

import pytest

from trainer.augmentation_plan import decide_augmentation, flips_for
from trainer.augmentation_settings import AugmentationSettings

ASKED = AugmentationSettings()


@pytest.mark.parametrize(
    ("names", "flip"),
    [
        (("background", "left lung", "right lung"), "none"),
        (("background", "LeftLung"), "none"),
        (("background", "hand_right_2"), "none"),
        (("background", "eye.L", "eye.R"), "none"),
        (("upper left membrane", "rest"), "none"),
        (("sky", "bright", "upright", "leftover", "copyright"), "horizontal"),
        (("vitamin r", "background"), "horizontal"),
        (("upper jaw", "lower jaw"), "horizontal"),
        (("road", "sky", "bicycle"), "horizontal"),
        (("background", "cell phone"), "horizontal"),
        (("background", "Cell Membrane"), "both"),
        (("background", "mitochondrion", "vesicle"), "both"),
        (("upper membrane", "lower membrane"), "horizontal"),
    ],
)
def test_names_decide_which_mirror_images_are_right(names: tuple[str, ...], flip: str) -> None:
    assert flips_for(names)[0] == flip


def test_what_the_names_decide_is_told() -> None:
    names = ("background", "left lung")

    settings, (reason,) = decide_augmentation(ASKED, names, (5, 5), grey=False)

    assert settings.flip == "none"
    assert reason.setting == "flip"
    assert "left lung" in reason.why


def test_what_the_user_asks_for_is_kept() -> None:
    names = ("left lung", "right lung")

    for flip in ("none", "horizontal", "both"):
        settings, reasons = decide_augmentation(
            replace(ASKED, flip=flip), names, (5, 5), grey=False
        )
        assert settings.flip == flip
        assert reasons == ()


def test_usual_images_need_no_reasons() -> None:
    settings, reasons = decide_augmentation(ASKED, ("road", "sky"), (5, 5), grey=False)

    assert settings == replace(ASKED, flip="horizontal")
    assert reasons == ()


def test_grey_images_keep_hue_and_saturation() -> None:
    settings, (reason,) = decide_augmentation(ASKED, ("road", "sky"), (5, 5), grey=True)

    assert settings.grey
    assert "grey" in reason.why

    still = replace(ASKED, hue=0, saturation=0)
    assert decide_augmentation(still, ("road", "sky"), (5, 5), grey=True)[1] == ()


def test_rare_classes_are_named() -> None:
    names = ("road", "sign", "sky")

    _, (reason,) = decide_augmentation(ASKED, names, (90, 1, 90), grey=False)

    assert (reason.setting, reason.value) == ("rare crops", "33%")
    assert "sign" in reason.why
    none = replace(ASKED, rare_crops=0)
    assert decide_augmentation(none, names, (90, 1, 90), grey=False)[1] == ()
