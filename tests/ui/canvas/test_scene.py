"""The drawn picture, compared pixel by pixel with what simpler ways of drawing give."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QTransform
from pytestqt.qtbot import QtBot

from segstudio.controllers.jobs import Pool
from segstudio.core.display import Display
from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.overlay import colored, overlay_table
from segstudio.core.palette import Color, palette_of
from segstudio.core.rect import Rect
from segstudio.ui.canvas.layers import OverlayStyle
from segstudio.ui.canvas.scene import Scene

PALETTE = palette_of([Color(0, 0, 0), Color(230, 159, 0), Color(20, 90, 200)])
VIEW = (300, 400)


@pytest.fixture
def pool(qapp: object) -> Iterator[Pool]:
    pool = Pool(1, qapp)  # type: ignore[arg-type]
    yield pool
    for scene in pool.findChildren(Scene):
        scene.close()
    pool.shut_down()
    pool.deleteLater()


def picture_and_labels(height: int, width: int) -> tuple[RgbImage, LabelMap]:
    generator = np.random.default_rng(height)
    image = generator.integers(0, 256, (height, width, 3), dtype=np.uint8)
    label_map = generator.choice(np.array([0, 1, 2, 255], np.uint8), (height, width))
    return image, label_map


def make_scene(image: RgbImage, label_map: LabelMap, pool: Pool) -> Scene:
    scene = Scene(image, label_map, pool, pool)
    scene.set_colors(PALETTE, 0.5, ())
    return scene


def draw(
    scene: Scene, zoom: float, top: float = 0.0, left: float = 0.0, *, is_moving: bool = False
) -> NDArray[np.uint32]:
    """Draw the scene with its corner at a point of the view, as the canvas does."""
    pixels = np.zeros(VIEW, np.uint32)
    picture = QImage(pixels.data, VIEW[1], VIEW[0], VIEW[1] * 4, QImage.Format.Format_RGB32)
    shown = Rect(
        int(-top / zoom) - 8,
        int(-left / zoom) - 8,
        int((VIEW[0] - top) / zoom) + 9,
        int((VIEW[1] - left) / zoom) + 9,
    ).clipped_to(*scene.bounds[2:])
    painter = QPainter(picture)
    painter.setTransform(QTransform(zoom, 0, 0, zoom, left, top))
    scene.draw(painter, shown, shown, zoom, is_moving=is_moving)
    painter.end()
    return pixels


def settle(qtbot: QtBot, scene: Scene, zoom: float, top: float = 0.0, left: float = 0.0) -> None:
    draw(scene, zoom, top, left)
    qtbot.waitUntil(lambda: scene.is_settled, timeout=10_000)


def drawn_whole(
    image: RgbImage, label_map: LabelMap, zoom: float, top: float, left: float
) -> NDArray[np.uint32]:
    """Draw whole pictures of the image and the overlay, one over the other."""
    height, width = label_map.shape
    below = QImage(image.data, width, height, width * 3, QImage.Format.Format_RGB888)
    colors = colored(label_map, overlay_table(PALETTE, 0.5))
    above = QImage(colors.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
    pixels = np.zeros(VIEW, np.uint32)
    picture = QImage(pixels.data, VIEW[1], VIEW[0], VIEW[1] * 4, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    painter.setTransform(QTransform(zoom, 0, 0, zoom, left, top))
    whole = QRectF(0, 0, width, height)
    painter.drawImage(whole, below.convertToFormat(QImage.Format.Format_RGB32), whole)
    painter.drawImage(whole, above, whole)
    painter.end()
    return pixels


@pytest.mark.parametrize(
    ("height", "width", "zoom", "top", "left"),
    [
        (100, 77, 1.0, 20.0, 10.0),
        (1301, 901, 1.0, -700.0, -333.0),
        (701, 1303, 1.0, -433.0, -930.0),  # to the lower right corner
        (701, 1303, 2.0, -40.0, -300.0),
        (701, 1303, 16.0, -160.0, -3200.0),
    ],
)
def test_from_100_percent_up_every_pixel_is_that_of_whole_pictures(
    qtbot: QtBot, pool: Pool, height: int, width: int, zoom: float, top: float, left: float
) -> None:
    image, label_map = picture_and_labels(height, width)
    scene = make_scene(image, label_map, pool)
    settle(qtbot, scene, zoom, top, left)
    expected = drawn_whole(image, label_map, zoom, top, left)
    assert (draw(scene, zoom, top, left) == expected).all()


@pytest.mark.parametrize("zoom", [0.2, 0.5, 1.0])
def test_outlines_and_marks_follow_small_changes(qtbot: QtBot, pool: Pool, zoom: float) -> None:
    image, label_map = picture_and_labels(1023, 2049)
    label_map[:] = 0
    reference = label_map.copy()

    def make() -> Scene:
        scene = Scene(image, label_map, pool, pool)
        scene.set_style(OverlayStyle.OUTLINES)
        scene.set_reference(reference)
        scene.set_colors(PALETTE, 0.5, ())
        return scene

    scene = make()
    settle(qtbot, scene, zoom)
    generator = np.random.default_rng(7)
    for _ in range(12):
        top, left = int(generator.integers(0, 500)), int(generator.integers(0, 700))
        side = int(generator.integers(1, 200))
        rect = Rect(top, left, top + side, left + side)
        label_map[rect.slices] = generator.integers(0, 3)
        scene.mask_changed(rect)
        draw(scene, zoom)
    settle(qtbot, scene, zoom)
    fresh = make()
    settle(qtbot, fresh, zoom)
    assert (draw(scene, zoom) == draw(fresh, zoom)).all()


def test_a_display_that_is_set_back_gives_the_first_picture(qtbot: QtBot, pool: Pool) -> None:
    image, label_map = picture_and_labels(1023, 2049)
    scene = make_scene(image, label_map, pool)
    settle(qtbot, scene, 0.3)
    before = draw(scene, 0.3)
    for display in (Display(gamma=2.0), Display(channel=1), Display(is_stretched=True, contrast=9)):
        scene.set_display(display)
        settle(qtbot, scene, 0.3)
        assert (draw(scene, 0.3) != before).any()
    scene.set_display(Display())
    settle(qtbot, scene, 0.3)
    assert (draw(scene, 0.3) == before).all()


def test_a_single_pixel_that_differs_is_seen_at_any_zoom(qtbot: QtBot, pool: Pool) -> None:
    image, label_map = picture_and_labels(2300, 2300)
    label_map[:] = 255
    reference = label_map.copy()
    label_map[777, 999] = 1
    scene = make_scene(np.zeros_like(image), label_map, pool)
    scene.set_reference(reference)
    for zoom in (0.05, 0.12, 0.3):
        settle(qtbot, scene, zoom)
        picture = draw(scene, zoom) & 0xFFFFFF
        assert picture.max() > 0x200000


@pytest.mark.parametrize(("height", "width"), [(1023, 2049), (2300, 777)])
@pytest.mark.parametrize("zoom", [0.2, 0.5, 0.8, 1.0])
def test_small_changes_give_the_picture_of_a_new_scene(
    qtbot: QtBot, pool: Pool, height: int, width: int, zoom: float
) -> None:
    image, label_map = picture_and_labels(height, width)
    scene = make_scene(image, label_map, pool)
    settle(qtbot, scene, zoom)
    generator = np.random.default_rng(7)
    for _ in range(12):
        top, left = int(generator.integers(0, height)), int(generator.integers(0, width))
        side = int(generator.integers(1, 200))
        rect = Rect(top, left, top + side, left + side).clipped_to(height, width)
        label_map[rect.slices] = generator.integers(0, 3)
        scene.mask_changed(rect)
        draw(scene, zoom)
    assert scene.is_settled
    fresh = make_scene(image, label_map, pool)
    settle(qtbot, fresh, zoom)
    assert (draw(scene, zoom) == draw(fresh, zoom)).all()


def test_a_change_of_everything_is_drawn_in_the_end(qtbot: QtBot, pool: Pool) -> None:
    image, label_map = picture_and_labels(1800, 1700)
    scene = make_scene(image, label_map, pool)
    settle(qtbot, scene, 0.3)
    label_map[:] = 2
    scene.mask_changed(Rect(0, 0, 1800, 1700))
    settle(qtbot, scene, 0.3)
    fresh = make_scene(image, label_map, pool)
    settle(qtbot, fresh, 0.3)
    assert (draw(scene, 0.3) == draw(fresh, 0.3)).all()


def test_a_change_while_levels_are_built_is_not_lost(qtbot: QtBot, pool: Pool) -> None:
    image, label_map = picture_and_labels(2100, 2100)
    scene = make_scene(image, label_map, pool)
    draw(scene, 0.3)  # blocks are being built now
    label_map[:] = 0
    scene.mask_changed(Rect(0, 0, 900, 2100))
    scene.mask_changed(Rect(900, 0, 2100, 2100))
    settle(qtbot, scene, 0.3)
    fresh = make_scene(image, label_map, pool)
    settle(qtbot, fresh, 0.3)
    assert (draw(scene, 0.3) == draw(fresh, 0.3)).all()


def test_panning_in_small_steps_gives_the_picture_of_a_new_scene(qtbot: QtBot, pool: Pool) -> None:
    image, label_map = picture_and_labels(2000, 3000)
    scene = make_scene(image, label_map, pool)
    for step in range(60):
        draw(scene, 1.0, -20.0 * step, -37.0 * step)
    settle(qtbot, scene, 1.0, -1200.0, -2220.0)
    expected = drawn_whole(image, label_map, 1.0, -1200.0, -2220.0)
    assert (draw(scene, 1.0, -1200.0, -2220.0) == expected).all()


ZOOMS = [1.2**step for step in range(-11, 12)]


@pytest.mark.parametrize("zooms", [ZOOMS, ZOOMS[::-1], ZOOMS[::5], ZOOMS[::-5]])
def test_every_picture_on_the_way_to_another_zoom_is_whole(
    qtbot: QtBot, pool: Pool, zooms: list[float]
) -> None:
    image = np.full((3000, 4000, 3), 100, np.uint8)
    scene = make_scene(image, np.full((3000, 4000), 255, np.uint8), pool)
    settle(qtbot, scene, zooms[0])
    for zoom in zooms:
        assert (draw(scene, zoom, is_moving=True) & 0xFFFFFF == 0x646464).all()


@pytest.mark.parametrize("zooms", [ZOOMS[:12], ZOOMS[11::-1], ZOOMS[:12:5], ZOOMS[11::-5]])
def test_at_rest_the_picture_does_not_tell_where_the_user_zoomed_from(
    qtbot: QtBot, pool: Pool, zooms: list[float]
) -> None:
    image, label_map = picture_and_labels(2000, 3000)
    scene, fresh = (make_scene(image, label_map, pool) for _ in range(2))
    settle(qtbot, scene, zooms[0])
    for zoom in zooms:
        draw(scene, zoom, is_moving=True)
        qtbot.wait(1)  # what is composed between two steps
    settle(qtbot, scene, zooms[-1])
    settle(qtbot, fresh, zooms[-1])
    assert (draw(scene, zooms[-1]) == draw(fresh, zooms[-1])).all()


def test_zooming_out_and_on_keeps_what_has_been_composed(
    qtbot: QtBot, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    composed: list[int] = []
    compose = Scene._compose

    def counted(scene: Scene, level: int, painter: QPainter, rect: Rect) -> bool:
        composed.append(rect.height * rect.width)
        return compose(scene, level, painter, rect)

    monkeypatch.setattr(Scene, "_compose", counted)
    scene = make_scene(*picture_and_labels(3000, 4000), pool)
    settle(qtbot, scene, 0.49)
    found = []
    for zoom in (0.24, 0.15):  # the same coarser level is enough for both
        composed.clear()
        draw(scene, zoom, is_moving=True)
        found.append(sum(composed))
    assert 0 < found[1] < found[0]


def test_a_line_of_one_pixel_stays_visible_when_zoomed_out(qtbot: QtBot, pool: Pool) -> None:
    image = np.zeros((2001, 2003, 3), np.uint8)
    label_map = np.full((2001, 2003), 255, np.uint8)
    label_map[1001] = 1
    scene = Scene(image, label_map, pool, pool)
    scene.set_colors(PALETTE, 1.0, ())
    settle(qtbot, scene, 0.125)
    red = draw(scene, 0.125)[:250, :250] >> 16 & 255
    assert (red.max(axis=0) >= 230 // 8 - 2).all()


def test_the_opacity_applies_at_every_zoom(qtbot: QtBot, pool: Pool) -> None:
    image = np.zeros((900, 900, 3), np.uint8)
    scene = Scene(image, np.full((900, 900), 1, np.uint8), pool, pool)
    for opacity in (1.0, 0.5, 0.0):
        scene.set_colors(PALETTE, opacity, ())
        for zoom in (0.3, 1.0, 3.0):
            settle(qtbot, scene, zoom)
            red = int(draw(scene, zoom)[100, 100]) >> 16 & 255
            assert red == pytest.approx(230 * opacity, abs=2)


def test_a_hidden_overlay_leaves_the_image_at_every_zoom(qtbot: QtBot, pool: Pool) -> None:
    image = np.full((900, 900, 3), 77, np.uint8)
    scene = make_scene(image, np.full((900, 900), 1, np.uint8), pool)
    for zoom in (0.3, 1.0):
        settle(qtbot, scene, zoom)
        scene.set_overlay_shown(False)
        settle(qtbot, scene, zoom)
        assert int(draw(scene, zoom)[100, 100]) & 0xFFFFFF == 0x4D4D4D
        scene.set_overlay_shown(True)
