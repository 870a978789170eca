"""The program as a user meets it."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from trainer.__main__ import run
from trainer.checkpoint import load_checkpoint

ROOT = Path(__file__).parents[2]
Trainer = Callable[..., subprocess.CompletedProcess[str]]
ASKED = ("train", "--out", "run", "--data", ".", "--network", "unet-mini")
QUICK = ("--network", "unet-mini", "--crop", 32, 32, "--batch", 2, "--device", "cpu")


def _complaint(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run the command in this process; it must refuse with one line."""
    assert run([str(argument) for argument in arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1, captured.err
    return captured.err


def _events(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def _spread_masks(voc: Path) -> None:
    """Write 255 where the masks say 1."""
    for path in (voc / "SegmentationClass").iterdir():
        mask = np.asarray(Image.open(path))
        Image.fromarray(mask * np.uint8(255)).save(path)


def test_help_loads_nothing_heavy(trainer: Trainer) -> None:
    done = trainer("--help")

    assert done.returncode == 0
    assert "train" in done.stdout
    imported = subprocess.run(
        [sys.executable, "-c", "import trainer.__main__, sys; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert not {"torch", "numpy", "cv2", "rich", "onnx", "accelerate"} & set(imported)


def test_networks_are_listed_for_people_and_for_programs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["networks", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)

    mini = next(row for row in rows if row["name"] == "unet-mini")
    assert mini["backbone"] is None
    assert mini["parameters"] == mini["parameters_inference"] == 472_213
    assert mini["gflops"] == pytest.approx(58.8, abs=0.1)
    assert mini["stride"] == 4

    assert run(["networks"]) == 0
    assert "unet-mini" in capsys.readouterr().out


def test_train_evaluate_and_export_agree(
    trainer: Trainer,
    tmp_path: Path,
    make_voc: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Train on four classes named by labelmap.txt, resume, evaluate and export, as a user does."""
    classes = ("background", "membrane", "mitochondrion", "vesicle")
    data, out = make_voc(tmp_path / "cells", classes=classes), tmp_path / "run"

    done = trainer("train", *QUICK, "--data", data, "--out", out, "--epochs", 2)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 training and 1 validation image" in done.stdout
    assert "membrane" in done.stdout
    assert "epoch   2" in done.stdout
    assert str(out / "model.onnx") in done.stdout.replace("\n", "")

    assert f"report: {out / 'report.html'}" in done.stdout.replace("\n", "")
    assert f"--data {data} " in (out / "report.html").read_text(encoding="utf-8")

    done = trainer("train", "--out", out, "--epochs", 3, "--resume", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    assert printed[0]["event"] == "resumed"
    assert printed[-1]["event"] == "finished"

    events = _events(out)
    assert [e["epoch"] for e in events if e["event"] == "epoch"] == [1, 2, 3]
    assert events[0]["event"] == "started"
    assert events[0]["recipe"]["crop"] == [32, 32]
    assert [c["name"] for c in events[0]["classes"]] == list(classes)
    best = max(e["metrics"]["mean_iou"] for e in events if e["event"] == "epoch")

    exported = tmp_path / "cells.onnx"
    done = trainer("export", out, "--out", exported, "--name", "My cells")
    assert (done.returncode, done.stderr) == (0, "")
    for model in (out, out / "best.pt", out / "model.onnx", exported):
        assert run(["evaluate", str(model), "--data", str(data), "--split", "val", "--json"]) == 0
        scores = json.loads(capsys.readouterr().out)
        assert scores["mean_iou"] == pytest.approx(best, abs=2e-3)
        assert [row["name"] for row in scores["classes"]] == list(classes)


def test_ctrl_c_keeps_a_checkpoint_to_go_on_from(tmp_path: Path, voc: Path) -> None:
    out = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-m", "trainer", "train", *map(str, QUICK), "--data", voc, "--out", out,
         "--epochs", "100000", "--json"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    for line in process.stdout:
        if json.loads(line)["event"] == "step":
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Traceback" not in errors
    last = _events(out)[-1]
    assert last["event"] == "stopped"
    assert last["step"] >= 1
    assert (out / "last.pt").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_a_full_disk_keeps_the_checkpoint_before(tmp_path: Path, voc: Path) -> None:
    import resource

    out = tmp_path / "run"
    # Enough for the weights of before the first step, not for the optimiser's state after it.
    limit = 5 * 2**20
    done = subprocess.run(
        [sys.executable, "-m", "trainer", "train", *map(str, QUICK), "--data", voc, "--out", out,
         "--epochs", "3"],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "best.pt" in done.stderr
    assert load_checkpoint(out / "last.pt").position.step == 0
    assert not list(out.glob("*.tmp*"))
    assert _events(out)[-1]["event"] == "failed"


def test_images_smaller_than_the_crop_are_trained_on(
    tmp_path: Path, make_voc: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    data = make_voc(tmp_path / "small", train=1, size=(13, 9))

    arguments = ("train", *QUICK, "--data", data, "--out", tmp_path / "run", "--epochs", 1)
    assert run([str(argument) for argument in arguments]) == 0

    assert "1 training and 1 validation image" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Usage"),
        (("train",), "--out"),
        (("train", "--out", "run"), "--data and --network are missing"),
        (("train", "--out", "run", "--network", "unet"), "--data is missing"),
        (("train", "--out", "run", "--data", "."), "no known label format"),
        (("train", "--out", "run", "--batch", "many"), "many"),
        ((*ASKED, "--crop", "0", "0"), "--crop needs two sides"),
        ((*ASKED, "--batch", "0"), "--batch must be at least 1"),
        ((*ASKED, "--reduce", "0"), "--reduce is from 1 to 8"),
        ((*ASKED, "--epochs", "0"), "--epochs must be at least 1"),
        ((*ASKED, "--minutes", "-1"), "--minutes must be above 0"),
        (("trian",), "Did you mean 'train'? See: trainer --help"),
        (("train", "--out", "run", "--data", ".", "--format", "vox"), "known are segstudio"),
        (("evaluate", "run", "--data", ".", "--format", "vox"), "known are segstudio"),
        (("train", "--out", "nowhere", "--resume"), "no such run folder"),
        (("evaluate", "nowhere", "--data", "."), "no such run or file"),
        (("evaluate", "nowhere.onnx", "--data", "."), "there is no such model. Check the name"),
        (("export", "nowhere", "--out", "x.onnx"), "no such run or file"),
        (("export", "run", "--out", "model.txt"), "model.txt: this is no name of a model. End it"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_is_one_line(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)

    code = run(arguments)

    errors = capsys.readouterr().err
    assert code == 2
    assert words in errors
    if arguments:
        assert errors.count("\n") == 1


def test_bad_input_is_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, voc: Path
) -> None:
    out = tmp_path / "run"
    train = ("train", *QUICK, "--out", out)

    assert "unet-mini" in _complaint(
        capsys, "train", "--network", "unet-mni", "--data", voc, "--out", out
    )
    assert "no such folder" in _complaint(capsys, *train, "--data", tmp_path / "nowhere")
    assert "nowhere" in _complaint(capsys, *train, "--data", tmp_path / "nowhere")
    assert "exclude each other" in _complaint(
        capsys, *train, "--data", voc, "--epochs", 1, "--minutes", 1
    )
    assert "ImageNet" in _complaint(capsys, *train, "--data", voc, "--weights", "imagenet")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    assert "not empty" in _complaint(
        capsys, "train", *QUICK, "--data", voc, "--out", tmp_path / "full"
    )
    image = voc / "JPEGImages" / "image0.png"
    image.write_bytes(image.read_bytes()[:100])
    assert "image0.png" in _complaint(capsys, *train, "--data", voc)
    assert not out.exists()


def test_masks_of_0_and_255_need_an_answer(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, voc: Path
) -> None:
    _spread_masks(voc)
    train = ("train", *QUICK, "--data", voc, "--out", tmp_path / "run", "--epochs", 1)

    assert "--positive dark" in _complaint(capsys, *train)

    assert run([str(word) for word in (*train, "--positive", "light")]) == 0
    assert run(["evaluate", str(tmp_path / "run"), "--data", str(voc), "--json"]) == 0
    capsys.readouterr()
    model = tmp_path / "run" / "model.onnx"
    assert "--positive" in _complaint(capsys, "evaluate", model, "--data", voc)
    assert run(["evaluate", str(model), "--data", str(voc), "--positive", "light"]) == 0


def test_a_gpu_that_is_not_there_is_not_promised(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, voc: Path
) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this computer has a GPU")
    words = ("train", "--network", "unet-mini", "--data", voc, "--out", tmp_path / "run")

    assert "CUDA is not possible" in _complaint(capsys, *words, "--device", "cuda")


def test_a_wrong_folder_is_told_before_a_network_is_asked_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, voc: Path
) -> None:
    train = ("train", "--out", tmp_path / "run", "--data")

    assert "nowhere: there is no such folder" in _complaint(capsys, *train, tmp_path / "nowhere")
    assert "--network is missing" in _complaint(capsys, *train, voc)
