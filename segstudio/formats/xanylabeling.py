"""X-AnyLabeling: Labelme's files with polygons, and some keys of its own.

    a.jpg  a.json        also in folders of their own; imagePath names the image
    labels.txt           names of the classes, one a line (optional)

We write one polygon for each connected region, along the edges of its pixels. A hole is reached by
a line that is walked in both directions, so programs that fill by the even-odd rule keep it.

Source: https://github.com/CVHub520/X-AnyLabeling, docs/en/user_guide.md, and the files that its
version 3 writes.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.formats.binary import Positive
from segstudio.formats.dataset import ExportReport, LabelledArray, LabelledDataset, Progress
from segstudio.formats.labelme import (
    Flavour,
    is_x_anylabeling_folder,
    read_shape_files,
    write_shape_files,
)
from segstudio.formats.shapes import label_of, polygons_of

is_xanylabeling = is_x_anylabeling_folder


def read_xanylabeling(
    root: Path, *, positive: Positive | None = None, images: Path | None = None
) -> LabelledDataset:
    """Read a folder of X-AnyLabeling's JSON files; see ``read_labelme``."""
    return read_shape_files(root, positive, images, "X-AnyLabeling")


def write_xanylabeling(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write images with JSON files of polygons; see ``Writer``."""
    flavour = Flavour("X-AnyLabeling", "3.2.1", _polygon_shapes)
    return write_shape_files(items, label_set, out, flavour, total=total, progress=progress)


def _polygon_shapes(label_map: LabelMap, label_set: LabelSet) -> Iterator[dict[str, Any]]:
    for value, polygon in polygons_of(label_map, label_set):
        yield {
            "label": label_of(value, label_set),
            "score": None,
            "points": polygon.tolist(),
            "group_id": None,
            "description": "",
            "difficult": False,
            "shape_type": "polygon",
            "flags": {},
            "attributes": {},
            "kie_linking": [],
        }
