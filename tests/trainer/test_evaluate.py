"""The same numbers for a run, its checkpoint and its ONNX file."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from segstudio.core.label_set import LabelSet
from segstudio.core.metrics import Scores
from segstudio.errors import ModelCardError, ModelError
from trainer.checkpoint import load_checkpoint
from trainer.data.source import Sample
from trainer.errors import CheckpointError, TrainerError
from trainer.evaluate import LoadedModel, flat_metrics, load_model, score
from trainer.export import export_onnx
from trainer.run_folder import BEST
from trainer.session import Session

CPU = torch.device("cpu")
NAMES = LabelSet.named(["background", "cell"])
LABEL_MAP = np.array([[0, 1, 1, 255]], np.uint8)
SAMPLE = Sample("a", np.zeros((1, 4, 3), np.uint8), LABEL_MAP)


def _model(*classes: str) -> LoadedModel:
    """Return a model that finds every cell and calls unlabelled pixels cells."""
    return LoadedModel(LabelSet.named(classes), lambda image: np.minimum(LABEL_MAP, 1), None)


def test_a_run_its_checkpoint_and_its_export_get_the_same_numbers(
    start: Callable[..., Session],
) -> None:
    session = start()
    torch.nn.init.normal_(session.segmenter.network.get_submodule("head").weight)  # type: ignore[arg-type]
    session.save(BEST)
    folder = session.folder
    samples = [session.cache.load(item) for item in session.validation_items]
    checkpoint = load_checkpoint(folder / BEST)
    export_onnx(checkpoint, folder / BEST, folder / "m.onnx", name="m", images=[samples[0].image])

    results = [
        score(load_model(path, CPU), samples, session.label_set)
        for path in (folder, folder / BEST, folder / "m.onnx")
    ]

    assert results[0] == results[1]
    assert results[2].pixel_accuracy == pytest.approx(results[0].pixel_accuracy, abs=2e-3)
    assert results[2].iou == pytest.approx(results[0].iou, abs=2e-3)


def test_unlabelled_pixels_do_not_count() -> None:
    scores = score(_model("background", "cell"), [SAMPLE], NAMES)

    assert scores.pixel_accuracy == 1
    assert scores.pixels == 3


def test_classes_are_matched_by_name_not_by_place() -> None:
    swapped = LabelSet.named(["cell", "background"])

    scores = score(_model("background", "cell"), [SAMPLE], swapped)

    assert scores.pixel_accuracy == 0


def test_labels_without_names_are_taken_for_the_models() -> None:
    assert score(_model("background", "cell"), [SAMPLE], LabelSet()).pixel_accuracy == 1


def test_other_classes_are_refused() -> None:
    with pytest.raises(TrainerError, match="the model knows sky, road, the labels are"):
        score(_model("sky", "road"), [SAMPLE], NAMES)

    outside = Sample("b", SAMPLE.image, np.full((1, 4), 9, np.uint8))
    with pytest.raises(TrainerError, match="b: the labels do not fit the model"):
        score(_model("background", "cell"), [outside], LabelSet())


def test_metrics_of_absent_classes_are_left_out_of_the_card() -> None:
    confusion = np.array([[4, 0, 0], [0, 0, 0]])

    metrics = flat_metrics(Scores.of(confusion).to_json(NAMES.names))

    assert metrics["pixel_accuracy"] == 1
    assert metrics["iou of background"] == 1
    assert "iou of cell" not in metrics


def test_what_is_no_model_says_so(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("no model")
    (tmp_path / "text.pt").write_text("no checkpoint")
    (tmp_path / "empty").mkdir()

    with pytest.raises(ModelError, match="not an ONNX model"):
        load_model(tmp_path / "text.onnx", CPU)
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(tmp_path / "missing.onnx", CPU)
    with pytest.raises(CheckpointError, match="not a checkpoint"):
        load_model(tmp_path / "text.pt", CPU)
    with pytest.raises(CheckpointError, match=r"holds no best\.pt"):
        load_model(tmp_path / "empty", CPU)
    with pytest.raises(CheckpointError, match="no such run or file"):
        load_model(tmp_path / "missing", CPU)


def test_a_model_without_a_card_is_refused(tmp_path: Path) -> None:
    import onnx

    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    node = onnx.helper.make_node("Identity", ["x"], ["y"])
    out = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])
    graph = onnx.helper.make_graph([node], "g", [value], [out])
    opset = [onnx.helper.make_opsetid("", 20)]
    onnx.save(
        onnx.helper.make_model(graph, opset_imports=opset, ir_version=10), tmp_path / "m.onnx"
    )

    with pytest.raises(ModelCardError, match="no model card"):
        load_model(tmp_path / "m.onnx", CPU)
