"""Types of the fixtures that run the program as a user does; see ``cli/conftest.py``."""

from subprocess import CompletedProcess
from typing import Protocol


class Run(Protocol):
    """Runs the program in a process of its own."""

    def __call__(self, *arguments: object, unprivileged: bool = False) -> CompletedProcess[str]:
        """Return what it printed; ``unprivileged`` takes root's right to write anywhere."""


class Complains(Protocol):
    """Checks that the program gives one line and exit code 2."""

    def __call__(self, *arguments: object, sentence: str, unprivileged: bool = False) -> None:
        """Run it and compare."""
