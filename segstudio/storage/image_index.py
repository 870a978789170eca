"""The facts of all images of a project in one file, so that they need not be worked out each time.

Only an index: all that it holds comes from the masks, predictions and reviews of the project, and
each row knows which files it was made from. It lies in the user's cache on this computer, where
SQLite's locks work and a project that may not be written has one too. One that is damaged, of
another version or not to be written is made anew, silently.
"""

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.image_facts import FileStamp, ImageFacts
from segstudio.core.image_table import STATES, ImageTable, rows_of
from segstudio.core.label_statistics import SIZE_BINS, RegionSizes
from segstudio.storage.assets import user_cache_folder
from segstudio.storage.image_facts import NO_FILES, Stamp, find_stamps, read_facts
from segstudio.storage.project import Project

_VERSION: Final = 1
_WAIT_SECONDS: Final = 5.0  # while another window writes
_COLUMNS: Final = (
    "key", "stamp", "state", "height", "width", "classes", "disagreement", "corrected",
    "uncertainty", "seconds", "note", "person", "at", "changed", "mask_ns", "mask_size", "problem",
)  # fmt: skip
_SCHEMA: Final = f"""
CREATE TABLE images (key BLOB PRIMARY KEY, {", ".join(_COLUMNS[1:])}) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
"""
# Filled only when statistics are asked for, and with the mask that each row was counted in.
_REGIONS: Final = """
CREATE TABLE IF NOT EXISTS regions (key BLOB PRIMARY KEY, mask_ns, mask_size, sizes) WITHOUT ROWID
"""
_REPLACE: Final = (
    f"REPLACE INTO images ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
)
_CLASS: Final = np.dtype([("index", "u1"), ("pixels", "<i8")])
_SIZES: Final = np.dtype([("index", "u1"), ("bin", "u1"), ("regions", "<i8")])


