"""The one table of formats: a new format is one file and one row here."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.dataset import ExportReport, LabelledArray, LabelledDataset, Progress
from segstudio.formats.voc import is_voc, read_voc, write_voc


class Reader(Protocol):
    """Reads the layout of a label set."""

    def __call__(self, root: Path, *, positive: Positive | None = None) -> LabelledDataset:
        """Return the label set in ``root``; raises FormatError."""


class Writer(Protocol):
    """Writes a label set and reads it back."""

    def __call__(
        self,
        items: Iterable[LabelledArray],
        label_set: LabelSet,
        out: Path,
        *,
        total: int,
        progress: Progress | None = None,
    ) -> ExportReport:
        """Write ``items`` to ``out``; raises FormatError, StorageError or ImageError."""


class LabelFormat(NamedTuple):
    """One way to keep a label set on disk.

    Attributes:
        name: Word on the command line.
        title: Words in the window.
        recognises: Whether a folder looks like this format.
    """

    name: str
    title: str
    recognises: Callable[[Path], bool]
    read: Reader
    write: Writer


FORMATS: Final = {
    row.name: row for row in (LabelFormat("voc", "Pascal VOC", is_voc, read_voc, write_voc),)
}


def read_any(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Read a label set in whichever format its folder looks like.

    Raises:
        FormatError: If there is no such folder, or no format recognises it.
    """
    if not root.is_dir():
        raise FormatError(root, "there is no such folder", hint="Check the name")
    for row in FORMATS.values():
        if row.recognises(root):
            return row.read(root, positive=positive)
    known = ", ".join(row.title for row in FORMATS.values())
    raise FormatError(
        root, "no known label format was found in this folder", hint=f"Known are: {known}"
    )
