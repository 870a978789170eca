"""Models in half precision and in 8 bits: same contract, nearly the same answers, fewer bytes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from checkpoints import random_checkpoint, random_image
from numpy.typing import NDArray

from segstudio.core.label_set import LabelSet
from segstudio.core.model_card import CARD_KEY, ModelCard
from segstudio.storage.images import read_image
from trainer.checkpoint import segmenter_of
from trainer.data.source import Sample, open_label_set
from trainer.errors import DatasetError, ExportError
from trainer.export import Exported, exported_model
from trainer.exporting.contract import OUTPUTS
from trainer.exporting.precision import Converted, calibration_crops, converted_model
from trainer.exporting.runtime import class_index_by, open_session
from trainer.networks.table import find_network

IMAGES = [random_image(61, 50, seed) for seed in range(2)]
CROPS = [random_image(64, 64, seed) for seed in range(10, 14)]
PRECISIONS = ("fp16", "int8")


@pytest.fixture(scope="module")
def exported() -> Exported:
    checkpoint = random_checkpoint(find_network("unet-mini"))
    segmenter = segmenter_of(checkpoint, Path("best.pt"))
    with torch.no_grad():  # every class about as often, and clearly
        logits = segmenter(torch.from_numpy(IMAGES[0])[None])
        spread = 2 / logits.std(dim=(0, 2, 3))
    checkpoint.model["network.head.weight"] *= spread[:, None, None, None]
    checkpoint.model["network.head.bias"] -= logits.mean(dim=(0, 2, 3))
    checkpoint.model["network.head.bias"] *= spread
    return exported_model(checkpoint, Path("best.pt"), name="streets", images=IMAGES)


@pytest.fixture(scope="module")
def samples(exported: Exported) -> list[Sample]:
    """Images whose labels are what the full model says: it is perfect, and a loss shows."""
    session = open_session(exported.content)
    return [
        Sample(str(number), image, class_index_by(session, image))
        for number, image in enumerate(IMAGES)
    ]


@pytest.fixture(scope="module")
def convert(exported: Exported, samples: list[Sample]) -> Callable[..., Converted]:
    """Convert the model: ``convert("int8", max_loss=3)``."""

    def convert(precision: str, **changes: object) -> Converted:
        settings: dict[str, Any] = {
            "crops": CROPS,
            "images": IMAGES,
            "samples": samples,
            "label_set": LabelSet(),
            "max_loss": 20.0,
            "progress": lambda done: None,
        }
        return converted_model(exported, precision, **(settings | changes))

    return convert


@pytest.fixture(scope="module")
def models(convert: Callable[..., Converted]) -> dict[str, Converted]:
    return {precision: convert(precision) for precision in PRECISIONS}


def _initializers(content: bytes) -> dict[str, onnx.TensorProto]:
    return {item.name: item for item in onnx.load_from_string(content).graph.initializer}


def _run(content: bytes, image: NDArray[np.uint8]) -> list[NDArray[Any]]:
    outputs: list[NDArray[Any]] = open_session(content).run(OUTPUTS, {"image": image})
    return outputs


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", [(1, 61, 50), (2, 33, 47), (1, 1, 1)])
def test_the_answers_are_nearly_those_of_the_full_model(
    exported: Exported,
    models: dict[str, Converted],
    precision: str,
    shape: tuple[int, int, int],
) -> None:
    count, height, width = shape
    image = np.stack([random_image(height, width, seed) for seed in range(count)])

    expected, sure = _run(exported.content, image)
    class_index, confidence = _run(models[precision].content, image)

    assert (class_index.dtype, confidence.dtype) == (np.uint8, np.float32)
    assert class_index.shape == confidence.shape == shape
    # Nobody trained this network: it is unsure everywhere, and worse to round than any other.
    assert np.abs(confidence - sure).mean() < {"fp16": 0.002, "int8": 0.04}[precision]
    clear = sure > 0.9
    assert np.array_equal(class_index[clear], expected[clear])


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_contract_stays(
    exported: Exported, models: dict[str, Converted], precision: str
) -> None:
    full = onnx.load_from_string(exported.content)
    converted = onnx.load_from_string(models[precision].content)

    assert list(converted.graph.input) == list(full.graph.input)
    assert list(converted.graph.output) == list(full.graph.output)
    assert converted.opset_import == full.opset_import  # no operators but those of the standard


def test_half_precision_halves_the_weights(
    exported: Exported, models: dict[str, Converted]
) -> None:
    weights = _initializers(models["fp16"].content)
    kinds = {name.removeprefix("fp16."): item.data_type for name, item in weights.items()}
    normalising = [item.data_type for item in weights.values() if list(item.dims) == [3, 1, 1]]

    assert kinds["segmenter.network.encoder1.0.weight"] == onnx.TensorProto.FLOAT16
    assert kinds["segmenter.network.head.weight"] == onnx.TensorProto.FLOAT16
    assert normalising == [onnx.TensorProto.FLOAT] * 2  # mean and standard deviation
    assert len(models["fp16"].content) < 0.52 * len(exported.content)


def test_eight_bits_quarter_the_weights_but_not_those_of_the_scores(
    exported: Exported, models: dict[str, Converted]
) -> None:
    weights = _initializers(models["int8"].content)
    first = weights["segmenter.network.encoder1.0.weight_quantized"]

    assert first.data_type == onnx.TensorProto.INT8
    # 7 bits, because sums of two products of 8 overflow on processors without VNNI.
    assert np.abs(onnx.numpy_helper.to_array(first)).max() <= 64
    scales = weights["segmenter.network.encoder1.0.weight_scale"]
    assert scales.dims == first.dims[:1]  # one for each channel
    assert weights["segmenter.network.head.weight"].data_type == onnx.TensorProto.FLOAT
    assert len(models["int8"].content) < 0.3 * len(exported.content)


def test_normalisation_and_decision_are_not_quantised(models: dict[str, Converted]) -> None:
    graph = onnx.load_from_string(models["int8"].content).graph
    quantised = {
        name for node in graph.node if node.op_type == "DequantizeLinear" for name in node.output
    }

    by_type = {node.op_type: node for node in graph.node}
    for op_type in ("Div", "Transpose", "ArgMax", "Softmax", "ReduceMax"):
        assert quantised.isdisjoint(by_type[op_type].input), op_type
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    assert all(quantised.issuperset(node.input[:2]) for node in convolutions[:-1])
    assert convolutions[-1].input[1] not in quantised


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_card_has_the_precision_and_its_own_metrics(
    exported: Exported, models: dict[str, Converted], samples: list[Sample], precision: str
) -> None:
    converted = models[precision]
    model = onnx.load_from_string(converted.content)
    card = ModelCard.from_json(model.metadata_props[0].value)

    assert [item.key for item in model.metadata_props] == [CARD_KEY]
    assert card.precision == precision
    assert exported.card.precision == "fp32"
    assert card.metrics["mean_iou"] == converted.comparison.converted.mean_iou
    assert replace(card, precision="fp32", metrics=exported.card.metrics) == exported.card
    session = open_session(converted.content)
    right = [(class_index_by(session, s.image) == s.label_map).mean() for s in samples]
    assert card.metrics["pixel_accuracy"] == pytest.approx(np.mean(right))
    assert converted.comparison.agreement == pytest.approx(np.mean(right))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_file_knows_nothing_of_the_computer_it_was_made_on(
    models: dict[str, Converted], precision: str
) -> None:
    content = models[precision].content

    for secret in (b".py", b"/tmp", b"quant.pre_process", b"site-packages", b"onnxruntime"):
        assert secret not in content


def test_a_model_that_loses_too_much_is_refused(convert: Callable[..., Converted]) -> None:
    """Calibrated on black crops it takes every bright pixel for a dark one."""
    dark = [np.zeros((64, 64, 3), np.uint8)]

    with pytest.raises(ExportError, match=r"as int8 the model loses \d+\.\d\d points") as raised:
        convert("int8", crops=dark, max_loss=0.5)

    assert "--max-loss" in raised.value.hint
    assert convert("int8", crops=dark, max_loss=100.0).comparison.loss > 0.5


def test_images_without_labels_judge_nothing(
    convert: Callable[..., Converted], samples: list[Sample]
) -> None:
    unlabelled = [replace(s, label_map=np.full_like(s.label_map, 255)) for s in samples]

    with pytest.raises(ExportError, match="no pixel of the validation images is labelled"):
        convert("fp16", samples=unlabelled)


def test_what_goes_wrong_with_the_crops_is_told_as_it_is(convert: Callable[..., Converted]) -> None:
    def crops() -> Iterator[NDArray[np.uint8]]:
        yield CROPS[0]
        raise DatasetError(Path("data"), "an image is gone")

    with pytest.raises(DatasetError, match="an image is gone"):
        convert("int8", crops=crops())


def _holds(image: NDArray[np.uint8], crop: NDArray[np.uint8]) -> bool:
    parts = np.lib.stride_tricks.sliding_window_view(image, crop.shape)[:, :, 0]
    return bool((parts == crop).all(axis=(2, 3, 4)).any())


def test_crops_are_of_training_images_and_chosen_by_the_seed(voc: Path) -> None:
    dataset = open_label_set(voc, None, None)

    crops = list(calibration_crops(dataset, (32, 40), seed=0))

    assert len(crops) == 32
    assert {crop.shape for crop in crops} == {(32, 40, 3)}
    again, other = (list(calibration_crops(dataset, (32, 40), seed=seed)) for seed in (0, 1))
    assert all(map(np.array_equal, crops, again))
    assert not all(map(np.array_equal, crops, other))
    train = [read_image(item.image) for item in dataset.splits["train"]]
    assert all(any(_holds(image, crop) for image in train) for crop in crops)


def test_images_smaller_than_the_crops_are_taken_whole(voc: Path) -> None:
    crops = calibration_crops(open_label_set(voc, None, None), (256, 32), seed=0)

    assert {crop.shape for crop in crops} == {(48, 32, 3)}
