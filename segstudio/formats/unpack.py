"""Archives of label sets, unpacked with care: they come from strangers.

A member whose name leads out of the folder, that is a link, or that would grow beyond all measure
is left out and told; the others are unpacked.
"""

import stat
import zipfile
from pathlib import Path
from typing import Final

from segstudio.errors import FormatError
from segstudio.formats.safe_paths import confined
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.fresh_files import fresh_file

_MOST_MEMBERS: Final = 2_000_000
_MOST_BYTES: Final = 2**40
_FREE_BYTES: Final = 64 * 2**20  # a member may always have so many
_MOST_RATIO: Final = 250  # of unpacked to packed; masks of one value reach a hundred
_CHUNK: Final = 2**20


def unpack(archive: Path, folder: Path) -> list[str]:
    """Unpack a ZIP archive into a folder.

    Args:
        archive: The file.
        folder: Where to; empty.

    Returns:
        What was left out and why, one sentence each.

    Raises:
        FormatError: If it is no archive that can be read, or holds too many files.
        StorageError: If a file cannot be written.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            return _unpack_members(archive, file, folder)
    except OSError as error:
        raise FormatError(archive, f"it cannot be read ({error.strerror})") from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
        raise FormatError(
            archive, f"this archive cannot be read ({error})", hint="Download it again"
        ) from error


def content_folder(folder: Path) -> Path:
    """Return the folder that holds the content: archives often have one folder at the top."""
    found = [path for path in folder.iterdir() if path.name != "__MACOSX"]
    while len(found) == 1 and found[0].is_dir():
        folder = found[0]
        found = list(folder.iterdir())
    return folder


def _unpack_members(archive: Path, file: zipfile.ZipFile, folder: Path) -> list[str]:
    members = file.infolist()
    if len(members) > _MOST_MEMBERS:
        raise FormatError(archive, f"it holds {len(members)} files, more than we unpack")
    left = _MOST_BYTES
    problems = []
    taken: set[str] = set()
    for member in members:
        name = member.filename
        if member.is_dir():
            continue
        reason = _refusal(member, folder, taken, left)
        if not reason:
            taken.add(name.casefold())
            path = folder / confined(folder, name)
            make_folder(path.parent)
            left -= member.file_size
            try:
                _unpack_member(file, member, path)
            except (zipfile.BadZipFile, EOFError) as error:
                reason = f"it is damaged ({error})"
            except ValueError as error:
                reason = str(error)
        if reason:
            problems.append(f"{archive.name}: {name[:80]!a} left out, {reason}")
    return problems


def _refusal(member: zipfile.ZipInfo, folder: Path, taken: set[str], left: int) -> str:
    if stat.S_ISLNK(member.external_attr >> 16):
        return "it is a link"
    if member.flag_bits & 1:
        return "it is encrypted"
    try:
        confined(folder, member.filename)
    except ValueError:
        return "its name leads out of the archive"
    if member.filename.casefold() in taken:
        return "it stands there twice"
    if member.file_size > _FREE_BYTES + _MOST_RATIO * member.compress_size or (
        member.file_size > left
    ):
        return f"it would grow to {member.file_size} bytes"
    return ""


def _unpack_member(file: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    done = 0
    with file.open(member) as source, fresh_file(path) as target:
        while chunk := source.read(_CHUNK):
            done += len(chunk)
            if done > member.file_size:  # what the archive says about sizes is a claim
                raise ValueError("it is larger than the archive says")
            target.write(chunk)
