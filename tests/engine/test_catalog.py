from pathlib import Path

from segstudio.engine.catalog import ModelFile, find_models, shown_names


def test_models_come_folder_by_folder_in_natural_order(tmp_path: Path) -> None:
    bundled, user = tmp_path / "bundled", tmp_path / "user"
    for folder in (bundled, user):
        folder.mkdir()
    for name in ("net10.onnx", "net2.onnx", ".hidden.onnx", "notes.txt", "Net3.ONNX"):
        (bundled / name).touch()
    (user / "mine.onnx").touch()
    (user / "folder.onnx").mkdir()

    found = find_models({"bundled": bundled, "project": tmp_path / "none", "user": user})

    assert [(model.name, model.origin) for model in found] == [
        ("net2", "bundled"),
        ("Net3", "bundled"),
        ("net10", "bundled"),
        ("mine", "user"),
    ]


def test_a_model_in_two_folders_is_listed_once(tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    path.touch()
    models = find_models({"project": tmp_path, "user": tmp_path / ".." / tmp_path.name})
    assert models == [ModelFile(path, "a", "project")]


def test_models_of_one_name_are_shown_with_what_tells_their_folders_apart() -> None:
    paths = ("a/run1/model.onnx", "b/run1/model.onnx", "b/run2/model.onnx", "b/cells.onnx")
    models = [ModelFile(Path("/", path), Path(path).stem, "file") for path in paths]

    assert shown_names(models) == [
        f"model ({Path('a', 'run1')})",
        f"model ({Path('b', 'run1')})",
        "model (run2)",
        "cells",
    ]


def test_a_model_of_the_top_folder_has_a_name_too() -> None:
    models = [ModelFile(Path(path), "m", "file") for path in ("/m.onnx", "m.onnx", "/b/m.onnx")]
    assert len(set(shown_names(models))) == 3
