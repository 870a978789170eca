"""Whatever fails, a reader sees the old content or the new, and no other file stays behind."""

import errno
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from segstudio.errors import StorageError
from segstudio.storage.atomic_write import (
    atomic_write,
    atomic_write_json,
    make_folder,
    rewrite,
    sweep,
)
from segstudio.storage.processes import this_process

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions and limits")


@contextmanager
def _umask(mask: int) -> Iterator[None]:
    old = os.umask(mask)
    try:
        yield
    finally:
        os.umask(old)


@contextmanager
def _largest_file(size: int) -> Iterator[None]:
    """Make the system refuse to write beyond ``size`` bytes of a file, as a full disk does."""
    import resource  # Windows has none

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)) * 5000])
def test_the_file_holds_the_content(tmp_path: Path, content: bytes) -> None:
    atomic_write(tmp_path / "a.png", content)
    assert (tmp_path / "a.png").read_bytes() == content


def test_the_old_content_is_replaced_even_by_less(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old and long")
    atomic_write(path, b"new")
    assert path.read_bytes() == b"new"


def test_nothing_else_stays_in_the_folder(tmp_path: Path) -> None:
    atomic_write(tmp_path / "a.png", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


@posix
def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    with _umask(0o022):
        atomic_write(tmp_path / "a.png", b"new")
    assert stat.S_IMODE((tmp_path / "a.png").stat().st_mode) == 0o644


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_replaced_file_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    path.chmod(mode)
    atomic_write(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
def test_a_symbolic_link_stays_and_its_target_changes(tmp_path: Path) -> None:
    target, link = tmp_path / "disk" / "a.png", tmp_path / "a.png"
    target.parent.mkdir()
    target.write_bytes(b"old")
    link.symlink_to(target)
    atomic_write(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@posix
def test_a_link_that_leads_in_a_circle_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(StorageError, match="could not be saved"):
        atomic_write(tmp_path / "a", b"new")
    assert (tmp_path / "a").is_symlink()


@posix
@pytest.mark.parametrize(
    "name", ["x" * 255, "細" * 85, "a\nb", b"\xff.png".decode(errors="surrogateescape")]
)
def test_every_name_that_the_system_takes_can_be_written(tmp_path: Path, name: str) -> None:
    for content in (b"old", b"new"):
        atomic_write(tmp_path / name, content)
    assert (tmp_path / name).read_bytes() == b"new"


@posix
def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="its name is too long"):
        atomic_write(tmp_path / ("x" * 256), b"new")
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"a\.png: could not be saved: its folder is gone"):
        atomic_write(tmp_path / "gone" / "a.png", b"new")


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    with pytest.raises(StorageError, match="a folder is where the file should be"):
        atomic_write(tmp_path / "a.png", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


@posix
def test_a_pipe_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(StorageError, match="it is a device or a pipe"):
        atomic_write(tmp_path / "a.png", b"new")
    assert stat.S_ISFIFO((tmp_path / "a.png").stat().st_mode)


@posix
def test_a_device_is_not_replaced() -> None:
    with pytest.raises(StorageError, match="it is a device or a pipe"):
        atomic_write(Path(os.devnull), b"new")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


@posix
def test_a_disk_that_takes_only_a_part_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    with (
        _largest_file(5000),
        pytest.raises(StorageError, match="it is larger than this disk allows"),
    ):
        atomic_write(path, bytes(20_000))
    assert path.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


@posix
def test_a_full_disk_leaves_the_old_content(tmp_path: Path) -> None:
    mount = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    script = f'mount -t tmpfs -o size=64k none "{tmp_path}" && exec "$0" -c "$1" "{tmp_path}"'
    code = (
        "import sys, pathlib\n"
        "from segstudio.errors import StorageError\n"
        "from segstudio.storage.atomic_write import atomic_write\n"
        "path = pathlib.Path(sys.argv[1]) / 'a.png'\n"
        "atomic_write(path, b'o' * 30_000)\n"
        "try:\n"
        "    atomic_write(path, b'n' * 50_000)\n"
        "except StorageError as error:\n"
        "    print(error)\n"
        "print(path.read_bytes() == b'o' * 30_000, len(list(path.parent.iterdir())))\n"
    )
    try:
        probe = subprocess.run([*mount, f'mount -t tmpfs none "{tmp_path}"'], capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no unshare here")
    if probe.returncode != 0:
        pytest.skip("this system lets nobody mount a small disk")
    done = subprocess.run(
        [*mount, script, sys.executable, code], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "a.png: could not be saved: there is no space left on the disk",
        "True 1",
    ]


@posix
def test_a_process_killed_at_any_moment_leaves_one_content_or_the_other(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    code = (
        "import sys, pathlib\n"
        "from segstudio.storage.atomic_write import atomic_write\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "atomic_write(path, b'0' * 100_000)\n"
        "print('going', flush=True)\n"
        "for turn in range(10**9):\n"
        "    atomic_write(path, str(turn % 10).encode() * 100_000)\n"
    )
    for delay in (0.0, 0.003, 0.011, 0.02, 0.037):
        with subprocess.Popen(
            [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(delay)
            process.kill()
        content = path.read_bytes()
        assert len(content) == 100_000
        assert len(set(content)) == 1


def test_a_folder_that_may_not_be_written_is_told(
    open_folder_for_all: Path, as_nobody: Callable[[], AbstractContextManager[None]]
) -> None:
    path = open_folder_for_all / "a.png"
    path.write_bytes(b"old")
    open_folder_for_all.chmod(0o555)
    with (
        as_nobody(),
        pytest.raises(StorageError, match=r"a\.png: could not be saved: you may not write here"),
    ):
        atomic_write(path, b"new")
    assert path.read_bytes() == b"old"


def test_a_folder_that_may_be_written_but_not_listed_is_written(
    open_folder_for_all: Path, as_nobody: Callable[[], AbstractContextManager[None]]
) -> None:
    open_folder_for_all.chmod(0o733)
    with as_nobody():
        atomic_write(open_folder_for_all / "a.png", b"new")
    assert (open_folder_for_all / "a.png").read_bytes() == b"new"


def test_json_is_written_so_that_every_reader_takes_it(tmp_path: Path) -> None:
    value = {"name": "Zellwände 細胞 \udcff", "list": [1, 2.5, None]}
    atomic_write_json(tmp_path / "a.json", value)
    assert (tmp_path / "a.json").read_bytes().isascii()
    assert json.loads((tmp_path / "a.json").read_bytes()) == value


def test_values_that_json_lacks_leave_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="JSON compliant"):
        atomic_write_json(path, {"loss": float("nan")})
    assert path.read_bytes() == b"old"


def test_missing_folders_are_made(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b" / "c")
    make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    for path in (tmp_path / "a", tmp_path / "a" / "b"):
        with pytest.raises(StorageError, match="a file is where a folder should be"):
            make_folder(path)


def test_the_cause_of_a_failure_is_kept(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        atomic_write(tmp_path / "gone" / "a.png", b"")
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.ENOENT


def leave_half_written(folder: Path, mark: str, age: float = 0.0) -> Path:
    path = folder / f".segstudio-{mark}{'0' * 16}.tmp"
    path.write_bytes(b"half")
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_sweeping_removes_what_a_dead_process_left(tmp_path: Path) -> None:
    folder = tmp_path / "masks" / "deep"
    folder.mkdir(parents=True)
    left = leave_half_written(folder, f"{replace(this_process(), started=1).tag}-")
    assert sweep(tmp_path) == [left]
    assert not left.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    # Killed where the temporary file is complete and not renamed yet.
    code = """
import os, signal, sys
from pathlib import Path
Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from segstudio.storage.atomic_write import atomic_write
atomic_write(Path(sys.argv[1]), b"new")
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.png")], check=False)
    assert [path.suffix for path in tmp_path.iterdir()] == [".tmp"]
    assert len(sweep(tmp_path)) == 1
    assert list(tmp_path.iterdir()) == []


def test_sweeping_leaves_what_is_being_written_or_not_ours(tmp_path: Path) -> None:
    alive = leave_half_written(tmp_path, f"{this_process().tag}-", age=1e6)
    far = leave_half_written(tmp_path, f"{replace(this_process(), host='00000000').tag}-")
    others = [tmp_path / ".segstudio-notes.tmp", tmp_path / ".other.tmp", tmp_path / "a.png"]
    for path in others:
        path.write_bytes(b"")
        os.utime(path, (0, 0))
    assert sweep(tmp_path) == []
    assert {alive, far, *others} == set(tmp_path.iterdir())


def test_sweeping_removes_what_nobody_knows_after_a_week(tmp_path: Path) -> None:
    old = leave_half_written(tmp_path, "", age=8 * 24 * 3600)
    assert sweep(tmp_path) == [old]


def test_a_file_that_is_rewritten_keeps_its_time_and_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    path.chmod(0o640)
    os.utime(path, ns=(10**18, 10**18))
    assert rewrite(path, lambda content: content + b" and new")
    assert path.read_bytes() == b"old and new"
    assert path.stat().st_mtime_ns == 10**18
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.png"]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert not rewrite(path, lambda _content: None)
    assert path.read_bytes() == b"old and new"


def test_what_another_program_writes_meanwhile_is_not_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def change(content: bytes) -> bytes:
        path.write_bytes(b"theirs")
        return content + b" and new"

    assert not rewrite(path, change)
    assert path.read_bytes() == b"theirs"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.png"]
