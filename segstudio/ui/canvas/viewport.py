"""Where the image lies on the canvas: plain arithmetic, no Qt."""

import math
from dataclasses import dataclass, replace
from typing import Final, Self

MIN_ZOOM: Final = 0.01
MAX_ZOOM: Final = 64.0
_MARGIN: Final = 24  # canvas pixels left free around the image when it is fitted
_KEPT_VISIBLE: Final = 64  # canvas pixels of the image that panning cannot push out of sight


@dataclass(frozen=True, slots=True)
class Viewport:
    """A view of an image at some zoom. Immutable: moves return a new one.

    All lengths are device pixels, so that at zoom 1 one image pixel is one pixel of the screen
    whatever the display's scale.

    Attributes:
        image_height: Image pixels.
        image_width: Image pixels.
        height: Canvas height.
        width: Canvas width.
        zoom: Device pixels per image pixel.
        top: Canvas y of the image's upper edge.
        left: Canvas x of the image's left edge.
    """

    image_height: int
    image_width: int
    height: float
    width: float
    zoom: float = 1.0
    top: float = 0.0
    left: float = 0.0

    def to_image(self, y: float, x: float) -> tuple[float, float]:
        """Return the image point (y, x) under a canvas point."""
        return (y - self.top) / self.zoom, (x - self.left) / self.zoom

    def to_canvas(self, y: float, x: float) -> tuple[float, float]:
        """Return the canvas point (y, x) over an image point."""
        return self.top + y * self.zoom, self.left + x * self.zoom

    def fitted(self) -> Self:
        """Return the view that shows the whole image, centred; small images stay at 100 %."""
        usable_height = max(self.height - 2 * _MARGIN, 1)
        usable_width = max(self.width - 2 * _MARGIN, 1)
        zoom = min(usable_height / self.image_height, usable_width / self.image_width)
        zoom = min(max(zoom, MIN_ZOOM), max(1.0, min(zoom, 8.0)))
        return replace(
            self,
            zoom=zoom,
            top=(self.height - self.image_height * zoom) / 2,
            left=(self.width - self.image_width * zoom) / 2,
        )

    def zoomed(self, factor: float, y: float, x: float) -> Self:
        """Return the view with the zoom changed; the image point under (y, x) stays there."""
        zoom = min(max(self.zoom * factor, MIN_ZOOM), MAX_ZOOM)
        ratio = zoom / self.zoom
        return replace(
            self, zoom=zoom, top=y - (y - self.top) * ratio, left=x - (x - self.left) * ratio
        )._kept_visible()

    def at_full_size(self) -> Self:
        """Return the view at 100 % with the same point in the middle, to half a pixel.

        Image pixels then lie on the pixels of the screen, not between them.
        """
        view = self.zoomed(1 / self.zoom, self.height / 2, self.width / 2)
        return replace(view, top=math.floor(view.top), left=math.floor(view.left))

    def panned(self, dy: float, dx: float) -> Self:
        """Return the view moved by canvas pixels; some of the image stays visible."""
        return replace(self, top=self.top + dy, left=self.left + dx)._kept_visible()

    def resized(self, height: float, width: float) -> Self:
        """Return the view on a canvas of another size, with the same point in the middle."""
        return replace(
            self,
            height=height,
            width=width,
            top=self.top + (height - self.height) / 2,
            left=self.left + (width - self.width) / 2,
        )._kept_visible()

    def _kept_visible(self) -> Self:
        shown_height, shown_width = self.image_height * self.zoom, self.image_width * self.zoom
        keep_y, keep_x = min(_KEPT_VISIBLE, shown_height), min(_KEPT_VISIBLE, shown_width)
        return replace(
            self,
            top=min(max(self.top, keep_y - shown_height), self.height - keep_y),
            left=min(max(self.left, keep_x - shown_width), self.width - keep_x),
        )