class ImageIndex:
    """The index of one project; used by one thread at a time.

    Several may be open on one project, in several threads or programs.

    Args:
        project_folder: The project folder.
        folder: Where indexes are kept; the user's cache unless given.
    """

    def __init__(self, project_folder: Path, folder: Path | None = None) -> None:
        self.path = index_path(project_folder, folder)
        self._connection = self._opened()

    def table(self, keys: Iterable[str]) -> ImageTable:
        """Return the facts of these images as the index has them, which may be old ones."""
        keys = tuple(keys)
        rows = rows_of(keys)
        columns = self._columns(rows)
        empty = ImageTable.of(keys)
        if not columns:
            return empty
        places, states, uncertainty, classes, notes, people, problems, *numbers = columns
        at = np.array(places, np.int64)
        areas = np.frombuffer(b"".join(classes), _CLASS)
        lengths = np.fromiter(map(len, classes), np.int64, len(classes)) // _CLASS.itemsize
        numbered = (empty.disagreement, empty.corrected, empty.pixels, empty.changed, empty.seconds)
        # Nobody else has the table yet.
        empty.states[at] = states
        empty.uncertainty[at] = [np.nan if value is None else value for value in uncertainty]
        for column, values in zip(numbered, numbers, strict=True):
            column[at] = values
        return replace(
            empty,
            area_rows=np.repeat(at, lengths).astype(np.int32),
            area_classes=areas["index"].copy(),
            area_pixels=areas["pixels"].astype(np.int64),
            notes=_texts(keys, places, notes),
            people=_texts(keys, places, people),
            problems=_texts(keys, places, problems),
        )

    def facts(self, project: Project) -> Iterator[ImageFacts]:
        """Yield the facts of all images that the index knows, as it has them.

        Images that nothing was ever done with are not in it, and some may be gone meanwhile.
        """
        for row in self._select(", ".join(_COLUMNS)):
            yield _facts(row, project.splits)

    def stale(self, project: Project, keys: Iterable[str]) -> dict[str, Stamp]:
        """Return the images whose files are not those that the index knows, with their stamps."""
        known = {_decoded(key): stamp for key, stamp in self._select("key, stamp")}
        found = find_stamps(project)
        there = set(keys)
        return {
            key: found.get(key, NO_FILES)
            for key in found.keys() | known.keys()
            if key in there and found.get(key, NO_FILES) != known.get(key, NO_FILES)
        }

    def update(self, project: Project, keys: Iterable[str]) -> list[ImageFacts]:
        """Work out the facts of some images from their files, keep and return them."""
        worked_out = [read_facts(project, key) for key in keys]
        rows = [_row(facts, stamp) for facts, stamp in worked_out]
        try:
            with self._connection:
                self._connection.executemany(_REPLACE, rows)
        except sqlite3.OperationalError:  # the disk is full, or another window writes for long
            pass  # worked out again the next time
        except sqlite3.DatabaseError:
            self._start_anew()
        return [facts for facts, _ in worked_out]

    def regions(self, masks: Mapping[str, FileStamp]) -> tuple[NDArray[np.int64], set[str]]:
        """Return how many regions of which size these masks hold, as far as they were counted.

        Args:
            masks: Image key -> its mask as it is now.

        Returns:
            (256, SIZE_BINS) int64, class and size; and the keys of the masks that are counted.
        """
        found = {
            _decoded(key): sizes
            for key, mask_ns, mask_size, sizes in self._select("*", "regions")
            if masks.get(_decoded(key)) == (mask_ns, mask_size)
        }
        total = np.zeros((256, SIZE_BINS), np.int64)
        entries = np.frombuffer(b"".join(found.values()), _SIZES)
        np.add.at(total, (entries["index"], entries["bin"]), entries["regions"])
        return total, set(found)

    def keep_regions(self, counted: Iterable[tuple[str, FileStamp, RegionSizes]]) -> None:
        """Keep the regions of some masks: image key, the mask they were counted in, and sizes."""
        rows = [(_encoded(key), *mask, _packed_sizes(sizes)) for key, mask, sizes in counted]
        # What cannot be kept is counted again the next time.
        with contextlib.suppress(sqlite3.DatabaseError), self._connection:
            self._connection.executemany("REPLACE INTO regions VALUES (?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _columns(self, rows: Mapping[str, int]) -> Sequence[Sequence[Any]]:
        """Return what a table is made of, column by column, for the images that are there."""
        selected = self._select(
            "key, state, uncertainty, classes, note, person, problem,"
            " disagreement, corrected, height * width, changed, seconds"
        )
        found = [(rows.get(_decoded(key)), *others) for key, *others in selected]
        return list(zip(*(row for row in found if row[0] is not None), strict=True))

    def _select(self, columns: str, table: str = "images") -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(f"SELECT {columns} FROM {table}").fetchall()
        except sqlite3.OperationalError:
            return []
        except sqlite3.DatabaseError:
            self._start_anew()
            return []

    def _opened(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return _connect(self.path)
        except sqlite3.OperationalError:  # no room, or not to be written
            return _connect(None)
        except (OSError, sqlite3.Error):
            return self._made_anew()

    def _made_anew(self) -> sqlite3.Connection:
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                self.path.with_name(self.path.name + suffix).unlink()
        try:
            return _connect(self.path)
        except sqlite3.Error:
            return _connect(None)

    def _start_anew(self) -> None:
        self._connection.close()
        self._connection = self._made_anew()


def index_path(project_folder: Path, folder: Path | None = None) -> Path:
    """Return the file of a project's index; it may not exist."""
    place = os.fsencode(os.path.realpath(project_folder))
    name = f"{hashlib.sha256(place).hexdigest()[:32]}.sqlite"
    return (folder or user_cache_folder() / "indexes") / name


def _connect(path: Path | None) -> sqlite3.Connection:
    """Open an index, or one in memory; one of another version is emptied."""
    connection = sqlite3.connect(path or ":memory:", timeout=_WAIT_SECONDS, check_same_thread=False)
    try:
        # A power cut costs the last rows at most, and they are found to be missing.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if connection.execute("PRAGMA user_version").fetchone() != (_VERSION,):
            with connection:
                connection.executescript(f"DROP TABLE IF EXISTS images; {_SCHEMA}")
        connection.execute(_REGIONS)
    except BaseException:
        connection.close()
        raise
    return connection


def _row(facts: ImageFacts, stamp: Stamp) -> tuple[Any, ...]:
    classes = np.array(list(facts.class_pixels.items()), _CLASS)
    mask = facts.mask or FileStamp(0, -1)
    return (
        _encoded(facts.key),
        stamp,
        STATES.index(facts.state),
        facts.height,
        facts.width,
        classes.tobytes(),
        facts.disagreement,
        facts.corrected,
        facts.uncertainty,
        facts.seconds,
        facts.note,
        facts.by,
        facts.at,
        facts.changed,
        *mask,
        facts.problem,
    )


def _facts(row: Sequence[Any], splits: Mapping[str, str]) -> ImageFacts:
    cells = dict(zip(_COLUMNS, row, strict=True))
    key = _decoded(cells["key"])
    mask = FileStamp(cells["mask_ns"], cells["mask_size"])
    return ImageFacts(
        key=key,
        state=STATES[cells["state"]],
        height=cells["height"],
        width=cells["width"],
        class_pixels=dict(np.frombuffer(cells["classes"], _CLASS).tolist()),
        disagreement=cells["disagreement"],
        corrected=cells["corrected"],
        uncertainty=cells["uncertainty"],
        seconds=cells["seconds"],
        split=splits.get(key, ""),
        note=cells["note"],
        by=cells["person"],
        at=cells["at"],
        mask=mask if mask.size >= 0 else None,
        problem=cells["problem"],
    )


def _packed_sizes(sizes: RegionSizes) -> bytes:
    entries = [
        (index, place, int(bins[place]))
        for index, bins in sizes.items()
        for place in np.flatnonzero(bins).tolist()
    ]
    return np.array(entries, _SIZES).tobytes()


def _texts(keys: Sequence[str], places: Sequence[int], texts: Sequence[str]) -> dict[str, str]:
    return {keys[place]: text for place, text in zip(places, texts, strict=True) if text}


def _encoded(key: str) -> bytes:
    # File names need not be valid text; SQLite's text has to be.
    return key.encode("utf-8", "surrogatepass")


def _decoded(key: bytes) -> str:
    return key.decode("utf-8", "surrogatepass")
