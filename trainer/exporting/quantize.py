"""Exported models in half precision and in 8 bits.

Only what lies between the first and the last convolution is changed: the network. Before it pixels
are normalised, behind it scores are compared; both take little time, and coarse numbers there
would cost accuracy.

Sources:
    Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference
        (Jacob et al., 2018) - https://arxiv.org/abs/1712.05877
    ONNX Runtime's advice on types and ranges -
        https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
"""

import tempfile
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx.compose import add_prefix
from onnx.utils import Extractor
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process
from onnxruntime.transformers.float16 import convert_float_to_float16
from onnxruntime.transformers.onnx_model import OnnxModel

from segstudio.core.label_map import RgbImage

# What computes in 8 bits, or passes them on. Not batch norm, where it could not be folded into a
# convolution, nor transposed convolution: no kernel takes them in 8 bits.
_QUANTISED: Final = (
    "Add",
    "AveragePool",
    "Clip",
    "Concat",
    "Conv",
    "GlobalAveragePool",
    "MaxPool",
    "Mul",
    "Pad",
    "Relu",
    "Resize",
    "Sigmoid",
    "Slice",
)


def to_fp16(content: bytes) -> onnx.ModelProto:
    """Return an exported model whose network computes in half precision; its contract stays.

    Args:
        content: The ONNX file.
    """
    with tempfile.TemporaryDirectory() as folder:
        model = onnx.load(_prepared(content, Path(folder)))
    graph = model.graph
    names = _between(graph, "Conv", "ConvTranspose")
    inside = [node for node in graph.node if node.name in names]
    outside = [node for node in graph.node if node.name not in names]
    # The converter could leave nodes out one by one. But then it rounds what passes between two of
    # them, and names two casts alike. So it gets the network alone, and casts at both its ends.
    network = Extractor(model).extract_model(*_ends(graph, inside, outside))
    half = convert_float_to_float16(network, keep_io_types=True)
    # Numbers that both parts use are now there in two precisions, under two names.
    half = add_prefix(
        half,
        "fp16.",
        rename_nodes=False,
        rename_edges=False,
        rename_inputs=False,
        rename_outputs=False,
        rename_value_infos=False,
    )

    used = {name for node in outside for name in node.input}
    initializers = [item for item in graph.initializer if item.name in used]
    del graph.node[:], graph.initializer[:], graph.value_info[:]
    graph.node.extend([*outside, *half.graph.node])
    graph.initializer.extend([*initializers, *half.graph.initializer])
    OnnxModel(model).topological_sort()
    return model


def to_int8(content: bytes, crops: Iterable[RgbImage]) -> onnx.ModelProto:
    """Return an exported model whose network computes in 8 bits; its contract stays.

    Weights have a scale for each channel and 7 bits: with 8, processors without VNNI instructions
    overflow when they add two products. Activations have the range they reach on the crops. The
    last convolutions, which give the scores, stay as they are: a score of 8 bits ties with others.

    Args:
        content: The ONNX file.
        crops: (H, W, 3) uint8 parts of training images; taken one by one.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepared, quantized = _prepared(content, folder), folder / "quantized.onnx"
        graph = onnx.load(prepared).graph
        chosen = _between(graph, "Conv") - _last(graph, "Conv")
        quantize_static(
            prepared,
            quantized,
            _Crops(crops),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=_QUANTISED,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            nodes_to_exclude=[node.name for node in graph.node if node.name not in chosen],
        )
        return onnx.load(quantized)


class _Crops(CalibrationDataReader):  # type: ignore[misc]  # the library has no types
    """Feeds the calibration."""

    def __init__(self, crops: Iterable[RgbImage]) -> None:
        self._crops: Iterator[RgbImage] = iter(crops)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        crop = next(self._crops, None)
        return None if crop is None else {"image": crop[None]}


def _prepared(content: bytes, folder: Path) -> Path:
    """Write the model with batch norm folded into convolutions and the type of every tensor."""
    exported, prepared = folder / "exported.onnx", folder / "prepared.onnx"
    exported.write_bytes(content)
    # Symbolic shapes are not needed, and their inference gives up on padding to a stride.
    quant_pre_process(exported, prepared, skip_symbolic_shape=True)
    return prepared


def _between(graph: onnx.GraphProto, *op_types: str) -> set[str]:
    """Return the names of nodes from the first to the last of some operators, these included."""
    after, before = _computed_from(graph, op_types), _leading_to(graph, op_types)
    return {
        node.name
        for node in graph.node
        if node.op_type in op_types
        or (not after.isdisjoint(node.input) and not before.isdisjoint(node.output))
    }


def _last(graph: onnx.GraphProto, op_type: str) -> set[str]:
    """Return the names of nodes of an operator that no other of its kind follows."""
    before = _leading_to(graph, (op_type,))
    return {
        node.name
        for node in graph.node
        if node.op_type == op_type and before.isdisjoint(node.output)
    }


def _computed_from(graph: onnx.GraphProto, op_types: Collection[str]) -> set[str]:
    """Return the names of the tensors that depend on one of these operators."""
    tensors: set[str] = set()
    for node in graph.node:
        if node.op_type in op_types or not tensors.isdisjoint(node.input):
            tensors.update(node.output)
    return tensors


def _leading_to(graph: onnx.GraphProto, op_types: Collection[str]) -> set[str]:
    """Return the names of the tensors that one of these operators depends on."""
    tensors: set[str] = set()
    for node in reversed(graph.node):
        if node.op_type in op_types or not tensors.isdisjoint(node.output):
            tensors.update(node.input)
    return tensors


def _ends(
    graph: onnx.GraphProto,
    inside: Collection[onnx.NodeProto],
    outside: Collection[onnx.NodeProto],
) -> tuple[list[str], list[str]]:
    """Return the names of the tensors that enter, and of those that leave, a part of the graph."""
    made = {name for node in inside for name in node.output}
    taken = {name for node in inside for name in node.input}
    constant = {item.name for item in graph.initializer} | {""}  # "" is an input left out
    wanted = {name for node in outside for name in node.input}
    return sorted(taken - made - constant), sorted(made & wanted)
