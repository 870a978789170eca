"""JSON as its standard has it, for files that people and other programs write.

Python's reader also takes NaN, keeps the last of two equal keys, and lets deep nesting overflow.
"""

import json
from typing import Any


def parse_json(text: str | bytes) -> object:
    """Return the value of a JSON text.

    Raises:
        ValueError: If it is not JSON, holds NaN or Infinity, or the same key twice in an object.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _refuse_constant(constant: str) -> float:
    raise ValueError(f"{constant} is not a JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, item in pairs:
        if key in value:
            raise ValueError(f"the key {key[:40]!r} stands twice")
        value[key] = item
    return value
