"""Where the images are that label files name.

Annotation tools export labels without images, with paths of another computer, and with paths of
strangers. A path stays inside the folders that the user pointed at, or the image is not found.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from segstudio.core.label_set import LabelSet
from segstudio.errors import FormatError
from segstudio.formats.dataset import LabelledDataset, LabelledImage, ReadLabelMap
from segstudio.formats.reading import counted, some
from segstudio.formats.safe_paths import is_there, leads_outside
from segstudio.formats.splitting import split_of, with_validation
from segstudio.storage.image_list import find_images


class ImageFinder:
    """Finds images by the names in label files.

    Args:
        root: The folder of the label set.
        images: Another folder where the images may be, such as that of a project.
    """

    def __init__(self, root: Path, images: Path | None = None) -> None:
        self._folders = [root] if images is None else [root, images]
        self._by_name: dict[str, list[Path]] | None = None

    def find(self, name: object, base: Path | None = None) -> Path:
        """Return the image that a label file calls ``name``.

        Args:
            name: As it stands in the file.
            base: Folder that it is relative to; the root unless given.

        Raises:
            ValueError: If it leads out of the folders, is not there, or several could be meant.
        """
        if not isinstance(name, str) or not name.strip("/\\ .") or "\0" in name:
            raise ValueError("which names no image")
        text = name.replace("\\", "/")
        if PurePosixPath(text).is_absolute() or PureWindowsPath(text).anchor:
            raise ValueError(f"whose image {name[:80]!r} is not inside {self._folders[0].name}")
        is_inside = False
        for folder in (base or self._folders[0], *self._folders):
            path = Path(os.path.normpath(folder / text))
            for root in self._folders:
                if path.is_relative_to(root):
                    is_inside = True
                    if is_there(path) and not leads_outside(root, path):
                        return path
        if not is_inside:
            raise ValueError(f"whose image {name[:80]!r} is not inside {self._folders[0].name}")
        return self.find_by_name(PurePosixPath(text).name)

    def find_by_name(self, name: str) -> Path:
        """Return the only image in the folders that has this file name; raises ValueError."""
        if self._by_name is None:
            self._by_name = {}
            for folder in self._folders:
                for key in _images_in(folder):
                    self._by_name.setdefault(PurePosixPath(key).name, []).append(folder / key)
        found = self._by_name.get(name, [])
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(f"whose image may be one of {len(found)} called {name[:80]!r}")
        raise ValueError(f"whose image {name[:80]!r} is not here")

    def key_of(self, image: Path) -> str:
        """Return the path of an image relative to the folder that it was found in."""
        for folder in self._folders:
            if image.is_relative_to(folder):
                return image.relative_to(folder).as_posix()
        return image.name


@dataclass
class Gathered:
    """Images with their label files, while a reader gathers them.

    Attributes:
        finder: Names the images.
        splits: Split name -> images.
        problems: What was left out and why, one sentence each.
    """

    finder: ImageFinder
    splits: dict[str, list[LabelledImage]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    _seen: set[Path] = field(default_factory=set)
    _left_out: dict[str, list[str]] = field(default_factory=dict)

    def add(self, image: Path, labels: Path, split: str | None = None) -> LabelledImage | None:
        """Take an image over; returns None, and tells it, if it has labels already."""
        key = self.finder.key_of(image)
        if image in self._seen:
            self.leave_out(key, "which came a second time")
            return None
        self._seen.add(image)
        if split is None:
            parts = PurePosixPath(key).parts[:-1]
            split = next((found for part in parts if (found := split_of(part))), "all")
        item = LabelledImage(key, image, labels)
        self.splits.setdefault(split, []).append(item)
        return item

    def leave_out(self, name: str, reason: str) -> None:
        """Tell that something was left out, for a reason that many may share."""
        self._left_out.setdefault(reason, []).append(name)

    def dataset(
        self, root: Path, label_set: LabelSet, read: ReadLabelMap, needs: str
    ) -> LabelledDataset:
        """Return the data set.

        Args:
            root: Its folder.
            label_set: Its classes.
            read: Decodes the labels of an image.
            needs: What the format needs, for the hint if there is nothing.

        Raises:
            FormatError: If no image was found.
        """
        problems = [
            *self.problems,
            *(
                f"{counted(names, 'label file')} left out, {reason}: {some(names)}"
                for reason, names in self._left_out.items()
            ),
        ]
        if not any(self.splits.values()):
            told = "".join(f"; {problem}" for problem in problems)
            raise FormatError(root, f"no labels with their image were found{told}", hint=needs)
        return LabelledDataset(
            root=root,
            label_set=label_set,
            splits=with_validation(self.splits),
            read_label_map=read,
            problems=tuple(problems),
        )


def _images_in(folder: Path) -> Iterable[str]:
    try:
        return find_images(folder)
    except OSError as error:
        raise FormatError(folder, f"this folder cannot be read ({error.strerror})") from error
