"""What may be odd about splits, classes and labels; each check is a function of the evidence."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.formats.table import FORMATS
from trainer.data.survey.findings import (
    Evidence,
    Finding,
    histogram,
    images_showing,
    refused,
    warning,
)
from trainer.errors import listed
from trainer.words import counted

_FEW_LABELLED: Final = 0.01
_FEW_IMAGES: Final = 5


def missing_images(evidence: Evidence) -> Iterator[Finding]:
    """Splits without images; a single image that has to do for all."""
    splits = evidence.dataset.splits
    known = ", ".join(sorted(splits)) or "none"
    for split in (TRAIN, VALIDATION):
        if split not in splits:
            yield refused("no-split", f"there is no split {split!r}", f"Its splits are: {known}")
        elif not splits[split]:
            yield refused(
                "empty-split",
                f"the split {split!r} holds no images",
                "Name images in its list, or label two or more: some train, others judge",
            )
    if len(splits.get(TRAIN, ())) == 1:
        yield warning(
            "single-image",
            "a single image trains, so the model will know little but this one",
            "Label more images",
        )
    if len(splits.get(VALIDATION, ())) == 1:
        yield warning(
            "single-image",
            "a single image judges, so the metrics say little about others",
            "Label more images, or move some from training to validation",
        )


def foreign_values(evidence: Evidence) -> Iterator[Finding]:
    """Values that are no classes, where names were given on the command line."""
    label_set = evidence.label_set
    if not len(label_set):
        return  # the values were found to be no classes at all
    for split, facts_of_split in evidence.splits.items():
        wrong = [
            facts for facts in facts_of_split if facts.values[len(label_set) : IGNORE_INDEX].any()
        ]
        if not wrong:
            continue
        tell = refused if split in (TRAIN, VALIDATION) else warning
        value = len(label_set) + int(np.flatnonzero(wrong[0].values[len(label_set) :])[0])
        files = [facts.item.mask.name for facts in wrong]
        yield tell(
            "mask-value",
            f"value {value} is not one of the {len(label_set)} classes "
            f"({listed(label_set.names)}); see {listed(files)}",
            "Correct these masks, or name all classes with --classes NAMES.txt",
            files,
        )


def nothing_to_learn(evidence: Evidence) -> Iterator[Finding]:
    """Fewer than two classes among the training pixels, or no labels to judge by."""
    training, judging = evidence.of(TRAIN), evidence.of(VALIDATION)
    pixels = histogram(training)
    present = np.flatnonzero(pixels[: len(evidence.label_set)]).tolist()
    if training and len(present) < 2:
        what = f"is {evidence.label_set[present[0]].name!r}" if present else "is unlabelled"
        hint = "Label at least two classes"
        row = FORMATS.get(evidence.dataset.format_name)
        if pixels[IGNORE_INDEX] and present == [0] and row and row.asks_positive:
            hint += ", or, if 255 is the object and not unlabelled, add --positive light"
        yield refused(
            "nothing-to-learn",
            f"every {'labelled ' if present and pixels[IGNORE_INDEX] else ''}pixel of the training "
            f"images {what}, there is nothing to tell apart",
            hint,
        )
    if judging and not any(facts.labelled for facts in judging):
        yield refused(
            "nothing-to-judge",
            "the validation images are unlabelled, nothing could judge the model",
            "Label at least one of them",
        )


def left_out(evidence: Evidence) -> Iterator[Finding]:
    """What the reader of the format passed over."""
    if evidence.dataset.problems:
        told = "; ".join(evidence.dataset.problems)
        yield warning("left-out", told, "Nothing to do if they are not to take part")


def unbalanced_classes(evidence: Evidence) -> Iterator[Finding]:
    """Classes that no image shows, or those of one split only."""
    training = images_showing(evidence.of(TRAIN))
    judging = images_showing(evidence.of(VALIDATION))
    everywhere = images_showing(evidence.facts)
    names = evidence.label_set.names
    never = [name for index, name in enumerate(names) if not everywhere[index]]
    unlearned = [name for i, name in enumerate(names) if not training[i] and everywhere[i]]
    unjudged = [name for index, name in enumerate(names) if training[index] and not judging[index]]
    once = [name for index, name in enumerate(names) if training[index] == 1]
    if never:
        yield warning(
            "class-never-shown",
            f"no image shows {listed(never)}",
            "Label it, or take it out of the list of classes",
        )
    if unlearned:
        yield warning(
            "class-not-trained",
            f"no training image shows {listed(unlearned)}, so the model cannot learn it",
            "Move an image that shows it to the training images",
        )
    if unjudged and evidence.of(VALIDATION):
        yield warning(
            "class-not-judged",
            f"no validation image shows {listed(unjudged)}, so nothing tells how well it is found",
            "Move an image that shows it to the validation images",
        )
    if once and len(evidence.of(TRAIN)) >= _FEW_IMAGES:
        yield warning(
            "class-shown-once",
            f"a single training image shows {listed(once)}",
            "Label more images that show it",
        )


def unlabelled_masks(evidence: Evidence) -> Iterator[Finding]:
    """Masks of which almost every pixel is ignored."""
    files = [
        facts.item.mask.name
        for split in (TRAIN, VALIDATION)
        for facts in evidence.of(split)
        if facts.labelled < _FEW_LABELLED * facts.area
    ]
    if files:
        yield warning(
            "mostly-unlabelled",
            f"{counted(files, 'mask')} almost wholly unlabelled: {listed(files)}",
            "Only labelled pixels train and judge; label more of them, or leave these images out",
            files,
        )


def turned_images(evidence: Evidence) -> Iterator[Finding]:
    """Images with an EXIF orientation that the size of the mask does not confirm."""
    if evidence.dataset.format_name == "segstudio":
        return  # its masks are painted on upright images
    files = [
        facts.item.image.name
        for facts in evidence.facts
        if facts.orientation in (2, 3, 4)
        or (facts.orientation >= 5 and facts.size[0] == facts.size[1])
    ]
    if files:
        yield warning(
            "turned-image",
            f"the EXIF orientation turns or mirrors {counted(files, 'image')}, and the size does "
            f"not tell whether it does the mask, too: {listed(files)}",
            "Look at one of them with its mask in segstudio",
            files,
        )
