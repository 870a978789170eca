import threading
from pathlib import Path

import numpy as np
from PIL import Image
from pytestqt.qtbot import QtBot
from workspace_steps import fill, go

from segstudio.controllers.jobs import Job
from segstudio.controllers.workspace import Workspace
from segstudio.storage.masks import write_label_map
from segstudio.storage.opening import open_path


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


def test_fast_switching_shows_the_image_asked_for_last(qtbot: QtBot, workspace: Workspace) -> None:
    shown: list[str] = []
    workspace.document_changed.connect(lambda d: shown.append(d.key) if d else None)
    workspace.open_image("b.png")
    workspace.open_image("a.png")
    workspace.open_image("b.png")
    qtbot.waitUntil(lambda: workspace.document is not None)
    qtbot.wait(50)
    assert shown == ["b.png"]


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
    assert workspace.document.take_reduced() is reduced


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
