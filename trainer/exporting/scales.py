"""Saying by how much a network enlarges, instead of how large the result shall be.

The exporter computes the size of every enlarged map from the size of the image. onnxruntime's fast
kernels for the CPU, which keep channels in blocks, want a factor that is known in advance: without
it each enlargement leaves their order and comes back, which costs more than the enlarging.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxscript.optimizer import remove_unused_nodes

from trainer.exporting.contract import INPUT
from trainer.exporting.runtime import open_session

_SIDES: Final = ((1, 3), (2, 5))
_SCALES: Final = 2  # places of the inputs of ``Resize``
_SIZES: Final = 3


def with_constant_scales(model: onnx.ModelProto, stride: int) -> onnx.ModelProto:
    """Give each enlargement by the same whole factor in images of all sizes that factor.

    Args:
        model: One of our exports; changed on the way.
        stride: Of its network, which sees images padded to multiples of it, pixels.

    Returns:
        The model.
    """
    nodes = [
        node
        for node in model.graph.node
        if node.op_type == "Resize" and len(node.input) > _SIZES and node.input[_SIZES]
    ]
    if not nodes:
        return model
    factors = [_factors(model, nodes, [stride * side for side in sides]) for sides in _SIDES]
    for number, (node, *found) in enumerate(zip(nodes, *factors, strict=True)):
        factor = found[0]
        if all(np.array_equal(factor, other) for other in found) and not np.any(factor % 1):
            name = f"scales_{number}"
            model.graph.initializer.append(onnx.numpy_helper.from_array(factor, name))
            node.input[_SCALES] = name
            del node.input[_SIZES:]
    remove_unused_nodes(model)
    return model


def _factors(
    model: onnx.ModelProto, nodes: Sequence[onnx.NodeProto], sides: Sequence[int]
) -> list[NDArray[np.float32]]:
    """Return by how much each node enlarges each axis of its input, for an image of this size."""
    names = [(node.input[0], node.output[0]) for node in nodes]
    asked = onnx.ModelProto()
    asked.CopyFrom(model)
    del asked.graph.output[:]
    asked.graph.output.extend(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        for name in sorted({name for pair in names for name in pair})
    )
    session = open_session(asked.SerializeToString())
    image = np.zeros((1, *sides, 3), np.uint8)
    wanted = [output.name for output in session.get_outputs()]
    maps = dict(zip(wanted, session.run(wanted, {INPUT: image}), strict=True))
    return [
        np.divide(maps[after].shape, maps[before].shape, dtype=np.float32)
        for before, after in names
    ]
