"""A data set of Hugging Face as Parquet files, with the image and the mask of each row.

    data/train-00000-of-00001.parquet        also validation-..., test-..., and without data/
    id2label.json                            {"0": "background", "1": "cell"} (optional)

The columns hold the bytes of image files, as the ``Image`` feature of ``datasets`` has them. The
mask is grey or indexed: the value is the class index, 255 is unlabelled.

Needs pyarrow. To be read like the files of other formats, rows are unpacked once, a few at a time,
into the user's cache folder; they are unpacked again when the Parquet files change.

Source: https://huggingface.co/docs/datasets/image_dataset,
https://huggingface.co/docs/hub/datasets-file-names-and-splits, and
https://huggingface.co/docs/datasets/semantic_segmentation for ``id2label.json``.
"""

import hashlib
import io
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final, Self

import numpy as np
from PIL import Image
from platformdirs import user_cache_path

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.errors import FormatError
from segstudio.formats.binary import Positive
from segstudio.formats.classes import NamedClasses, read_named_classes
from segstudio.formats.dataset import (
    ExportReport,
    LabelledArray,
    LabelledDataset,
    LabelledImage,
    Progress,
)
from segstudio.formats.finding import Gathered, ImageFinder
from segstudio.formats.json_files import read_json_object
from segstudio.formats.reading import read_index_mask
from segstudio.formats.splitting import split_of
from segstudio.formats.writing import (
    Numbered,
    new_export,
    unique_stem,
    upright_bytes,
    write_in_order,
)
from segstudio.storage.atomic_write import atomic_write_json, make_folder
from segstudio.storage.fresh_files import flush_tree, write_fresh, write_fresh_json
from segstudio.storage.images import is_image_name
from segstudio.storage.plain_masks import encode_png

_IMAGES: Final = ("image", "img", "pixel_values", "input")
_MASKS: Final = (
    *("mask", "label", "labels", "annotation", "annotations", "segmentation", "segmentation_mask"),
    *("seg_mask", "semantic_segmentation", "target", "gt"),
)
_CLASSES: Final = "id2label.json"
_COMPLETE: Final = "complete.json"
_SPLITS: Final = {TRAIN: "train", VALIDATION: "validation"}
_ROWS: Final = 8  # held at once
_GROUP: Final = 32  # rows of a row group that we write


def is_huggingface(root: Path) -> bool:
    """Return whether ``root`` holds Parquet files."""
    return bool(_files(root))


def read_huggingface(root: Path, *, positive: Positive | None = None) -> LabelledDataset:
    """Unpack the rows of Parquet files where that was not done yet, and read them as files.

    Args:
        root: The folder.
        positive: How to read masks that hold only 0 and 255.

    Raises:
        FormatError: If pyarrow is missing, there is no Parquet file, or one cannot be read.
        StorageError: If the rows cannot be unpacked.
    """
    files = _files(root)
    if not files:
        raise FormatError(
            root, "there are no Parquet files", hint="It needs data/train-00000-of-00001.parquet"
        )
    folder = _unpacked(root, files)
    gathered = Gathered(ImageFinder(folder))
    rows = read_json_object(folder / _COMPLETE)
    for image, (mask, split) in rows["rows"].items():
        gathered.add(folder / image, folder / mask, split)
    gathered.problems += rows["problems"]
    classes = _classes(root)
    read = partial(_read_label_map, positive, classes)
    needs = f"It needs a column {_IMAGES[0]} and a column {_MASKS[0]}"
    return gathered.dataset(root, classes.label_set, read, needs)


