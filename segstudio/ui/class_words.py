"""What a change of classes would do and did, in words."""

from PySide6.QtCore import QCoreApplication

from segstudio.controllers.error_words import stopped
from segstudio.core.class_census import Counted
from segstudio.core.class_change import ChangeKind, ClassChange, Operation, Split
from segstudio.storage.class_change_log import StoredChange


def missing_text(kind: ChangeKind) -> str:
    """Return what is still to be said before the classes can be changed in this way."""
    translate = QCoreApplication.translate
    if kind is ChangeKind.REORDER:
        return translate("ClassWords", "Drag the classes, or move the chosen one up or down.")
    if kind is ChangeKind.SPLIT:
        return translate("ClassWords", "Choose one class on the left, and name the new one.")
    if kind in (ChangeKind.MERGE, ChangeKind.DELETE):
        return translate("ClassWords", "Choose one class or several on the left.")
    return translate("ClassWords", "Choose one class on the left.")


def effect_text(change: ClassChange, operation: Operation | None, counted: Counted) -> str:
    """Return what a change would do, as a sentence or two.

    Args:
        change: What the operation makes of the classes.
        operation: What is asked for.
        counted: What is known of the pixels.
    """
    translate = QCoreApplication.translate
    if change.kind is ChangeKind.RENAME:
        return translate(
            "ClassWords", "No pixel changes. Exports get the new name; models follow it."
        )
    if change.kind is ChangeKind.RECOLOR:
        return translate(
            "ClassWords", "No pixel changes. Mask files and exports get the new colour."
        )
    if change.kind is ChangeKind.REORDER:
        return translate(
            "ClassWords",
            "No pixel gets another class. The numbers of classes in mask files change.",
        )
    if isinstance(operation, Split) and operation.at_most is None:
        return translate(
            "ClassWords",
            "Only the open image changes: regions that the selection touches get the new class.",
        )
    found = counted.touched(change, operation)
    if found is None:
        return translate("ClassWords", "Counting…")
    images, pixels = found
    if not pixels:
        return translate("ClassWords", "No image has any of it: only the list of classes changes.")
    return translate("ClassWords", "%s pixels in %s get another class. It can be undone.") % (
        f"{pixels:,}",
        _images(images),
    )


def changed_text(stored: StoredChange) -> str:
    """Return what a change did, as a sentence or two.

    Args:
        stored: The change, done.
    """
    translate = QCoreApplication.translate
    report = stored.report
    text = stopped(stored.text)
    if report.images:
        text = translate("ClassWords", "%s: %s changed, %s pixels.") % (
            stored.text,
            _images(report.images),
            f"{report.pixels:,}",
        )
    if report.left:
        text += " " + translate(
            "ClassWords", "%s pixels in %s images were painted since and stay."
        ) % (
            f"{report.left:,}",
            f"{report.left_images:,}",
        )
    return text


def _images(number: int) -> str:
    translate = QCoreApplication.translate
    if number == 1:
        return translate("ClassWords", "1 image")
    return translate("ClassWords", "%s images") % f"{number:,}"
