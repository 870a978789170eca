"""A user who may not do everything, as most users are."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from PIL import Image

_NOBODY = 65534


@pytest.fixture
def open_folder_for_all() -> Iterator[Path]:
    """Return a folder of root's that everybody may enter; pytest's own ones are private."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def as_nobody() -> Callable[[], AbstractContextManager[None]]:
    """Return a context in which this process has no rights but those of everybody."""
    if sys.platform == "win32":
        pytest.skip("Windows has no user ids")
    if os.geteuid() != 0:

        @contextmanager
        def unchanged() -> Iterator[None]:
            yield

        return unchanged

    Image.init()  # loads code, which nobody may not be allowed to read

    @contextmanager
    def dropped() -> Iterator[None]:
        groups, group, user = os.getgroups(), os.getegid(), os.geteuid()
        os.setgroups([])
        os.setegid(_NOBODY)
        os.seteuid(_NOBODY)
        try:
            yield
        finally:
            os.seteuid(user)
            os.setegid(group)
            os.setgroups(groups)

    return dropped