def write_huggingface(
    items: Iterable[LabelledArray],
    label_set: LabelSet,
    out: Path,
    *,
    total: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Write one Parquet file per split, ``id2label.json`` and ``README.md``; see ``Writer``."""
    files: dict[str, _SplitFile] = {}

    def file_of(split: str) -> _SplitFile:
        if split not in files:
            name = f"{_SPLITS.get(split, split)}-00000-of-00001.parquet"
            files[split] = stack.enter_context(_SplitFile(out / "data" / name))
        return files[split]

    def make(numbered: Numbered) -> tuple[LabelMap, tuple[str, bytes, str, bytes]]:
        suffix, content = upright_bytes(numbered.item.image)
        mask = encode_png(numbered.item.label_map, None)
        with Image.open(io.BytesIO(mask)) as image:
            read = np.asarray(image)
        return read, (f"{numbered.stem}{suffix}", content, f"{numbered.stem}.png", mask)

    def add(item: LabelledArray, row: tuple[str, bytes, str, bytes]) -> None:
        file_of(item.split).add(*row)

    _pyarrow(out)
    with new_export(out):
        make_folder(out / "data")
        with ExitStack() as stack:
            for split in (TRAIN, VALIDATION):
                file_of(split)
            _, report = write_in_order(items, label_set, make, add, total=total, progress=progress)
        for file in files.values():
            file.compare()
        names = {str(place): name for place, name in enumerate(label_set.names)}
        write_fresh_json(out / _CLASSES, names)
        write_fresh(out / "README.md", _readme(list(files)).encode("ascii"))
    return report


class _SplitFile:
    """One Parquet file while it is written, a few rows at a time; used in a ``with`` block."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pyarrow, parquet = _pyarrow(path)
        self._schema = _schema(self._pyarrow)
        self._writer = parquet.ParquetWriter(path, self._schema)
        self._rows: list[dict[str, Any]] = []
        self._digest = hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        try:
            if error[0] is None:
                self._flush()
        finally:
            self._writer.close()

    def add(self, name: str, image: bytes, mask_name: str, mask: bytes) -> None:
        """Add a row."""
        self._digest.update(mask)
        columns = {"image": (image, name), "mask": (mask, mask_name)}
        row = {key: {"bytes": data, "path": path} for key, (data, path) in columns.items()}
        self._rows.append(row)
        if len(self._rows) == _GROUP:
            self._flush()

    def compare(self) -> None:
        """Read the masks back; raises FormatError if they are others."""
        read = hashlib.sha256()
        for row in _rows(self._path, ["mask"]):
            read.update(row["mask"]["bytes"])
        if read.digest() != self._digest.digest():
            raise FormatError(
                self._path, "it reads back differently", hint="Export again to another disk"
            )

    def _flush(self) -> None:
        self._writer.write_table(self._pyarrow.Table.from_pylist(self._rows, schema=self._schema))
        self._rows.clear()


def _readme(splits: list[str]) -> str:
    files = "".join(
        f"  - split: {name}\n    path: data/{name}-*\n"
        for name in (_SPLITS.get(split, split) for split in splits)
    )
    return (
        "---\ntask_categories:\n- image-segmentation\nconfigs:\n- config_name: default\n"
        f"  data_files:\n{files}---\n"
        "Exported by segstudio. The values of `mask` are class indices, named in `id2label.json`;\n"
        "255 is unlabelled.\n"
    )


def _pyarrow(path: Path) -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise FormatError(
            path,
            "Parquet files need pyarrow, which is not installed",
            hint="Install it with: pip install 'segstudio[huggingface]'",
        ) from error
    return pyarrow, pyarrow.parquet


def _schema(pyarrow: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    column = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    feature = {"_type": "Image"}
    metadata = {"info": {"features": {"image": feature, "mask": feature}}}
    return pyarrow.schema(
        [("image", column), ("mask", column)], metadata={"huggingface": json.dumps(metadata)}
    )


def _files(root: Path) -> list[Path]:
    found = {*root.glob("*.parquet"), *root.glob("data/*.parquet"), *root.glob("*/*.parquet")}
    return sorted(path for path in found if not path.name.startswith("."))


def _rows(path: Path, columns: list[str] | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file, holding a few at a time."""
    pyarrow, parquet = _pyarrow(path)
    try:
        with parquet.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
            for batch in file.iter_batches(batch_size=_ROWS, columns=columns, use_threads=False):
                yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        told = " ".join(str(error).split())[:100]
        raise FormatError(path, f"it cannot be read ({told})", hint="Download it again") from error


def _columns(path: Path) -> tuple[str, str]:
    pyarrow, parquet = _pyarrow(path)
    try:
        names = parquet.read_schema(path).names
    except (pyarrow.ArrowException, OSError) as error:
        raise FormatError(path, "this is no Parquet file", hint="Download it again") from error
    image = next((name for name in _IMAGES if name in names), None)
    mask = next((name for name in _MASKS if name in names), None)
    if image is None or mask is None:
        raise FormatError(
            path,
            f"it has the columns {', '.join(names[:10])}, and not one of images and one of masks",
            hint=f"Name them {_IMAGES[0]} and {_MASKS[0]}",
        )
    return image, mask


def _unpacked(root: Path, files: list[Path]) -> Path:
    """Return the folder that holds the rows as files."""
    digest = hashlib.sha256(str(root.resolve()).encode("utf-8", "surrogateescape"))
    for path in files:
        status = path.stat()
        digest.update(f"{path.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    folder = user_cache_path("segstudio") / "huggingface" / digest.hexdigest()[:32]
    if (folder / _COMPLETE).is_file():
        return folder
    shutil.rmtree(folder, ignore_errors=True)  # of an attempt that was stopped
    rows: dict[str, tuple[str, str]] = {}
    problems: list[str] = []
    for path in files:
        image_column, mask_column = _columns(path)
        split = split_of(path.name.split("-")[0]) or split_of(path.parent.name) or "all"
        make_folder(folder / split)
        taken: set[str] = {PurePosixPath(name).stem.casefold() for name in rows}
        for place, row in enumerate(_rows(path, [image_column, mask_column])):
            image, mask = (_content(row[column]) for column in (image_column, mask_column))
            if image is None or mask is None:
                problems.append(f"{path.name}: row {place} left out, which lacks its image or mask")
                continue
            name = _name(row[image_column], place)
            stem = unique_stem(f"{split}/{name}", taken).removeprefix(f"{split}__")
            image_name = f"{split}/{stem}{PurePosixPath(name).suffix}"
            mask_name = f"{split}/{stem}.mask"
            write_fresh(folder / image_name, image)
            write_fresh(folder / mask_name, mask)
            rows[image_name] = mask_name, split
    flush_tree(folder)
    atomic_write_json(folder / _COMPLETE, {"rows": rows, "problems": problems})
    return folder


def _content(value: object) -> bytes | None:
    content = value.get("bytes") if isinstance(value, dict) else value
    return content if isinstance(content, bytes) and content else None


def _name(value: object, place: int) -> str:
    path = value.get("path") if isinstance(value, dict) else None
    name = PurePosixPath(path.replace("\\", "/")).name if isinstance(path, str) else ""
    return name if is_image_name(name) else f"{place:06}.png"


def _classes(root: Path) -> NamedClasses:
    path = root / _CLASSES
    if not path.is_file():
        return read_named_classes(root)
    value: Mapping[str, object] = read_json_object(path)
    try:
        numbered = {int(key): str(name).strip() for key, name in value.items()}
        if sorted(numbered) != list(range(len(numbered))):
            raise ValueError("its numbers have gaps")
        return NamedClasses(LabelSet.named(numbered[n] for n in range(len(numbered))), _CLASSES)
    except ValueError as error:
        raise FormatError(
            path, f"it cannot be read ({error})", hint='It reads {"0": "background", "1": "cell"}'
        ) from error


def _read_label_map(
    positive: Positive | None, classes: NamedClasses, item: LabelledImage
) -> LabelMap:
    return read_index_mask(item.mask, positive, classes)
