"""The language of the window: the system's, where it is one of ours, or the one that was chosen."""

from collections.abc import Iterable, Mapping
from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QSettings, QTranslator, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from segstudio.storage.assets import assets_folder

_KEY: Final = "language"
_SYSTEM: Final = ""
ENGLISH: Final = "en"
CHINESE: Final = "zh_CN"
LANGUAGES: Final[Mapping[str, str]] = {ENGLISH: "English", CHINESE: "简体中文"}
"""What there is, each in its own words; the window's words in the source are English."""


def system_language(wanted: Iterable[str]) -> str:
    """Return the first language of ours among those the user reads.

    Args:
        wanted: Language tags such as "zh-Hans-CN", the best first, as ``QLocale.uiLanguages``.

    Returns:
        A key of ``LANGUAGES``; English if none of them is wanted.
    """
    for tag in wanted:
        locale = QLocale(tag)
        if locale.language() is QLocale.Language.English:
            return ENGLISH
        if (
            locale.language() is QLocale.Language.Chinese
            and locale.script() is QLocale.Script.SimplifiedHanScript
        ):
            return CHINESE
    return ENGLISH


def install_language(application: QCoreApplication, settings: QSettings) -> None:
    """Have the words of the window, and of Qt's own dialogs, in the user's language from now on.

    English costs nothing: its words are in the source, so nothing is loaded.
    """
    language = str(settings.value(_KEY, _SYSTEM))
    if language not in LANGUAGES:
        language = system_language(QLocale.system().uiLanguages())
    if language == ENGLISH:
        return
    for name, folder in (
        # The last that is installed is asked first.
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        ("segstudio", str(assets_folder() / "translations")),
    ):
        translator = QTranslator(application)
        # Qt's own words stay English where a system's Qt came without translations.
        if translator.load(f"{name}_{language}", folder):
            application.installTranslator(translator)


class LanguageMenu(QMenu):
    """Chooses the language of the next start.

    Args:
        settings: Where the choice is kept.
        parent: The menu or window it belongs to.

    Signals:
        told: What the choice does, in words.
    """

    told = Signal(str)

    def __init__(self, settings: QSettings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Language"))
        self._settings = settings
        kept = str(settings.value(_KEY, _SYSTEM))
        group = QActionGroup(self)
        for language, name in {_SYSTEM: self.tr("As the system"), **LANGUAGES}.items():
            action = group.addAction(name)
            action.setData(language)
            action.setCheckable(True)
            action.setChecked(language == kept)
            self.addAction(action)
        group.triggered.connect(lambda action: self._choose(action.data()))

    def _choose(self, language: str) -> None:
        self._settings.setValue(_KEY, language)
        if language == _SYSTEM:
            self.told.emit(self.tr("From the next start on, the window follows the system."))
        else:
            self.told.emit(
                self.tr("From the next start on, the window is in this language: %s.")
                % LANGUAGES[language]
            )
