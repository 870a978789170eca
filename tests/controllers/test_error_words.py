"""Errors of rooms without Qt have words in every language of the window."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication

from segstudio import errors
from segstudio.controllers.error_words import WORDS, as_sentence, told
from segstudio.errors import ImageError, SegStudioError, StorageError
from segstudio.formats.table import FORMATS
from segstudio.storage.assets import assets_folder
from segstudio.ui.format_words import WORDS as FORMAT_WORDS

_PACKAGE = Path(errors.__file__).parent
_ROOMS = ("storage", "engine", "controllers", "formats")
_SPELT_OUT = {
    "{}",
    "{}: {}",
    "{} ({})",
    "masks_dir: {}",
    "no{} image can train yet",
    "it holds the value{} {}, which {} does not name",
    "it holds the value{} {}, but {} names {} classes",
}
"""Made of texts that are in the table, or of none."""


def _is_error(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    known = getattr(errors, name, None)
    return name == "storage_error" or (
        isinstance(known, type) and issubclass(known, SegStudioError)
    )


def _texts(node: ast.expr, constants: dict[str, ast.expr]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as text) if " " in text:
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts
            )
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one, constants)
            yield from _texts(other, constants)
        case ast.Name(id=name) if name in constants:
            yield from _texts(constants[name], constants)


def _error_texts(file: Path) -> Iterator[str]:
    """Return the messages and hints of the errors that a module makes."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    constants = {
        each.target.id: each.value
        for each in tree.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.value
    }
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _is_error(call):
            hints = [keyword.value for keyword in call.keywords if keyword.arg == "hint"]
            for node in (*call.args, *hints):
                yield from _texts(node, constants)


@pytest.mark.parametrize("room", _ROOMS)
def test_every_error_of_a_room_without_qt_has_words(room: str) -> None:
    files = sorted((_PACKAGE / room).rglob("*.py"))
    found = {text for file in files for text in _error_texts(file)}
    assert len(found) > 10
    assert not found - set(WORDS) - _SPELT_OUT


def test_every_format_has_words() -> None:
    rows = FORMATS.values()
    assert {row.title for row in rows} | {row.values for row in rows} == set(FORMAT_WORDS)


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    translator = QTranslator()
    assert translator.load("segstudio_zh_CN", str(assets_folder() / "translations"))
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


def test_an_error_stays_as_it_is_in_english(qapp: QApplication) -> None:
    error = ImageError(Path("a.png"), "there is no such file", hint="Check the name")
    assert told(error) == error.sentence == "a.png: there is no such file. Check the name"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            ImageError(Path("a.png"), "there is no such file", hint="Check the name"),
            "a.png: 没有此文件。请检查名称",
        ),
        (
            StorageError(Path("a.png"), "could not be saved: there is no space left on the disk"),
            "a.png: 无法保存: 磁盘空间不足。",
        ),
        (
            ImageError(Path("a: {b}.png"), "9 x 8 pixels are more than 300 megapixels"),
            "a: {b}.png: 9 x 8 像素，超过 300 百万像素。",
        ),
        (
            StorageError(Path("p"), "its classes are wrong: two classes are called 'cell'"),
            "p: 其类别有误：有两个类别名为 'cell'。",
        ),
        (SegStudioError("what nobody foresaw", hint="Look"), "what nobody foresaw. Look"),
    ],
)
@pytest.mark.usefixtures("chinese")
def test_names_and_numbers_of_an_error_stand_in_its_chinese_sentence(
    error: SegStudioError, sentence: str
) -> None:
    assert told(error) == sentence


@pytest.mark.usefixtures("chinese")
def test_what_a_room_finds_wrong_is_a_sentence_of_its_own() -> None:
    assert as_sentence(ValueError("nothing would change")) == "没有可更改的内容。"
    assert as_sentence(ValueError("odd")) == "Odd."
