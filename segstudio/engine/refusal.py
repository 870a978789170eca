"""Refusing a model in the worker process: why, in one word for the parent and one text."""

import re
from typing import Final

# In the words of onnxruntime 1.31 and of earlier versions.
_WRONG_SHAPE: Final = re.compile(
    r"(?:has shape |Current shape:)\{([\d,]*)\} "
    r"(?:but the computed output shape for this run is |Requested shape:)\{([\d,]*)\}"
)
_MEMORY_WORDS: Final = (
    "Failed to allocate memory",
    "out of memory",
    "bad_alloc",
    "bad allocation",
    "ALLOC_FAILED",
    "BFCArena",
    "Available memory of",
)


class RefusedError(Exception):
    """The model cannot be loaded or run."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def refusal_of(error: Exception) -> RefusedError:
    """Return what a failure of onnxruntime means; its exceptions have no common base."""
    message = str(error)
    kind = type(error).__name__
    if found := _WRONG_SHAPE.search(message):
        return RefusedError("Output", f"its output is ({found[2]}) instead of ({found[1]})")
    if isinstance(error, MemoryError) or any(words in message for words in _MEMORY_WORDS):
        kind = "MemoryError"
    return RefusedError(kind, message)
