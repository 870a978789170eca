"""The ordered classes of a project, a data set or a model."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import IGNORE_INDEX, MAX_CLASSES
from segstudio.core.palette import Color, Palette, default_color, palette_of

_BACKGROUND_NAMES: Final = frozenset({"background", "_background_", "bg"})
_MAX_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class LabelClass:
    """One class; its class index is its place in the label set."""

    name: str
    color: Color


@dataclass(frozen=True, slots=True)
class LabelSet:
    """Ordered classes; ``classes[i]`` has class index i. Immutable: edits return a new one.

    Raises:
        ValueError: If there are more than 255 classes, or a name is empty, too long, not unique,
            or has spaces at its ends, which nobody sees and every other program drops.
    """

    classes: tuple[LabelClass, ...] = ()

    def __post_init__(self) -> None:
        if len(self.classes) > MAX_CLASSES:
            raise ValueError(f"{len(self.classes)} classes; at most {MAX_CLASSES} fit in a mask")
        seen: set[str] = set()
        for label_class in self.classes:
            name = label_class.name
            if not name.strip():
                raise ValueError("a class has an empty name")
            if len(name) > _MAX_NAME or not name.isprintable():
                raise ValueError(f"class name {name[:40]!r} is too long or not printable")
            if name != name.strip():
                raise ValueError(f"class name {name[:40]!r} begins or ends with a space")
            if name in seen:
                raise ValueError(f"two classes are called {name!r}")
            seen.add(name)

    def __len__(self) -> int:
        return len(self.classes)

    def __iter__(self) -> Iterator[LabelClass]:
        return iter(self.classes)

    def __getitem__(self, class_index: int) -> LabelClass:
        return self.classes[class_index]

    @classmethod
    def named(cls, names: Iterable[str]) -> "LabelSet":
        """Return a label set of these names with default colours."""
        return cls(
            tuple(
                LabelClass(name, default_color(index, background=_is_background(index, name)))
                for index, name in enumerate(names)
            )
        )

    @classmethod
    def from_json(cls, value: object) -> "LabelSet":
        """Return the label set written by ``to_json``.

        Raises:
            ValueError: If the value is not a list of objects with ``name`` and ``color``, or the
                ``index`` of one is not its place.
        """
        if not isinstance(value, list):
            raise ValueError("classes is not a list")
        classes = []
        for index, item in enumerate(value):
            if not isinstance(item, dict) or not isinstance(item.get("name"), str):
                raise ValueError("a class has no name")
            # Someone who sorts the list by hand would give every mask another meaning.
            if item.get("index", index) != index:
                raise ValueError(f"class {item['name']!r} is not in the place of its index")
            if not isinstance(item.get("color"), str):
                raise ValueError(f"class {item['name']!r} has no colour")
            classes.append(LabelClass(item["name"], Color.from_hex(item["color"])))
        return cls(tuple(classes))

    def to_json(self) -> list[dict[str, Any]]:
        """Return the classes as JSON values: index, name and colour of each."""
        return [
            {"index": index, "name": item.name, "color": item.color.hex}
            for index, item in enumerate(self.classes)
        ]

    @property
    def names(self) -> tuple[str, ...]:
        """The names in class index order."""
        return tuple(item.name for item in self.classes)

    @property
    def palette(self) -> Palette:
        """(256, 3) uint8 colours."""
        return palette_of(item.color for item in self.classes)

    @property
    def background_index(self) -> int | None:
        """0 if class 0 is called background, else None."""
        return 0 if self.classes and _is_background(0, self.classes[0].name) else None

    @property
    def erased_index(self) -> int:
        """What the eraser leaves: the background where there is one, else unlabelled."""
        return IGNORE_INDEX if self.background_index is None else self.background_index

    def index_of(self, name: str) -> int | None:
        """Return the class index of ``name``, or None."""
        return self.names.index(name) if name in self.names else None

    def added(self, name: str, color: Color | None = None) -> "LabelSet":
        """Return this label set with one more class at the end.

        Args:
            name: Of the class.
            color: None for one that no other class has.
        """
        return LabelSet((*self.classes, LabelClass(name, color or _new_color(self.classes, name))))

    def renamed(self, class_index: int, name: str) -> "LabelSet":
        """Return this label set with another name for one class."""
        return self._with(class_index, replace(self.classes[class_index], name=name))

    def recolored(self, class_index: int, color: Color) -> "LabelSet":
        """Return this label set with another colour for one class."""
        return self._with(class_index, replace(self.classes[class_index], color=color))

    def united(self, other: "LabelSet") -> "LabelSet":
        """Return this label set with those classes of ``other`` added whose names it lacks.

        They keep their colours, unless another class has the same.
        """
        classes = list(self.classes)
        for item in other.classes:
            if item.name in self.names:
                continue
            is_taken = any(item.color == each.color for each in classes)
            if is_taken and not is_background(item.name):
                item = replace(item, color=_new_color(classes, item.name))
            classes.append(item)
        return LabelSet(tuple(classes))

    def _with(self, class_index: int, item: LabelClass) -> "LabelSet":
        return LabelSet((*self.classes[:class_index], item, *self.classes[class_index + 1 :]))


def class_mapping(source: Sequence[str], target: LabelSet) -> NDArray[np.uint8]:
    """Return the lookup table from the class indices of one label set to those of another.

    Args:
        source: Class names; the position is the class index. Those past 254 fit in no label map.
        target: Where to look the names up.

    Returns:
        (256,) uint8; names that ``target`` lacks, and 255, become 255 (ignore).
    """
    table = np.full(256, IGNORE_INDEX, np.uint8)
    for index, name in enumerate(source[:MAX_CLASSES]):
        found = target.index_of(name)
        if found is not None:
            table[index] = found
    return table


def is_background(name: str) -> bool:
    """Return whether a name means what belongs to no object."""
    return name.strip().lower() in _BACKGROUND_NAMES


def _is_background(class_index: int, name: str) -> bool:
    return class_index == 0 and is_background(name)


def _new_color(classes: Sequence[LabelClass], name: str) -> Color:
    """Return the default colour of a class behind others; the next one where it is taken."""
    index, taken = len(classes), {item.color for item in classes}
    if _is_background(index, name):
        return default_color(index, background=True)
    return next(color for color in map(default_color, count(index)) if color not in taken)
