"""Which process made a file, and whether it still lives.

A process number alone says little: numbers come again, after a reboot sooner than one thinks, and
on a network folder it may be the number of a process on another computer.
"""

import functools
import hashlib
import os
import re
import socket
import sys
import uuid
from dataclasses import astuple, dataclass
from enum import Enum
from pathlib import Path
from typing import Final, Self

_TAG: Final = re.compile(r"([0-9a-f]{8})\.([0-9a-f]{8})\.([0-9a-f]{8})\.(\d{1,10})\.(\d{1,20})")
_DEAD_STATES: Final = ("Z", "X")  # of a process that ended and whose parent did not notice yet
_START_FIELD: Final = 19  # of /proc/PID/stat, counted behind the name: field 22 of proc_pid_stat(5)


class Life(Enum):
    """What is known about a process."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """Tells a process from all others, on this and on other computers.

    Attributes:
        host: The computer; 8 hexadecimal digits.
        boot: The run of the computer since it was switched on, where the system tells; likewise.
        space: The container that the number counts in, where there are such; likewise.
        pid: The number.
        started: When it started, in units of the system.
    """

    host: str
    boot: str
    space: str
    pid: int
    started: int

    @property
    def tag(self) -> str:
        """The mark as text that may stand in the name of a file."""
        return ".".join(str(part) for part in astuple(self))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the mark whose ``tag`` is ``text``, or None if it is none."""
        match = _TAG.fullmatch(text)
        if match is None:
            return None
        host, boot, space, pid, started = match.groups()
        return cls(host, boot, space, int(pid), int(started))

    @property
    def is_here(self) -> bool:
        """Whether the process was started where the calling one can see it."""
        return (self.host, self.space) == (_host(), _space())

    def life(self) -> Life:
        """Return whether the process lives."""
        if self.host != _host():
            return Life.UNKNOWN
        if self.boot != _boot():
            return Life.DEAD
        if self.space != _space():
            return Life.UNKNOWN
        try:
            return Life.ALIVE if _started(self.pid) == self.started else Life.DEAD
        except PermissionError:  # somebody else's process, of which the system tells nothing
            return Life.UNKNOWN


def this_process() -> ProcessMark:
    """Return the mark of the calling process."""
    return mark_of(os.getpid())


def mark_of(pid: int) -> ProcessMark:
    """Return the mark of a process on this computer, such as a child that was just started."""
    return ProcessMark(_host(), _boot(), _space(), pid, _started(pid) or 0)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@functools.cache
def _host() -> str:
    try:
        machine = Path("/etc/machine-id").read_text("ascii").strip()
    except (OSError, ValueError):
        machine = ""
    return _digest(f"{socket.gethostname()} {machine or uuid.getnode()}")


@functools.cache
def _boot() -> str:
    try:
        return _digest(Path("/proc/sys/kernel/random/boot_id").read_text("ascii"))
    except OSError:  # elsewhere ``started`` is a date, which a reboot does not bring again
        return _digest("")


@functools.cache
def _space() -> str:
    try:
        return _digest(os.readlink("/proc/self/ns/pid"))  # noqa: PTH115 - it names no path
    except OSError:
        return _digest("")


def _started(pid: int) -> int | None:
    """Return when a process started, or None if there is none of this number.

    Raises:
        PermissionError: If it cannot be known.
    """
    if sys.platform == "linux":
        return _started_on_linux(pid)
    import psutil

    try:
        return int(psutil.Process(pid).create_time() * 1000)
    except psutil.AccessDenied as error:
        raise PermissionError from error
    except psutil.Error:
        return None


def _started_on_linux(pid: int) -> int | None:
    # Not psutil: it adds the time of the boot, which moves whenever the clock is set.
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        try:
            os.kill(pid, 0)  # signal 0 only asks: /proc may hide the processes of others
        except (ProcessLookupError, OverflowError):
            return None
        raise PermissionError("the system does not tell about this process") from None
    state, *fields = stat.rpartition(b")")[2].decode("ascii").split()
    return None if state in _DEAD_STATES else int(fields[_START_FIELD - 1])
