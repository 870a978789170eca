from pathlib import Path

import pytest

from segstudio.errors import StorageError
from segstudio.storage.fresh_files import fresh_file, write_fresh


def test_a_file_is_written_piece_by_piece(tmp_path: Path) -> None:
    with fresh_file(tmp_path / "a") as file:
        file.write(b"one ")
        file.write(b"two")
    assert (tmp_path / "a").read_bytes() == b"one two"


def test_a_file_that_fails_half_way_is_removed(tmp_path: Path) -> None:
    with pytest.raises(TypeError), fresh_file(tmp_path / "a") as file:
        file.write("text")  # type: ignore[arg-type]
    assert not (tmp_path / "a").exists()


def test_what_is_there_already_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"mine")
    with pytest.raises(StorageError), fresh_file(tmp_path / "a"):
        pass
    with pytest.raises(StorageError):
        write_fresh(tmp_path / "a", b"other")
    assert (tmp_path / "a").read_bytes() == b"mine"
