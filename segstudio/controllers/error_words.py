"""The errors of rooms that know no Qt, as the window tells them: in the user's language.

Those rooms raise English sentences with names and numbers in them; here they are looked up.
"""

import re
from functools import cache
from typing import Final

from PySide6.QtCore import QCoreApplication

from segstudio.controllers.error_texts import TEXTS
from segstudio.controllers.format_error_texts import TEXTS as FORMAT_TEXTS
from segstudio.errors import SegStudioError

WORDS: Final = (*TEXTS, *FORMAT_TEXTS)
"""Messages, their parts and hints; ``{}`` stands for a name or a number."""


def told(error: SegStudioError) -> str:
    """Return what an error says and what to do next: ``error.sentence``, translated."""
    message, hint = translated(str(error)), translated(error.hint)
    words = "{}. {}" if hint else "{}."
    # What has no translation keeps the full stop of its script.
    return (words if message.isascii() else _translate(words)).format(message, hint)


def told_again(sentence: str) -> str:
    """Return what an error said that is kept as its sentence only, translated."""
    if _is_english():
        return sentence
    message, _, hint = sentence.removesuffix(".").partition(". ")
    return told(SegStudioError(message, hint=hint))


def as_sentence(error: ValueError) -> str:
    """Return what a room that knows no files found wrong, as a sentence of its own, translated."""
    text = translated(str(error))
    return stopped(f"{text[:1].upper()}{text[1:]}")


def stopped(text: str) -> str:
    """Return a text of the window with a full stop."""
    return ("{}." if text.isascii() else _translate("{}.")).format(text)


def translated(text: str) -> str:
    """Return a message or hint in the language of the window; what is not known stays English."""
    if not text or _is_english():
        return text
    if (found := _translate(text)) != text:
        return found
    for pattern, words in _patterns():
        if match := pattern.fullmatch(text):
            return _translate(words).format(*map(translated, match.groups()))
    # What it is about, such as a file, and what is wrong with it.
    before, colon, after = text.partition(": ")
    return f"{translated(before)}: {translated(after)}" if colon else text


def _is_english() -> bool:
    return _translate(WORDS[0]) == WORDS[0]


def _translate(text: str) -> str:
    return QCoreApplication.translate("Errors", text)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """What each text with ``{}`` matches, those that say most first."""
    stops = ("{}.", "{}. {}")
    open_texts = (text for text in WORDS if "{}" in text and text not in stops)
    return tuple(
        (re.compile(re.escape(text).replace(r"\{\}", "(.*?)"), re.DOTALL), text)
        for text in sorted(open_texts, key=len, reverse=True)
    )
