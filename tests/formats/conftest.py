from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rights import as_nobody, open_folder_for_all

from segstudio.core.label_map import LabelMap
from segstudio.formats.dataset import LabelledArray

__all__ = ["as_nobody", "make_item", "open_folder_for_all"]

MakeItem = Callable[..., LabelledArray]


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is unpacked away from the user's own cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def make_item(tmp_path: Path) -> MakeItem:
    """Return a function that makes a labelled image: an image file on disk and a label map."""

    def make_item(
        key: str, label_map: LabelMap | None = None, *, split: str = "train", orientation: int = 1
    ) -> LabelledArray:
        if label_map is None:
            label_map = np.zeros((3, 4), np.uint8)
        height, width = label_map.shape
        size = (height, width) if orientation >= 5 else (width, height)
        exif = Image.Exif()
        exif[0x112] = orientation
        path = tmp_path / "source" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.radial_gradient("L").resize(size).save(path, exif=exif)
        return LabelledArray(key, path, label_map, split)

    return make_item
