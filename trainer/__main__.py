"""``trainer`` on the command line; every failure a user can cause is one sentence on stderr."""

import os
import sys
from collections.abc import Sequence

import click

from segstudio.errors import SegStudioError
from trainer.cli import cli
from trainer.memory import keep_freed_memory

_BAD_INPUT = 2
_STOPPED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 done, 2 wrong use or bad input, 130 stopped."""
    prepare_process()
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def prepare_process() -> None:
    """Set what libraries read when they are loaded; call it before torch is."""
    # Threads that spin while they wait take the processor from
    # whatever else runs, and then wait for it: beside a busy program steps took twice as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # onnxruntime, which checks exports, reports on itself to its maker unless told otherwise.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    keep_freed_memory()


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    try:
        result = cli.main(
            args=list(arguments), prog_name="trainer", standalone_mode=False, obj=tuple(arguments)
        )
    except SegStudioError as error:
        return _refuse(error.sentence)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return _BAD_INPUT
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "trainer"
        message = error.format_message()
        stop = "" if message.endswith((".", "?", ")")) else "."
        return _refuse(f"{message}{stop} See: {command} --help")
    except click.ClickException as error:
        return _refuse(error.format_message())
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return _STOPPED
    except OSError as error:  # such as a disk that goes away
        name = f"{error.filename}: " if error.filename else ""
        return _refuse(f"{name}{error.strerror or error}.")
    return result if isinstance(result, int) else 0


def _refuse(sentence: str) -> int:
    click.echo(" ".join(sentence.split()), err=True)
    return _BAD_INPUT


if __name__ == "__main__":
    main()
