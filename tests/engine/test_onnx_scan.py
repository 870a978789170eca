import random
from pathlib import Path

import numpy as np
import pytest
from engine.hostile import write_good_external
from onnx import TensorProto, helper
from onnx_models import write_model, write_slow_model

from segstudio.engine.onnx_scan import ScanError, scan_bytes, scan_model


def test_a_scan_finds_operators_makers_and_takers(tmp_path: Path) -> None:
    scan = scan_model(write_model(tmp_path / "m.onnx"))
    assert {("", "Gather"), ("", "Greater"), ("", "Cast"), ("", "Div")} == scan.operators
    assert scan.makers["confidence"] == "Div"
    assert scan.takers["image"] == ["Gather"]
    assert scan.external == []


def test_weights_elsewhere_are_found_wherever_a_tensor_can_hide(tmp_path: Path) -> None:
    write_good_external(tmp_path / "m.onnx")
    assert scan_model(tmp_path / "m.onnx").external == ["plain.bin"]

    hidden = TensorProto(dims=[1], data_type=TensorProto.FLOAT, data_location=1)
    hidden.external_data.add(key="location", value="../attribute")
    inner = helper.make_graph([helper.make_node("Constant", [], ["c"], value=hidden)], "g", [], [])
    sparse = helper.make_sparse_tensor(
        helper.make_tensor("v", TensorProto.FLOAT, [1], [1.0]),
        helper.make_tensor("i", TensorProto.INT64, [1], [0]),
        [4],
    )
    sparse.values.external_data.add(key="location", value="../sparse")
    graph = helper.make_graph(
        [helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)], "g", [], []
    )
    graph.sparse_initializer.append(sparse)
    function = helper.make_function(
        "own", "f", [], ["c"], [helper.make_node("Constant", [], ["c"], value=hidden)], []
    )
    model = helper.make_model(graph, functions=[function])
    scan = scan_bytes(model.SerializeToString())
    assert scan.external == ["../attribute", "../attribute", "../sparse", "../attribute"]
    assert scan.functions == {("own", "f")}
    assert "c" not in scan.makers  # only those of the outermost graph


def test_operators_in_loops_are_found(tmp_path: Path) -> None:
    assert ("", "MatMul") in scan_model(
        write_slow_model(tmp_path / "s.onnx", stoppable=True)
    ).operators


def test_weights_are_stepped_over(tmp_path: Path) -> None:
    weights = {"w": np.random.default_rng(0).random((1000, 1000))}
    assert scan_model(write_model(tmp_path / "m.onnx", constants=weights)).external == []


@pytest.mark.parametrize("content", [b"x", b"\xff" * 50, b"\x0a\xff\xff\xff\xff\x0f", b"\x08\x01"])
def test_what_is_no_model_is_refused(content: bytes) -> None:
    with pytest.raises(ScanError):
        scan_bytes(content)


def test_a_model_nested_without_end_is_refused() -> None:
    content = b""
    for field in (0x32, 0x2A, 0x0A) * 200:  # a graph in an attribute in a node in a graph ...
        length = len(content)
        content = bytes([field]) + _varint(length) + content
    with pytest.raises(ScanError):
        scan_bytes(b"\x3a" + _varint(len(content)) + content)


def test_any_change_of_a_byte_is_read_or_refused(tmp_path: Path) -> None:
    content = write_model(tmp_path / "m.onnx").read_bytes()
    chance = random.Random(0)
    for _ in range(2000):
        changed = bytearray(content)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        try:
            scan_bytes(bytes(changed[: chance.randint(1, len(changed))]))
        except ScanError:
            continue


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])
