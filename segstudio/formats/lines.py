"""Lines of text files that other programs wrote."""

from pathlib import Path


def raw_lines(path: Path) -> list[str]:
    """Return the lines of a UTF-8 text file; raises OSError or UnicodeDecodeError."""
    # Not splitlines(), which also ends a line at characters that a name may hold.
    return path.read_text(encoding="utf-8-sig").split("\n")
