"""Ways to look at label sets, and to spoil them."""

from pathlib import Path

import numpy as np
from PIL import Image

from trainer.data.source import SampleCache, open_label_set
from trainer.data.survey import Survey, survey
from trainer.data.survey.examination import Examination, examine

_MIB = 2**20


def survey_of(
    root: Path,
    positive: str | None = None,
    classes: tuple[str, ...] | None = None,
    format_name: str | None = None,
) -> Survey:
    """Look at a label set as training does."""
    dataset = open_label_set(root, positive, classes, format_name)
    return survey(dataset, SampleCache(dataset, _MIB))


def examination_of(root: Path) -> Examination:
    """Look at every split of a label set."""
    dataset = open_label_set(root, None, None)
    return examine(dataset, SampleCache(dataset, _MIB), list(dataset.splits))


def warnings_of(root: Path) -> dict[str, str]:
    """Return the warnings about a label set by their codes; each code must come once."""
    warnings = examination_of(root).warnings
    found = {warning.code: warning.sentence for warning in warnings}
    assert len(found) == len(warnings)
    return found


def write_mask(root: Path, stem: str, values: object) -> None:
    """Replace a mask of a Pascal VOC folder."""
    Image.fromarray(np.asarray(values, np.uint8)).save(root / "SegmentationClass" / f"{stem}.png")


def write_every_mask(root: Path, values: object) -> None:
    """Replace all masks of a Pascal VOC folder by the same."""
    for path in (root / "SegmentationClass").iterdir():
        write_mask(root, path.stem, values)


def truncate(path: Path) -> None:
    """Cut the end of a file off."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
