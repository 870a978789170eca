"""Looking at a model's file before onnxruntime does."""

from pathlib import Path
from typing import Final

from segstudio.engine.onnx_scan import Scan, ScanError, scan_model
from segstudio.engine.refusal import RefusedError
from segstudio.engine.weights_outside import OutsideError, weight_files

# What is part of onnxruntime. Anything else would come from a plug-in, which is a program.
_OUR_DOMAINS: Final = frozenset(
    {"", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training", "com.microsoft"}
    | {"com.microsoft.nchwc", "com.ms.internal.nhwc"}
)
# Holds compiled code for one device, or the name of a file with it.
_CODE: Final = ("com.microsoft", "EPContext")


def admitted(path: Path) -> tuple[Scan, list[Path]]:
    """Return what an ONNX file says, and all files that the model consists of.

    Raises:
        RefusedError: If it is no model, wants files it may not have, or operators of a plug-in.
    """
    scan = _scanned(path)
    files = [path, *_weights(path, scan)]
    _check_operators(scan)
    return scan, files


def _scanned(path: Path) -> Scan:
    try:
        return scan_model(path)
    except ScanError as error:
        raise RefusedError("InvalidProtobuf", str(error)) from error
    except OSError as error:
        raise RefusedError(type(error).__name__, str(error)) from error


def _weights(path: Path, scan: Scan) -> list[Path]:
    try:
        return weight_files(path, scan.external)
    except OutsideError as error:
        raise RefusedError("Outside", str(error)) from error


def _check_operators(scan: Scan) -> None:
    for domain, operator in sorted(scan.operators - scan.functions):
        name = f"{operator[:60]} of {domain[:60]}"
        if (domain, operator) == _CODE:
            raise RefusedError("Code", name)
        if domain not in _OUR_DOMAINS:
            raise RefusedError("Operator", name)
