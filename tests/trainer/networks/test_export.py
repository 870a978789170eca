"""Every network as an ONNX file that does the same."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from segstudio.core.label_set import LabelSet
from trainer.checkpoint import Checkpoint, Position
from trainer.export import export_onnx
from trainer.networks.segmenter import Segmenter
from trainer.networks.table import NETWORKS, find_network
from trainer.recipe import Recipe

VARIANTS: list[tuple[str, tuple[str, ...]]] = [
    *((name, ()) for name in NETWORKS),
    ("fcn8s", ("geometry=classic",)),
    ("fcn8s", ("geometry=classic", "upsample=bilinear")),
    ("fcn8s", ("upsample=bilinear",)),
    ("fcn8s", ("upsample=unpool",)),
]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("name", "settings"),
    VARIANTS,
    ids=["-".join([name, *settings]) for name, settings in VARIANTS],
)
def test_the_exported_network_answers_as_in_pytorch(
    name: str, settings: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.networks.fcn.FCN.hidden_channels", 16)
    torch.manual_seed(0)
    network = find_network(name, None, settings)
    module = network.build(3)
    with torch.no_grad():
        for weight in module.parameters():
            if not weight.any():  # scores that start as zeros prove nothing
                weight.normal_(std=0.1)
    segmenter = Segmenter(module, network.stride, [120.0] * 3, [60.0] * 3)
    checkpoint = Checkpoint(
        recipe=Recipe(
            network=network.name,
            backbone=network.backbone,
            options=network.settings,
            data="",
            epochs=1,
            crop=(64, 64),
            batch=2,
            learning_rate=1e-3,
        ),
        label_set=LabelSet.named(("sky", "road", "car")),
        fingerprint="0" * 64,
        parent=None,
        position=Position(metrics={"pixel_accuracy": 0.5, "mean_iou": 0.5, "classes": []}),
        model=segmenter.state_dict(),
        optimizer={},
        rng={},
    )
    images = [np.random.default_rng(0).integers(0, 256, (150, 101, 3), dtype=np.uint8)]
    out = tmp_path / "model.onnx"

    difference = export_onnx(checkpoint, tmp_path, out, name=name, images=images)

    assert difference < 1e-3
    weights = {item.name for item in onnx.load(out).graph.initializer}
    assert not [name for name in weights if "aux" in name]
