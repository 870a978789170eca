"""The rules of the house that no type checker and no import-linter can see."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "trainer", "onnxruntime", "onnx", "cv2"}
QT = {"PySide6", "shiboken6", "qtawesome"}

# Who may write a file without atomic_write, and why.
ALLOWED = {
    "segstudio/storage/atomic_write.py: os.open": "it is the one that writes",
    "segstudio/storage/atomic_write.py: self._temporary.open": "the same, piece by piece",
    "segstudio/__main__.py: os.open": "the null device, to be quiet after a broken pipe",
    "segstudio/storage/journal.py: os.open": "records are appended; half a record is none",
    "segstudio/storage/fresh_files.py: os.open": "opened to be flushed, not to be written",
    "segstudio/storage/fresh_files.py: path.open": "new, in a folder that is not whole yet",
    "segstudio/storage/locks.py: os.open": "a lock is made once and never replaced",
    "segstudio/controllers/trainer_process.py: log.open": "what the trainer prints, appended",
    "segstudio/storage/plain_masks.py: tifffile.imwrite": "into memory",
    "segstudio/engine/channel.py: (folder / 'log').open": "what the worker prints, not kept",
    "segstudio/engine/pixels.py: os.open": "pixels shared with the worker, not kept",
    "segstudio/engine/confine.py: Path('/proc/self/oom_score_adj').write_text": (
        "a switch of the kernel, no file"
    ),
    "segstudio/engine/landlock.py: os.open": "names a place to the kernel, opens nothing",
    "trainer/run_folder.py: self._path.open": "events are appended; half a line is no event",
    "trainer/reports/tensorboard.py: SummaryWriter": (
        "events for TensorBoard are appended by its own writer; half an event is none"
    ),
    "trainer/networks/weights.py: path.open": (
        "a download too large to hold twice; renamed after its SHA-256 is checked"
    ),
    "trainer/exporting/quantize.py: exported.write_bytes": (
        "in a temporary folder, for a quantiser that only reads files"
    ),
    "trainer/loop.py: session.save": "our own, through atomic_write",
}

_WRITING_MODE = re.compile(r"[rbt]*[wax+][rwaxbt+]*")
_WRITING_METHODS = {"write_text", "write_bytes", "tofile", "imwrite", "SummaryWriter"}
_MEMORY = {"BytesIO", "StringIO", "QBuffer"}
_WRITING_FUNCTIONS = {
    *(f"shutil.{name}" for name in ("copy", "copy2", "copyfile", "copytree", "move")),
    *(f"np.{name}" for name in ("savez", "savez_compressed", "savetxt")),
}


def _imported_by(statement: str) -> set[str]:
    """Return the top-level modules that a new Python holds after a statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def _modules(*packages: str) -> list[str]:
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for package in packages
        for path in sorted((ROOT / package).rglob("*.py"))
    ]


def test_core_storage_and_formats_load_neither_qt_nor_torch_nor_onnxruntime() -> None:
    modules = _modules("segstudio/core", "segstudio/storage", "segstudio/formats")
    assert len(modules) > 20
    assert not _imported_by(f"import {', '.join(modules)}") & (QT | HEAVY)


def test_the_window_loads_neither_torch_nor_the_trainer_nor_onnxruntime() -> None:
    imported = _imported_by("import segstudio.ui.editor, segstudio.ui.project_work")
    assert {"PySide6", "numpy"} <= imported
    assert not imported & HEAVY


def test_the_start_page_shows_before_arrays_and_images_are_loaded() -> None:
    imported = _imported_by("import segstudio.commands.window, segstudio.ui.app")
    assert "PySide6" in imported
    assert not imported & (HEAVY | {"numpy", "PIL"})


def test_the_command_line_loads_no_library_before_it_knows_the_command() -> None:
    assert not _imported_by("import segstudio.__main__") & (QT | HEAVY | {"numpy", "PIL"})


