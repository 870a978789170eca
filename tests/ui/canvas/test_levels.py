"""Levels that are built on a thread while somebody paints."""

import numpy as np
import pytest
from PySide6.QtGui import QImage

from segstudio.core.pyramid import Pixels, block_rect, levels_of
from segstudio.core.rect import Rect
from segstudio.ui.canvas.levels import Levels

SIZE = (3000, 2500)
BLOCK = (1, 1)
RECT = block_rect(BLOCK, *SIZE)
RED = 0xFFFF0000


@pytest.fixture
def levels() -> Levels:
    made = Levels(*SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    assert made.rough > 1  # else there is nothing that is not drawn of an empty block
    return made


def pieces_of(levels: Levels, color: int) -> list[Pixels]:
    return levels_of(
        np.full((RECT.height, RECT.width), color, np.uint32), levels.count, levels.reduce
    )


def paint(levels: Levels, color: int) -> None:
    spot = Rect(RECT.top + 100, RECT.left + 100, RECT.top + 140, RECT.left + 140)
    levels.patch(
        spot, lambda rect: np.full((rect.height, rect.width), color, np.uint32), levels.count
    )


def test_a_block_is_as_it_was_built(levels: Levels) -> None:
    pieces = pieces_of(levels, RED)
    levels.put_unseen(BLOCK, pieces)
    levels.put(BLOCK, levels.version(BLOCK), pieces)
    assert BLOCK not in levels.unbuilt(RECT)
    for level in range(1, levels.count + 1):
        part = levels.pixels(level)[RECT.top >> level : RECT.bottom >> level]
        assert (part[:, RECT.left >> level : RECT.right >> level] == RED).all(), level


def test_what_was_painted_before_a_block_is_built_leaves_nothing_when_it_is_gone(
    levels: Levels,
) -> None:
    paint(levels, RED)
    nothing = pieces_of(levels, 0)
    levels.put_unseen(BLOCK, nothing)
    levels.put(BLOCK, levels.version(BLOCK), nothing)
    assert not any(levels.pixels(level).any() for level in range(1, levels.count + 1))


def test_a_block_that_was_painted_on_while_it_was_built_is_built_again(levels: Levels) -> None:
    version, pieces = levels.version(BLOCK), pieces_of(levels, 0)
    paint(levels, RED)
    levels.put_unseen(BLOCK, pieces)
    levels.put(BLOCK, version, pieces)
    assert BLOCK in levels.unbuilt(RECT)
    assert levels.is_empty(BLOCK)
