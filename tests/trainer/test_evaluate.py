"""The same numbers for a run, its checkpoint and its ONNX file."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from segstudio.core.label_set import LabelSet
from segstudio.core.metrics import Scores, confusion_matrix
from segstudio.errors import ModelCardError, ModelError
from trainer.checkpoint import load_checkpoint
from trainer.data.source import Sample
from trainer.errors import CheckpointError, TrainerError
from trainer.evaluate import LoadedModel, Tally, flat_metrics, load_model
from trainer.export import export_onnx
from trainer.inference import InferenceSettings
from trainer.run_folder import BEST
from trainer.session import Session

CPU = torch.device("cpu")
NAMES = LabelSet.named(["background", "cell"])
LABEL_MAP = np.array([[0, 1, 1, 255]], np.uint8)
SAMPLE = Sample("a", np.zeros((1, 4, 3), np.uint8), LABEL_MAP)


def _model(*classes: str) -> LoadedModel:
    """Return a model that finds every cell and calls unlabelled pixels cells."""
    return LoadedModel(LabelSet.named(classes), lambda image: np.minimum(LABEL_MAP, 1), None)


def _tally(
    model: LoadedModel,
    samples: Iterable[Sample],
    label_set: LabelSet,
    *,
    boundary: bool = False,
) -> Tally:
    tally = Tally(model.label_set, label_set, boundary=boundary)
    for sample in samples:
        tally.add(sample, model.predict(sample.image))
    return tally


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
        _tally(load_model(path, CPU), samples, session.label_set).scores
        for path in (folder, folder / BEST, folder / "m.onnx")
    ]

    assert results[0] == results[1]
    assert results[2].pixel_accuracy == pytest.approx(results[0].pixel_accuracy, abs=2e-3)
    assert results[2].iou == pytest.approx(results[0].iou, abs=2e-3)


def test_unlabelled_pixels_do_not_count() -> None:
    scores = _tally(_model("background", "cell"), [SAMPLE], NAMES).scores

    assert scores.pixel_accuracy == 1
    assert scores.pixels == 3


def test_classes_are_matched_by_name_not_by_place() -> None:
    swapped = LabelSet.named(["cell", "background"])

    scores = _tally(_model("background", "cell"), [SAMPLE], swapped).scores

    assert scores.pixel_accuracy == 0


def test_labels_without_names_are_taken_for_the_models() -> None:
    tally = _tally(_model("background", "cell"), [SAMPLE], LabelSet())

    assert tally.scores.pixel_accuracy == 1
    assert tally.classes == NAMES


def test_other_classes_are_refused() -> None:
    with pytest.raises(TrainerError, match="the model knows sky, road, the labels are"):
        _tally(_model("sky", "road"), [SAMPLE], NAMES)

    outside = Sample("b", SAMPLE.image, np.full((1, 4), 9, np.uint8))
    with pytest.raises(TrainerError, match="b: the labels do not fit the model"):
        _tally(_model("background", "cell"), [outside], LabelSet())


def test_predictions_come_back_in_the_classes_of_the_labels() -> None:
    tally = Tally(NAMES, LabelSet.named(["cell", "background"]))

    predicted = tally.add(SAMPLE, np.array([[0, 1, 1, 0]], np.uint8))

    assert predicted.tolist() == [[1, 0, 0, 1]]


def test_contours_are_judged_only_where_that_is_asked_for() -> None:
    """A square of cells, found one pixel too far to the right: within the tolerance of 2 pixels."""
    truth = np.zeros((200, 200), np.uint8)
    truth[50:150, 50:150] = 1
    sample = Sample("a", np.zeros((200, 200, 3), np.uint8), truth)
    shifted, lost = np.roll(truth, 1, axis=1), np.zeros_like(truth)

    def judged(predicted: NDArray[np.uint8], *, boundary: bool) -> dict[str, Any]:
        tally = Tally(NAMES, NAMES, boundary=boundary)
        tally.add(sample, predicted)
        return tally.to_json()

    assert judged(shifted, boundary=True)["mean_boundary_f_score"] == 1
    assert judged(shifted, boundary=True)["mean_iou"] < 1
    assert [row["boundary_f_score"] for row in judged(lost, boundary=True)["classes"]] == [0, 0]
    plain = judged(shifted, boundary=False)
    assert "mean_boundary_f_score" not in plain
    assert plain == Scores.of(confusion_matrix(truth, shifted, 2)).to_json(NAMES.names)


def test_metrics_of_absent_classes_are_left_out_of_the_card() -> None:
    confusion = np.array([[4, 0, 0], [0, 0, 0]])

    metrics = flat_metrics(Scores.of(confusion).to_json(NAMES.names))

    assert metrics["pixel_accuracy"] == 1
    assert metrics["iou of background"] == 1
    assert "iou of cell" not in metrics


def test_an_export_has_no_probabilities_to_average(tmp_path: Path) -> None:
    for settings in ({"flips": "both"}, {"scales": (1.0, 2.0)}, {"window": (64, 64)}):
        with pytest.raises(TrainerError, match=r"m\.onnx: .*gives only classes") as raised:
            load_model(tmp_path / "m.onnx", CPU, InferenceSettings(**settings))  # type: ignore[arg-type]
        assert "its run or checkpoint" in raised.value.hint


def test_what_is_no_model_says_so(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("no model")
    (tmp_path / "text.pt").write_text("no checkpoint")
    (tmp_path / "empty").mkdir()

    with pytest.raises(ModelError, match="not an ONNX model"):
        load_model(tmp_path / "text.onnx", CPU)
    with pytest.raises(ModelError, match="there is no such model"):
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
