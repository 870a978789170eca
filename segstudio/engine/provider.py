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

INSTALL_CUDA: Final = 'pip install "onnxruntime-gpu[cuda,cudnn]"'


class Provider(StrEnum):
    """What the user asks for; AUTO is the GPU where it can be used, else the CPU."""

    AUTO = "auto"
    CUDA = "cuda"
    CPU = "cpu"


@dataclass(frozen=True, slots=True)
class ProviderReport:
    """Where a model runs.

    Attributes:
        asked: What the user asked for.
        got: "CUDA" or "CPU", read from the session.
        reason: Why it is not CUDA; empty if it is, or if the CPU was asked for.
    """

    asked: Provider
    got: str
    reason: str

    @property
    def summary(self) -> str:
        """One short line for the status bar."""
        return f"{self.got} - CUDA not used: {self.reason}" if self.reason else self.got


def wanted_providers(asked: Provider, available: Collection[str]) -> list[str]:
    """Return the providers to make a session with, in order.

    Args:
        asked: What the user asked for.
        available: The providers that onnxruntime was built with.
    """
    if asked is not Provider.CPU and CUDA_PROVIDER in available:
        return [CUDA_PROVIDER, CPU_PROVIDER]
    return [CPU_PROVIDER]


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
    if CUDA_PROVIDER in got:
        return ProviderReport(asked, "CUDA", "")
    if asked is Provider.CPU:
        return ProviderReport(asked, "CPU", "")
    return ProviderReport(asked, "CPU", _why_not_cuda(available, has_driver, log))


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
    if failure := re.search(r"CUDA failure (\d+): ([^;\n]+)", log):
        return f"{failure[2].strip()} (CUDA failure {failure[1]})"
    lines = [_plain(line) for line in log.splitlines() if "CUDA" in line or "error" in line.lower()]
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
