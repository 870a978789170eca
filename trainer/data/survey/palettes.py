"""Masks that were drawn with different palettes: then an index may not mean one class."""

from collections.abc import Iterator
from typing import Final

from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.palette import Color
from segstudio.formats.mask_files import count_values
from trainer.data.survey.facts import ImageFacts
from trainer.data.survey.findings import Evidence, Finding, warning

_LOOKED_AT: Final = 200


def differing_palettes(evidence: Evidence) -> Iterator[Finding]:
    """An index that is painted in different colours in different masks."""
    with_palette = [facts for facts in evidence.facts if facts.header.palette]
    if len({facts.header.palette for facts in with_palette}) < 2:
        return
    seen: dict[int, tuple[Color, ImageFacts]] = {}
    # Masks are decoded again here, because readers may have given their values another meaning.
    for facts in with_palette[:_LOOKED_AT]:
        for value in count_values(facts.item.mask):
            if not isinstance(value, int) or value == IGNORE_INDEX:
                continue
            color = _color(facts, value)
            first, other = seen.setdefault(value, (color, facts))
            if color != first:
                yield warning(
                    "differing-palettes",
                    f"the masks have different palettes: {value} is {first.hex} in "
                    f"{other.item.mask.name}, but {color.hex} in {facts.item.mask.name}",
                    "If the colour tells the class, and not the index, save the masks as RGB and "
                    "name the colours in labelmap.txt",
                    [other.item.mask.name, facts.item.mask.name],
                )
                return


def _color(facts: ImageFacts, index: int) -> Color:
    color = facts.header.palette[3 * index : 3 * index + 3]
    return Color(*color) if len(color) == 3 else Color(0, 0, 0)
