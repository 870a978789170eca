"""One document as the canvas draws it: layers, their levels, and the work that remains."""

import math
import threading
import time
from collections.abc import Callable, Collection, Iterator
from typing import Final, TypeVar

from PySide6.QtCore import QObject, QPoint, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPainter

from segstudio.controllers.jobs import Job, Pool
from segstudio.core.display import Display, Values
from segstudio.core.label_map import LabelMap, RgbImage
from segstudio.core.palette import Palette
from segstudio.core.pyramid import (
    Pixels,
    ReducedImage,
    at_level,
    block_rect,
    level_for,
    level_shape,
)
from segstudio.core.rect import Rect
from segstudio.ui.canvas.layers import ChangesLayer, ImageLayer, OverlayLayer, OverlayStyle
from segstudio.ui.canvas.levels import Block, Levels
from segstudio.ui.canvas.navigation import Navigation
from segstudio.ui.canvas.outlines import draw_outlines
from segstudio.ui.canvas.window import Buffers, Window

_SLICE: Final = 0.004  # seconds of composing in one turn of the event loop
_CALM_MS: Final = 100  # after a change, when no other has come
_MUCH: Final = (
    0.2  # of the view, which comes into it with one step of zooming out, but not of panning
)
_PATCHED: Final = 1_000_000  # changed pixels; levels of more are built off the GUI thread

_LabelLayer = OverlayLayer | ChangesLayer
_Layer = ImageLayer | _LabelLayer
_AnyWindow = TypeVar("_AnyWindow", Window, None)


