import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from segstudio.controllers.jobs import Job
from segstudio.controllers.workspace import Workspace
from segstudio.core.mask_edit import difference_patch
from segstudio.storage.masks import read_label_map, write_label_map
from segstudio.storage.project import open_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png"):
        Image.fromarray(np.full((20, 30, 3), 90, np.uint8)).save(tmp_path / name)
    return tmp_path


@pytest.fixture
def workspace(qtbot: QtBot, folder: Path) -> Iterator[Workspace]:
    workspace = Workspace()
    workspace.set_opened(open_path(folder))
    qtbot.waitUntil(lambda: workspace.document is not None)
    yield workspace
    workspace.flush()
    workspace.shut_down()


def fill(workspace: Workspace, value: int) -> None:
    document = workspace.document
    assert document is not None
    after = np.full(document.size, value, np.uint8)
    document.apply("Fill", difference_patch(document.label_map, after))


def go(qtbot: QtBot, workspace: Workspace, key: str) -> None:
    workspace.open_image(key)
    qtbot.waitUntil(lambda: workspace.document is not None and workspace.document.key == key)


def test_switching_saves_and_coming_back_keeps_the_history(
    qtbot: QtBot, workspace: Workspace, folder: Path
) -> None:
    fill(workspace, 1)
    go(qtbot, workspace, "b.png")
    qtbot.waitUntil((folder / "segstudio" / "masks" / "a.png.png").exists)
    go(qtbot, workspace, "a.png")
    assert workspace.document is not None
    assert workspace.document.undo() == "Fill"
    assert (workspace.document.label_map == 255).all()


def test_a_history_is_dropped_when_the_mask_was_changed_outside(
    qtbot: QtBot, workspace: Workspace
) -> None:
    fill(workspace, 1)
    go(qtbot, workspace, "b.png")
    qtbot.waitUntil(lambda: not workspace.has_unsaved_work)
    assert workspace.project is not None
    path = workspace.project.mask_path("a.png")
    write_label_map(path, np.full((20, 30), 7, np.uint8), workspace.label_set.palette)

    go(qtbot, workspace, "a.png")

    assert workspace.document is not None
    assert workspace.document.undo() is None
    assert (workspace.document.label_map == 7).all()


def test_an_image_that_was_only_looked_at_gets_no_mask(
    qtbot: QtBot, workspace: Workspace, folder: Path
) -> None:
    go(qtbot, workspace, "b.png")
    workspace.flush()
    assert not (folder / "segstudio" / "masks").exists()


def test_fast_switching_shows_the_image_asked_for_last(qtbot: QtBot, workspace: Workspace) -> None:
    shown: list[str] = []
    workspace.document_changed.connect(lambda d: shown.append(d.key) if d else None)
    workspace.open_image("b.png")
    workspace.open_image("a.png")
    workspace.open_image("b.png")
    qtbot.waitUntil(lambda: workspace.document is not None)
    qtbot.wait(50)
    assert shown == ["b.png"]


def test_flush_waits_until_the_labels_are_on_disk(workspace: Workspace) -> None:
    fill(workspace, 3)
    workspace.flush()
    assert not workspace.has_unsaved_work
    assert workspace.project is not None
    assert (read_label_map(workspace.project.mask_path("a.png")) == 3).all()


def test_labelled_images_are_found_when_a_project_is_opened_again(
    qtbot: QtBot, workspace: Workspace, folder: Path
) -> None:
    fill(workspace, 1)
    workspace.flush()
    with qtbot.waitSignal(workspace.labelled_changed):
        workspace.set_opened(open_path(folder))
    assert workspace.labelled == {"a.png"}


def test_unsaved_labels_of_one_project_never_show_in_another(
    qtbot: QtBot, workspace: Workspace, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    Image.fromarray(np.full((20, 30, 3), 90, np.uint8)).save(other / "a.png")
    (folder / "segstudio" / "masks").write_text("in the way")
    fill(workspace, 1)

    with qtbot.waitSignal(workspace.failed):
        workspace.set_opened(open_path(other))
    qtbot.waitUntil(lambda: workspace.document is not None)

    assert workspace.document is not None
    assert (workspace.document.label_map == 255).all()
    assert workspace.has_unsaved_work
    (folder / "segstudio" / "masks").unlink()
    workspace.flush()
    assert (read_label_map(folder / "segstudio" / "masks" / "a.png.png") == 1).all()
    assert not (other / "segstudio" / "masks").exists()


def test_a_large_photograph_is_seen_before_it_is_decoded(
    qtbot: QtBot, workspace: Workspace, folder: Path
) -> None:
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(folder / "c.jpg")
    workspace.set_opened(open_path(folder))
    qtbot.waitUntil(lambda: workspace.document is not None)
    may_decode = threading.Event()
    pool = workspace._images._loader._images  # kept busy, as a hundred megapixels keep it
    for _ in range(2):
        Job(lambda _cancelled: may_decode.wait(60), workspace).start(pool)

    with qtbot.waitSignal(workspace.image_previewed, timeout=60_000) as seen:
        workspace.open_image("c.jpg")
    key, reduced = seen.args
    assert (key, reduced.pixels.shape) == ("c.jpg", (900, 1200, 3))
    assert workspace.document is None
    may_decode.set()
    qtbot.waitUntil(lambda: workspace.document is not None, timeout=60_000)
    assert workspace.document is not None
    assert workspace.document.reduced is reduced


def test_the_next_image_is_read_ahead_and_a_change_of_its_mask_is_still_seen(
    qtbot: QtBot, workspace: Workspace, folder: Path
) -> None:
    assert workspace.project is not None
    path = workspace.project.mask_path("b.png")
    path.parent.mkdir(parents=True)
    write_label_map(path, np.full((20, 30), 1, np.uint8), workspace.label_set.palette)
    qtbot.waitUntil(lambda: workspace.read_ahead == {"b.png"})
    (folder / "b.png").unlink()  # it is in memory
    write_label_map(path, np.full((20, 30), 7, np.uint8), workspace.label_set.palette)

    go(qtbot, workspace, "b.png")

    assert workspace.document is not None
    assert (workspace.document.label_map == 7).all()
    assert workspace.document.image.shape == (20, 30, 3)


def test_an_image_is_shown_that_was_still_being_read_ahead(
    qtbot: QtBot, workspace: Workspace, folder: Path
) -> None:
    Image.effect_noise((1500, 1400), 60).convert("RGB").save(folder / "c.png")
    workspace.set_opened(open_path(folder))
    qtbot.waitUntil(lambda: workspace.document is not None)
    go(qtbot, workspace, "b.png")
    for wait in range(0, 400, 40):
        qtbot.wait(wait)
        go(qtbot, workspace, "c.png")
        assert workspace.document is not None
        assert workspace.document.image.shape == (1400, 1500, 3)
        go(qtbot, workspace, "b.png")
