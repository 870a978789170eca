"""Where a model runs: what was asked, what was got, and why not the GPU.

The truth is what the session says after it was made: onnxruntime lists CUDA among its available
providers on machines that cannot use it, and then runs on the CPU without a word.
"""

import re
import sys
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CUDA_PROVIDER: Final = "CUDAExecutionProvider"
CPU_PROVIDER: Final = "CPUExecutionProvider"
TENSORRT_PROVIDER: Final = "TensorrtExecutionProvider"

COREML_PROVIDER: Final = "CoreMLExecutionProvider"
DIRECTML_PROVIDER: Final = "DmlExecutionProvider"
OPENVINO_PROVIDER: Final = "OpenVINOExecutionProvider"

INSTALL_CUDA: Final = 'pip install "onnxruntime-gpu[cuda,cudnn]"'


class Provider(StrEnum):
    """What the user asks for; AUTO is the GPU where it can be used, else the CPU."""

    AUTO = "auto"
    TENSORRT = "tensorrt"
    CUDA = "cuda"
    COREML = "coreml"
    DIRECTML = "directml"
    OPENVINO = "openvino"
    CPU = "cpu"


# In the order in which they are tried; what a person calls them.
_NAMES: Final = {
    TENSORRT_PROVIDER: "TensorRT",
    CUDA_PROVIDER: "CUDA",
    COREML_PROVIDER: "CoreML",
    DIRECTML_PROVIDER: "DirectML",
    OPENVINO_PROVIDER: "OpenVINO",
    CPU_PROVIDER: "CPU",
}
_ASKED: Final = {
    # TensorRT compiles a model for minutes before it first runs, so only for who asks.
    Provider.AUTO: tuple(name for name in _NAMES if name != TENSORRT_PROVIDER),
    Provider.TENSORRT: (TENSORRT_PROVIDER, CUDA_PROVIDER, CPU_PROVIDER),
    Provider.CUDA: (CUDA_PROVIDER, CPU_PROVIDER),
    Provider.COREML: (COREML_PROVIDER, CPU_PROVIDER),
    Provider.DIRECTML: (DIRECTML_PROVIDER, CPU_PROVIDER),
    Provider.OPENVINO: (OPENVINO_PROVIDER, CPU_PROVIDER),
    Provider.CPU: (CPU_PROVIDER,),
}


@dataclass(frozen=True, slots=True)
class ProviderReport:
    """Where a model runs.

    Attributes:
        asked: What the user asked for.
        got: What it runs on, "CUDA" or "CPU" for instance, read from the session.
        reason: Why it is not what was wanted; empty if it is, or if the CPU was asked for.
        wanted: What was wanted and is not used, "CUDA" for instance; empty like the reason.
    """

    asked: Provider
    got: str
    reason: str
    wanted: str = "CUDA"

    @property
    def is_what_was_asked(self) -> bool:
        """Whether it runs on what was asked for; anything will do where that was left open."""
        return self.asked is Provider.AUTO or self.got == _NAMES[_ASKED[self.asked][0]]

    @property
    def summary(self) -> str:
        """One short line for the status bar."""
        return f"{self.got} - {self.wanted} not used: {self.reason}" if self.reason else self.got


def wanted_providers(asked: Provider, available: Collection[str]) -> list[str]:
    """Return the providers to make a session with, in order.

    Args:
        asked: What the user asked for.
        available: The providers that onnxruntime was built with.
    """
    return [name for name in _ASKED[asked] if name in available or name == CPU_PROVIDER]


def provider_report(
    asked: Provider,
    available: Collection[str],
    got: Collection[str],
    *,
    has_driver: bool,
    log: str,
) -> ProviderReport:
    """Return where a session runs, and why.

    Args:
        asked: What the user asked for.
        available: The providers that onnxruntime was built with.
        got: The providers of the session that was made.
        has_driver: Whether the library of NVIDIA's driver can be loaded.
        log: What onnxruntime printed while it made the session.
    """
    used = next((name for name in _NAMES if name in got), CPU_PROVIDER)
    if used == _ASKED[asked][0] or (asked is Provider.AUTO and used != CPU_PROVIDER):
        return ProviderReport(asked, _NAMES[used], "")
    first = CUDA_PROVIDER if asked is Provider.AUTO else _ASKED[asked][0]
    if first == CUDA_PROVIDER:
        reason = _why_not_cuda(available, has_driver, log)
    elif first in available:
        reason = _why_not(log, _NAMES[first])
    else:
        reason = f"this onnxruntime is built without {_NAMES[first]}"
    return ProviderReport(asked, _NAMES[used], reason, _NAMES[first])


def _why_not_cuda(available: Collection[str], has_driver: bool, log: str) -> str:
    if sys.platform == "darwin":
        return "there is no CUDA on macOS"
    if CUDA_PROVIDER not in available:
        return "this onnxruntime is built without CUDA; run: pip install onnxruntime-gpu"
    # The missing driver comes first: without it, installing the libraries would not help.
    if not has_driver:
        return "no NVIDIA driver was found"
    if missing := _missing_library(log):
        return f"{missing} not found; run: {INSTALL_CUDA}"
    return _why_not(log, "CUDA")


def _why_not(log: str, name: str) -> str:
    """Return what onnxruntime printed about a provider that it could not use."""
    if missing := _missing_library(log):
        return f"{missing} not found"
    if failure := re.search(r"CUDA failure (\d+): ([^;\n]+)", log):
        return f"{failure[2].strip()} (CUDA failure {failure[1]})"
    lines = [_plain(line) for line in log.splitlines() if name in line or "error" in line.lower()]
    return lines[-1] if lines else "onnxruntime gave no reason"


def _missing_library(log: str) -> str | None:
    linux = re.search(r"(lib[\w.+-]+\.so[\w.]*): cannot open shared object file", log)
    windows = re.search(r'which depends on "([^"]+)" which is missing', log)
    found = linux or windows
    return found[1] if found else None


def _plain(line: str) -> str:
    """Drop terminal colours, the time stamp and the place in onnxruntime's source."""
    line = re.sub(r"\x1b\[[\d;]*m", "", line)
    line = re.sub(r"^\S+ \S+ \[[^\]]*\] (\S*onnxruntime_src\S* )?", "", line)
    return line.strip()[:200]
