import subprocess
import sys


def test_document_and_controllers_load_no_widgets() -> None:
    code = """
import sys
import segstudio.controllers.export, segstudio.controllers.predict
import segstudio.controllers.thumbnails, segstudio.controllers.toolbox
import segstudio.document.document
print([name for name in sys.modules if name.startswith("PySide6.QtWidgets")])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
