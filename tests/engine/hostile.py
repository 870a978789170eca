"""Models that mean harm, or are broken as if they did."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, load, save
from onnx_models import write_model

_FLOAT, _UINT8, _STRING = TensorProto.FLOAT, TensorProto.UINT8, TensorProto.STRING
_CONFIDENCE = ("confidence", _FLOAT, ("N", "H", "W"))


def _garbage(path: Path) -> None:
    path.write_bytes(np.random.default_rng(0).bytes(5000))


def _truncated(path: Path) -> None:
    content = write_model(path).read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _huge_weights(path: Path) -> None:
    """Weights of 10^12 elements, of which the file holds none."""
    model = load(str(write_model(path, constants={"weights": np.zeros(4, np.float32)})))
    weights = next(t for t in model.graph.initializer if t.name == "weights")
    del weights.dims[:]
    weights.dims.extend([10**6, 10**6])
    model.graph.node.append(helper.make_node("ReduceMax", ["weights"], ["most"]))
    path.write_bytes(model.SerializeToString())


def write_huge_constant(path: Path) -> None:
    """Write a model with a constant of 10^12 elements, made when it runs."""
    constants: dict[str, NDArray[Any]] = {"shape": np.array([10**6, 10**6])}
    write_model(
        path,
        nodes=[
            helper.make_node("ConstantOfShape", ["shape"], ["huge"]),
            helper.make_node("ReduceMax", ["huge"], ["most"], keepdims=0),
            helper.make_node("Less", ["most", "full"], ["yes"]),
            helper.make_node("And", ["is_red", "yes"], ["both"]),
            helper.make_node("Cast", ["both"], ["class_index"], to=_UINT8),
        ],
        constants=constants,
    )


def _external(location: Callable[[Path], str]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        weights = {"weights": np.zeros((64, 64), np.float32)}
        save(
            load(str(write_model(path, constants=weights))),
            str(path),
            save_as_external_data=True,
            size_threshold=1024,
            location="plain.bin",
        )
        model = load(str(path), load_external_data=False)
        for tensor in model.graph.initializer:
            for entry in tensor.external_data:
                if entry.key == "location":
                    entry.value = location(path.parent)
        path.write_bytes(model.SerializeToString())

    return write


def _outside(folder: Path) -> Path:
    secret = folder.parent / f"{folder.name}-secret"
    secret.write_bytes((folder / "plain.bin").read_bytes())
    return secret


def _up(folder: Path) -> str:
    return f"../{_outside(folder).name}"


def _absolute(folder: Path) -> str:
    return str(_outside(folder))


def _symlink(folder: Path) -> str:
    (folder / "soft.bin").symlink_to(_outside(folder))
    return "soft.bin"


def _hard_link(folder: Path) -> str:
    os.link(_outside(folder), folder / "hard.bin")
    return "hard.bin"


def _memory_address(_folder: Path) -> str:
    return "*/_ORT_MEM_ADDR_/*"


def _operator(name: str, domain: str, **attributes: object) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        node = helper.make_node(name, ["image"], ["class_index"], domain=domain, **attributes)
        model = load(str(write_model(path)))
        model.graph.node[-2].CopyFrom(node)
        model.opset_import.append(helper.make_opsetid(domain, 1))
        path.write_bytes(model.SerializeToString())

    return write


def _strings(path: Path) -> None:
    node = helper.make_node("Cast", ["red"], ["words"], to=_STRING)
    write_model(path, outputs=[("words", _STRING, ("N", "H", "W"))], nodes=[node])


def _wrong_rank(path: Path) -> None:
    node = helper.make_node("ReduceMax", ["red_float"], ["most"], keepdims=0)
    write_model(path, outputs=[("most", _FLOAT, ())], nodes=[node])


def _nan(path: Path) -> None:
    nodes = [
        helper.make_node("Div", ["nothing", "nothing"], ["nan"]),
        helper.make_node("Mul", ["red_float", "nan"], ["scores"]),
    ]
    constants: dict[str, NDArray[Any]] = {"nothing": np.array(0, np.float32)}
    outputs = [("scores", _FLOAT, ("N", "H", "W"))]
    write_model(path, outputs=outputs, nodes=nodes, constants=constants)


def _many_classes(path: Path) -> None:
    nodes = [
        helper.make_node("Unsqueeze", ["red_float", "one"], ["channel"]),
        helper.make_node("Tile", ["channel", "often"], ["scores"]),
    ]
    constants: dict[str, NDArray[Any]] = {"one": np.array([1]), "often": np.array([1, 1000, 1, 1])}
    outputs = [("scores", _FLOAT, ("N", "C", "H", "W"))]
    write_model(path, outputs=outputs, nodes=nodes, constants=constants)


def _crasher(path: Path) -> None:
    """onnxruntime 1.31 divides by the number of groups without looking: SIGFPE."""
    write_model(
        path,
        nodes=[
            helper.make_node("Expand", ["full", "shape"], ["square"]),
            helper.make_node("ConvTranspose", ["square", "weights"], ["bang"], group=0),
        ],
        constants={"weights": np.zeros((4, 4, 3, 3), np.float32), "shape": np.array([1, 4, 8, 8])},
    )


BAD_MODELS: dict[str, tuple[Callable[[Path], object], str]] = {
    "garbage": (_garbage, "this is not an ONNX model, or the file is damaged"),
    "empty": (Path.touch, "the file is empty"),
    "truncated": (_truncated, "this is not an ONNX model, or the file is damaged"),
    "10^12 elements": (_huge_weights, "onnxruntime refuses it"),
    "external by ..": (_external(_up), "outside the model's folder, which is not read"),
    "external absolute": (_external(_absolute), "a place anywhere on the computer"),
    "external symlink": (_external(_symlink), "a link that leads out of the model's folder"),
    "external hard link": (_external(_hard_link), "a hard link, which may lead out of"),
    "external memory": (_external(_memory_address), "which cannot be read"),
    "external itself": (_external(lambda _folder: "model.onnx"), "which is the model itself"),
    "custom operator": (
        _operator("Shell", "evil.example"),
        "it needs Shell of evil.example, which is no part of",
    ),
    "compiled code": (
        _operator("EPContext", "com.microsoft", embed_mode=0, ep_cache_context="../code.bin"),
        "it needs EPContext of com.microsoft, which holds compiled code",
    ),
    "strings": (_strings, "it gives words: string (N, H, W), which is no map of classes"),
    "wrong rank": (_wrong_rank, "it gives most: float (), which is no map of classes"),
    "NaN": (_nan, "its output scores holds values that are no numbers (NaN)"),
    "too many classes": (_many_classes, "it tells 1000 classes apart, and at most 255 fit"),
    "crash": (_crasher, "the model made the runtime crash (signal SIGFPE)"),
}
"""Name -> (writes the file ``model.onnx``, what the user is told)."""


def write_hungry_model(path: Path) -> None:
    """Write a model that takes 4 KiB for every pixel that it sees."""
    nodes = [
        helper.make_node("Unsqueeze", ["red_float", "one"], ["channel"]),
        helper.make_node("Tile", ["channel", "often"], ["many"]),
        helper.make_node("ReduceMean", ["many", "one"], ["mean"], keepdims=0),
        helper.make_node("Greater", ["mean", "middle"], ["bright"]),
        helper.make_node("Cast", ["bright"], ["class_index"], to=_UINT8),
    ]
    constants: dict[str, NDArray[Any]] = {
        "one": np.array([1]),
        "often": np.array([1, 1024, 1, 1]),
        "middle": np.array(127, np.float32),
    }
    write_model(path, nodes=nodes, constants=constants)


def write_good_external(path: Path) -> None:
    """Write a model whose weights lie in a regular file beside it, as large models have them."""
    _external(lambda _folder: "plain.bin")(path)
