"""Words for the terminal."""


def plain(text: str) -> str:
    """Return a text on one line; names of files may hold line breaks and terminal codes."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def counted(number: int, noun: str) -> str:
    """Return ``1 mask``, ``2 masks``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
