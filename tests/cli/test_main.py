"""What holds for every command."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from onnx_models import write_slow_model
from PIL import Image
from program import Complains, Run

import segstudio
from segstudio import cli
from segstudio.__main__ import exit_code
from segstudio.errors import ImageError

_ROOT = Path(segstudio.__file__).parents[1]
_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(_ROOT)}
_HEAVY = ("numpy", "PIL", "rich", "onnxruntime", "PySide6", "torch", "onnx")


def _imported(arguments: list[str]) -> set[str]:
    script = (
        "import sys\nfrom segstudio.__main__ import exit_code\n"
        f"code = exit_code({arguments!r})\n"
        "names = {name.split('.')[0] for name in sys.modules}\n"
        f"print('imported', code, *(names & set({_HEAVY!r})))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        env=_ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    code, *names = result.stdout.splitlines()[-1].split()[1:]
    assert code == "0", result.stderr
    return set(names)


def test_help_imports_nothing_heavy() -> None:
    assert _imported(["--help"]) == set()


def test_predict_and_score_import_neither_onnxruntime_nor_qt(
    tmp_path: Path, contract_model: Path
) -> None:
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "a.png")
    out = str(tmp_path / "out")
    predict = ["predict", "--model", str(contract_model), "--out", out, str(tmp_path / "a.png")]
    assert _imported(predict) <= {"numpy", "PIL", "rich"}
    assert _imported(["score", out, out]) <= {"numpy", "PIL", "rich"}


def test_help_names_the_path_its_options_and_the_commands(run: Run) -> None:
    shown = run("--help")
    assert shown.returncode == 0
    for word in ("[PATH]", "--sample", "--screenshot", "predict", "export", "score", "doctor"):
        assert word in shown.stdout
    assert run("score", "-h").stdout.startswith("Usage: segstudio score [OPTIONS] PREDICTED TRUTH")
    assert run("--version").stdout == f"segstudio, version {segstudio.__version__}\n"


def test_wrong_use_is_one_line(complains: Complains) -> None:
    complains(
        "predict", sentence="Missing argument 'IMAGE_OR_FOLDER...'. See: segstudio predict --help"
    )
    complains(
        *("score", "a", "b", "--positive", "grey"),
        sentence="Invalid value for '--positive': 'grey' is not one of 'dark', 'light'. "
        "See: segstudio score --help",
    )
    complains(*("a", "b"), sentence="Got unexpected extra argument (b). See: segstudio --help")


def test_doctor_tells_versions_and_where_models_run(
    run: Run, own_home: Path, contract_model: Path
) -> None:
    models = own_home / "data" / "segstudio" / "models"
    models.mkdir(parents=True)
    (models / "a.onnx").write_bytes(contract_model.read_bytes())
    result = run("doctor")
    assert (result.returncode, result.stderr) == (0, "")
    facts = {line[:22].strip(): line[22:] for line in result.stdout.splitlines()}
    assert facts["segstudio"] == segstudio.__version__
    assert facts["numpy"] == np.__version__
    assert facts["Python"].startswith("3.")
    assert "CPUExecutionProvider" in facts["providers built in"]
    assert facts["runs on"] in ("CPU", "CUDA")
    assert (facts["runs on"] == "CPU") == ("CUDA not used" in facts)


def test_names_with_terminal_codes_are_told_on_one_plain_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: list[str]) -> None:
        raise ImageError(Path("a\n\x1b[31mb.png"), "it is\tbad", hint="Go\r\nhome")

    monkeypatch.setattr("segstudio.__main__.run", fail)
    assert exit_code([]) == 2
    assert capsys.readouterr().err == "a\\n\\x1b[31mb.png: it is\\tbad. Go\\r\\nhome\n"


def test_an_error_of_the_file_system_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: list[str]) -> None:
        raise PermissionError(13, "Permission denied", "/x")

    monkeypatch.setattr("segstudio.__main__.run", fail)
    assert exit_code([]) == 2
    assert capsys.readouterr().err == "/x: Permission denied.\n"


@pytest.mark.skipif(os.name == "nt", reason="signals and pipes of POSIX")
def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m segstudio doctor | true"
    result = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        env=_ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="signals and pipes of POSIX")
def test_ctrl_c_ends_a_prediction_and_its_worker(tmp_path: Path) -> None:
    model = write_slow_model(tmp_path / "slow.onnx", stoppable=False)
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "a.png")
    command = [sys.executable, "-m", "segstudio", "predict", "--model", str(model)]
    process = subprocess.Popen(
        [*command, "--out", str(tmp_path / "out"), str(tmp_path / "a.png")],
        env=_ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A shell's background job passes on that Ctrl-C is to be ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 20
    while not (tmp_path / "out").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)
    start = time.monotonic()
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - start < 10
    assert (process.returncode, out, err) == (130, b"", b"\n")  # ends the line with ^C


def test_every_command_is_listed_in_the_plan() -> None:
    assert set(cli.cli.commands) == {"<window>", "predict", "export", "import", "score", "doctor"}
