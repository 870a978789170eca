"""The program's way in: turns every expected failure into one line and an exit code."""

import contextlib
import io
import os
import sys
from typing import Final

# Before NumPy is loaded: huge pages of memory make large arrays faster to fill, but the system may
# take a second to find them, while the user waits for an image or a stroke: hosts of virtual
# machines take back those that are free.
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")

import click

from segstudio.cli import run
from segstudio.commands.text import plain
from segstudio.errors import SegStudioError

DONE: Final = 0
BROKEN_PIPE: Final = 1
BAD_INPUT: Final = 2
INTERRUPTED: Final = 130


def main() -> None:
    """Run the program and exit."""
    sys.exit(exit_code(sys.argv[1:]))


def exit_code(arguments: list[str]) -> int:
    """Run the program; returns 0 if it did what was asked, 2 for wrong use or bad input."""
    for stream in (sys.stdout, sys.stderr):
        # File names need not be valid text; telling about one must not fail.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = run(arguments)
        sys.stdout.flush()
    except SegStudioError as error:
        return _complain(error.sentence)
    except click.UsageError as error:
        command = error.ctx.command_path.strip() if error.ctx else "segstudio"
        message = error.format_message()
        stop = "" if message.endswith((".", "?")) else "."
        return _complain(f"{message}{stop} See: {command} --help")
    except click.ClickException as error:
        return _complain(error.format_message())
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # Who read our output has enough. Without this, Python complains once more at exit.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        # Whatever a file system can answer that no command has words for.
        return _complain(f"{error.filename or 'segstudio'}: {error.strerror or error}.")
    return code if isinstance(code, int) else DONE


def _complain(sentence: str) -> int:
    click.echo(plain(sentence), err=True)
    return BAD_INPUT


if __name__ == "__main__":
    main()
