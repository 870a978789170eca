"""Measure projects of many images: opening them, and filtering and sorting their list.

    python tests/benchmarks/review.py [--images N]... [--keep FOLDER] [--make-only] [--json]

Makes projects with masks, predictions and reviews in a temporary folder, or in one that is kept for
the next run with its index (100,000 images are 300,000 files), and opens them in a real window.
Each row tells milliseconds from the request to the repaint that answers it, and the longest that
the event loop was held meanwhile.
"""

import argparse
import gc
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from PIL import Image
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from segstudio.core.image_filter import ImageFilter, ImageSort
from segstudio.core.label_set import LabelSet
from segstudio.core.review import Review, ReviewState
from segstudio.storage.atomic_write import encoded_json
from segstudio.storage.image_index import index_path
from segstudio.storage.masks import encode_label_map
from segstudio.storage.opening import create_project
from segstudio.storage.project import Project
from segstudio.storage.review import approved_now, review_path
from segstudio.ui.app import make_application
from segstudio.ui.main_window import MainWindow
from segstudio.ui.theme import Theme

SIDE = 32
CLASSES = 8
VARIANTS = 64
FOLDERS = 10
OPEN_TARGETS = {10_000: 1000.0, 100_000: 5000.0}
LIST_TARGET = 200.0
REPEATS = 3


@dataclass(frozen=True)
class Row:
    """One line of the table; times in milliseconds."""

    name: str
    milliseconds: float
    target: float | None
    worst: float

    def __str__(self) -> str:
        target = " " * 10 if self.target is None else f"{self.target:10.0f}"
        return f"{self.name:52s}{self.milliseconds:10.1f}{target}{self.worst:10.1f}"


# --- The project


