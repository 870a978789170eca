"""Files that name the classes of a label set, in class index order.

    classes.txt         a name on each line
    labelmap.txt        "cell:230,159,0::" on each line: name and colour, as CVAT writes it

Where masks are pictures in colours, ``labelmap.txt`` says which colour is which class.

Source: CVAT's documentation of its Pascal VOC and "segmentation mask" formats.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from segstudio.core.label_set import LabelClass, LabelSet
from segstudio.core.palette import Color, default_color
from segstudio.errors import FormatError
from segstudio.formats.lines import raw_lines

CLASSES_FILE: Final = "classes.txt"
LABELMAP: Final = "labelmap.txt"
# A name may hold a "#" or a colon. CVAT leaves the colour out where a class has none.
_CLASS_LINE: Final = re.compile(r"(?P<name>.+?):(?P<color>\d+ *, *\d+ *, *\d+)(:[^:]*:[^:]*)?")
_MANY: Final = 255
_COLORLESS_LINE: Final = re.compile(r"(?P<name>[^#:][^:]*):(?P<color>)(:[^:]*:[^:]*)?")


@dataclass(frozen=True, slots=True)
class NamedClasses:
    """The classes that a label set names, against which its masks are read.

    Attributes:
        label_set: The classes; empty if nothing names them.
        named_in: The file that does or could, for messages.
        colors: Class index of each colour that the file gives; masks in colours need it.
    """

    label_set: LabelSet
    named_in: str
    colors: Mapping[Color, int] = field(default_factory=dict)


def read_named_classes(folder: Path) -> NamedClasses:
    """Return the classes of ``labelmap.txt``, or of ``classes.txt`` where there is only that.

    Raises:
        FormatError: If the file cannot be read.
    """
    if (folder / LABELMAP).is_file():
        return _read_labelmap(folder / LABELMAP)
    return NamedClasses(read_classes(folder / CLASSES_FILE), CLASSES_FILE)


def read_classes(path: Path) -> LabelSet:
    """Return the classes named in a text file, one a line in class index order.

    Returns:
        The classes with default colours; none if there is no such file.

    Raises:
        FormatError: If it cannot be read.
    """
    if not path.is_file():
        return LabelSet()
    try:
        return LabelSet.named(line for line in map(str.strip, raw_lines(path)) if line)
    except (OSError, ValueError) as error:  # a UnicodeDecodeError is a ValueError
        raise FormatError(
            path, f"the class names cannot be read ({error})", hint="It needs one name a line"
        ) from error


def _read_labelmap(path: Path) -> NamedClasses:
    classes: list[LabelClass] = []
    colors: dict[Color, int] = {}
    published: dict[Color, int] = {}
    try:
        for line in filter(None, map(str.strip, raw_lines(path))):
            found = _CLASS_LINE.fullmatch(line) or _COLORLESS_LINE.fullmatch(line)
            if found is not None:
                index = len(classes)
                color = _color(found["color"])
                if color is not None:
                    colors.setdefault(color, index)
                classes.append(LabelClass(found["name"].strip(), color or default_color(index)))
                if color is None:  # Datumaro leaves colours out that are those of Pascal VOC
                    published.setdefault(voc_color(index), index)
            elif not line.startswith("#"):  # else a comment
                raise ValueError(f"a line reads {line[:40]!r}")
        return NamedClasses(LabelSet(tuple(classes)), LABELMAP, published | colors)
    except (OSError, ValueError) as error:
        raise FormatError(
            path, f"it cannot be read ({error})", hint="Each line reads name:red,green,blue::"
        ) from error


def labelmap_lines(label_set: LabelSet) -> list[str]:
    """Return the lines of a ``labelmap.txt`` with these classes."""
    lines = ["# label:color_rgb:parts:actions"]
    names: set[str] = set()
    for item in label_set:
        # The format separates by colons, so a name cannot hold one.
        plain = item.name.replace(":", " ").strip() or "class"
        name, number = plain, 1
        while name in names or (name != item.name and name in label_set.names):
            number += 1
            name = f"{plain} {number}"
        names.add(name)
        lines.append(f"{name}:{item.color.red},{item.color.green},{item.color.blue}::")
    return lines


def voc_color(index: int) -> Color:
    """Return the colour of a value in Pascal VOC's published palette.

    Its bits are spread over the channels: 0, 3 and 6 to red, 1, 4 and 7 to green, 2 and 5 to blue,
    the lowest to the highest. Source: VOCdevkit 2012, VOClabelcolormap.m.
    """
    channels = [0, 0, 0]
    for place in range(8):
        channels[place % 3] |= ((index >> place) & 1) << (7 - place // 3)
    return Color(*channels)


def distinct_colors(label_set: LabelSet, taken: Iterable[Color] = ()) -> LabelSet:
    """Return the classes with colours of which no two are the same, and none is ``taken``.

    A class keeps its colour where it can; else it gets a default colour that is free.
    """
    used = set(taken)
    classes = []
    for place, item in enumerate(label_set):
        color = item.color
        number = place
        while color in used:
            color = default_color(number) if number < _MANY else _spread(number)
            number += 1
        used.add(color)
        classes.append(LabelClass(item.name, color))
    return LabelSet(tuple(classes))


def _spread(number: int) -> Color:
    # An odd factor walks through all 2^24 colours before one comes again.
    code = (number * 0x9E3779) % 2**24
    return Color(code >> 16, (code >> 8) & 255, code & 255)


def _color(text: str) -> Color | None:
    if not text:
        return None
    red, green, blue = (int(part) for part in text.split(","))
    if max(red, green, blue) > 255:
        raise ValueError(f"colour {text} is out of range")
    return Color(red, green, blue)
