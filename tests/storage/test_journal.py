"""The journal holds what was written to it, and a damaged one exactly a prefix of that."""

import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from segstudio.core.history import Edit, EditKind
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.rect import Rect
from segstudio.storage.journal import Journal, left_journals, read_journal
from segstudio.storage.records import (
    EditRecord,
    Record,
    base_record,
    decode_records,
    edit_record,
    encode_record,
)

KEYS = ["a.jpg", "series 1/細胞.png", "\udcff.png"]


def _edit(value: int, side: int = 3) -> Edit:
    before, after = np.zeros((side, side), np.uint8), np.full((side, side), value, np.uint8)
    return Edit(f"Brush “{value}”", [MaskPatch(Rect(value, 0, value + side, side), before, after)])


def _records() -> list[Record]:
    return [
        base_record(KEYS[0], bytes(range(16)), (20, 30), 7),
        *(edit_record(KEYS[value % 3], kind, _edit(value)) for value, kind in enumerate(EditKind)),
        edit_record("b.png", EditKind.EDIT, Edit("nothing", ())),
    ]


def _content(records: list[Record]) -> tuple[bytes, list[int]]:
    parts = [encode_record(record, 100 + number) for number, record in enumerate(records)]
    ends = np.cumsum([len(part) for part in parts])
    return b"".join(parts), ends.tolist()


def _same(left: Record, right: Record) -> bool:
    if isinstance(left, EditRecord) and isinstance(right, EditRecord):
        return (left.key, left.kind, left.time, left.edit.name, left.edit.pack()) == (
            right.key,
            right.kind,
            right.time,
            right.edit.name,
            right.edit.pack(),
        )
    return left == right


def _is_prefix(content: bytes, records: list[Record]) -> int:
    read = list(decode_records(content))
    assert len(read) <= len(records)
    assert [sequence for sequence, _ in read] == list(range(100, 100 + len(read)))
    assert all(_same(record, written) for (_, record), written in zip(read, records, strict=False))
    return len(read)


def test_records_survive_the_file() -> None:
    records = _records()
    assert _is_prefix(_content(records)[0], records) == len(records)


def test_a_journal_cut_at_any_byte_holds_the_whole_records_before() -> None:
    records = _records()
    content, ends = _content(records)
    for length in range(len(content)):
        assert _is_prefix(content[:length], records) == sum(end <= length for end in ends)


def test_a_journal_with_any_bit_flipped_holds_the_records_before_it() -> None:
    records = _records()
    content, ends = _content(records)
    for place in range(len(content)):
        for bit in range(8):
            damaged = bytearray(content)
            damaged[place] ^= 1 << bit
            whole = sum(end <= place for end in ends)
            assert _is_prefix(bytes(damaged), records) == whole


@pytest.mark.parametrize("sector", [512, 64])
def test_a_journal_with_a_lost_sector_holds_the_records_before_it(sector: int) -> None:
    records = _records()
    content, ends = _content(records)
    for start in range(0, len(content), sector):
        lost = content[:start] + bytes(len(content[start : start + sector]))
        lost += content[start + sector :]
        # A sector of zeros may have been there already.
        changed = next(
            (i for i, pair in enumerate(zip(lost, content, strict=True)) if pair[0] != pair[1]),
            None,
        )
        whole = sum(changed is None or end <= changed for end in ends)
        assert _is_prefix(lost, records) == whole


def test_a_record_that_is_missing_in_the_middle_ends_the_journal() -> None:
    records = _records()
    content, ends = _content(records)
    assert _is_prefix(content[: ends[0]] + content[ends[1] :], records) == 1


@pytest.mark.parametrize("tail", [bytes(100), b"SgEd" * 30, b"\xff" * 100])
def test_garbage_at_the_end_is_no_record(tail: bytes) -> None:
    records = _records()
    assert _is_prefix(_content(records)[0] + tail, records) == len(records)


def test_a_record_of_a_kind_we_do_not_know_ends_the_journal() -> None:
    content = bytearray(encode_record(_records()[0], 5))
    content[20] = 77  # the kind; the check is made good again
    length, sequence = struct.unpack_from("<IQ", content, 4)
    seed = zlib.crc32(struct.pack("<IQ", length, sequence), 0x5E65ED17)
    struct.pack_into("<I", content, 16, zlib.crc32(content[20:], seed))
    assert not list(decode_records(bytes(content)))


def test_what_was_appended_is_in_the_file(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    records = _records()
    numbers = [journal.append(record) for record in records]
    assert journal.sync()
    assert journal.written == numbers[-1]
    read = read_journal(journal.path)
    assert [sequence for sequence, _ in read] == numbers
    assert all(_same(record, made) for (_, record), made in zip(read, records, strict=True))
    journal.close()


def test_a_cut_journal_holds_only_what_came_after(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for record in _records():
        journal.append(record)
    journal.cut()
    last = journal.append(edit_record("b.png", EditKind.EDIT, _edit(9)))
    assert journal.sync()
    assert [sequence for sequence, _ in read_journal(journal.path)] == [last]
    journal.close()


def test_a_journal_in_use_is_not_taken_for_one_that_was_left(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(_records()[1])
    assert journal.sync()
    assert left_journals(tmp_path) == []
    journal.close()
    assert left_journals(tmp_path) == [journal.path]


def test_an_empty_journal_is_removed_when_it_is_closed(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(_records()[1])
    journal.cut()
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_a_killed_process_leaves_what_it_was_told_is_written(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, time\n"
        "from pathlib import Path\n"
        "from segstudio.core.history import Edit, EditKind\n"
        "from segstudio.storage.journal import Journal\n"
        "from segstudio.storage.records import edit_record\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "for number in range(500):\n"
        "    last = journal.append(edit_record('a', EditKind.EDIT, Edit('b', ())))\n"
        "while journal.written < last:\n"
        "    time.sleep(0.001)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    (path,) = left_journals(tmp_path)
    assert len(read_journal(path)) == 500


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a full device")
def test_a_record_that_failed_is_written_when_there_is_space_again(tmp_path: Path) -> None:
    failures: list[OSError] = []
    journal = Journal(tmp_path, on_failed=failures.append)
    good = os.dup(journal._descriptor)
    full = os.open("/dev/full", os.O_RDWR)
    os.dup2(full, journal._descriptor)
    last = journal.append(_records()[1])
    assert not journal.sync()
    assert journal.written < last
    assert [error.strerror for error in failures] == ["No space left on device"]
    os.dup2(good, journal._descriptor)
    while not journal.sync():
        pass
    assert [sequence for sequence, _ in read_journal(journal.path)] == [last]
    os.close(good)
    os.close(full)
    journal.close()
