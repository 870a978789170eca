"""Models of other tools: found out, confirmed, kept, and run on images of any size."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from engine import foreign

from segstudio.core.label_map import RgbImage
from segstudio.core.model_contract import (
    IMAGENET,
    SIGNED_UNIT,
    UNIT,
    Colors,
    Fit,
    Layout,
    Normalization,
    OutputKind,
)
from segstudio.engine.card_file import (
    ForeignCard,
    card_path,
    read_card_file,
    write_card_file,
)
from segstudio.engine.worker import ForeignModelError, Worker
from segstudio.errors import ModelCardError

_LAYOUTS = Layout.NCHW, Layout.NHWC


def _guesses(worker: Worker, path: Path) -> list[ForeignCard]:
    with pytest.raises(ForeignModelError, match="confirmed once") as caught:
        worker.load(path)
    return caught.value.guesses


def _blocks(height: int, width: int) -> RgbImage:
    """Return an image of squares of 32 pixels, each red or not."""
    red = np.random.default_rng(0).integers(0, 2, (-(-height // 32), -(-width // 32)))
    image = np.full((height, width, 3), 90, np.uint8)
    image[..., 0] = np.where(np.kron(red, np.ones((32, 32)))[:height, :width], 200, 30)
    return image


_CASES: dict[str, tuple[Callable[[Path], Path], OutputKind, Normalization, int]] = {
    "torchvision": (foreign.torchvision, OutputKind.LOGITS, IMAGENET, 1),
    "smp": (foreign.smp, OutputKind.BINARY_LOGITS, IMAGENET, 32),
    "mmsegmentation": (foreign.mmsegmentation, OutputKind.CLASS_MAP, IMAGENET, 1),
    "paddleseg": (foreign.paddleseg, OutputKind.CLASS_MAP, SIGNED_UNIT, 1),
    "keras": (foreign.keras, OutputKind.PROBABILITIES, UNIT, 1),
    "segformer": (
        foreign.segformer,
        OutputKind.LOGITS,
        Normalization(0.00392156862745098, (0.4, 0.4, 0.4), (0.2, 0.2, 0.2)),
        4,
    ),
}


@pytest.mark.parametrize("tool", _CASES)
def test_the_likeliest_guess_is_right_for_each_tool(
    worker: Worker, tmp_path: Path, tool: str
) -> None:
    write, kind, normal, stride = _CASES[tool]
    path = write(tmp_path / "model.onnx")
    image = _blocks(250, 333)

    guess = _guesses(worker, path)[0]
    assert (guess.contract.kind, guess.contract.stride) == (kind, stride)
    assert guess.contract.normalization == normal
    write_card_file(path, guess)
    model = worker.load(path)
    prediction = worker.predict(image, confidence=True)

    assert model.contract == guess.contract
    right = prediction.class_map == (image[..., 0] > 127)
    # Scores at a quarter of the size know the edges of squares to a few pixels only.
    assert right.mean() >= (0.9 if tool == "segformer" else 1)
    assert prediction.confidence is not None
    assert prediction.confidence.min() >= 0.3


def test_of_several_outputs_the_first_of_the_finest_comes_first(
    worker: Worker, tmp_path: Path
) -> None:
    names = [g.contract.output for g in _guesses(worker, foreign.torchvision(tmp_path / "m.onnx"))]
    assert names[0] == "out"
    assert "aux" in names


def test_channels_last_and_grey_are_told_by_the_shape(worker: Worker, tmp_path: Path) -> None:
    keras = _guesses(worker, foreign.keras(tmp_path / "k.onnx"))[0].contract
    assert (keras.layout, keras.output_layout, keras.fixed_size) == ("nhwc", "nhwc", (64, 96))
    gray = _guesses(worker, foreign.gray(tmp_path / "g.onnx"))
    assert {guess.contract.colors for guess in gray} == {Colors.GRAY}
    assert gray[0].contract.kind is OutputKind.BINARY_PROBABILITIES
    assert gray[0].label_set.names == ("background", "object")


def test_every_way_to_normalise_is_offered_once(worker: Worker, tmp_path: Path) -> None:
    guesses = _guesses(worker, foreign.smp(tmp_path / "m.onnx"))
    ways = [(guess.contract.normalization, guess.contract.colors) for guess in guesses]
    assert len(ways) == len(set(ways)) == 5
    assert len({guess.reason for guess in guesses}) == 5


def test_papers_of_transformers_give_normalisation_and_classes(
    worker: Worker, tmp_path: Path
) -> None:
    guess = _guesses(worker, foreign.segformer(tmp_path / "m.onnx"))[0]
    assert guess.label_set.names == ("wall", "red thing", "sky")
    assert guess.reason == "as preprocessor_config.json says"


def test_a_yaml_file_of_x_anylabeling_gives_the_classes(worker: Worker, tmp_path: Path) -> None:
    path = foreign.smp(tmp_path / "crack.onnx")
    (tmp_path / "other.yaml").write_text("type: x\nmodel_path: other.onnx\nclasses: [no]\n")
    (tmp_path / "mine.yaml").write_text(
        "type: unet\nname: crack\nmodel_path: weights/crack.onnx\nclasses:\n  - crack\n"
        "mean: [0.1, 0.2, 0.3]\nstd: [0.5, 0.5, 0.5]\n"
    )
    guess = _guesses(worker, path)[0]
    assert guess.label_set.names == ("background", "crack")
    assert guess.contract.normalization.mean == (0.1, 0.2, 0.3)
    assert guess.reason == "as mine.yaml says"


@pytest.mark.parametrize(
    "text",
    ["a: &x [1]\nclasses: [*x, *x]\n", "classes: !!python/object/apply:os.system [x]", "\0", "[1"],
)
def test_of_a_yaml_file_that_means_harm_only_the_name_is_told(
    worker: Worker, tmp_path: Path, text: str
) -> None:
    path = foreign.smp(tmp_path / "m.onnx")
    (tmp_path / "m.yaml").write_text(text)
    guess = _guesses(worker, path)[0]
    assert guess.label_set.names == ("background", "object")
    assert guess.reason == "ImageNet's mean and spread; m.yaml cannot be read"


def test_a_guess_can_be_tried_before_it_is_confirmed(worker: Worker, tmp_path: Path) -> None:
    path = foreign.torchvision(tmp_path / "m.onnx")
    guesses = _guesses(worker, path)
    worker.load(path, card=guesses[0])
    image = _blocks(64, 64)
    right = worker.predict(image, card=guesses[0])
    wrong = worker.predict(image, card=guesses[3])  # pixels from 0 to 255
    assert np.array_equal(right.class_map, image[..., 0] > 127)
    assert not np.array_equal(wrong.class_map, right.class_map)
    assert not card_path(path).exists()


@pytest.mark.parametrize("fit", [Fit.LETTERBOX, Fit.STRETCH])
def test_a_model_of_fixed_size_takes_the_whole_image_where_its_card_says_so(
    worker: Worker, tmp_path: Path, fit: Fit
) -> None:
    path = foreign.keras(tmp_path / "m.onnx")
    guess = _guesses(worker, path)[0]
    contract = type(guess.contract).from_json(guess.contract.to_json() | {"fit": fit.value})
    worker.load(path, card=ForeignCard(contract, guess.label_set))
    image = np.kron(_blocks(64, 96), np.ones((4, 4, 1))).astype(np.uint8)[:200]
    steps: list[int] = []
    prediction = worker.predict(image, progress=lambda done, _total: steps.append(done))
    assert steps == []  # one pass
    assert np.mean(prediction.class_map == (image[..., 0] > 127)) > 0.95


def test_a_card_is_kept_and_read_again(tmp_path: Path, worker: Worker) -> None:
    path = foreign.smp(tmp_path / "my model.onnx")
    guess = _guesses(worker, path)[0]
    write_card_file(path, guess)
    assert card_path(path).name == "my model.card.json"
    assert read_card_file(path) == guess


@pytest.mark.parametrize(
    "change",
    [
        {"contract": {}},
        {"version": 2},
        {"classes": []},
        {"contract": {"stride": 10**9}},
        {"contract": {"std": [0]}},
        {"contract": {"mean": [1e999]}},
        {"contract": {"kind": "magic"}},
        {"contract": {"element": "object"}},
        {"contract": {"height": 10**9}},
    ],
)
def test_a_wrong_card_is_told(worker: Worker, tmp_path: Path, change: dict[str, object]) -> None:
    path = foreign.smp(tmp_path / "m.onnx")
    value = json.loads(_guesses(worker, path)[0].to_json())
    for key, part in change.items():
        value[key] = value[key] | part if isinstance(part, dict) and part else part
    card_path(path).write_text(json.dumps(value))
    with pytest.raises(ModelCardError, match=r"m\.card\.json: .*(card|JSON)"):
        worker.load(path)


def test_large_images_run_in_tiles_of_the_models_size(worker: Worker, tmp_path: Path) -> None:
    path = foreign.mmsegmentation(tmp_path / "m.onnx")
    worker.load(path, card=_guesses(worker, path)[0])
    image = _blocks(700, 900)
    steps: list[tuple[int, int]] = []
    prediction = worker.predict(image, progress=lambda *step: steps.append(step))
    assert len(steps) > 50
    assert np.array_equal(prediction.class_map, image[..., 0] > 127)
