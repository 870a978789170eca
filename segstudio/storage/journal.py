"""The journal: every edit goes to the local disk before its mask is saved.

One append-only file for each open project and process, in the user's own state folder: the project
may lie on a network folder that is slow or goes away, the journal never does. Killing the process
loses nothing that ``Journal`` has reported as written; a power cut loses one second at most.
"""

import contextlib
import hashlib
import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from segstudio.core.strict_json import parse_json
from segstudio.errors import StorageError
from segstudio.storage.assets import user_state_folder
from segstudio.storage.atomic_write import atomic_write_json, make_folder
from segstudio.storage.locks import try_lock
from segstudio.storage.records import Record, decode_records, encode_record

_SUFFIX: Final = ".journal"
_NOTE: Final = "project.json"
_SYNC_SECONDS: Final = 1.0
_RETRY_SECONDS: Final = 1.0


def journal_folder(project_folder: Path) -> Path:
    """Return where the journals of a project lie on this computer; it may not exist.

    Known by the project's place; see ``note_place`` for a project that is moved after a crash.
    """
    place = os.fsencode(os.path.realpath(project_folder))
    return _journals() / hashlib.sha256(place).hexdigest()[:24]


def note_place(project_folder: Path, project_id: str) -> None:
    """Note beside its journals where a project lies and which it is.

    Raises:
        StorageError: If that cannot be written.
    """
    folder = journal_folder(project_folder)
    note = {"folder": os.path.realpath(project_folder), "id": project_id}
    if _read_note(folder) != note:
        make_folder(folder)
        atomic_write_json(folder / _NOTE, note)


def moved_journal_folders(
    project_folder: Path, project_id: str, id_at: Callable[[Path], str | None]
) -> list[Path]:
    """Return the journal folders of the places where a project lay before it was moved.

    Args:
        project_folder: Where it lies now.
        project_id: Which project it is.
        id_at: Returns the id of the project in a folder, or None. Where it still lies there, ours
            is a copy, and the journals are not for it.
    """
    found = []
    with contextlib.suppress(OSError):
        for folder in sorted(_journals().iterdir()):
            note = _read_note(folder)
            if (
                note.get("id") == project_id
                and folder != journal_folder(project_folder)
                and id_at(Path(note.get("folder", ""))) != project_id
            ):
                found.append(folder)
    return found


def _journals() -> Path:
    return user_state_folder() / "recovery"


def _read_note(folder: Path) -> dict[str, str]:
    try:
        note = parse_json((folder / _NOTE).read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in note.items()} if isinstance(note, dict) else {}


