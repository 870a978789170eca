"""Weights that an ONNX file keeps in other files, and which of those may be read.

The file names them, so a stranger's could name any file of the user's. Only regular files inside
the model's folder are read; a link that leads out of it, by whatever kind of link, is refused.
"""

import os
import stat
from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath

_MAX_SHOWN = 80


class OutsideError(Exception):
    """Weights lie where they are not read; the text is the end of a sentence about the model."""


def weight_files(model: Path, locations: Iterable[str]) -> list[Path]:
    """Return the files that hold a model's weights.

    Args:
        model: The ONNX file.
        locations: Where it says that they are.

    Raises:
        OutsideError: If one of them may not be read.
    """
    return [_checked(model, location) for location in sorted(set(locations))]


def _checked(model: Path, location: str) -> Path:
    shown = location[:_MAX_SHOWN].encode("ascii", "backslashreplace").decode("ascii")
    name = f"its weights are said to be in {shown!r}"
    if not location or "\0" in location or not location.isprintable():
        raise OutsideError(f"{name}, which is no name of a file")
    plain, windows = PurePosixPath(location), PureWindowsPath(location)
    if plain.is_absolute() or windows.anchor:
        raise OutsideError(f"{name}, a place anywhere on the computer, which is not read")
    if ".." in plain.parts or ".." in windows.parts:
        raise OutsideError(f"{name}, outside the model's folder, which is not read")
    path = model.parent / location
    folder = os.path.realpath(model.parent)
    real = os.path.realpath(path)
    if os.path.commonpath([folder, real]) != folder:
        raise OutsideError(f"{name}, a link that leads out of the model's folder")
    try:
        status = Path(real).stat()
    except OSError as error:
        raise OutsideError(f"{name}, which cannot be read ({error.strerror})") from error
    if not stat.S_ISREG(status.st_mode):
        raise OutsideError(f"{name}, which is no regular file")
    if status.st_nlink != 1:
        # A second name of a file may be the name of one anywhere.
        raise OutsideError(f"{name}, a hard link, which may lead out of the model's folder")
    if Path(real).samefile(model):
        raise OutsideError(f"{name}, which is the model itself")
    return Path(real)
