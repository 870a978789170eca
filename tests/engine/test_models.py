"""Files that are no model, or not one of ours: one clear sentence each."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx_models import card_of, write_model

from segstudio.core.label_map import RgbImage
from segstudio.engine.worker import Worker
from segstudio.errors import ModelCardError, ModelError

_FLOAT, _UINT8 = TensorProto.FLOAT, TensorProto.UINT8
_CONFIDENCE = ("confidence", _FLOAT, ("N", "H", "W"))


def _truncated(path: Path) -> None:
    content = write_model(path).read_bytes()
    path.write_bytes(content[: len(content) // 2])


_NO_MODELS: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "there is no such model. Check the name"),
    "text": (
        lambda path: path.write_text("shopping list\nmilk\n" * 9),
        "this is not an ONNX model, or the file is damaged. "
        "Copy it again from its source, or export it again",
    ),
    "empty": (lambda path: path.touch(), "the file is empty. Copy it again from its source"),
    "truncated": (
        _truncated,
        "this is not an ONNX model, or the file is damaged. "
        "Copy it again from its source, or export it again",
    ),
    "folder": (lambda path: path.mkdir(), "this is a folder, not a model. Choose an ONNX file"),
    "pipe": (os.mkfifo, "this is not a regular file. Choose an ONNX file"),
    "no card": (
        lambda path: write_model(path, card=None),
        "it has no model card, so the names of its classes are unknown. "
        "Export it again with: trainer export RUN --out MODEL.onnx",
    ),
}


@pytest.mark.parametrize("case", _NO_MODELS)
def test_what_is_no_model_is_told_in_one_sentence(
    worker: Worker, tmp_path: Path, case: str
) -> None:
    write, sentence = _NO_MODELS[case]
    path = tmp_path / "model.onnx"
    write(path)
    with pytest.raises(ModelError) as caught:
        worker.load(path)
    assert caught.value.sentence.startswith(f"model.onnx: {sentence}")


@pytest.mark.parametrize(
    ("card", "problem"),
    [
        ("{", "not valid JSON"),
        ("[]", "not a JSON object"),
        ('{"version": 99}', "version 99"),
        ('{"version": 1}', "lacks"),
        (card_of().to_json(), "names no classes"),
    ],
)
def test_a_wrong_card_is_told(worker: Worker, tmp_path: Path, card: str, problem: str) -> None:
    with pytest.raises(ModelCardError, match=problem):
        worker.load(write_model(tmp_path / "model.onnx", card=card))


def test_models_of_another_contract_say_what_they_have_instead(
    worker: Worker, tmp_path: Path
) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "has no output called confidence": {"outputs": [("class_index", _UINT8, ("N", "H", "W"))]},
        r"takes uint8 \(N, 64, 64, 3\) instead": {
            "image": ("image", _UINT8, ("N", 64, 64, 3)),
        },
        r"output class_index is float \(N, H, W\) instead of uint8": {
            "outputs": [("class_index", _FLOAT, ("N", "H", "W")), _CONFIDENCE],
            "nodes": [helper.make_node("Div", ["red_float", "full"], ["class_index"])],
        },
    }
    for problem, parts in wrong.items():
        path = write_model(tmp_path / "model.onnx", **parts)
        with pytest.raises(ModelError, match=problem):
            worker.load(path)


def test_a_model_that_breaks_its_promises_while_running_is_told(
    tmp_path: Path, image: RgbImage, contract_model: Path
) -> None:
    ends = {"start": np.array([0]), "end": np.array([5]), "axis": np.array([1])}
    cast = helper.make_node("Cast", ["red"], ["class_index"], to=_UINT8)
    nan = helper.make_node("Div", ["zero_float", "zero_float"], ["nan"])
    broken = {
        "predicts class 25., but its card names only 2 classes": {"nodes": [cast]},
        r"its output is \(1,5,53\) instead of \(1,37,53\)": {
            "outputs": [("class_index", _UINT8, ("N", "h", "W")), _CONFIDENCE],
            "nodes": [
                helper.make_node("Cast", ["is_red"], ["whole"], to=_UINT8),
                helper.make_node("Slice", ["whole", "start", "end", "axis"], ["class_index"]),
            ],
            "constants": ends,
        },
        "confidence holds values that are no numbers": {
            "nodes": [nan, helper.make_node("Mul", ["red_float", "nan"], ["confidence"])],
            "constants": {"zero_float": np.array(0, np.float32)},
        },
        "failed on this image": {
            "nodes": [
                helper.make_node("Cast", ["is_red"], ["whole"], to=_UINT8),
                # (N, H, W) and (N, W, H) fit together only where the image is square.
                helper.make_node("Transpose", ["whole"], ["turned"], perm=[0, 2, 1]),
                helper.make_node("BitwiseAnd", ["whole", "turned"], ["class_index"]),
            ],
        },
    }
    with Worker() as worker:
        for problem, parts in broken.items():
            worker.load(write_model(tmp_path / "broken.onnx", **parts))
            process = worker.process_id
            with pytest.raises(ModelError, match=f"broken.onnx: .*{problem}") as caught:
                worker.predict(image, confidence=True)
            assert "\n" not in caught.value.sentence
            assert worker.process_id == process
        worker.load(contract_model)
        assert worker.predict(image).class_map.any()


def test_a_model_that_fails_to_load_leaves_the_one_before(
    worker: Worker, tmp_path: Path, contract_model: Path, image: RgbImage
) -> None:
    worker.load(contract_model)
    for card in (None, "{"):
        with pytest.raises(ModelError):
            worker.load(write_model(tmp_path / "bad.onnx", card=card))
        assert np.array_equal(worker.predict(image).class_map, image[..., 0] > 127)


def test_a_model_for_one_image_at_a_time_is_welcome(
    worker: Worker, tmp_path: Path, image: RgbImage
) -> None:
    path = write_model(tmp_path / "single.onnx", image=("image", _UINT8, (1, "H", "W", 3)))
    worker.load(path)
    assert np.array_equal(worker.predict(image).class_map, image[..., 0] > 127)


def test_names_with_spaces_letters_and_dashes_load(worker: Worker, tmp_path: Path) -> None:
    for name in ("-rf.onnx", "mød él 模型.ONNX", "a;b'c\".onnx"):
        assert worker.load(write_model(tmp_path / name)).path.name == name


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_text_gives_a_sentence(worker: Worker, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path / "m") + b"\xff.onnx"))
    try:
        path.write_bytes(write_model(tmp_path / "plain.onnx").read_bytes())
    except OSError:
        pytest.skip("this file system takes only text")
    with pytest.raises(ModelError, match="cannot open a file of this name"):
        worker.load(path)
