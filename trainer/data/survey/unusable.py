"""Files that cannot be used, told by what is wrong with them: the same comes by the hundred."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.errors import (
    AmbiguousMaskError,
    ColorMaskError,
    FormatError,
    MaskError,
    SegStudioError,
    positive_hint,
)
from segstudio.formats.dataset import LabelledImage
from trainer.data.survey.findings import Evidence, Finding, Severity, refused
from trainer.errors import TURN_HINT, SizeMismatchError, listed
from trainer.words import counted

_TOLD_APART = 3
_Failures = Sequence[tuple[LabelledImage, SegStudioError]]


def unusable_files(evidence: Evidence) -> Iterator[Finding]:
    """Images and masks that cannot be decoded, read as classes, or put on each other.

    Where only other splits hold them, such as "test", training can do without.
    """
    splits = evidence.dataset.splits
    needed = {item for split in (TRAIN, VALIDATION) for item in splits.get(split, ())}
    yield from _grouped(evidence, [each for each in evidence.failures if each[0] in needed])
    others = [each for each in evidence.failures if each[0] not in needed]
    for finding in _grouped(evidence, others):
        yield replace(
            finding,
            severity=Severity.WARNING,
            message=f"neither in training nor in validation: {finding.message}",
        )


def _grouped(evidence: Evidence, all_failures: _Failures) -> Iterator[Finding]:
    groups: dict[str, list[tuple[LabelledImage, SegStudioError]]] = {}
    for item, error in all_failures:
        groups.setdefault(_code(error), []).append((item, error))
    for code, failures in groups.items():
        if code == "ambiguous-mask":
            yield _ambiguous(evidence, failures)
        elif code in ("size-mismatch", "turned-image"):
            yield _mismatched(code, failures)
        elif code == "colour-mask":
            yield _coloured(failures)
        else:
            yield from _told(code, failures)


def _code(error: SegStudioError) -> str:
    match error:
        case SizeMismatchError():
            return "turned-image" if error.is_turned else "size-mismatch"
        case AmbiguousMaskError():
            return "ambiguous-mask"
        case ColorMaskError():
            return "colour-mask"
        case FormatError():
            return "mask-value"
        case MaskError():
            return "unusable-mask"
        case _:
            return "unusable-image"


def _ambiguous(evidence: Evidence, failures: _Failures) -> Finding:
    files = [item.mask.name for item, _ in failures]
    errors = [error for _, error in failures if isinstance(error, AmbiguousMaskError)]
    # A mask without any object holds 0 alone, so it is not among the failures.
    others = any(facts.values[1:IGNORE_INDEX].any() for facts in evidence.facts)
    if others and len(evidence.label_set):
        return refused(
            "ambiguous-mask",
            f"{counted(files, 'mask')} with only 0 and 255, where 255 may be a class or mean "
            f"unlabelled, beside masks of class indices: {listed(files)}",
            "Name the classes in classes.txt, one a line; 255 then means unlabelled",
            files,
        )
    dark, light = (sum(counts) for counts in zip(*((e.dark, e.light) for e in errors), strict=True))
    return refused(
        "ambiguous-mask",
        "the masks hold only 0 and 255, and 255 may be a class or mean unlabelled",
        positive_hint(dark, light),
        files,
    )


def _coloured(failures: _Failures) -> Finding:
    # The colours are different in every mask; those of one are example enough.
    _, first = failures[0]
    problem = str(first).partition(": ")[2]
    files = [item.mask.name for item, _ in failures]
    return refused("colour-mask", f"{listed(files)}: {problem}", first.hint, files)


def _mismatched(code: str, failures: _Failures) -> Finding:
    if code == "turned-image":
        images = [item.image.name for item, _ in failures]
        return refused(
            code,
            f"the EXIF orientation turns {counted(images, 'image')}, but not the mask: "
            f"{listed(images)}",
            TURN_HINT,
            images,
        )
    masks = [
        f"{item.mask.name} ({error.sizes})"
        for item, error in failures
        if isinstance(error, SizeMismatchError)
    ]
    return refused(
        code,
        f"{counted(masks, 'mask')} of another size than the image: {listed(masks)}",
        "Label these images again, or bring back the images that belong to the masks",
        [item.mask.name for item, _ in failures],
    )


def _told(code: str, failures: _Failures) -> Iterator[Finding]:
    files_by_problem: dict[str, list[str]] = {}
    hints: dict[str, str] = {}
    for _, error in failures:
        file, _, problem = str(error).partition(": ")
        files_by_problem.setdefault(problem, []).append(file)
        hints[problem] = error.hint
    if len(files_by_problem) <= _TOLD_APART:
        for problem, files in files_by_problem.items():
            # An image and its mask often have the same name; say which of the two it is.
            kind = "mask " if code == "unusable-mask" else ""
            yield refused(code, f"{kind}{listed(files)}: {problem}", hints[problem], files)
        return
    files = [str(error).partition(": ")[0] for _, error in failures]
    _, first = failures[0]
    yield refused(
        code,
        f"{counted(files, 'file')} cannot be used: {listed(files)}; {first}",
        first.hint or "Repair these files, or take their names out of the lists of images",
        files,
    )
