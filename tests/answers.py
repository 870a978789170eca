"""A model's answer written into a document at once, for the tests of several rooms."""

from collections.abc import Collection

from segstudio.core.label_map import LabelMap
from segstudio.core.prepared_answer import AnswerRules, Applied, PreparedAnswer
from segstudio.core.review import ReviewMap
from segstudio.document.document import Document


def apply_prediction(
    document: Document,
    name: str,
    class_map: LabelMap,
    *,
    locked: Collection[int] = (),
    replace_all: bool = False,
) -> Applied:
    """Write (H, W) uint8 class indices as a model's answer, as the window does on a thread."""
    rules = AnswerRules(frozenset(locked), replaces_all=replace_all)
    prepared = PreparedAnswer(document.label_map.copy(), class_map, document.basis, rules)
    prepared.compare()
    return document.take_answer(name, prepared)


def review_of(document: Document) -> ReviewMap:
    """Return how far each pixel is reviewed, (H, W) uint8."""
    return document.basis.review_of(document.label_map, (slice(None), slice(None)))
