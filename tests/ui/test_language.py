"""The window in Chinese: every text has a translation that fits, and the program loads it."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import PySide6
import pytest
from PIL import Image
from PySide6.QtCore import QSettings, QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QMenu
from pytestqt.qtbot import QtBot

from segstudio.core.label_set import LabelSet
from segstudio.storage.assets import assets_folder
from segstudio.storage.opening import create_project
from segstudio.ui.language import CHINESE, ENGLISH, LanguageMenu, install_language, system_language
from segstudio.ui.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "This plugin does not support")

_ROOT = Path(__file__).resolve().parents[2]
_FOLDER = assets_folder() / "translations"
_TOOLS = Path(PySide6.__file__).parent
# Those of Python's % operator ("%%s" is filled in a second step), of Qt and of str.format.
_PLACEHOLDER = re.compile(r"%%?(?:\(\w+\))?[-+]?[\d.]*[sdfgn]|%%|%\d|\{\w*\}")

Message = tuple[str, str]
"""The context of a text, and the text."""


def _messages(file: Path) -> dict[Message, ET.Element]:
    return {
        (context.findtext("name", ""), message.findtext("source", "")): message
        for context in ET.parse(file).getroot().iter("context")
        for message in context.iter("message")
    }


@pytest.fixture(scope="module")
def translations() -> dict[Message, str]:
    """The Chinese of every text."""
    messages = _messages(_FOLDER / f"segstudio_{CHINESE}.ts")
    return {key: message.findtext("translation", "") for key, message in messages.items()}


def test_every_word_of_the_window_is_in_the_file_and_translated(
    tmp_path: Path, translations: dict[Message, str]
) -> None:
    tool = shutil.which("lupdate", path=str(_TOOLS))
    assert tool is not None
    found = tmp_path / "found.ts"
    sources = (_ROOT / "segstudio").rglob("*.py")
    subprocess.run([tool, "-silent", *map(str, sources), "-ts", str(found)], check=True)
    assert _messages(found).keys() == translations.keys()
    messages = _messages(_FOLDER / f"segstudio_{CHINESE}.ts")
    unfinished = [
        key for key, each in messages.items() if each.find("translation[@type]") is not None
    ]
    assert not unfinished
    assert not [key for key, text in translations.items() if not text]


def test_every_text_names_a_class_that_asks_for_it(translations: dict[Message, str]) -> None:
    # Qt looks for a text in the class of the widget; lupdate would also take a variable's name.
    contexts = {context for context, _ in translations}
    assert not [context for context in contexts if not re.fullmatch(r"_?[A-Z]\w*", context)]


def test_placeholders_stand_in_the_order_of_the_source(translations: dict[Message, str]) -> None:
    wrong = {
        source: text
        for (_, source), text in translations.items()
        if _PLACEHOLDER.findall(source) != _PLACEHOLDER.findall(text)
    }
    assert not wrong


def test_mnemonics_dots_and_line_breaks_are_those_of_the_source(
    translations: dict[Message, str],
) -> None:
    def marks(text: str) -> tuple[list[str], bool, int, bool, bool]:
        letters = [letter.upper() for letter in re.findall(r"&(\w)", text)]
        return letters, "…" in text, text.count("\n"), text[:1] == " ", text[-1:] == " "

    wrong = {
        source: text for (_, source), text in translations.items() if marks(source) != marks(text)
    }
    assert not wrong


def test_what_the_program_loads_is_made_from_the_file(translations: dict[Message, str]) -> None:
    translator = QTranslator()
    assert translator.load(f"segstudio_{CHINESE}", str(_FOLDER))
    loaded = {key: translator.translate(*key) for key in translations}
    assert loaded == translations


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (["zh-Hans-CN", "zh-CN", "zh"], CHINESE),
        (["zh-SG"], CHINESE),
        (["de-DE", "de", "zh-CN"], CHINESE),
        (["en-GB", "zh-CN"], ENGLISH),
        (["zh-Hant-TW", "zh-TW"], ENGLISH),
        (["fr-FR", "fr"], ENGLISH),
        (["C"], ENGLISH),
        ([], ENGLISH),
    ],
)
def test_the_system_says_what_the_user_reads(wanted: list[str], language: str) -> None:
    assert system_language(wanted) == language


def _settings(folder: Path, language: str) -> QSettings:
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue("language", language)
    return settings


def test_english_loads_nothing(qapp: QApplication, tmp_path: Path) -> None:
    install_language(qapp, _settings(tmp_path, ENGLISH))
    assert not qapp.findChildren(QTranslator)


@pytest.fixture
def chinese(qapp: QApplication, tmp_path: Path) -> Iterator[QSettings]:
    """The program as it starts for who has chosen Chinese."""
    settings = _settings(tmp_path, CHINESE)
    install_language(qapp, settings)
    yield settings
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()


@pytest.fixture
def window(qtbot: QtBot, chinese: QSettings, new_window: MainWindow) -> MainWindow:
    """The window in Chinese, whole and shown."""
    new_window.complete()
    new_window.show()
    qtbot.waitExposed(new_window)
    return new_window


def test_menus_and_keys_are_there_in_chinese(window: MainWindow) -> None:
    titles = [action.text() for action in window.menuBar().actions()]
    assert titles == ["文件(&F)", "编辑(&E)", "视图(&V)", "工具(&T)", "帮助(&H)"]
    actions = window.editor.actions_by_name
    assert actions["brush"].text() == "画笔"
    assert actions["brush"].toolTip().startswith("画笔 (B)\n拖动：绘制 · Shift+单击：直线")
    assert actions["open"].text() == "打开图像…"
    assert actions["undo"].shortcut() == QKeySequence("Ctrl+Z")


def test_no_english_is_left_in_the_menus(window: MainWindow) -> None:
    def texts(menu: QMenu) -> Iterator[str]:
        for action in menu.actions():
            yield action.text()
            if isinstance(below := action.menu(), QMenu) and not isinstance(below, LanguageMenu):
                yield from texts(below)

    menus = [action.menu() for action in window.menuBar().actions()]
    found = [text for menu in menus if isinstance(menu, QMenu) for text in texts(menu) if text]
    assert found
    assert [text for text in found if not re.search("[一-鿿]", text)] == ["100 %"]


def test_qt_s_own_buttons_are_chinese(qtbot: QtBot, chinese: QSettings) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text() == "取消"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two images, of which the first has labels."""
    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(folder / name)
    project = create_project(folder).with_label_set(LabelSet.named(["background", "cell"]))
    label_map = np.zeros((40, 60), np.uint8)
    label_map[:10, :10] = 1
    project.write_mask("a.png", label_map)
    project.save()
    return folder


