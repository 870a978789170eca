import subprocess
import sys
from pathlib import Path

import segstudio


def test_the_parent_side_of_the_engine_imports_neither_onnxruntime_nor_qt() -> None:
    script = (
        "import sys, segstudio.engine.worker, segstudio.engine.catalog; "
        "print([name for name in sys.modules if name.split('.')[0] in "
        "('onnxruntime', 'PySide6', 'torch', 'onnx')])"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(segstudio.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == "[]"
