"""A job file: the options of a command, written by another program instead of a shell."""

from pathlib import Path
from typing import Any, Final

import click

_VERSION: Final = 1


def read_job(context: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    """Take the options in the job file where the command line does not give them.

    The file is JSON: ``{"version": 1, "train": {"network": "unet-mini", "crop": [256, 256]}}``,
    with the long names of the options.
    """
    if value is None:
        return
    from segstudio.core.strict_json import parse_json

    try:
        job = parse_json(value.read_bytes())
    except OSError as error:
        raise click.BadParameter(f"{value} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise click.BadParameter(f"{value} is not valid JSON ({error})") from error
    given = job.get("train") if isinstance(job, dict) and job.get("version") == _VERSION else None
    if not isinstance(given, dict):
        raise click.BadParameter(f"{value} is not a job file of version {_VERSION}")
    context.default_map = {**(context.default_map or {}), **_by_parameter(context, given)}


def _by_parameter(context: click.Context, given: dict[str, Any]) -> dict[str, Any]:
    names = {
        option.removeprefix("--"): parameter.name
        for parameter in context.command.params
        if isinstance(parameter, click.Option) and parameter.name
        for option in parameter.opts
    }
    for name in given:
        if name not in names or name in ("job", "resume"):
            raise click.BadParameter(f"{context.command.name} has no option {name!r}")
    return {names[name] or name: value for name, value in given.items()}
