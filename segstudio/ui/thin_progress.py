"""The progress bar of dialogs."""

from PySide6.QtWidgets import QProgressBar


def thin_progress() -> QProgressBar:
    """Return a thin bar without words, which keeps its place in the layout while it is hidden."""
    bar = QProgressBar()
    bar.setTextVisible(False)
    bar.setFixedHeight(8)
    policy = bar.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    bar.setSizePolicy(policy)
    return bar