def make_project(folder: Path, count: int) -> Project:
    """Write a project: of ten images six have a mask, four a prediction, two are approved.

    Files of like content are written once and linked: what counts here is how many there are.
    """
    generator = np.random.default_rng(0)
    folder.mkdir()
    project = create_project(folder).with_label_set(
        LabelSet.named(["background", *(f"class {index}" for index in range(1, CLASSES))])
    )
    picture = io.BytesIO()
    Image.fromarray(generator.integers(0, 255, (SIDE, SIDE, 3), np.uint8)).save(picture, "JPEG")
    masks = [
        encode_label_map(
            generator.integers(0, CLASSES, (SIDE, SIDE), np.uint8) * (number % 3 > 0),
            project.label_set.palette,
        )
        for number in range(VARIANTS)
    ]
    keys = [f"plate {n % FOLDERS}/well {n // FOLDERS} of the series.jpg" for n in range(count)]
    approved = approved_now(Review(note="checked twice"), is_approved=True)
    review = encoded_json(
        {"version": 1, "approved": True, "at": approved.at, "by": "a", "note": "checked twice"}
    )
    splits = {}
    links = _Links(folder / ".contents")
    for number, key in enumerate(keys):
        links.put(project.image_path(key), picture.getvalue())
        kind = number % 10
        if kind < 6:
            links.put(project.mask_path(key), masks[number % VARIANTS])
            splits[key] = "val" if kind == 0 else "train"
        if kind < 4:
            links.put(project.prediction_path(key), masks[(number + kind // 2) % VARIANTS])
            value = {"version": 1, "uncertainty": number % 1000 / 1000}
            links.put(project.prediction_path(key).with_suffix(".json"), encoded_json(value))
        if kind < 2:
            links.put(review_path(project, key), review)
    project = project.with_splits(splits)
    project.save()
    return project


class _Links:
    """Writes files of which many have the same content."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._files: dict[bytes, tuple[Path, int]] = {}

    def put(self, path: Path, content: bytes) -> None:
        file, used = self._files.get(content, (None, 0))
        if file is None or used > 10_000:  # file systems allow some ten thousand names a file
            file, used = self._folder / str(len(list(self._folder.iterdir()))), 0
            file.write_bytes(content)
        self._files[content] = file, used + 1
        try:
            os.link(file, path)
        except FileNotFoundError:
            path.parent.mkdir(parents=True)
            os.link(file, path)


# --- Measuring


class Watch:
    """Turns the event loop until something is so, and notes how long it was held at most."""

    def __init__(self) -> None:
        self.worst = 0.0

    def until(self, is_so: Callable[[], bool], seconds: float = 600) -> None:
        end = time.perf_counter() + seconds
        while not is_so():
            assert time.perf_counter() < end, "it takes too long"
            self.turn(lambda: None)
            time.sleep(0.0005)
        self.turn(lambda: None)

    def turn(self, action: Callable[[], object]) -> None:
        start = time.perf_counter()
        action()
        QApplication.processEvents()
        self.worst = max(self.worst, (time.perf_counter() - start) * 1000)


def measured(
    name: str, target: float | None, start: Callable[[], object], is_done: Callable[[], bool]
) -> Row:
    watch = Watch()
    begin = time.perf_counter()
    watch.turn(start)
    watch.until(is_done)
    return Row(name, (time.perf_counter() - begin) * 1000, target, watch.worst)


def rows(project: Path, count: int, application: QApplication, home: Path) -> Iterator[Row]:
    theme = Theme(application)
    target = OPEN_TARGETS.get(count)

    def window() -> MainWindow:
        window = MainWindow(theme, QSettings(str(home / "s.ini"), QSettings.Format.IniFormat))
        window.resize(1280, 800)
        window.show()
        Watch().until(lambda: window.editor.predict.is_idle)
        gc.freeze()  # as the program does
        return window

    def open_row(window: MainWindow, name: str) -> Row:
        def is_shown() -> bool:
            workspace = window.editor.workspace
            return (
                workspace.document is not None
                and window.editor.indexer.knows_project
                and window.editor.image_panel.rows.rowCount() == count
            )

        return measured(name, target, lambda: window.editor.workspace.open(project), is_shown)

    def close(window: MainWindow) -> None:
        window.close()
        window.deleteLater()

    label = f"{count:,} images"
    index = index_path(project)
    kept = index.with_suffix(".kept")
    if index.is_file():
        index.rename(kept)
    first = window()
    yield open_row(first, f"open, {label}, never opened before")
    if not kept.is_file():
        name = f"  then read {count * 6 // 10:,} masks"
        yield measured(name, None, lambda: None, lambda: first.editor.indexer.is_idle)
    close(first)
    if kept.is_file():
        kept.rename(index)
    again = window()
    yield open_row(again, f"open, {label}")
    indexer = again.editor.indexer
    yield measured("  then compare all files", None, lambda: None, lambda: indexer.is_idle)
    yield from list_rows(again)
    yield approve_row(again)
    close(again)


def list_rows(window: MainWindow) -> Iterator[Row]:
    images = window.editor.images
    cases: dict[str, ImageFilter] = {
        "search, few match": ImageFilter(text="plate 3 well 77"),
        "search, all match": ImageFilter(text="series"),
        "filter by state": ImageFilter(states=frozenset({ReviewState.APPROVED})),
        "filter by class": ImageFilter(class_index=3),
        **{
            f"sort by {sort.value}": ImageFilter(sort=sort, area_class=3, is_reversed=True)
            for sort in ImageSort
        },
        "from an uncertainty on": ImageFilter(sort=ImageSort.UNCERTAINTY, least=0.5),
        "sort by uncertainty, of one state and class": ImageFilter(
            states=frozenset({ReviewState.CORRECTED, ReviewState.PREDICTED}),
            class_index=2,
            sort=ImageSort.UNCERTAINTY,
        ),
    }
    for name, wanted in cases.items():
        found = []
        for _ in range(REPEATS):
            images.set_wanted(ImageFilter())
            Watch().until(lambda: images.is_idle)
            change = lambda wanted=wanted: images.set_wanted(wanted)  # noqa: E731
            found.append(measured(f"  {name}", LIST_TARGET, change, lambda: images.is_idle))
        yield replace(
            max(found, key=lambda row: row.milliseconds), worst=max(row.worst for row in found)
        )
    images.set_wanted(ImageFilter())
    Watch().until(lambda: images.is_idle)


def approve_row(window: MainWindow) -> Row:
    """Approve an image under a filter, as one does ten thousand times."""
    images, workspace = window.editor.images, window.editor.workspace
    images.set_wanted(ImageFilter(states=frozenset({ReviewState.CORRECTED})))
    Watch().until(lambda: images.is_idle)
    workspace.step(1)
    Watch().until(lambda: workspace.document is not None and window.is_idle)
    before = workspace.current_key
    return measured(
        "  approve and open the next of a filter",
        None,
        window.editor.actions_by_name["approve"].trigger,
        lambda: workspace.current_key != before and workspace.document is not None,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, action="append", help="default: 10000 and 100000")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="where the projects are kept for the next run")
    parser.add_argument("--make-only", action="store_true", help="make the projects and end")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        for kind in ("DATA", "STATE", "CACHE", "CONFIG"):
            os.environ[f"XDG_{kind}_HOME"] = str((options.keep or home) / kind.lower())
        application = make_application([])
        if not options.json:
            print(f"{'milliseconds':52s}{'ours':>10s}{'target':>10s}{'worst':>10s}")
        for count in options.images or (10_000, 100_000):
            folder = (options.keep or home) / f"images {count}"
            project = folder / "segstudio"
            if not project.is_dir():
                folder.parent.mkdir(parents=True, exist_ok=True)
                project = make_project(folder, count).folder
                os.sync()
            if not options.make_only:
                for row in rows(project, count, application, home):
                    print(json.dumps(asdict(row)) if options.json else row, flush=True)


if __name__ == "__main__":
    main()
