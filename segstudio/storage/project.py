"""A project: a folder a person can read.

    IMAGES/                 the user's images, never written
    IMAGES/segstudio/       the project, unless the user keeps it elsewhere
        project.json        version, classes, image root, splits
        masks/              one indexed PNG per image: a.jpg -> masks/a.jpg.png
        history/            per image: the three masks before, and what can be undone
        predictions/        what a model last said, under the same names
        review/             per image: is it approved, and what was looked at
        ledger/             per image: what was corrected, and how long that took
        kept/               per image: labels that are right although a model doubted them
        left_out/           per image: parts that are not to be proposed any more
        class-changes/      what was done to the classes, and what it takes to undo that
        models/  runs/  exports/

Masks are the user's work; everything else can be made again.
"""

import errno
import os
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Final

from segstudio.core.image_groups import PatternError
from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.core.splits import TEST, TRAIN, VALIDATION, SplitRule, Splits, with_splits
from segstudio.core.strict_json import parse_json
from segstudio.errors import MaskError, ProjectError
from segstudio.storage.atomic_write import atomic_write_json, make_folder
from segstudio.storage.image_list import (
    PROJECT_FILE,
    find_images,
)
from segstudio.storage.images import is_image_name
from segstudio.storage.masks import read_label_map, write_label_map
from segstudio.storage.walk import files_below

PROJECT_VERSION: Final = 1
_MAX_PROJECT_BYTES: Final = 512 * 2**20
_ID: Final = re.compile("[0-9a-f]{32}")
_SUSPICIOUS: Final = ("..", "\0", ":")
_REPAIR: Final = "Bring back a copy of project.json; the masks are still in the masks folder"


@dataclass(frozen=True, slots=True)
class Project:
    """Where things lie and what the classes are. Immutable: edits return a new one.

    Attributes:
        folder: The project folder, which holds ``project.json``.
        image_root: The folder of images.
        label_set: The classes.
        splits: Image key -> "train", "val" or "test", for the images that are decided.
        split_rule: How others are divided.
        id: Stays the same when the folder is moved; 32 hexadecimal digits.

    An *image key* is the path of an image relative to ``image_root``, with forward slashes.
    """

    folder: Path
    image_root: Path
    label_set: LabelSet
    splits: Mapping[str, str] = field(default_factory=dict)
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    split_rule: SplitRule = field(default_factory=SplitRule)

    @property
    def name(self) -> str:
        """Name shown to people."""
        return self.image_root.name or str(self.image_root)

    def image_path(self, key: str) -> Path:
        """Return the file of an image."""
        return self.image_root / key

    def mask_path(self, key: str) -> Path:
        """Return the file of an image's label map; it may not exist."""
        return self.folder / "masks" / f"{key}.png"

    def prediction_path(self, key: str) -> Path:
        """Return the file of an image's last prediction; it may not exist."""
        return self.folder / "predictions" / f"{key}.png"

    @property
    def models_folder(self) -> Path:
        """Return the folder of the project's own models; it may not exist."""
        return self.folder / "models"

    def image_keys(self) -> list[str]:
        """Return the keys of all images under the image root, in natural name order.

        Hidden folders, folders of other projects and symbolic links to folders are not entered.

        Raises:
            ProjectError: If the image root is gone or may not be read.
        """
        try:
            return find_images(self.image_root)
        except (FileNotFoundError, NotADirectoryError, ValueError) as error:
            raise ProjectError(
                self.image_root,
                "the folder of images is gone",
                hint="Bring it back, or open the folder where the images are now",
            ) from error
        except OSError as error:
            raise ProjectError(
                self.image_root, f"the folder of images cannot be read ({error.strerror})"
            ) from error

    def labelled_keys(self) -> set[str]:
        """Return the keys of the images that have a mask file."""
        return _keys_below(self.folder / "masks")

    def predicted_keys(self) -> set[str]:
        """Return the keys of the images that have a prediction file."""
        return _keys_below(self.folder / "predictions")

    def with_label_set(self, label_set: LabelSet) -> "Project":
        """Return this project with other classes."""
        return replace(self, label_set=label_set)

    def with_splits(self, splits: Splits, rule: SplitRule | None = None) -> "Project":
        """Return this project with other splits, and perhaps another rule for those to come."""
        return replace(self, splits=splits, split_rule=rule or self.split_rule)

    def decided_splits(self, keys: Iterable[str]) -> Splits:
        """Return the splits with those of ``keys`` decided that were not.

        Raises:
            ProjectError: If the regular expression of the project's groups takes too long.
        """
        try:
            return with_splits(self.splits, keys, self.split_rule)
        except PatternError as error:
            raise ProjectError(
                self.folder, str(error), hint="Choose another way to group the images"
            ) from error

    def save(self) -> None:
        """Write ``project.json``.

        Raises:
            StorageError: If it cannot be written; the old one is then intact.
        """
        try:
            root = os.path.relpath(self.image_root, self.folder)
        except ValueError:  # another drive
            root = str(self.image_root)
        content = {
            "version": PROJECT_VERSION,
            "id": self.id,
            "image_root": Path(root).as_posix(),
            "classes": self.label_set.to_json(),
            "splits": dict(sorted(self.splits.items())),
        }
        if self.split_rule != SplitRule():
            content["split_rule"] = self.split_rule.to_json()
        atomic_write_json(self.folder / PROJECT_FILE, content)

    def write_mask(self, key: str, label_map: LabelMap) -> None:
        """Save an image's (H, W) uint8 label map.

        Raises:
            StorageError: If it cannot be written; the old one is then intact.
        """
        self._write(self.mask_path(key), label_map)

    def write_prediction(self, key: str, label_map: LabelMap) -> None:
        """Save what a model said about an image; (H, W) uint8 in the project's class indices.

        Raises:
            StorageError: If it cannot be written; the old one is then intact.
        """
        self._write(self.prediction_path(key), label_map)

    def read_mask(self, key: str, height: int, width: int) -> LabelMap | None:
        """Return the image's (H, W) uint8 label map, or None if it has none.

        Raises:
            MaskError: If the file is damaged or does not have the image's size.
        """
        return _read(self.mask_path(key), height, width)

    def read_any_mask(self, key: str) -> LabelMap | None:
        """Return the image's label map whatever its size, or None if it has none.

        Raises:
            MaskError: If the file is damaged.
        """
        path = self.mask_path(key)
        return read_label_map(path) if _is_there(path) else None

    def read_prediction(self, key: str, height: int, width: int) -> LabelMap | None:
        """Return the image's last prediction, or None if it has none that fits.

        A prediction can be made again, so a damaged one counts as none.
        """
        try:
            return _read(self.prediction_path(key), height, width)
        except MaskError:
            return None

    def _write(self, path: Path, label_map: LabelMap) -> None:
        make_folder(path.parent)
        write_label_map(path, label_map, self.label_set.palette)


