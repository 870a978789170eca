"""What a change of classes did, in words."""

from PySide6.QtCore import QCoreApplication

from segstudio.controllers.error_words import stopped
from segstudio.storage.class_change_log import StoredChange


def changed_text(stored: StoredChange) -> str:
    """Return what a change did, as a sentence or two.

    Args:
        stored: The change, done.
    """
    translate = QCoreApplication.translate
    report = stored.report
    text = stopped(stored.text)
    if report.images:
        images = (
            translate("ClassWords", "%s images") % f"{report.images:,}"
            if report.images != 1
            else translate("ClassWords", "1 image")
        )
        text = translate("ClassWords", "%s: %s changed, %s pixels.") % (
            stored.text,
            images,
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
