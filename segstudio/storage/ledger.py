"""The correction ledger of each image; see ``core.ledger``.

    ledger/a.jpg.json   {"version": 1, "entries": [{"began": ..., "seconds": 41.5, ...}]}

The correction itself is the mask in ``masks/``, what was corrected the prediction in
``predictions/``; the ledger tells how one came from the other. It can be lost without harm: what is
missing or damaged counts as none.
"""

from pathlib import Path
from typing import Final, NamedTuple

from segstudio.core.label_map import LabelMap
from segstudio.core.ledger import Entry, Ledger, changes_between
from segstudio.storage.atomic_write import atomic_write_json, make_folder
from segstudio.storage.predicted import predicted_by
from segstudio.storage.project import Project
from segstudio.storage.sidecar import read_sidecar

_VERSION: Final = 1
_MAX_BYTES: Final = 2**24


class Sitting(NamedTuple):
    """Work on one image, as it stands when its mask is saved.

    Attributes:
        began: When it began, as ISO 8601 with the time zone.
        ended: The moment of this save.
        by: Login name of who works, or "".
        seconds: Time spent until now, without pauses.
        prediction: (H, W) uint8, what the model said before, or None.
    """

    began: str
    ended: str
    by: str
    seconds: float
    prediction: LabelMap | None


def ledger_path(project: Project, key: str) -> Path:
    """Return the file of an image's ledger; it may not exist."""
    return project.folder / "ledger" / f"{key}.json"


def read_ledger(project: Project, key: str) -> Ledger:
    """Return the ledger of an image; what is missing or damaged counts as none."""
    value = read_sidecar(ledger_path(project, key), version=_VERSION, max_bytes=_MAX_BYTES)
    try:
        return Ledger() if value is None else Ledger.from_json(value.get("entries"))
    except ValueError:
        return Ledger()


def write_ledger(project: Project, key: str, ledger: Ledger) -> None:
    """Keep the ledger of an image; raises StorageError."""
    path = ledger_path(project, key)
    make_folder(path.parent)
    atomic_write_json(path, {"version": _VERSION, "entries": ledger.to_json()})


def note_sitting(project: Project, key: str, label_map: LabelMap, sitting: Sitting) -> None:
    """Put what was done in a sitting until now into the ledger of an image.

    Args:
        project: For the place and the names of the classes.
        key: Image key.
        label_map: (H, W) uint8, as it is saved.
        sitting: Whose work that is, over which prediction.

    Raises:
        StorageError: If it cannot be written; the old ledger is then intact.
    """
    prediction = sitting.prediction
    if prediction is not None and prediction.shape != label_map.shape:
        prediction = None
    fits = prediction is not None
    changes = (
        () if prediction is None else changes_between(prediction, label_map, project.label_set)
    )
    entry = Entry(
        began=sitting.began,
        ended=sitting.ended,
        by=sitting.by,
        seconds=sitting.seconds,
        model=predicted_by(project, key) if fits else "",
        has_prediction=fits,
        changes=changes,
    )
    write_ledger(project, key, read_ledger(project, key).with_entry(entry))