def test_training_starts_without_what_only_the_end_of_a_run_needs() -> None:
    late = {"onnx", "onnxruntime", "onnxscript", "matplotlib", "tensorboard", "pandas"}
    assert not _imported_by("import trainer.commands.train") & late


def test_the_trainer_loads_no_qt() -> None:
    modules = [name for name in _modules("trainer") if not name.endswith("__main__")]
    assert not _imported_by(f"import {', '.join(modules)}") & QT


def test_a_training_loads_what_draws_its_reports_only_after_its_first_step() -> None:
    imported = _imported_by("import trainer.commands.train")
    assert "torch" in imported
    assert not imported & {"matplotlib", "tensorboard", "jinja2"}


def test_a_report_is_made_without_torch() -> None:
    assert not _imported_by("import trainer.commands.report") & {"torch", "cv2", "onnx"}


def _writes(call: ast.Call, in_memory: set[str]) -> bool:
    name = ast.unparse(call.func)
    method = name.rpartition(".")[2]
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    if name == "os.open":
        return "O_RDONLY" not in ast.unparse(call)
    if method in ("open", "fdopen", "ZipFile"):
        return any(
            isinstance(argument, ast.Constant)
            and isinstance(argument.value, str)
            and _WRITING_MODE.fullmatch(argument.value)
            for argument in arguments[:3]
        )
    if method in ("save", "savefig") and arguments:
        # torch.save(what, where) and its like, but picture.save(where)
        place = 1 if name.partition(".")[0] in ("torch", "onnx", "np") else 0
        return ast.unparse(arguments[place]) not in in_memory
    return name in _WRITING_FUNCTIONS or method in _WRITING_METHODS


def _in_memory(tree: ast.AST) -> set[str]:
    """Return the names that stand for buffers in memory."""
    return {
        ast.unparse(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func).rpartition(".")[2] in _MEMORY
        for target in node.targets
    }


def _writers(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    in_memory = _in_memory(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _writes(node, in_memory):
            yield ast.unparse(node.func)


@pytest.mark.parametrize(
    "source",
    [
        "open(path, 'w')",
        "open(path, mode='rb+')",
        "path.open('xb')",
        "path.open('a', encoding='ascii')",
        "os.fdopen(descriptor, 'wb')",
        "zipfile.ZipFile(path, 'w')",
        "gzip.open(path, 'wt')",
        "path.write_text(text)",
        "path.write_bytes(content)",
        "Image.fromarray(pixels).save(path)",
        "image.save(folder / 'a.png', 'PNG')",
        "np.save(path, array)",
        "np.savez_compressed(path, array)",
        "array.tofile(path)",
        "torch.save(state, path)",
        "onnx.save(model, path)",
        "shutil.copyfile(a, b)",
        "cv2.imwrite(path, image)",
        "os.open(path, os.O_WRONLY | os.O_CREAT)",
        "pixmap.save(path)",
        "figure.savefig(path, format='png')",
        "SummaryWriter(folder)",
    ],
)
def test_the_lint_sees_what_writes_a_file(source: str) -> None:
    assert list(_writers(source))


@pytest.mark.parametrize(
    "source",
    [
        "open(path)",
        "path.open('rb')",
        "Image.open(file, formats=('PNG',))",
        "os.open(path, os.O_RDONLY)",
        "buffer = io.BytesIO(); image.save(buffer, 'PNG')",
        "buffer = BytesIO(); torch.save(state, buffer)",
        "buffer = io.BytesIO(); figure.savefig(buffer, format='png')",
        "project.save()",
        "shutil.rmtree(folder)",
    ],
)
def test_the_lint_passes_what_writes_none(source: str) -> None:
    assert not list(_writers(source))


def test_only_atomic_write_writes_files() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()}: {writer}"
        for package in ("segstudio", "trainer")
        for path in (ROOT / package).rglob("*.py")
        for writer in _writers(path.read_text(encoding="utf-8"))
    }
    assert found - ALLOWED.keys() == set(), "write with segstudio.storage.atomic_write"
    assert ALLOWED.keys() - found == set(), "these allowances are no longer needed"
