"""What a change of classes did, in words."""

from PySide6.QtCore import QObject

from segstudio.storage.class_change_log import StoredChange


def changed_text(stored: StoredChange, words: QObject) -> str:
    """Return what a change did, as a sentence or two.

    Args:
        stored: The change, done.
        words: Translates.
    """
    report = stored.report
    text = f"{stored.text}."
    if report.images:
        images = (
            words.tr("%s images") % f"{report.images:,}"
            if report.images != 1
            else words.tr("1 image")
        )
        text = words.tr("%s: %s changed, %s pixels.") % (stored.text, images, f"{report.pixels:,}")
    if report.left:
        text += " " + words.tr("%s pixels in %s images were painted since and stay.") % (
            f"{report.left:,}",
            f"{report.left_images:,}",
        )
    return text
