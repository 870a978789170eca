import sys
from pathlib import Path

import pytest

from segstudio.engine.provider import (
    CPU_PROVIDER,
    CUDA_PROVIDER,
    Provider,
    provider_report,
    wanted_providers,
)
from segstudio.engine.worker import Worker

_BOTH = [CUDA_PROVIDER, CPU_PROVIDER]

# What onnxruntime 1.31 prints, with its colours.
_MISSING = (
    "\x1b[1;31m2026-11-21 06:33:21.091178691 [E:onnxruntime:Default, provider_bridge_ort.cc:2458 "
    "operator()] /onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:2043 [ONNX"
    "RuntimeError] : 1 : FAIL : Failed to load library /x/libonnxruntime_providers_cuda.so with "
    "error: libcublasLt.so.13: cannot open shared object file: No such file or directory\n\x1b[m\n"
    "\x1b[0;93m2026-11-21 06:33:21.091 [W:onnxruntime:Default, onnxruntime_pybind_state.cc:1295 "
    "CreateExecutionProviderFactoryInstance] Failed to create CUDAExecutionProvider. Require "
    "cuDNN 9.* and CUDA 13.*.\x1b[m\n"
)
_WINDOWS = (
    'Error loading "C:\\x\\onnxruntime_providers_cuda.dll" which depends on "cudnn64_9.dll" '
    "which is missing. (Error 126)"
)
_NO_DEVICE = "CUDA failure 100: no CUDA-capable device is detected ; GPU=-1 ; hostname=box ;"
_OTHER = (
    "\x1b[0;93m2026-11-21 06:33:21.1 [W:onnxruntime:Default, a.cc:1 F] CUDA is sad today.\x1b[m"
)


def test_the_gpu_is_tried_where_onnxruntime_knows_it() -> None:
    assert wanted_providers(Provider.AUTO, _BOTH) == _BOTH
    assert wanted_providers(Provider.CUDA, _BOTH) == _BOTH
    assert wanted_providers(Provider.CPU, _BOTH) == [CPU_PROVIDER]
    assert wanted_providers(Provider.AUTO, [CPU_PROVIDER]) == [CPU_PROVIDER]


def test_what_was_asked_and_got_needs_no_reason() -> None:
    got = provider_report(Provider.AUTO, _BOTH, _BOTH, has_driver=True, log=_OTHER)
    assert (got.got, got.reason, got.summary) == ("CUDA", "", "CUDA")
    got = provider_report(Provider.CPU, _BOTH, [CPU_PROVIDER], has_driver=True, log="")
    assert (got.got, got.reason, got.summary) == ("CPU", "", "CPU")


@pytest.mark.skipif(sys.platform == "darwin", reason="there is one reason only")
@pytest.mark.parametrize(
    ("log", "reason"),
    [
        (
            _MISSING,
            'libcublasLt.so.13 not found; run: pip install "onnxruntime-gpu[cuda,cudnn]"',
        ),
        (_WINDOWS, 'cudnn64_9.dll not found; run: pip install "onnxruntime-gpu[cuda,cudnn]"'),
        (_NO_DEVICE, "no CUDA-capable device is detected (CUDA failure 100)"),
        (_OTHER, "CUDA is sad today."),
        ("", "onnxruntime gave no reason"),
    ],
)
def test_the_reason_for_the_cpu_is_read_from_what_onnxruntime_printed(
    log: str, reason: str
) -> None:
    report = provider_report(Provider.AUTO, _BOTH, [CPU_PROVIDER], has_driver=True, log=log)
    assert report.reason == reason
    assert report.summary == f"CPU - CUDA not used: {reason}"


@pytest.mark.skipif(sys.platform == "darwin", reason="there is one reason only")
def test_without_a_driver_no_library_is_blamed() -> None:
    report = provider_report(Provider.CUDA, _BOTH, [CPU_PROVIDER], has_driver=False, log=_MISSING)
    assert report.reason == "no NVIDIA driver was found"
    report = provider_report(Provider.AUTO, [CPU_PROVIDER], [CPU_PROVIDER], has_driver=True, log="")
    assert report.reason.startswith("this onnxruntime is built without CUDA")


def test_a_session_tells_the_truth(worker: Worker, contract_model: Path) -> None:
    runtime = worker.runtime()
    report = worker.load(contract_model, Provider.CUDA).provider
    assert report.asked is Provider.CUDA
    assert (report.got == "CUDA") == (report.reason == "")
    if CUDA_PROVIDER in runtime.available and not runtime.has_driver:
        assert report.summary == "CPU - CUDA not used: no NVIDIA driver was found"
