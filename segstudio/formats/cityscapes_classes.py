"""The classes of Cityscapes.

Source: https://github.com/mcordts/cityscapesScripts, cityscapesscripts/helpers/labels.py.
"""

from typing import Final

import numpy as np

from segstudio.core.label_map import IGNORE_INDEX
from segstudio.core.label_set import LabelClass, LabelSet
from segstudio.core.palette import Color

_NOT_TRAINED: Final = IGNORE_INDEX

# Name, place among the training classes, colour; the row is the label id.
_LABELS: Final = (
    ("unlabeled", _NOT_TRAINED, (0, 0, 0)),
    ("ego vehicle", _NOT_TRAINED, (0, 0, 0)),
    ("rectification border", _NOT_TRAINED, (0, 0, 0)),
    ("out of roi", _NOT_TRAINED, (0, 0, 0)),
    ("static", _NOT_TRAINED, (0, 0, 0)),
    ("dynamic", _NOT_TRAINED, (111, 74, 0)),
    ("ground", _NOT_TRAINED, (81, 0, 81)),
    ("road", 0, (128, 64, 128)),
    ("sidewalk", 1, (244, 35, 232)),
    ("parking", _NOT_TRAINED, (250, 170, 160)),
    ("rail track", _NOT_TRAINED, (230, 150, 140)),
    ("building", 2, (70, 70, 70)),
    ("wall", 3, (102, 102, 156)),
    ("fence", 4, (190, 153, 153)),
    ("guard rail", _NOT_TRAINED, (180, 165, 180)),
    ("bridge", _NOT_TRAINED, (150, 100, 100)),
    ("tunnel", _NOT_TRAINED, (150, 120, 90)),
    ("pole", 5, (153, 153, 153)),
    ("polegroup", _NOT_TRAINED, (153, 153, 153)),
    ("traffic light", 6, (250, 170, 30)),
    ("traffic sign", 7, (220, 220, 0)),
    ("vegetation", 8, (107, 142, 35)),
    ("terrain", 9, (152, 251, 152)),
    ("sky", 10, (70, 130, 180)),
    ("person", 11, (220, 20, 60)),
    ("rider", 12, (255, 0, 0)),
    ("car", 13, (0, 0, 142)),
    ("truck", 14, (0, 0, 70)),
    ("bus", 15, (0, 60, 100)),
    ("caravan", _NOT_TRAINED, (0, 0, 90)),
    ("trailer", _NOT_TRAINED, (0, 0, 110)),
    ("train", 16, (0, 80, 100)),
    ("motorcycle", 17, (0, 0, 230)),
    ("bicycle", 18, (119, 11, 32)),
)

ALL_CLASSES: Final = LabelSet(tuple(LabelClass(name, Color(*color)) for name, _, color in _LABELS))
"""The 34 labels; the class index is the label id."""

TRAINING_CLASSES: Final = LabelSet(
    tuple(
        LabelClass(name, Color(*color)) for name, place, color in _LABELS if place != _NOT_TRAINED
    )
)
"""The 19 classes of training and of the benchmark, in the order of their train ids."""

TRAIN_IDS: Final = np.full(256, IGNORE_INDEX, np.uint8)
"""(256,) uint8: label id -> train id, 255 for what is not trained."""
TRAIN_IDS[: len(_LABELS)] = [place for _, place, _ in _LABELS]
