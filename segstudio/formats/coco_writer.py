"""Write COCO's JSON files, image by image, whatever their annotations are.

Source: https://cocodataset.org/#format-data.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final, NamedTuple, Self

from segstudio.core.label_set import LabelSet
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.formats.coco_json import ANNOTATIONS
from segstudio.formats.dataset import LabelledArray
from segstudio.storage.atomic_write import StreamedFile, make_folder

_CHUNK: Final = 2**20


class CocoEntry(NamedTuple):
    """An image to be listed.

    Attributes:
        image_id: Its id.
        image: The copy of its file.
        annotations: Objects as JSON, which belong to it.
    """

    image_id: int
    image: Path
    annotations: Sequence[bytes]


class CocoWriter:
    """Writes a JSON file for each split, image by image; used in a ``with`` block.

    Nothing is held: the annotations wait in a temporary file until all images are listed.

    Args:
        out: The folder of the export.
        kind: "instances" or "panoptic", as in ``annotations/KIND_train2017.json``.
        label_set: The classes.
        first: The class index of the first category, whose id is 1.
        info: What to say in ``info``.
    """

    def __init__(
        self, out: Path, kind: str, label_set: LabelSet, first: int, info: Mapping[str, Any]
    ) -> None:
        self._out = out
        self._kind = kind
        categories = [
            {
                "id": place,
                "name": item.name,
                "supercategory": item.name,
                "isthing": 0,
                "color": list(item.color),
            }
            for place, item in enumerate(label_set.classes[first:], start=1)
        ]
        head = {"info": {"description": "exported by segstudio", **info}, "categories": categories}
        self._head = encoded(head)[:-1] + b',"images":['
        self._files: dict[str, _SplitFile] = {}
        self._stack = ExitStack()
        self._num_annotations = 0

    def __enter__(self) -> Self:
        make_folder(self._out / ANNOTATIONS)
        for split in (TRAIN, VALIDATION):
            self._file(split)
        return self

    def __exit__(self, *error: Any) -> None:  # noqa: ANN401 - as the protocol has it
        if error[0] is None:
            for file in self._files.values():
                file.finish()
        self._stack.__exit__(*error)

    def folder_of(self, split: str) -> Path:
        """Return where the images of a split go."""
        return self._out / f"{split}2017"

    def add(self, item: LabelledArray, entry: CocoEntry) -> None:
        """List the copy of an image and its annotations; instances get ids of their own."""
        file = self._file(item.split)
        height, width = item.label_map.shape
        name, number = entry.image.name, entry.image_id
        file.add_image(encoded({"id": number, "file_name": name, "height": height, "width": width}))
        for annotation in entry.annotations:
            self._num_annotations += 1
            head = b'{"id":%d,' % self._num_annotations if self._kind == "instances" else b"{"
            file.add_annotation(head + annotation[1:])

    def _file(self, split: str) -> "_SplitFile":
        if split not in self._files:
            path = self._out / ANNOTATIONS / f"{self._kind}_{split}2017.json"
            file = self._stack.enter_context(StreamedFile(path))
            waiting = self._stack.enter_context(TemporaryFile())  # noqa: SIM115 - it is one
            file.write(self._head)
            self._files[split] = _SplitFile(file, waiting)
        return self._files[split]


class _SplitFile:
    """One JSON file while it is written, and the annotations that come at its end."""

    def __init__(self, file: StreamedFile, waiting: IO[bytes]) -> None:
        self._file = file
        self._waiting = waiting
        self._has_images = False

    def add_image(self, entry: bytes) -> None:
        self._file.write((b",\n" if self._has_images else b"\n") + entry)
        self._has_images = True

    def add_annotation(self, entry: bytes) -> None:
        self._waiting.write((b",\n" if self._waiting.tell() else b"\n") + entry)

    def finish(self) -> None:
        self._file.write(b'],"annotations":[')
        self._waiting.seek(0)
        while chunk := self._waiting.read(_CHUNK):
            self._file.write(chunk)
        self._file.write(b"]}\n")


def encoded(value: object) -> bytes:
    """Return a value as it stands in the files that are written."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.encode("ascii")
