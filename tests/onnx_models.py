"""Small ONNX models, made on the spot, for the tests of several rooms."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper, save

from segstudio.core.label_set import LabelSet
from segstudio.core.model_card import CARD_KEY, ModelCard

_UINT8, _FLOAT, _INT64 = TensorProto.UINT8, TensorProto.FLOAT, TensorProto.INT64
_IMAGE: tuple[Any, ...] = ("image", _UINT8, ("N", "H", "W", 3))
_OUTPUTS: tuple[tuple[Any, ...], ...] = (
    ("class_index", _UINT8, ("N", "H", "W")),
    ("confidence", _FLOAT, ("N", "H", "W")),
)
_CONSTANTS: dict[str, NDArray[Any]] = {
    "zero": np.array(0, np.int64),
    "half": np.array(127, np.uint8),
    "full": np.array(255, np.float32),
}


def card_of(*names: str) -> ModelCard:
    """Return a card for these classes."""
    return ModelCard(
        name="test",
        network="test",
        backbone=None,
        label_set=LabelSet.named(names),
        stride=1,
        training_size=(64, 64),
        parameters=0,
    )


RED_CARD = card_of("background", "red").to_json()


def write_model(
    path: Path,
    *,
    card: str | None = RED_CARD,
    image: Sequence[Any] = _IMAGE,
    outputs: Sequence[Sequence[Any]] = _OUTPUTS,
    nodes: Sequence[NodeProto] = (),
    constants: dict[str, NDArray[Any]] | None = None,
    ours: bool = True,
) -> Path:
    """Write an ONNX model of our contract, but for what the arguments change.

    ``class_index`` is 1 where red is above 127, ``confidence`` is red / 255.

    Args:
        path: The file to write.
        card: Text of the card; None leaves it out.
        image: The input as (name, element type, shape).
        outputs: The declared outputs.
        nodes: More nodes; those whose outputs have the names of usual ones replace them.
        constants: More initializers.
        ours: Whether the usual nodes are in it.
    """
    usual = [
        helper.make_node("Gather", ["image", "zero"], ["red"], axis=3),
        helper.make_node("Greater", ["red", "half"], ["is_red"]),
        helper.make_node("Cast", ["red"], ["red_float"], to=_FLOAT),
        helper.make_node("Cast", ["is_red"], ["class_index"], to=_UINT8),
        helper.make_node("Div", ["red_float", "full"], ["confidence"]),
    ]
    replaced = {name for node in nodes for name in node.output}
    graph = helper.make_graph(
        [*(node for node in usual if ours and node.output[0] not in replaced), *nodes],
        "test",
        [helper.make_tensor_value_info(*image)],
        [helper.make_tensor_value_info(*output) for output in outputs],
        [
            numpy_helper.from_array(value, name)
            for name, value in {**_CONSTANTS, **(constants or {})}.items()
        ],
    )
    model: ModelProto = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10
    )
    if card is not None:
        helper.set_model_props(model, {CARD_KEY: card})
    path.parent.mkdir(parents=True, exist_ok=True)
    save(model, str(path))
    return path


def write_slow_model(path: Path, *, stoppable: bool) -> Path:
    """Write a model that runs for many seconds.

    Args:
        path: The file to write.
        stoppable: Whether it loops over short kernels, so that it can be asked to stop, or is one
            long kernel, which cannot.
    """
    size = 256 if stoppable else 9000
    matmul = [helper.make_node("MatMul", ["square", "square"], ["product"])]
    if stoppable:
        body = helper.make_graph(
            [
                helper.make_node("MatMul", ["state", "state"], ["next"]),
                helper.make_node("Identity", ["going"], ["go_on"]),
            ],
            "body",
            [
                helper.make_tensor_value_info("turn", _INT64, ()),
                helper.make_tensor_value_info("going", TensorProto.BOOL, ()),
                helper.make_tensor_value_info("state", _FLOAT, (size, size)),
            ],
            [
                helper.make_tensor_value_info("go_on", TensorProto.BOOL, ()),
                helper.make_tensor_value_info("next", _FLOAT, (size, size)),
            ],
        )
        matmul = [helper.make_node("Loop", ["turns", "yes", "square"], ["product"], body=body)]
    nodes = [
        # Depends on the image, or it would be computed while the model is loaded.
        helper.make_node("ReduceMin", ["confidence"], ["least"], keepdims=0),
        helper.make_node("Expand", ["least", "size"], ["square"]),
        *matmul,
        helper.make_node("ReduceMin", ["product"], ["smallest"], keepdims=0),
        helper.make_node("Less", ["smallest", "full"], ["always"]),
        helper.make_node("And", ["is_red", "always"], ["slow_red"]),
        helper.make_node("Cast", ["slow_red"], ["class_index"], to=_UINT8),
    ]
    constants: dict[str, NDArray[Any]] = {
        "size": np.array([size, size], np.int64),
        "turns": np.array(10**9, np.int64),
        "yes": np.array(True),
    }
    return write_model(path, nodes=nodes, constants=constants)