class Scene(QObject):
    """Draws an image and its overlay at any zoom, at a cost that follows the screen.

    What is not there yet is drawn coarsely, and ``changed`` tells when it is: levels are built off
    the GUI thread, and the visible part of a level is composed in slices of a few milliseconds.

    Args:
        image: (H, W, 3) uint8 RGB.
        label_map: (H, W) uint8 class indices; read again where ``mask_changed`` says so.
        pool: Where levels are built.
        reduced: What to show of the image until its levels are built, if that is known.
        values: (H, W, C) what the image file holds, where the image is a reduction of it.
        beside: A scene of the same image, which shares what is known of it.
        buffers: Memory that it shares with scenes before and beside it.

    Signals:
        changed: What is visible can be drawn better now.
    """

    changed = Signal()

    def __init__(
        self,
        image: RgbImage,
        label_map: LabelMap,
        pool: Pool,
        parent: QObject | None = None,
        *,
        reduced: ReducedImage | None = None,
        values: Values | None = None,
        beside: "Scene | None" = None,
        buffers: Buffers | None = None,
    ) -> None:
        super().__init__(parent)
        height, width = label_map.shape
        self.bounds = Rect(0, 0, height, width)
        self._image: ImageLayer = (
            beside._image if beside is not None else ImageLayer(image, reduced, values)
        )
        self._label_map = label_map
        self._overlay = OverlayLayer(label_map, self._image.levels.rough)
        self._changes: ChangesLayer | None = None
        self._overlay_shown = True
        self._count = self._image.levels.count
        self._pool = pool
        self._buffers = buffers or Buffers()
        self._job: Job | None = None
        self._changed: list[Rect] = []
        self._view = Rect(0, 0, 0, 0)
        self._level = 0  # what the view needs
        self._window: Window | None = None  # what is shown
        self._coming: Window | None = None  # of another level, being composed
        self._next_slice = QTimer(self, singleShot=True, interval=0)
        self._next_slice.timeout.connect(self._on_slice)
        self._calm = QTimer(self, singleShot=True, interval=_CALM_MS)
        self._calm.timeout.connect(self._on_calm)
        self._build_next()

    @property
    def is_settled(self) -> bool:
        """Whether what is visible is drawn as well as it can be."""
        if self._job is not None or self._changed or self._window is None:
            return False
        visible = at_level(self._view, self._level)
        return self._window.level == self._level and self._window.is_fresh(visible)

    def close(self) -> None:
        """Build no more."""
        if self._job is not None:
            self._job.cancel()
        self._next_slice.stop()
        self._calm.stop()
        self._show(None)

    def set_colors(self, palette: Palette, opacity: float, hidden: Collection[int]) -> None:
        """Recolour the overlay; see ``overlay_table`` for the arguments."""
        if self._overlay.set_colors(palette, opacity, hidden):
            self._outdate(self.bounds)
            self._build_next()

    def set_overlay_shown(self, shown: bool) -> None:
        """Draw the overlay, or only the image."""
        if shown != self._overlay_shown:
            self._overlay_shown = shown
            self._outdate(self.bounds)

    def set_style(self, style: OverlayStyle) -> None:
        """Fill classes or outline them; ``set_colors`` is to follow."""
        if self._overlay.set_style(style):
            self._outdate(self.bounds)

    def set_reference(self, reference: LabelMap | None) -> None:
        """Mark where the label map differs from this one, (H, W) uint8, or mark nothing."""
        self._changes = None
        if reference is not None:
            self._changes = ChangesLayer(self._label_map, reference, self._image.levels.rough)
        self._outdate(self.bounds)
        self._build_next()

    def set_display(self, display: Display) -> None:
        """Show the image in this manner, here and in the scenes beside."""
        if self._image.set_display(display):
            self.image_changed()

    def image_changed(self) -> None:
        """Follow a change of the image that a scene beside has made."""
        self._outdate(self.bounds)
        self._build_next()

    def mask_changed(self, rect: Rect) -> None:
        """Follow a change of the label map, when it is drawn next."""
        self._changed.append(rect)
        self._calm.start()

    def draw(
        self, painter: QPainter, view: Rect, exposed: Rect, zoom: float, *, is_moving: bool
    ) -> None:
        """Draw a part of the scene.

        Args:
            painter: Its coordinates are image pixels.
            view: Image pixels that the canvas shows.
            exposed: Image pixels to draw now, a part of ``view``.
            zoom: Device pixels per image pixel.
            is_moving: Draw fast: smooth scaling is for pictures that stand still.
        """
        self._view = view
        self._level = level_for(zoom, self._count)
        is_apart = self._overlay.style is OverlayStyle.OUTLINES and zoom > 1
        if is_apart != self._overlay.is_apart:
            self._overlay.is_apart = is_apart
            self._outdate(self.bounds)
        self._follow_changes()
        if exposed.is_empty:
            return
        window = self._window_for(zoom, is_moving)
        level = window.level
        visible = at_level(exposed, level)
        painter.save()
        whole = QRectF(0, 0, self.bounds.right, self.bounds.bottom)
        painter.setClipRect(whole, Qt.ClipOperation.IntersectClip)
        is_smooth = zoom * 2**level < 1 and not is_moving
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
        if window.is_drawable(visible):
            _scale(painter, level)
            window.draw(painter, visible)
        else:
            self._draw_roughly(painter, exposed)
            _scale(painter, level)
            window.draw_composed(painter, visible)
        painter.restore()

    def _window_for(self, zoom: float, is_moving: bool) -> Window:
        """Return the window to draw now, composed as far as the time allows."""
        shown, wanted = self._window, self._level
        if shown is None:
            shown = self._show(self._new_window(wanted))
        elif is_moving:
            return self._moving_window(shown, wanted if zoom >= 1 else min(wanted + 1, self._count))
        elif shown.level != wanted:
            return self._next_window(shown, wanted)
        self._compose_view(shown)
        return shown

    def _moving_window(self, shown: Window, coarse: int) -> Window:
        """Return what is there soon: a coarser level has a quarter of the pixels to compose.

        The finer one comes with the rest.
        """
        missing = shown.missing(at_level(self._view, shown.level))
        if shown.level == coarse or (shown.level == self._level and missing <= _MUCH):
            self._await(None)
            self._compose_view(shown)
        elif missing:
            shown = self._show(self._new_window(coarse))
            self._compose_view(shown)
        elif abs(shown.level - self._level) > 1:
            return self._next_window(shown, coarse)
        return shown

    def _next_window(self, shown: Window, level: int) -> Window:
        """Return a window of another level once what is visible is composed, until then this."""
        coming = self._coming
        if coming is None or coming.level != level:
            coming = self._new_window(level)
            self._await(coming)
        return self._show(coming) if self._compose_view(coming) else shown

    def _show(self, window: _AnyWindow) -> _AnyWindow:
        """Show this window and no other; return it."""
        for old in self._windows():
            if old is not window:
                old.close()
        self._window, self._coming = window, None
        return window

    def _await(self, window: Window | None) -> None:
        """Compose this window and no other that is not shown yet."""
        if self._coming is not None:
            self._coming.close()
        self._coming = window

    def _compose_view(self, window: Window) -> bool:
        """Compose what is visible, for some milliseconds; return whether all of it is there."""
        visible = at_level(self._view, window.level)
        window.cover(visible)
        # Without levels there is nothing coarse to draw meanwhile, and the image is tiny.
        deadline = time.perf_counter() + _SLICE if self._count else math.inf
        if not window.refresh(visible, deadline):
            self._next_slice.start()
        return window.is_drawable(visible)

    def draw_lines(self, painter: QPainter, navigation: Navigation, exposed: QRectF) -> None:
        """Draw what is as thin on the screen at any zoom; the painter is in widget pixels."""
        if self._overlay.is_apart and self._overlay_shown:
            draw_outlines(painter, self._overlay, navigation, exposed)

    def draw_small(self, painter: QPainter, target: QRectF) -> None:
        """Draw all of the scene into a small rectangle, from the coarsest level."""
        layers = self._shown_layers()
        height, width = level_shape(self.bounds.bottom, self.bounds.right, self._count)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.translate(target.topLeft())
        painter.scale(target.width() / width, target.height() / height)
        for layer in layers:
            layer.draw(painter, self._count, Rect(0, 0, height, width))
        painter.restore()

    def _follow_changes(self) -> None:
        # One undo may change hundreds of rectangles, which together are not a small change.
        changed, self._changed = self._changed, []
        is_small = sum(rect.height * rect.width for rect in changed) <= _PATCHED
        seen = max((window.level for window in self._windows()), default=0)
        for rect in changed:
            for layer in self._label_layers():
                if is_small:
                    layer.levels.patch(layer.affected(rect), layer.opaque, seen)
                else:
                    layer.levels.outdate(layer.affected(rect))
            affected = self._overlay.affected(rect)  # no layer's is larger
            if is_small:
                for window in self._windows():
                    window.patch(at_level(affected, window.level))
            else:
                self._outdate(affected)
        if not is_small:
            self._build_next()

    def _draw_roughly(self, painter: QPainter, exposed: Rect) -> None:
        rough = self._image.levels.rough
        part = at_level(exposed, rough)
        # Composed while it is small: to enlarge one opaque picture takes half of the time.
        composed = QImage(part.width, part.height, QImage.Format.Format_RGB32)
        small = QPainter(composed)
        small.translate(-part.left, -part.top)
        self._compose(rough, small, part)
        small.end()
        painter.save()
        _scale(painter, rough)
        painter.drawImage(QPoint(part.left, part.top), composed)
        painter.restore()

    def _new_window(self, level: int) -> Window:
        def compose(painter: QPainter, rect: Rect) -> bool:
            return self._compose(level, painter, rect)

        shape = level_shape(self.bounds.bottom, self.bounds.right, level)
        return Window(level, *shape, compose, self._buffers)

    def _compose(self, level: int, painter: QPainter, rect: Rect) -> bool:
        layers = self._shown_layers()
        if level:
            self._catch_up(level)
        if level and not all(layer.levels.has(level, rect) for layer in layers):
            return False
        for layer in layers:
            layer.draw(painter, level, rect)
        return True

    def _catch_up(self, level: int) -> None:
        for layer in self._label_layers():
            layer.levels.catch_up(layer.opaque, level)

    def _label_layers(self) -> tuple[_LabelLayer, ...]:
        return (self._overlay,) if self._changes is None else (self._overlay, self._changes)

    def _shown_layers(self) -> tuple[_Layer, ...]:
        return (self._image, *self._label_layers()) if self._overlay_shown else (self._image,)

    def _windows(self) -> Iterator[Window]:
        yield from (window for window in (self._window, self._coming) if window is not None)

    def _outdate(self, rect: Rect) -> None:
        for window in self._windows():
            window.outdate(at_level(rect, window.level))

    @Slot()
    def _on_slice(self) -> None:
        window = self._coming or self._window
        # A window of a finer level, shown for a moment yet, would have to be enormous.
        if window is not None and window.level >= self._level:
            self._compose_view(window)
        if not self._next_slice.isActive():
            self.changed.emit()

    @Slot()
    def _on_calm(self) -> None:
        """Follow what nobody draws: changes out of view, and levels that are not seen."""
        self._follow_changes()
        self._catch_up(self._count)
        self._build_next()
        self.changed.emit()

    # --- Levels

    def _build_next(self) -> None:
        """Build one more block of a layer, if one is not up to date."""
        if self._job is not None:
            return
        layer, block = next(self._unbuilt(), (None, None))
        if layer is None or block is None:
            return
        levels = layer.levels  # a change of style makes new ones
        version = levels.version(block)
        # The job may outlive the scene, when another image is opened meanwhile.
        self._job = Job(_builder(layer, levels, block), self._pool)
        self._job.succeeded.connect(lambda pieces: self._on_built(levels, block, version, pieces))
        self._job.start(self._pool)

    def _unbuilt(self) -> Iterator[tuple[_Layer, Block]]:
        for rect in (self._view, self.bounds):  # what is visible first
            for layer in (self._image, *self._label_layers()):
                for block in layer.levels.unbuilt(rect):
                    yield layer, block

    def _on_built(self, levels: Levels, block: Block, version: int, pieces: list[Pixels]) -> None:
        self._job = None
        levels.put(block, version, pieces)
        rect = block_rect(block, *self.bounds[2:])
        for window in self._windows():
            if window.level:
                window.outdate(at_level(rect, window.level))
                self._next_slice.start()
        self._build_next()


def _scale(painter: QPainter, level: int) -> None:
    painter.scale(2**level, 2**level)


def _builder(
    layer: _Layer, levels: Levels, block: Block
) -> Callable[[threading.Event], list[Pixels]]:
    is_empty = levels.is_empty(block)

    def build(_cancelled: threading.Event) -> list[Pixels]:
        pieces = layer.build(block_rect(block, *levels.size))
        if is_empty:
            levels.put_unseen(block, pieces)
        return pieces

    return build
