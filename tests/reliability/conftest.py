"""Shared by the tests of what happens when the system fails."""

import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile what makes system calls fail, to be preloaded into a process."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler here: install gcc to test failing system calls")
    library = tmp_path_factory.mktemp("shim") / "faults.so"
    source = Path(__file__).with_name("faults.c")
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-Wall", "-Werror", "-o", library, source, "-ldl"],
        check=True,
    )
    return library
