"""Programs that take turns: each does a few steps while the others wait.

A machine is never as fast for a whole minute as for the next. Programs that are measured one after
the other see different machines; programs that take turns every few seconds see the same.

A program that takes part prints one line of JSON about itself when it is ready. Then it reads the
number of steps from a line, takes them, and prints ``{"seconds": ..., "cpu_seconds": ...}``.
"""

import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]


class ProgramError(Exception):
    """A program that takes turns has failed; the message is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn took.

    Attributes:
        steps: Steps taken.
        seconds: Time of the clock on the wall.
        cpu_seconds: Time of all processors together.
    """

    steps: int
    seconds: float
    cpu_seconds: float


@dataclass(slots=True)
class Player:
    """A running program that takes turns; close it with ``with``.

    Attributes:
        about: What it said about itself.
        turns: What its turns took.
    """

    name: str
    about: dict[str, Any]
    _process: subprocess.Popen[str]
    _errors: Any
    turns: list[Turn] = field(default_factory=list)

    @classmethod
    def start(cls, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Self:
        """Start a program, and wait until it is ready."""
        errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the program
        process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        player = cls(name, {}, process, errors)
        try:
            player.about = player._answer()
        except BaseException:
            player.close()
            raise
        return player

    def warm_up(self) -> None:
        """Take one step that does not count: the first one prepares much."""
        self._take(1)

    def take(self, steps: int) -> Turn:
        """Take a turn, and keep what it took."""
        turn = self._take(steps)
        self.turns.append(turn)
        return turn

    @property
    def step_seconds(self) -> float:
        """Seconds of a step, the median over the turns."""
        return median(turn.seconds / turn.steps for turn in self.turns)

    @property
    def step_cpu_seconds(self) -> float:
        """Processor seconds of a step, the median over the turns."""
        return median(turn.cpu_seconds / turn.steps for turn in self.turns)

    def close(self) -> None:
        """End the program."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self, steps: int) -> Turn:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended, and its last words say why
            print(steps, file=self._process.stdin, flush=True)
        answer = self._answer()
        return Turn(steps, answer["seconds"], answer["cpu_seconds"])

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            said = self._errors.read().strip().splitlines()[-5:]
            raise ProgramError(f"{self.name} has ended: " + "\n".join(said))
        answer: dict[str, Any] = json.loads(line)
        return answer


def play(
    players: Sequence[Player], *, rounds: int, steps: int, say: Callable[[str], object]
) -> None:
    """Let every player take ``steps`` steps in each round, one player after the other."""
    say("warming up")
    for player in players:
        player.warm_up()
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}")
        for player in players:
            player.take(steps)
