"""Models to the conventions of other tools: class 1 where red is above 127, if asked rightly."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper, save

_FLOAT, _INT64, _INT32 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32
_IMAGENET = (0.485, 0.229)
_SIGNED = (0.5, 0.5)


def _written(
    path: Path,
    nodes: Sequence[NodeProto],
    image: tuple[Any, ...],
    outputs: Sequence[tuple[Any, ...]],
    constants: dict[str, NDArray[Any]],
    producer: str,
) -> Path:
    graph = helper.make_graph(
        list(nodes),
        "main",
        [helper.make_tensor_value_info(*image)],
        [helper.make_tensor_value_info(*output) for output in outputs],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model: ModelProto = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=10,
        producer_name=producer,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    save(model, str(path))
    return path


def _head(mean: float, std: float, classes: int, *, sharpness: float = 20) -> dict[str, Any]:
    """Return a 1 x 1 convolution from a normalised image: class 1 where red is above 127.5."""
    weights = np.zeros((classes, 3, 1, 1), np.float32)
    bias = np.full(classes, -100, np.float32)
    weights[1, 0] = sharpness * std
    bias[0], bias[1] = 0, sharpness * (mean - 0.5)
    return {"weights": weights, "bias": bias}


def torchvision(path: Path) -> Path:
    """``fcn_resnet50``: logits "out" and "aux" at full size."""
    nodes = [
        helper.make_node("Conv", ["input", "weights", "bias"], ["out"]),
        helper.make_node("Neg", ["out"], ["aux"]),
    ]
    shape = ("batch", 21, "height", "width")
    outputs = [("out", _FLOAT, shape), ("aux", _FLOAT, shape)]
    image = ("input", _FLOAT, ("batch", 3, "height", "width"))
    return _written(path, nodes, image, outputs, _head(*_IMAGENET, 21), "pytorch")


def smp(path: Path) -> Path:
    """``segmentation_models.pytorch``: one channel of logits; sides must be multiples of 32."""
    constants = _head(*_IMAGENET, 2)
    constants = {"weights": constants["weights"][1:], "bias": constants["bias"][1:]}
    constants["up"] = np.array([1, 1, 32, 32], np.float32)
    constants["nothing"] = np.array(0, np.float32)
    nodes = [
        helper.make_node("Conv", ["input", "weights", "bias"], ["fine"]),
        helper.make_node(
            "AveragePool", ["fine"], ["coarse"], kernel_shape=[32, 32], strides=[32, 32]
        ),
        helper.make_node("Resize", ["coarse", "", "up"], ["again"], mode="nearest"),
        helper.make_node("Mul", ["again", "nothing"], ["little"]),
        helper.make_node("Add", ["fine", "little"], ["masks"]),
    ]
    image = ("input", _FLOAT, ("batch", 3, "height", "width"))
    outputs = [("masks", _FLOAT, ("batch", 1, "height", "width"))]
    return _written(path, nodes, image, outputs, constants, "pytorch")


def mmsegmentation(path: Path) -> Path:
    """``mmdeploy``: fixed size, classes as int64 (N, 1, H, W)."""
    nodes = [
        helper.make_node("Conv", ["input", "weights", "bias"], ["scores"]),
        helper.make_node("ArgMax", ["scores"], ["output"], axis=1, keepdims=1),
    ]
    image = ("input", _FLOAT, (1, 3, 96, 128))
    outputs = [("output", _INT64, (1, 1, 96, 128))]
    return _written(path, nodes, image, outputs, _head(*_IMAGENET, 19), "pytorch")


def paddleseg(path: Path) -> Path:
    """``paddle2onnx``: pixels from -1 to 1, classes as int32 (N, H, W)."""
    nodes = [
        helper.make_node("Conv", ["x", "weights", "bias"], ["scores"]),
        helper.make_node("ArgMax", ["scores"], ["long"], axis=1, keepdims=0),
        helper.make_node("Cast", ["long"], ["argmax_0.tmp_0"], to=_INT32),
    ]
    image = ("x", _FLOAT, (-1, 3, -1, -1))
    outputs = [("argmax_0.tmp_0", _INT32, ("n", "h", "w"))]
    return _written(path, nodes, image, outputs, _head(*_SIGNED, 5), "PaddlePaddle")


def keras(path: Path) -> Path:
    """``tf2onnx``: NHWC in and out, softmax, fixed size, pixels from 0 to 1."""
    nodes = [
        helper.make_node("Transpose", ["input_1"], ["nchw"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["nchw", "weights", "bias"], ["scores"]),
        helper.make_node("Transpose", ["scores"], ["nhwc"], perm=[0, 2, 3, 1]),
        helper.make_node("Softmax", ["nhwc"], ["softmax"], axis=-1),
    ]
    image = ("input_1", _FLOAT, ("unk__6", 64, 96, 3))
    outputs = [("softmax", _FLOAT, ("unk__7", 64, 96, 4))]
    return _written(path, nodes, image, outputs, _head(0, 1, 4), "tf2onnx")


def segformer(path: Path) -> Path:
    """``transformers``: logits at a quarter of the size, and its papers beside it."""
    nodes = [
        helper.make_node("Conv", ["pixel_values", "weights", "bias"], ["fine"]),
        helper.make_node("AveragePool", ["fine"], ["logits"], kernel_shape=[4, 4], strides=[4, 4]),
    ]
    image = ("pixel_values", _FLOAT, ("batch_size", "num_channels", "height", "width"))
    outputs = [("logits", _FLOAT, ("batch_size", 3, "h4", "w4"))]
    _written(path, nodes, image, outputs, _head(0.4, 0.2, 3), "pytorch")
    (path.parent / "preprocessor_config.json").write_text(
        '{"do_normalize": true, "image_mean": [0.4, 0.4, 0.4], "image_std": [0.2, 0.2, 0.2],'
        ' "rescale_factor": 0.00392156862745098, "size": {"height": 512, "width": 512}}'
    )
    (path.parent / "config.json").write_text(
        '{"id2label": {"0": "wall", "2": "sky", "1": "red thing"}, "model_type": "segformer"}'
    )
    return path


def gray(path: Path) -> Path:
    """A network for grey images with a sigmoid at its end."""
    constants = {
        "weights": np.full((1, 1, 1, 1), 40, np.float32),
        "bias": np.array([-20], np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["image", "weights", "bias"], ["score"]),
        helper.make_node("Sigmoid", ["score"], ["probability"]),
    ]
    image = ("image", _FLOAT, (1, 1, 64, 64))
    outputs = [("probability", _FLOAT, (1, 1, 64, 64))]
    return _written(path, nodes, image, outputs, constants, "pytorch")