def test_errors_and_numbers_are_told_in_chinese(
    qtbot: QtBot, window: MainWindow, open_folder: Callable[[Path], None], folder: Path
) -> None:
    open_folder(folder)
    messages = window.editor.messages
    window.editor.actions_by_name["copy_previous"].trigger()
    assert messages.text == "这是第一张图像：前面没有可供复制的图像。"
    window.editor.actions_by_name["interpolate"].trigger()
    no_neighbour = "此图像之前没有已标注的图像。请在前后各标注一张图像，中间的才能推算出来"
    qtbot.waitUntil(lambda: messages.text == no_neighbour, timeout=10_000)
    window.editor.workspace.open_image("b.png")
    qtbot.waitUntil(lambda: window.editor.workspace.is_idle, timeout=10_000)
    window.editor.actions_by_name["copy_previous"].trigger()
    copied = "已复制 a.png 的标注，更改了 2,400 个像素。"
    qtbot.waitUntil(lambda: messages.text == copied, timeout=10_000)
    assert window.editor.actions_by_name["undo"].text() == "撤销 复制 a.png 的标注"


def test_another_language_is_chosen_for_the_next_start(
    window: MainWindow, qapp: QApplication, chinese: QSettings
) -> None:
    menu = window.findChild(LanguageMenu)
    assert menu is not None
    by_name = {action.text(): action for action in menu.actions()}
    assert list(by_name) == ["跟随系统", "English", "简体中文"]
    assert by_name["简体中文"].isChecked()

    by_name["English"].trigger()

    assert window.editor.messages.text == "下次启动时，界面将使用此语言：English。"
    loaded = len(qapp.findChildren(QTranslator))
    install_language(qapp, chinese)  # as the next start does
    assert len(qapp.findChildren(QTranslator)) == loaded