class Journal:
    """Appends records on a thread of its own; all methods are safe on any thread.

    A record that cannot be written stays in memory and is tried again every second, over the bytes
    of the failed attempt, so that the file never has a hole.

    Args:
        folder: See ``journal_folder``; made if it is missing.
        on_written: Called on the writer's thread with the sequence of the last record that is in
            the file, from where a killed process does not take it back.
        on_failed: Called on the writer's thread with the first error of a row of failures.

    Raises:
        StorageError: If the file cannot be made.
    """

    def __init__(
        self,
        folder: Path,
        *,
        on_written: Callable[[int], None] = lambda _sequence: None,
        on_failed: Callable[[OSError], None] = lambda _error: None,
    ) -> None:
        make_folder(folder)
        # Clock and counter in one: sequences of a later journal are higher than of an earlier.
        self._sequence = time.time_ns()
        self.path = folder / f"{self._sequence:020}-{secrets.token_hex(4)}{_SUFFIX}"
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(self.path, flags, 0o600)
        except OSError as error:
            raise StorageError(
                self.path, f"edits cannot be kept for recovery ({error.strerror})"
            ) from error
        try_lock(self._descriptor)  # tells others that we live; where there are no locks, no harm
        self._on_written, self._on_failed = on_written, on_failed
        self._changed = threading.Condition()
        self._pending: deque[tuple[int, Record | None]] = deque()  # None cuts the file
        self._written = self._synced = self._sequence
        self._end = 0  # bytes of whole records
        self._dirty_since: float | None = None
        self._sync_wanted = self._closing = self._failing = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def sequence(self) -> int:
        """Sequence of the last record that was appended."""
        return self._sequence

    @property
    def written(self) -> int:
        """Sequence of the last record that a killed process does not lose."""
        return self._written

    def append(self, record: Record) -> int:
        """Queue a record; return its sequence."""
        with self._changed:
            self._sequence += 1
            self._pending.append((self._sequence, record))
            self._changed.notify_all()
            return self._sequence

    def cut(self) -> None:
        """Forget all records appended so far: their masks are safely saved."""
        with self._changed:
            self._pending.append((self._sequence, None))
            self._changed.notify_all()

    def sync(self, timeout: float = 5.0) -> bool:
        """Wait until all records appended so far are on the disk; return whether they are."""
        with self._changed:
            target = self._sequence
            self._sync_wanted = True
            self._changed.notify_all()
            return self._changed.wait_for(
                lambda: self._synced >= target or self._failing or self._closing, timeout
            ) and (self._synced >= target)

    def close(self) -> None:
        """Write what is queued and end the thread; an empty journal is removed."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        with contextlib.suppress(OSError):
            if self._end == 0 and not self._pending:
                self.path.unlink()
            os.close(self._descriptor)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._has_work, self._patience())
                item = self._pending[0] if self._pending else None
                closing = self._closing
            try:
                if item is not None:
                    self._write(*item)
                    with self._changed:
                        self._pending.popleft()
                if self._must_sync(closing):
                    self._sync()
            except OSError as error:
                if closing:
                    return
                if not self._failing:
                    self._failing = True
                    self._on_failed(error)
                with self._changed:
                    self._changed.notify_all()  # nobody waits for a sync that does not come
                    self._changed.wait(_RETRY_SECONDS)
            else:
                self._failing = False
                if closing and not self._pending:
                    return

    def _has_work(self) -> bool:
        return bool(self._pending) or self._closing or self._sync_wanted

    def _patience(self) -> float | None:
        if self._dirty_since is None:
            return None
        return max(self._dirty_since + _SYNC_SECONDS - time.monotonic(), 0)

    def _write(self, sequence: int, record: Record | None) -> None:
        if record is None:
            os.ftruncate(self._descriptor, 0)
            self._end = 0
        else:
            content = encode_record(record, sequence)
            _write_at(self._descriptor, content, self._end)
            self._end += len(content)
        self._written = sequence
        if self._dirty_since is None:
            self._dirty_since = time.monotonic()
        self._on_written(sequence)

    def _must_sync(self, closing: bool) -> bool:
        with self._changed:
            if self._sync_wanted and not self._pending:
                return True
        if self._dirty_since is None:
            return False
        return closing or time.monotonic() >= self._dirty_since + _SYNC_SECONDS

    def _sync(self) -> None:
        written = self._written
        # macOS has no fdatasync; there and on Windows fsync does the same and more.
        getattr(os, "fdatasync", os.fsync)(self._descriptor)
        self._dirty_since = None
        with self._changed:
            self._synced = written
            self._sync_wanted = False
            self._changed.notify_all()


def left_journals(folder: Path) -> list[Path]:
    """Return the journals in ``folder`` that no living process writes, oldest first."""
    try:
        paths = sorted(folder.glob(f"*{_SUFFIX}"))
    except OSError:
        return []
    return [path for path in paths if not _is_held(path)]


def read_journal(path: Path) -> list[tuple[int, Record]]:
    """Return (sequence, record) of all whole records from the start; an unreadable file has none.

    Whatever cut or changed the file, the answer is a prefix of what was written.
    """
    try:
        return list(decode_records(path.read_bytes()))
    except OSError:
        return []


def _is_held(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except OSError:
        return True
    try:
        return not try_lock(descriptor)
    finally:
        os.close(descriptor)


def _write_at(descriptor: int, content: bytes, place: int) -> None:
    os.lseek(descriptor, place, os.SEEK_SET)
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
