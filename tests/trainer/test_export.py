"""The exported file does what the network does, and says what it is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray

from segstudio.core.model_card import CARD_KEY, ModelCard
from trainer.checkpoint import Checkpoint, load_checkpoint, segmenter_of
from trainer.errors import ExportError
from trainer.export import export_onnx, verified_difference
from trainer.networks.segmenter import Decider
from trainer.run_folder import LAST
from trainer.session import Session

RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 256, (61, 50, 3), np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("export")


@pytest.fixture
def exported(folder: Path, start: Callable[..., Session]) -> tuple[Checkpoint, Path]:
    """Return a checkpoint and the model made of it; the exporter runs once for all tests."""
    path, out = folder / LAST, folder / "models" / "cells.onnx"
    if not out.exists():
        session = start()
        torch.nn.init.normal_(session.segmenter.network.get_submodule("head").weight)  # type: ignore[arg-type]
        session.folder = folder
        session.save(LAST)
        export_onnx(load_checkpoint(path), path, out, name="cells", images=[IMAGE])
    return load_checkpoint(path), out


def _run(path: Path, image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    class_index, confidence = session.run(["class_index", "confidence"], {"image": image})
    return class_index, confidence


def test_the_logits_are_there_for_those_who_ask(exported: tuple[Checkpoint, Path]) -> None:
    _checkpoint, path = exported
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    image = RNG.integers(0, 256, (2, 37, 51, 3), np.uint8)

    class_index, logits = session.run(["class_index", "logits"], {"image": image})

    assert [output.name for output in session.get_outputs()][2:] == ["logits"]
    assert logits.shape == (2, 40, 52, 2)  # sides rounded up to the stride
    assert np.array_equal(logits.argmax(axis=3)[:, :37, :51], class_index)


def test_maps_are_enlarged_by_factors_that_are_known_in_advance(
    exported: tuple[Checkpoint, Path],
) -> None:
    """onnxruntime's kernels that keep channels in blocks take no others."""
    graph = onnx.load(exported[1]).graph
    constant = {item.name: onnx.numpy_helper.to_array(item) for item in graph.initializer}
    enlarging = [list(node.input) for node in graph.node if node.op_type == "Resize"]

    assert len(enlarging) == 2
    for _map, _, scales in enlarging:
        assert constant[scales].tolist() == [1, 1, 2, 2]


@pytest.mark.parametrize("shape", [(1, 64, 64), (2, 37, 51), (1, 1, 1), (3, 2, 5), (1, 375, 501)])
def test_the_file_does_what_the_network_does(
    exported: tuple[Checkpoint, Path], shape: tuple[int, int, int]
) -> None:
    checkpoint, path = exported
    image = RNG.integers(0, 256, (*shape, 3), np.uint8)

    class_index, confidence = _run(path, image)

    with torch.no_grad():
        expected = Decider(segmenter_of(checkpoint, path))(torch.from_numpy(image))
    assert class_index.dtype == np.uint8
    assert class_index.shape == confidence.shape == shape
    clear = confidence > 0.5001  # of two classes
    assert np.array_equal(class_index[clear], expected[0].numpy()[clear])
    np.testing.assert_allclose(confidence, expected[1].numpy(), atol=1e-4)
    assert confidence.min() >= 0.4999
    assert confidence.max() <= 1


def test_the_card_says_what_the_model_is(exported: tuple[Checkpoint, Path]) -> None:
    checkpoint, path = exported

    properties = {item.key: item.value for item in onnx.load(path).metadata_props}
    card = ModelCard.from_json(properties[CARD_KEY])

    assert list(properties) == [CARD_KEY]
    assert card.name == "cells"
    assert card.network == "unet-mini"
    assert card.label_set == checkpoint.label_set
    assert (card.stride, card.training_size) == (4, (32, 32))
    assert card.parameters == 471_586
    assert card.data_fingerprint == checkpoint.fingerprint


def test_the_contract_is_one_file_with_plain_names(exported: tuple[Checkpoint, Path]) -> None:
    _, path = exported
    model = onnx.load(path)

    def described(value: onnx.ValueInfoProto) -> tuple[str, int, list[str | int]]:
        kind = value.type.tensor_type
        dims = [dim.dim_param or dim.dim_value for dim in kind.shape.dim]
        return value.name, kind.elem_type, dims

    assert [described(value) for value in model.graph.input] == [
        ("image", onnx.TensorProto.UINT8, ["N", "H", "W", 3])
    ]
    assert [described(value) for value in model.graph.output] == [
        ("class_index", onnx.TensorProto.UINT8, ["N", "H", "W"]),
        ("confidence", onnx.TensorProto.FLOAT, ["N", "H", "W"]),
        ("logits", onnx.TensorProto.FLOAT, ["N", "padded H", "padded W", 2]),
    ]
    assert [item.name for item in path.parent.iterdir()] == ["cells.onnx"]


def test_the_file_knows_nothing_of_the_computer_it_was_made_on(
    exported: tuple[Checkpoint, Path],
) -> None:
    content = exported[1].read_bytes()

    for secret in (b".py", b"site-packages", str(Path.home()).encode(), b'File "'):
        assert secret not in content


def test_a_file_that_is_not_the_network_is_refused(exported: tuple[Checkpoint, Path]) -> None:
    checkpoint, path = exported
    other = segmenter_of(checkpoint, path)
    with torch.no_grad():
        other.std.mul_(1.5)  # as if the exporter had got the normalisation wrong

    assert verified_difference(path.read_bytes(), segmenter_of(checkpoint, path), [IMAGE]) < 1e-4
    with pytest.raises(ExportError, match="a 50 x 61 image differ"):
        verified_difference(path.read_bytes(), other, [IMAGE])
