"""Opening the window: what cannot be shown is told before Qt is loaded."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from program import Complains

from segstudio.__main__ import exit_code
from segstudio.core.label_set import LabelSet
from segstudio.storage import assets, sample
from segstudio.storage.opening import Opened


def _image(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((8, 9, 3), np.uint8)).save(path)
    return path


def test_what_cannot_be_opened_is_one_line(complains: Complains, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nand then nothing")
    readable = "Open a folder, or a PNG, JPEG, TIFF, WebP or BMP file"

    complains(
        tmp_path / "nowhere", sentence="nowhere: there is no such file or folder. Check the name"
    )
    complains(
        tmp_path / "empty",
        sentence="empty: there are no images in this folder. "
        "Open a folder with PNG, JPEG, TIFF, WebP or BMP files",
    )
    complains(
        tmp_path / "notes.txt", sentence=f"notes.txt: this is not an image we can read. {readable}"
    )
    complains(
        tmp_path / "bad.png",
        sentence="bad.png: the file is damaged and cannot be opened. Copy it again from its source",
    )
    assert {path.name for path in tmp_path.iterdir()} == {"empty", "notes.txt", "bad.png"}
    assert not list((tmp_path / "empty").iterdir())


def test_a_broken_project_is_one_line(complains: Complains, tmp_path: Path) -> None:
    _image(tmp_path / "a.png")
    (tmp_path / "segstudio").mkdir()
    (tmp_path / "segstudio" / "project.json").write_text(
        '{"version": 1, "image_root": "..", "classes": 7}'
    )
    complains(
        tmp_path,
        sentence="project.json: its classes are wrong: classes is not a list. "
        "Bring back a copy of project.json; the masks are still in the masks folder",
    )


def test_a_read_only_folder_is_one_line_with_the_way_out(
    complains: Complains, tmp_path: Path
) -> None:
    folder = _image(tmp_path / "locked" / "a.png").parent
    folder.chmod(0o555)
    complains(
        folder,
        unprivileged=True,
        sentence="locked: labels cannot be kept in this folder, you may only read it. "
        "Say where to keep them with --project DIR",
    )


def test_wrong_use_is_one_line(complains: Complains, tmp_path: Path) -> None:
    complains(
        *("--sample", tmp_path),
        sentence="--sample opens its own project, so it takes no PATH or --project. "
        "See: segstudio --help",
    )
    complains(
        *("--project", tmp_path),
        sentence="--project needs the PATH of the images. See: segstudio --help",
    )
    complains(
        "--smaple",
        sentence="No such option '--smaple'. Did you mean '--sample'? See: segstudio --help",
    )


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Opened | None, Path | None]]:
    """What the window is asked to show, instead of a window."""
    from segstudio.ui import app

    calls: list[tuple[Opened | None, Path | None]] = []

    def run(opened: Opened | None, screenshot: Path | None) -> int:
        calls.append((opened, screenshot))
        return 7

    monkeypatch.setattr(app, "run", run)
    return calls


def test_an_image_opens_its_folder_at_that_image(
    shown: list[tuple[Opened | None, Path | None]], tmp_path: Path
) -> None:
    _image(tmp_path / "images" / "a.png")
    second = _image(tmp_path / "images" / "b.png")
    assert exit_code([str(second), "--screenshot", str(tmp_path / "x.png")]) == 7
    ((opened, screenshot),) = shown
    assert opened is not None
    assert (opened.keys, opened.first) == (("a.png", "b.png"), "b.png")
    assert opened.project.folder == tmp_path / "images" / "segstudio"
    assert screenshot == tmp_path / "x.png"


def test_labels_can_be_kept_elsewhere(
    shown: list[tuple[Opened | None, Path | None]], tmp_path: Path
) -> None:
    folder = _image(tmp_path / "images" / "a.png").parent
    for _ in range(2):  # made, then found again
        exit_code([str(folder), "--project", str(tmp_path / "labels")])
    for opened, _ in shown:
        assert opened is not None
        assert opened.project.folder == tmp_path / "labels"
        assert opened.project.image_root == folder
    assert [path.name for path in folder.iterdir()] == ["a.png"]


def test_without_a_path_the_window_opens_empty(
    shown: list[tuple[Opened | None, Path | None]],
) -> None:
    exit_code([])
    assert shown == [(None, None)]


def test_a_folder_named_like_a_command_opens_as_a_path(
    shown: list[tuple[Opened | None, Path | None]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _image(tmp_path / "predict" / "a.png")
    monkeypatch.chdir(tmp_path)
    exit_code(["./predict"])
    opened, _ = shown[0]
    assert opened is not None
    assert opened.project.image_root == tmp_path / "predict"


def test_a_screenshot_needs_a_folder_that_is_there(complains: Complains, tmp_path: Path) -> None:
    complains(
        *("--screenshot", tmp_path / "none" / "x.png"),
        sentence="none: there is no such folder for the screenshot. Make it first",
    )


@pytest.fixture
def own_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Samples of the test's own instead of the program's."""
    folder = tmp_path / "assets"
    monkeypatch.setattr(sample, "assets_folder", lambda: folder)
    for name in ("cell1.png", "cell2.png"):
        _image(folder / "samples" / "images" / name)
    (folder / "samples" / "classes.txt").write_text("background\nmembrane\n")
    return folder / "samples"


def test_the_sample_project_is_copied_once_and_the_users_work_stays(
    shown: list[tuple[Opened | None, Path | None]], own_samples: Path
) -> None:
    exit_code(["--sample"])
    first, _ = shown[0]
    assert first is not None
    assert first.keys == ("cell1.png", "cell2.png")
    assert first.project.label_set.names == ("background", "membrane")
    assert assets.user_sample_folder() in first.project.folder.parents

    first.project.with_label_set(LabelSet.named(["mine"])).save()
    first.project.write_mask("cell1.png", np.ones((8, 9), np.uint8))
    first.project.image_path("cell2.png").unlink()  # as if the copy had been cut short
    exit_code(["--sample"])
    second, _ = shown[1]
    assert second is not None
    assert second.keys == ("cell1.png", "cell2.png")
    assert second.project.label_set.names == ("mine",)
    assert second.project.read_mask("cell1.png", 8, 9) is not None


def test_missing_samples_are_told(own_samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (own_samples / "images").iterdir():
        path.unlink()
    assert exit_code(["--sample"]) == 2
    assert capsys.readouterr().err == (
        "images: the sample images are missing from this installation. Install segstudio again\n"
    )
