"""Every network as an ONNX file that does the same, and in fewer bits nearly the same."""

import logging
from pathlib import Path

import numpy as np
import onnx
import pytest
from checkpoints import random_checkpoint, random_image
from network_checks import title, variants

from trainer.export import batches_to_check, exported_model
from trainer.exporting.contract import OUTPUTS, sealed
from trainer.exporting.quantize import to_fp16, to_int8
from trainer.exporting.runtime import open_session
from trainer.networks.table import Network, find_network

QUICK = ("unet-mini", "unet-mobilenet-mobilenet-v1")
TOGETHER = [find_network("fcn8s", None, ["geometry=classic", "upsample=bilinear"])]

every_variant = pytest.mark.parametrize(
    "network",
    [
        pytest.param(
            network, id=title(network), marks=() if title(network) in QUICK else pytest.mark.slow
        )
        for network in (*variants(), *TOGETHER)
    ],
)


@pytest.mark.timeout(3600)
@every_variant
def test_the_exported_network_answers_as_in_pytorch(
    network: Network, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Compared on an image of odd sides, on a part of it with its mirror image, on one pixel."""
    monkeypatch.setattr("trainer.networks.fcn.FCN.hidden_channels", 16)
    images = [random_image(149, 101)]
    checkpoint = random_checkpoint(network)

    exported = exported_model(checkpoint, Path("best.pt"), name="any", images=images)

    assert exported.difference < 1e-3
    weights = {item.name for item in onnx.load_from_string(exported.content).graph.initializer}
    assert not [name for name in weights if "aux" in name]
    full = open_session(exported.content)
    half = open_session(sealed(to_fp16(exported.content), exported.card))
    eighth = open_session(sealed(to_int8(exported.content, images), exported.card))
    for batch in batches_to_check(images):
        class_index, sure = full.run(OUTPUTS, {"image": batch})
        # Of SegNet and of 71 untrained layers most: what hangs on the last bits adds up.
        assert np.abs(half.run(OUTPUTS, {"image": batch})[1] - sure).mean() < 0.05
        shapes = [output.shape for output in eighth.run(OUTPUTS, {"image": batch})]
        assert shapes == [class_index.shape, sure.shape]
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == []
