"""Backbone and options of a network, from the command line into the run and back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from trainer.__main__ import run
from trainer.errors import CheckpointError, RunError
from trainer.networks.unet_mobilenet import UNetMobileNet
from trainer.run_folder import BEST, LAST, read_recipe
from trainer.session import Session, resumed_session

Start = Callable[..., Session]


def test_a_run_keeps_what_was_chosen_and_what_was_not(start: Start) -> None:
    session = start(network="unet", options=("norm=none",))
    session.save(LAST)

    chosen = ("norm=none", "width=64")
    assert (session.recipe.backbone, session.recipe.options) == (None, chosen)
    assert read_recipe(session.folder).options == chosen
    again = resumed_session(session.folder, kept={"options": ("norm=none",)})
    assert again.segmenter.state_dict().keys() == session.segmenter.state_dict().keys()
    with pytest.raises(RunError, match="its options is"):
        resumed_session(session.folder, kept={"options": ("norm=batch",)})


def test_the_default_backbone_is_written_down(start: Start) -> None:
    session = start(network="unet-mobilenet")

    assert isinstance(session.segmenter.network, UNetMobileNet)
    assert read_recipe(session.folder).backbone == "mobilenet-v1"


def test_weights_of_another_network_are_refused(start: Start) -> None:
    parent = start("other", network="unet-mobilenet")
    parent.save(BEST)

    with pytest.raises(CheckpointError, match="unet-mobilenet on mobilenet-v1, not of unet-mini"):
        start("run", weights=str(parent.folder))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--network", "unet-mobilenet", "--backbone", "vgg16"), "It has mobilenet-v1"),
        (("--network", "fcn8s", "--option", "geometry=round"), "It is padded|classic"),
        (("--network", "fcn8s", "--upsample", "nearest"), "It is transposed|bilinear|unpool"),
        (("--network", "unet-mini", "--upsample", "bilinear"), "has no option 'upsample'"),
        (("--network", "unet", "--weights", "imagenet"), "no published ImageNet weights"),
    ],
)
def test_the_command_line_answers_wrong_choices(
    arguments: tuple[str, ...],
    words: str,
    voc: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run(["train", "--data", str(voc), "--out", str(tmp_path / "run"), *arguments])

    assert code == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert not (tmp_path / "run").exists()
