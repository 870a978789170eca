"""What every exported file keeps to: names, plain sizes, one card, nothing about its origin."""

from typing import Final

import onnx

from segstudio.core.model_card import CARD_KEY, ModelCard

OPSET: Final = 20
INPUT: Final = "image"
OUTPUTS: Final = ("class_index", "confidence")
LOGITS: Final = "logits"
"""Output that is there for those who average the answers to several views of an image."""


def sealed(model: onnx.ModelProto, card: ModelCard) -> bytes:
    """Return the file of a model, checked, with its card and without traces of its making.

    Args:
        model: Changed on the way.
        card: What it is; replaces one that it may have.
    """
    _offer_logits(model, len(card.label_set))
    _strip(model)
    _name_outputs(model)
    model.producer_name = "segstudio trainer"
    onnx.helper.set_model_props(model, {CARD_KEY: card.to_json()})
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    return content


def _strip(model: onnx.ModelProto) -> None:
    """Remove what tools note about the source and themselves: local paths, names of Python code."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.input, *graph.output, *graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    del graph.value_info[:]
    used = {node.domain for node in graph.node}
    imports = [item for item in model.opset_import if item.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(imports)


def _name_outputs(model: onnx.ModelProto) -> None:
    """Say plainly that the outputs are as large as the input, not by a formula of the padding."""
    for output in model.graph.output:
        if output.name in OUTPUTS:
            for dim, letter in zip(output.type.tensor_type.shape.dim, "NHW", strict=True):
                dim.dim_param = letter


def _offer_logits(model: onnx.ModelProto, num_classes: int) -> None:
    """Make an output of what the classes are decided by; it costs nothing where nobody asks."""
    graph = model.graph
    if any(output.name == LOGITS for output in graph.output):
        return
    makers = {name: node for node in graph.node for name in node.output}
    node = makers.get(OUTPUTS[0])
    while node is not None and node.op_type in ("Cast", "Identity", "Slice"):
        node = makers.get(node.input[0])
    if node is None or node.op_type != "ArgMax":
        return
    name = node.input[0]
    for other in graph.node:
        for names in (other.input, other.output):
            for place, value in enumerate(names):
                if value == name:
                    names[place] = LOGITS
    graph.output.append(
        onnx.helper.make_tensor_value_info(
            LOGITS, onnx.TensorProto.FLOAT, ("N", "padded H", "padded W", num_classes)
        )
    )
