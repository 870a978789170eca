"""The lock of a project, taken by real processes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from segstudio.errors import StorageError
from segstudio.storage.locks import LOCK_FILE, ProjectLock, ProjectLockedError
from segstudio.storage.processes import Life, ProcessMark, this_process

Hold = Callable[[Path], "subprocess.Popen[str]"]

_HOLD = """
import sys
from pathlib import Path
from segstudio.storage.locks import ProjectLock
lock = ProjectLock.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.readline()
lock.release()
"""


@pytest.fixture
def hold() -> Iterator[Hold]:
    """Hold a project's lock in a process of its own until a line is written to it."""
    processes: list[subprocess.Popen[str]] = []

    def hold(folder: Path) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", _HOLD, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        return process

    yield hold
    for process in processes:
        process.kill()
        process.communicate()


def write_lock(folder: Path, process: ProcessMark) -> None:
    holder = {"process": process.tag, "user": "ada", "host": "far", "since": 1.7e9}
    (folder / LOCK_FILE).write_text(json.dumps(holder))


def other(**changes: object) -> ProcessMark:
    return replace(this_process(), **changes)  # type: ignore[arg-type]


def test_a_project_is_locked_once(tmp_path: Path, hold: Hold) -> None:
    hold(tmp_path)
    with pytest.raises(ProjectLockedError, match="open in another window") as caught:
        ProjectLock.acquire(tmp_path)
    assert not caught.value.may_be_taken  # that process lives, on this computer


def test_a_lock_that_is_given_back_leaves_nothing(tmp_path: Path, hold: Hold) -> None:
    process = hold(tmp_path)
    process.communicate("\n")
    assert list(tmp_path.iterdir()) == []
    ProjectLock.acquire(tmp_path).release()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_the_lock_of_a_killed_process_is_taken(tmp_path: Path, hold: Hold) -> None:
    process = hold(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (tmp_path / LOCK_FILE).exists()
    ProjectLock.acquire(tmp_path).release()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "process",
    [
        other(boot="00000000"),  # before a reboot, whatever has its number now
        other(started=1),  # its number was given to another process
        other(pid=2**31 - 2),
    ],
)
def test_the_lock_of_a_dead_process_is_taken(tmp_path: Path, process: ProcessMark) -> None:
    write_lock(tmp_path, process)
    ProjectLock.acquire(tmp_path).release()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("process", [other(host="00000000"), other(space="00000000")])
def test_the_lock_of_another_computer_or_container_is_taken_on_request_only(
    tmp_path: Path, process: ProcessMark
) -> None:
    write_lock(tmp_path, process)
    with pytest.raises(ProjectLockedError, match=r"by ada on far since 2023") as caught:
        ProjectLock.acquire(tmp_path)
    assert caught.value.may_be_taken
    ProjectLock.acquire(tmp_path, take_over=True).release()
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_lost_its_lock_does_not_remove_the_new_one(tmp_path: Path) -> None:
    lock = ProjectLock.acquire(tmp_path)
    write_lock(tmp_path, other(host="00000000"))
    lock.release()
    assert (tmp_path / LOCK_FILE).exists()


def test_one_process_shares_its_lock(tmp_path: Path) -> None:
    first, second = ProjectLock.acquire(tmp_path), ProjectLock.acquire(tmp_path)
    first.release()
    first.release()  # once more than needed
    assert (tmp_path / LOCK_FILE).exists()
    second.release()
    assert list(tmp_path.iterdir()) == []


def test_a_half_written_lock_is_taken_when_nobody_goes_on_with_it(tmp_path: Path) -> None:
    path = tmp_path / LOCK_FILE
    path.touch()
    with pytest.raises(ProjectLockedError):
        ProjectLock.acquire(tmp_path)
    os.utime(path, (1e9, 1e9))
    ProjectLock.acquire(tmp_path).release()


def test_locks_work_on_disks_without_hard_links(
    tmp_path: Path, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_paths: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    lock = ProjectLock.acquire(tmp_path)
    assert list(tmp_path.iterdir()) == [tmp_path / LOCK_FILE]
    lock.release()
    hold(tmp_path)
    with pytest.raises(ProjectLockedError):
        ProjectLock.acquire(tmp_path)


def test_a_folder_that_may_not_be_written_cannot_be_locked(
    open_folder_for_all: Path, as_nobody: Callable[[], AbstractContextManager[None]]
) -> None:
    with as_nobody(), pytest.raises(StorageError, match="you may not write here"):
        ProjectLock.acquire(open_folder_for_all)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows starts no shell")
def test_of_many_processes_that_find_a_dead_lock_one_gets_it(tmp_path: Path) -> None:
    write_lock(tmp_path, other(started=1))
    code = """
import sys
from pathlib import Path
from segstudio.storage.locks import ProjectLock, ProjectLockedError
sys.stdin.readline()
try:
    ProjectLock.acquire(Path(sys.argv[1]))
    print("got", flush=True)
except ProjectLockedError:
    print("locked", flush=True)
sys.stdin.readline()
"""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    answers = []
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        assert process.stdout is not None
        answers.append(process.stdout.readline().strip())
    for process in processes:
        process.communicate("\n")
    assert sorted(answers) == ["got"] + ["locked"] * 5


def test_a_mark_reads_back_from_its_tag() -> None:
    mark = this_process()
    assert ProcessMark.parse(mark.tag) == mark
    assert mark.life() is Life.ALIVE
    assert ProcessMark.parse("../etc/passwd") is None
