"""Measures training on the CPU: steps against Keras, and the time until something happens.

    python tests/benchmarks/training.py [--only PART] [--json]

See ``README.md`` beside this file for what is compared and how.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from keras_environment import NoKerasError, keras_python
from rich.console import Console
from rich.table import Table
from start_up import first_step_time, help_time
from turns import ROOT, Player, ProgramError, Turn, play

HERE = Path(__file__).resolve().parent
PARTS = ("throughput", "first-step", "help", "data")
CLASSES = {"unet-mini": 21, "unet-mobilenet": 2}
PARAMETERS = {"unet-mini": 472_213, "unet-mobilenet": 6_483_586}


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table.

    Attributes:
        what: What was measured.
        ours: What the trainer reached.
        theirs: What it is compared with, or None.
        unit: Of both.
        value: What the target is about: the ratio, or what was reached.
        cpu_value: The same of processor time, which says more where other programs run.
        target: In words.
        met: Whether the target is met.
        details: Everything else, for programs.
    """

    what: str
    ours: float
    theirs: float | None
    unit: str
    value: float
    cpu_value: float
    target: str
    met: bool
    details: dict[str, object]


@dataclass(frozen=True, slots=True)
class Setting:
    """How steps are measured.

    Attributes:
        size: Side of the crops, pixels.
        batch: Crops a step.
        rounds: Turns of every program.
        steps: Steps a turn.
        threads: Of every program.
    """

    size: int
    batch: int
    rounds: int
    steps: int
    threads: int


@click.command()
@click.option("--only", multiple=True, type=click.Choice(PARTS), help="May be given several times.")
@click.option("--network", "networks", multiple=True, type=click.Choice(list(CLASSES)))
@click.option("--size", default=256, show_default=True, help="Side of the crops, pixels.")
@click.option("--batch", default=4, show_default=True, help="Crops a step.")
@click.option("--rounds", default=4, show_default=True, help="Turns of every program.")
@click.option("--steps", default=2, show_default=True, help="Steps a turn.")
@click.option("--threads", default=0, help="Of both sides; all processors if not given.")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
    help="Label set for the first step, drawn if not given, and for the batches.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def main(
    only: Sequence[str],
    networks: Sequence[str],
    size: int,
    batch: int,
    rounds: int,
    steps: int,
    threads: int,
    data: Path | None,
    as_json: bool,
) -> None:
    """Measure training on the CPU: steps against Keras, and the time until something happens."""
    parts = only or PARTS
    results: list[Result] = []
    if "throughput" in parts:
        try:
            keras = keras_python(_say)
        except NoKerasError as error:
            _say(f"throughput is skipped: {error}")
        else:
            setting = Setting(size, batch, rounds, steps, threads or _processors())
            results += [throughput(name, keras, setting) for name in networks or CLASSES]
    if "first-step" in parts:
        turn = first_step_time(data, rounds)
        results.append(_time("trainer train, to the first step", turn, 6.0))
    if "help" in parts:
        turn = help_time(max(rounds, 5))
        results.append(_time("trainer --help", turn, 0.3))
    if as_json:
        click.echo(json.dumps([asdict(result) for result in results], indent=2))
    else:
        Console().print(_table(results))
    if "data" in parts and data and not as_json:
        command = [sys.executable, str(HERE / "data_pipeline.py"), "--data", str(data)]
        subprocess.run(command, cwd=ROOT, env=_environment(), check=False)


def throughput(name: str, keras: Path, setting: Setting) -> Result:
    """Compare training steps with the same network in Keras, whose better way counts.

    Args:
        name: Name of the network.
        keras: Python that has TensorFlow.
        setting: How it is measured.
    """
    size, batch, steps = setting.size, setting.batch, setting.rounds * setting.steps + 1
    common = [name, str(size), str(batch), str(CLASSES[name])]
    programs = {
        "trainer": [sys.executable, "trainer_steps.py", *common, str(steps)],
        "Keras": [str(keras), "keras_steps.py", *common, str(setting.threads), "plain"],
        "Keras with XLA": [str(keras), "keras_steps.py", *common, str(setting.threads), "jit"],
    }
    environment = {**_environment(), "OMP_NUM_THREADS": str(setting.threads)}
    with ExitStack() as stack:
        players = [
            stack.enter_context(
                Player.start(title, [python, str(HERE / script), *arguments], environment)
            )
            for title, (python, script, *arguments) in programs.items()
        ]
        for player in players:
            if player.about["parameters"] != PARAMETERS[name]:
                raise ProgramError(f"{player.name} has {player.about['parameters']} weights")
        play(
            players,
            rounds=setting.rounds,
            steps=setting.steps,
            say=lambda text: _say(f"{name}: {text}"),
        )
    ours, *theirs = players
    best = min(theirs, key=lambda player: player.step_seconds)
    ratio = best.step_seconds / ours.step_seconds
    return Result(
        what=f"{name}, {batch} x {size} x {size}",
        ours=batch / ours.step_seconds,
        theirs=batch / best.step_seconds,
        unit="images/s",
        value=ratio,
        cpu_value=best.step_cpu_seconds / ours.step_cpu_seconds,
        target="1.5 x Keras",
        met=ratio >= 1.5,
        details={
            "best of Keras": best.name,
            "turns": {p.name: [asdict(turn) for turn in p.turns] for p in players},
            "about": {p.name: p.about for p in players},
        },
    )


def _time(what: str, turn: Turn, limit: float) -> Result:
    return Result(
        what=what,
        ours=turn.seconds,
        theirs=None,
        unit="s",
        value=turn.seconds,
        cpu_value=turn.cpu_seconds,
        target=f"{limit:g} s",
        met=turn.seconds <= limit,
        details={},
    )


def _table(results: Sequence[Result]) -> Table:
    table = Table("measured", "trainer", "Keras", "unit", "reached", "by CPU time", "target", "")
    for result in results:
        table.add_row(
            result.what,
            f"{result.ours:.2f}",
            "" if result.theirs is None else f"{result.theirs:.2f}",
            result.unit,
            f"{result.value:.2f}",
            f"{result.cpu_value:.2f}",
            result.target,
            "met" if result.met else "missed",
        )
    return table


def _processors() -> int:
    """Return the number of processors that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _say(text: str) -> None:
    click.echo(text, err=True)


def _environment() -> dict[str, str]:
    """Return the environment of programs that import this checkout's code."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2"}


if __name__ == "__main__":
    try:
        main(standalone_mode=True)
    except ProgramError as error:
        raise SystemExit(str(error)) from error
