"""Look at every image and mask once, before training: what is there, and is it sound?

What would train garbage is refused here, with the names of the files, not in the middle of an
epoch. Decoded samples stay in the cache, so the work is not done twice.
"""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.label_set import LabelSet
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.errors import SegStudioError
from segstudio.formats.dataset import LabelledDataset, LabelledImage
from trainer.class_weights import ClassFrequencies
from trainer.data.source import SampleCache, items_of
from trainer.errors import DatasetError, listed


@dataclass(frozen=True, slots=True)
class Survey:
    """What a label set holds.

    Attributes:
        label_set: Its classes; named after what was found if the format names none.
        fingerprint: Hash of every split, image and mask: equal if and only if the data is.
        images: Number of images of each split.
        median_size: (height, width) of the training images, each side's median, pixels.
        smallest_size: The smallest height and the smallest width, pixels.
        mean: Mean of red, green and blue of the training images, 0..255.
        std: Their standard deviation, at least 1.
        class_pixels: Training pixels of each class.
        pixels_where_shown: Training pixels, of any class, of the images that show each class.
        warnings: What the user should know but may be meant so.
        grey: Whether all training images are grey: red, green and blue are equal everywhere.
        format_name: Name of the format it was read in, or None.
    """

    label_set: LabelSet
    fingerprint: str
    images: Mapping[str, int]
    median_size: tuple[int, int]
    smallest_size: tuple[int, int]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    class_pixels: tuple[int, ...]
    pixels_where_shown: tuple[int, ...]
    warnings: tuple[str, ...]
    grey: bool = False
    format_name: str | None = None

    @property
    def class_frequencies(self) -> ClassFrequencies:
        """How often each class occurs in the training images."""
        return ClassFrequencies(np.array(self.class_pixels), np.array(self.pixels_where_shown))


@dataclass(frozen=True, slots=True)
class _Finding:
    item: LabelledImage
    split: str
    size: tuple[int, int]
    values: NDArray[np.int64]  # (256,) pixels of each mask value
    sums: NDArray[np.float64]  # (2, 3) mean of the colours and of their squares
    image_digest: str
    mask_digest: str
    grey: bool


