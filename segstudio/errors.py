"""What can go wrong, in words a user can act on.

    SegStudioError
    |-- ImageError          an image cannot be opened
    |-- MaskError           a mask file does not hold a label map
    |   `-- ColorMaskError  ... but colours
    |-- StorageError        a file or folder cannot be written
    |-- ProjectError        a folder is not a usable project
    |   `-- UnreviewedError     ... for training, before somebody has looked at an image
    |-- FormatError         a label set in some format cannot be read or written
    |   `-- AmbiguousMaskError  ... because nobody said what 0 and 255 mean
    |-- ScoreError          two sets of masks cannot be compared
    |-- ModelError          an ONNX file cannot be used as a model
    |   `-- ModelCardError  ... because its card is missing or wrong
    `-- WorkerError         the process that runs models failed

Every message names the thing that failed; ``hint`` says what to do next.
"""

from pathlib import Path


class SegStudioError(Exception):
    """A failure that is told to the user in one sentence.

    Args:
        message: What happened, with the name of the file or thing, without a final stop.
        hint: What the user can do next, or an empty string.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    @property
    def sentence(self) -> str:
        """The message and the hint as one line of plain text."""
        return f"{self}. {self.hint}" if self.hint else f"{self}."


class _FileError(SegStudioError):
    """A failure that belongs to one file or folder."""

    def __init__(self, path: Path, problem: str, *, hint: str = "") -> None:
        super().__init__(f"{path.name or path}: {problem}", hint=hint)
        self.path = path


class ImageError(_FileError):
    """An image cannot be opened."""


class MaskError(_FileError):
    """A mask file does not hold a label map."""


class ColorMaskError(MaskError):
    """A mask file holds colours instead of class indices, and nothing says what they mean."""


class StorageError(_FileError):
    """A file or folder cannot be written."""


class ProjectError(_FileError):
    """A folder is not a usable project."""


class UnreviewedError(ProjectError):
    """Too few images were looked at for a training.

    Attributes:
        key: The image to look at first.
    """

    def __init__(self, path: Path, problem: str, *, hint: str, key: str) -> None:
        super().__init__(path, problem, hint=hint)
        self.key = key


class FormatError(_FileError):
    """A label set in some format cannot be read or written."""


class AmbiguousMaskError(FormatError):
    """A mask holds only 0 and 255, and 255 may be a class or mean unlabelled.

    Attributes:
        dark: Number of pixels that are 0.
        light: Number of pixels that are 255.
    """

    def __init__(self, path: Path, dark: int, light: int) -> None:
        super().__init__(
            path,
            "this mask holds only 0 and 255, and 255 may be a class or mean unlabelled",
            hint=positive_hint(dark, light),
        )
        self.dark, self.light = dark, light


class ScoreError(SegStudioError):
    """Two sets of masks cannot be compared."""


class ModelError(_FileError):
    """An ONNX file cannot be used as a model."""


class ModelCardError(ModelError):
    """An ONNX file has no usable model card."""

    def __init__(
        self,
        path: Path,
        problem: str,
        *,
        hint: str = "Export it again with: trainer export RUN --out MODEL.onnx",
    ) -> None:
        super().__init__(path, problem, hint=hint)


class WorkerError(SegStudioError):
    """The process that runs models failed."""


def positive_hint(dark: int, light: int) -> str:
    """Return how to say which of two values is the object, given how many pixels have each."""
    share = dark / max(dark + light, 1)
    return (
        f"Say which one is the object (class 1): --positive light if it is 255 (white, "
        f"{1 - share:.0%} of the pixels), --positive dark if it is 0 (black, {share:.0%})"
    )
