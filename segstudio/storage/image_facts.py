"""Working out the facts of an image from the files of its project, and whether they changed."""

import struct
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from segstudio.core.image_facts import FileStamp, ImageFacts
from segstudio.core.label_map import IGNORE_INDEX, LabelMap, pixel_counts
from segstudio.core.review import Review, count_corrected, review_state
from segstudio.errors import MaskError
from segstudio.storage.ledger import ledger_path, read_ledger
from segstudio.storage.predicted import predicted_path, read_uncertainty
from segstudio.storage.project import Project
from segstudio.storage.review import noted_path, read_noted, read_review, review_path
from segstudio.storage.walk import files_below

_Stamps: TypeAlias = dict[str, tuple[int, int]]
"""Image key -> what a ``FileStamp`` holds, without its name: they are many."""

Stamp: TypeAlias = bytes
"""Tells the files that facts were worked out from."""

_FILES: Final[Sequence[Callable[[Project, str], Path]]] = (
    Project.mask_path,
    Project.prediction_path,
    predicted_path,
    review_path,
    noted_path,
    ledger_path,
)
_PACKED: Final = struct.Struct(f"<{2 * len(_FILES)}q")
_NOTHING: Final = (0, -1)


def read_facts(project: Project, key: str) -> tuple[ImageFacts, Stamp]:
    """Work out the facts of one image; takes as long as decoding its mask and prediction.

    What cannot be read is told in ``ImageFacts.problem``.
    """
    # Before the files are read: what is written meanwhile makes the stamp an old one.
    stamps = [_stamp(path(project, key)) for path in _FILES]
    mask, problem = stamps[0], ""
    label_map: LabelMap | None = None
    try:
        label_map = project.read_any_mask(key)
    except MaskError as error:
        problem = error.sentence
    counts: dict[int, int] = {}
    disagreement = corrected = by_hand = height = width = 0
    if label_map is not None:
        height, width = label_map.shape
        pixels = pixel_counts(label_map)
        counts = {index: int(pixels[index]) for index in np.flatnonzero(pixels).tolist()}
        prediction = project.read_prediction(key, height, width)
        noted = read_noted(project, key, height, width)
        disagreement, corrected = count_corrected(label_map, prediction, noted)
        # Without a model all is a person's work.
        by_hand = height * width if prediction is None else corrected
    labelled = height * width - counts.get(IGNORE_INDEX, 0)
    review = read_review(project, key)
    facts = ImageFacts(
        key=key,
        state=review_state(review, labelled, by_hand),
        height=height,
        width=width,
        class_pixels=counts,
        disagreement=disagreement,
        corrected=corrected,
        uncertainty=read_uncertainty(project, key),
        seconds=read_ledger(project, key).seconds,
        split=project.splits.get(key, ""),
        note=review.note,
        by=review.by,
        at=review.at,
        mask=mask,
        problem=problem,
    )
    return facts, _packed(stamps)


def guess_facts(project: Project, key: str, stamp: Stamp) -> ImageFacts:
    """Return what can be said of an image without decoding anything, until ``read_facts`` is done.

    An image with a prediction is taken for predicted, one with a mask only for labelled by hand.
    """
    mask, prediction, _, reviewed, *_ = _unpacked(stamp)
    review = read_review(project, key) if reviewed else Review()
    labelled = int(mask is not None)
    return ImageFacts(
        key=key,
        state=review_state(review, labelled, labelled if prediction is None else 0),
        split=project.splits.get(key, ""),
        note=review.note,
        by=review.by,
        at=review.at,
        mask=mask,
    )


def find_stamps(project: Project) -> dict[str, Stamp]:
    """Return the stamp of each image that has any file in the project.

    Asks for every file once, folder by folder: 100,000 masks take a fraction of a second.
    """
    masks, _ = _stamps_below(project.folder / "masks")
    predictions, predicted = _stamps_below(project.folder / "predictions")
    noted, reviews = _stamps_below(project.folder / "review")
    _, ledgers = _stamps_below(project.folder / "ledger")
    files = masks, predictions, predicted, reviews, noted, ledgers  # as in ``_FILES``
    pack, nothing = _PACKED.pack, _NOTHING
    return {
        key: pack(*chain.from_iterable(stamps.get(key, nothing) for stamps in files))
        for key in set().union(*files)
    }


def _stamps_below(folder: Path) -> tuple[_Stamps, _Stamps]:
    """Return the stamps of the PNG files and of the JSON files below a folder."""
    pngs: _Stamps = {}
    jsons: _Stamps = {}
    for path, entry in files_below(folder):
        stamps = pngs if path.endswith(".png") else jsons if path.endswith(".json") else None
        if stamps is None:
            continue
        try:
            status = entry.stat()
        except OSError:  # a link that ends nowhere, or a file that was just removed
            continue
        stamps[path[: path.rindex(".")]] = status.st_mtime_ns, status.st_size
    return pngs, jsons


def _stamp(path: Path) -> FileStamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return FileStamp(status.st_mtime_ns, status.st_size)


def _packed(stamps: Sequence[FileStamp | None]) -> Stamp:
    return _PACKED.pack(*(value for stamp in stamps for value in stamp or _NOTHING))


NO_FILES: Final = _packed([None] * len(_FILES))
"""The stamp of an image that the project holds no file for."""


def _unpacked(stamp: Stamp) -> list[FileStamp | None]:
    values = iter(_PACKED.unpack(stamp))
    return [
        None if size < 0 else FileStamp(changed_ns, size)
        for changed_ns, size in zip(values, values, strict=True)
    ]