def survey(
    dataset: LabelledDataset,
    cache: SampleCache,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Survey:
    """Decode the training and validation images and say what they hold.

    Args:
        dataset: The label set.
        cache: Keeps the decoded samples.
        progress: Told (done, total) after each image.

    Raises:
        DatasetError: If a split is empty, files cannot be used, mask values are no classes, or
            there is nothing to learn.
        SegStudioError: If a single file cannot be used, its own error.
    """
    work = [(split, item) for split in (TRAIN, VALIDATION) for item in items_of(dataset, split)]
    findings: list[_Finding] = []
    failures: list[SegStudioError] = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        looks = pool.map(partial(_look, cache), *zip(*work, strict=True))
        for done, found in enumerate(looks, start=1):
            if isinstance(found, _Finding):
                findings.append(found)
            else:
                failures.append(found)
            if progress:
                progress(done, len(work))
    _refuse_failures(dataset, failures, len(work))
    label_set = dataset.label_set if len(dataset.label_set) else _named(dataset, findings)
    _refuse_foreign_values(dataset, label_set, findings)
    training = [found for found in findings if found.split == TRAIN]
    frequencies = ClassFrequencies.of_histograms(
        (found.values for found in training), len(label_set)
    )
    class_pixels = tuple(frequencies.pixels.tolist())
    _refuse_nothing_to_learn(dataset, label_set, class_pixels, findings)
    mean, std = _color_statistics(training)
    sizes = np.array([found.size for found in training])
    height, width = np.median(sizes, axis=0).astype(int).tolist()
    least_height, least_width = sizes.min(axis=0).tolist()
    return Survey(
        label_set=label_set,
        fingerprint=_fingerprint(label_set, findings),
        images={split: sum(f.split == split for f in findings) for split in (TRAIN, VALIDATION)},
        median_size=(height, width),
        smallest_size=(least_height, least_width),
        mean=mean,
        std=std,
        class_pixels=class_pixels,
        pixels_where_shown=tuple(frequencies.pixels_where_shown.tolist()),
        warnings=_warnings(label_set, class_pixels, findings),
        grey=all(found.grey for found in training),
        format_name=dataset.format_name or None,
    )


def _look(cache: SampleCache, split: str, item: LabelledImage) -> _Finding | SegStudioError:
    try:
        sample = cache.load(item)
    except SegStudioError as error:
        return error
    # Every other row and column is plenty for two moments of the colours.
    colors = sample.image[::2, ::2].reshape(-1, 3).astype(np.float64)
    return _Finding(
        item=item,
        split=split,
        size=(sample.image.shape[0], sample.image.shape[1]),
        values=np.bincount(sample.label_map.ravel(), minlength=256),
        sums=np.stack([colors.mean(axis=0), np.square(colors).mean(axis=0)]),
        image_digest=_digest(sample.image),
        mask_digest=_digest(sample.label_map),
        grey=bool((sample.image == sample.image[:, :, :1]).all()),
    )


def _digest(pixels: NDArray[np.uint8]) -> str:
    digest = hashlib.sha256(repr(pixels.shape).encode("ascii"))
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()


def _refuse_failures(
    dataset: LabelledDataset, failures: Sequence[SegStudioError], total: int
) -> None:
    if not failures:
        return
    if len(failures) == 1:
        raise failures[0]
    # The same problem comes by the hundred: say it once, and name the files.
    files_by_problem: dict[str, list[str]] = {}
    for error in failures:
        file, _, problem = str(error).partition(": ")
        files_by_problem.setdefault(problem, []).append(file)
    problems = "; ".join(f"{listed(f)}: {problem}" for problem, f in files_by_problem.items())
    hints = {error.hint for error in failures}
    raise DatasetError(
        dataset.root,
        f"{len(failures)} of {total} images cannot be used: {problems}",
        hint=hints.pop()
        if len(hints) == 1
        else "Repair these files, or take their names out of the lists of images",
    )


def _named(dataset: LabelledDataset, findings: Sequence[_Finding]) -> LabelSet:
    values = np.flatnonzero(_total(findings)[:IGNORE_INDEX]).tolist()
    count = (values[-1] if values else 0) + 1
    # Masks with the values 0 and 128 hold two classes, not 129.
    if count > 2 * len(values) and count > 2:
        raise DatasetError(
            dataset.root,
            f"the masks hold the values {listed([str(value) for value in values])}, "
            "which are not class indices counted from 0",
            hint="Name the classes with --classes NAMES.txt, or convert the masks",
        )
    if count <= 2:
        return LabelSet.named(["background", "foreground"])
    return LabelSet.named([f"class {index}" for index in range(count)])


def _refuse_foreign_values(
    dataset: LabelledDataset, label_set: LabelSet, findings: Sequence[_Finding]
) -> None:
    foreign = [found for found in findings if found.values[len(label_set) : IGNORE_INDEX].any()]
    if not foreign:
        return
    value = len(label_set) + int(np.flatnonzero(foreign[0].values[len(label_set) :])[0])
    files = listed([found.item.mask.name for found in foreign])
    raise DatasetError(
        dataset.root,
        f"value {value} is not one of the {len(label_set)} classes "
        f"({listed(label_set.names)}); see {files}",
        hint="Correct these masks, or name all classes with --classes NAMES.txt",
    )


def _refuse_nothing_to_learn(
    dataset: LabelledDataset,
    label_set: LabelSet,
    class_pixels: Sequence[int],
    findings: Sequence[_Finding],
) -> None:
    present = [index for index, pixels in enumerate(class_pixels) if pixels]
    if len(present) < 2:
        what = f"is {label_set[present[0]].name!r}" if present else "is unlabelled"
        raise DatasetError(
            dataset.root,
            f"every pixel of the training images {what}, there is nothing to tell apart",
            hint="Label at least two classes",
        )
    judging = [found for found in findings if found.split == VALIDATION]
    if not _total(judging)[:IGNORE_INDEX].any():
        raise DatasetError(
            dataset.root,
            "the validation images are unlabelled, nothing could judge the model",
            hint="Label at least one of them",
        )


def _warnings(
    label_set: LabelSet, class_pixels: Sequence[int], findings: Sequence[_Finding]
) -> tuple[str, ...]:
    absent = [label_set[index].name for index, count in enumerate(class_pixels) if not count]
    training = {found.image_digest for found in findings if found.split == TRAIN}
    shared = [
        found.item.key
        for found in findings
        if found.split == VALIDATION and found.image_digest in training
    ]
    warnings = []
    if absent:
        warnings.append(f"no training image shows {listed(absent)}")
    if shared:
        warnings.append(
            f"{listed(shared)}: the same pixels train and validate, "
            "so the metrics are better than the model"
        )
    return tuple(warnings)


def _total(findings: Sequence[_Finding]) -> NDArray[np.int64]:
    total: NDArray[np.int64] = np.stack([found.values for found in findings]).sum(axis=0)
    return total


def _color_statistics(
    findings: Sequence[_Finding],
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    areas = [found.size[0] * found.size[1] for found in findings]
    mean, square = np.average([found.sums for found in findings], axis=0, weights=areas)
    std = np.sqrt(np.maximum(square - np.square(mean), 1.0))
    return _three(mean), _three(std)


def _three(values: NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = (round(value, 3) for value in values.tolist())
    return red, green, blue


def _fingerprint(label_set: LabelSet, findings: Sequence[_Finding]) -> str:
    digest = hashlib.sha256(repr(label_set.names).encode("utf-8"))
    rows = sorted((f.split, f.item.key, f.image_digest, f.mask_digest) for f in findings)
    for row in rows:
        digest.update(repr(row).encode("utf-8"))
    return digest.hexdigest()
