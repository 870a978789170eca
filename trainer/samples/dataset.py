"""Writes drawn micrographs to disk: data sets to train on, and the shipped sample images."""

import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segstudio.core.splits import with_splits
from segstudio.errors import FormatError, SegStudioError
from segstudio.formats.dataset import ExportReport, LabelledArray, Progress
from segstudio.formats.voc import write_voc
from segstudio.storage.atomic_write import atomic_write, make_folder
from segstudio.storage.masks import write_label_map
from trainer.samples.micrographs import CLASSES, MAX_SIZE, MIN_SIZE, Micrograph, draw_micrograph

# Second word of every seed: no training image can equal a shipped one, whatever the first is.
_TRAINING_STREAM: Final = 0
_SHIPPED_STREAM: Final = 1

SHIPPED_SIZES: Final = (
    (768, 768),
    (768, 768),
    (640, 896),
    (768, 768),
    (768, 768),
    (640, 896),
    (768, 768),
    (768, 768),
)
"""Height and width of each shipped sample image."""

SHIPPED_SEED: Final = 2
"""Chosen by eye among a few, for its variety: bundles, synapses and two nuclei."""


def write_dataset(
    out: Path,
    *,
    count: int,
    height: int,
    width: int,
    seed: int,
    progress: Progress | None = None,
) -> ExportReport:
    """Draw micrographs and write them as a Pascal VOC folder, a fifth of them for validation.

    Args:
        out: Folder to write; must not exist, or be empty.
        count: Number of images, 2 or more.
        height: Rows of each image.
        width: Columns of each image.
        seed: 0 or more; the same seed gives the same images.
        progress: Told after each image.

    Raises:
        SegStudioError: If a number is out of range.
        FormatError: If ``out`` is not empty.
        StorageError: If a file cannot be written.
    """
    if count < 2:
        raise SegStudioError(
            f"{count} images cannot be split", hint="Ask for 2 or more, to train and to validate"
        )
    for size in (height, width):
        if not MIN_SIZE <= size <= MAX_SIZE:
            raise SegStudioError(
                f"{size} pixels is not a size we can draw",
                hint=f"Choose {MIN_SIZE} to {MAX_SIZE}",
            )
    _check_seed(seed)
    names = [f"micrograph-{number:04d}.png" for number in range(1, count + 1)]
    splits = with_splits({}, names)

    def items(folder: Path) -> Iterator[LabelledArray]:
        for index, name in enumerate(names):
            drawn = _draw((seed, _TRAINING_STREAM, index), height, width)
            # write_voc copies files, several at a time, so they all stay until it is done.
            image = folder / name
            atomic_write(image, encode_grey(drawn.image))
            yield LabelledArray(name, image, drawn.label_map, splits[name])

    with tempfile.TemporaryDirectory() as folder:
        return write_voc(items(Path(folder)), CLASSES, out, total=count, progress=progress)


def write_shipped(out: Path, *, seed: int, progress: Progress | None = None) -> int:
    """Write the sample images that the program ships with, and their truth.

    Layout: ``images/micrograph-01.png`` and ``truth/micrograph-01.png.png``, masks named as a
    project names them, and ``classes.txt`` with one class name a line.

    Args:
        out: Folder to write; must not exist, or be empty.
        seed: 0 or more.
        progress: Told after each image.

    Returns:
        The number of images.

    Raises:
        SegStudioError: If the seed is out of range.
        FormatError: If ``out`` is not empty.
        StorageError: If a file cannot be written.
    """
    _check_seed(seed)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FormatError(out, "this folder is not empty", hint="Choose a new folder")
    make_folder(out / "images")
    make_folder(out / "truth")
    atomic_write(out / "classes.txt", "".join(f"{name}\n" for name in CLASSES.names).encode())
    palette = CLASSES.palette
    for index, (height, width) in enumerate(SHIPPED_SIZES):
        drawn = _draw((seed, _SHIPPED_STREAM, index), height, width)
        name = f"micrograph-{index + 1:02d}.png"
        atomic_write(out / "images" / name, encode_grey(drawn.image))
        write_label_map(out / "truth" / f"{name}.png", drawn.label_map, palette)
        if progress:
            progress(index + 1, len(SHIPPED_SIZES))
    return len(SHIPPED_SIZES)


def encode_grey(image: NDArray[np.uint8]) -> bytes:
    """Return the PNG file of an (H, W) uint8 grey image, packed as small as PNG can."""
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _draw(seed: tuple[int, int, int], height: int, width: int) -> Micrograph:
    return draw_micrograph(np.random.default_rng(seed), height, width)


def _check_seed(seed: int) -> None:
    if seed < 0:
        raise SegStudioError(f"seed {seed} is negative", hint="Use 0 or more")
