"""The options of the command line that vary training images."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner

from trainer.augmentation_settings import OFF, AugmentationSettings
from trainer.cli.augmentation import augmentation_options, augmentation_settings, kept_augmentation
from trainer.cli.train import train
from trainer.data.augment import random_crop
from trainer.data.source import Sample
from trainer.errors import RecipeError, RunError
from trainer.session import Session, resumed_session

DEFAULT = AugmentationSettings()


def _parsed(*arguments: str) -> dict[str, Any]:
    """Return what a command with the options gets."""

    @click.command()
    @augmentation_options
    def command(**options: object) -> dict[str, Any]:
        return options

    result: dict[str, Any] = command.main(list(arguments), standalone_mode=False)
    return result


def _settings(*arguments: str) -> AugmentationSettings:
    return augmentation_settings(_parsed(*arguments))


def test_without_options_everything_is_as_it_is_by_default() -> None:
    assert _settings() == DEFAULT
    assert kept_augmentation(_parsed()) == {}


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        (("--scale", "0.25", "2"), {"scale": (0.25, 2)}),
        (("--aspect", "0.3"), {"aspect": 0.3}),
        (("--rotate", "180"), {"rotation": 180}),
        (("--warped", "1"), {"warped": 1}),
        (("--elastic", "6"), {"elastic": 6}),
        (("--flip", "both"), {"flip": "both"}),
        (("--rare-crops", "0.5"), {"rare_crops": 0.5}),
        (("--fit", "letterbox", "--pad", "grey"), {"fit": "letterbox", "pad": "grey"}),
        (("--hsv", "0.1", "0.5", "0.6"), {"hue": 0.1, "saturation": 0.5, "value": 0.6}),
        (("--light", "0.1", "0.3"), {"brightness": 0.1, "contrast": 0.3}),
        (
            ("--blur", "0.2", "--noise", "0", "--jpeg", "1"),
            {"blur_share": 0.2, "noise_share": 0, "jpeg_share": 1},
        ),
    ],
)
def test_options_become_settings(arguments: tuple[str, ...], changes: dict[str, Any]) -> None:
    assert _settings(*arguments) == replace(DEFAULT, **changes)
    assert kept_augmentation(_parsed(*arguments)) == changes


def test_every_default_that_help_tells_is_the_one_that_holds() -> None:
    shown = [
        part
        for option in train.params
        if isinstance(option, click.Option) and isinstance(option.show_default, str)
        for part in (f"--{option.opts[0].lstrip('-')}", *option.show_default.split())
    ]

    assert len(shown) > 20
    assert _settings(*shown) == DEFAULT


def test_augmentation_can_be_switched_off_and_single_parts_on_again() -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    label_map = image[:, :, 0]
    off = _settings("--no-augment")

    for seed in range(20):
        crop = random_crop(
            Sample("a", image, label_map), (40, 50), off, np.random.default_rng(seed), {}
        )
        assert np.array_equal(crop.image, image)
        assert np.array_equal(crop.target, label_map)

    assert _settings("--no-augment", "--rotate", "20") == replace(off, rotation=20)
    assert kept_augmentation(_parsed("--no-augment")) == OFF


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--scale", "2", "0.5"), "--scale"),
        (("--scale", "0", "2"), "--scale"),
        (("--aspect", "-1"), "--aspect"),
        (("--hsv", "0.7", "0", "0"), "--hsv"),
        (("--hsv", "0", "-1", "0"), "--hsv"),
        (("--light", "2", "0"), "--light"),
        (("--scale", "nan", "2"), "--scale"),
    ],
)
def test_values_without_sense_are_refused(arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        _settings(*arguments)


@pytest.mark.parametrize("option", ["--blur", "--noise", "--jpeg", "--rare-crops"])
def test_shares_are_from_0_to_1(option: str) -> None:
    result = CliRunner().invoke(train, ["--out", "run", option, "1.5"])

    assert result.exit_code == 2
    assert option in result.output


def test_a_resumed_run_keeps_its_augmentation(
    start: Callable[..., Session], tmp_path: Path
) -> None:
    session = start(augmentation=_settings("--scale", "0.5", "1.5", "--hsv", "0.1", "0.2", "0.3"))
    session.save("last.pt")
    folder = tmp_path / "run"

    same = _parsed("--scale", "0.5", "1.5", "--hsv", "0.1", "0.2", "0.3", "--flip", "auto")
    resumed = resumed_session(folder, kept=kept_augmentation(same))
    assert resumed.recipe == session.recipe

    with pytest.raises(RunError, match=r"keeps its settings, and its scale is \(0\.5, 1\.5\)"):
        resumed_session(folder, kept=kept_augmentation(_parsed("--scale", "0.5", "2")))
    with pytest.raises(RunError, match="flip is horizontal"):
        resumed_session(folder, kept=kept_augmentation(_parsed("--flip", "both")))


def test_the_cache_may_be_given_more_memory_when_a_run_goes_on(
    start: Callable[..., Session], tmp_path: Path
) -> None:
    session = start(cache_mib=0)
    session.save("last.pt")
    assert session.cache.held_bytes == 0

    resumed = resumed_session(tmp_path / "run", cache_mib=1)

    assert resumed.recipe.cache_mib == 1
    assert resumed.cache.held_bytes == 4 * 48 * 64 * 4


def test_a_run_on_whole_images_takes_each_once_an_epoch(start: Callable[..., Session]) -> None:
    session = start(augmentation=_settings("--fit", "letterbox"), crop=None, batch=1)

    assert session.recipe.crop == (48, 64)
    assert session.batches().steps_per_epoch == 3