def _keys_below(folder: Path) -> set[str]:
    keys = {
        path.removesuffix(".png")
        for path, entry in files_below(folder)
        if path.endswith(".png") and not entry.name.startswith(".")
    }
    # Masks that were kept beside somebody else's are no masks of images.
    return {key for key in keys if is_image_name(key)}


def load_project(folder: Path) -> Project:
    """Read the project in ``folder``.

    Raises:
        ProjectError: If ``project.json`` is missing or wrong.
    """
    path = folder / PROJECT_FILE
    try:
        if not path.is_file():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        if path.stat().st_size > _MAX_PROJECT_BYTES:
            raise ProjectError(path, "the file is too large to be a project")
        value = parse_json(path.read_bytes())
    except OSError as error:
        raise ProjectError(path, f"it cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise ProjectError(path, f"it is not valid JSON ({error})", hint=_REPAIR) from error
    if not isinstance(value, dict):
        raise ProjectError(path, "this is not a project of ours", hint=_REPAIR)
    version = value.get("version")
    if type(version) is not int or version < 1:
        raise ProjectError(path, "this is not a project of ours", hint=_REPAIR)
    if version > PROJECT_VERSION:
        raise ProjectError(
            path, "it was written by a newer version of segstudio", hint="Update segstudio"
        )
    root = value.get("image_root")
    if not isinstance(root, str) or not root or "\0" in root:
        raise ProjectError(path, "its image_root is wrong", hint=_REPAIR)
    try:
        label_set = LabelSet.from_json(value.get("classes"))
    except ValueError as error:
        raise ProjectError(path, f"its classes are wrong: {error}", hint=_REPAIR) from error
    try:
        splits = _splits(value.get("splits", {}))
        rule = SplitRule.from_json(value.get("split_rule", {}))
    except ValueError as error:
        raise ProjectError(path, f"its splits are wrong: {error}", hint=_REPAIR) from error
    project = Project(
        folder=folder,
        image_root=Path(os.path.normpath(folder / root)),
        label_set=label_set,
        splits=splits,
        split_rule=rule,
    )
    # Projects made before there were ids get one with the next change of their classes.
    id_ = value.get("id")
    return replace(project, id=id_) if isinstance(id_, str) and _ID.fullmatch(id_) else project


def _splits(value: object) -> Splits:
    if not isinstance(value, dict):
        raise ValueError("they are not an object")
    for key, split in value.items():
        # Keys are joined to folders, and a project may come from a stranger.
        if not _is_plain(key) and _leaves_folder(key):
            raise ValueError(f"{key[:80]!r} is not the path of an image in the folder of images")
        if split not in (TRAIN, VALIDATION, TEST):
            raise ValueError(f"{key[:80]!r} is neither {TRAIN} nor {VALIDATION} nor {TEST}")
    return dict(value)


def _is_plain(key: str) -> bool:
    """Return whether a key needs no closer look, which takes long where they are many."""
    return bool(key) and key[0] not in "./\\" and not any(sign in key for sign in _SUSPICIOUS)


def _leaves_folder(key: str) -> bool:
    parts = PurePosixPath(key).parts
    return not parts or ".." in parts or "\0" in key or bool(Path(key).anchor)


def _read(path: Path, height: int, width: int) -> LabelMap | None:
    # A link to a disk that is not there, or a folder that may not be read, is not the same as no
    # mask: the user would paint a new one over work that comes back.
    if not _is_there(path):
        return None
    label_map = read_label_map(path)
    if label_map.shape != (height, width):
        raise MaskError(
            path,
            f"the mask has {label_map.shape[1]} x {label_map.shape[0]} pixels, "
            f"the image has {width} x {height}",
            hint="Bring back the image it was made for, or move the mask away",
        )
    return label_map


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
