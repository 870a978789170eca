"""Small JSON files that lie beside masks and models and say something about them."""

from pathlib import Path
from typing import Any

from segstudio.core.strict_json import parse_json


def read_sidecar(path: Path, *, version: int, max_bytes: int) -> dict[str, Any] | None:
    """Return what such a file holds.

    Args:
        path: The file; it may not exist.
        version: The version that its object must name.
        max_bytes: A larger file is not read.

    Returns:
        The object; None for a file that is missing, too large, damaged or of another version.
    """
    try:
        if path.stat().st_size > max_bytes:
            return None
        value = parse_json(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) and value.get("version") == version else None
