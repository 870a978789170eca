"""The plan of a section: which cell each pixel belongs to, and how far the next cell is.

Cells are chains of discs packed into the field, large ones first; the space between the discs
goes to the nearest chain, and the whole is bent by smooth noise. Discs give what a plain Voronoi
diagram lacks: large round bodies with small processes squeezed between them, long processes that
run through the section, and borders that curve.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trainer.samples.fields import Plane, distance_to, grid, noise

_COARSE: Final = 4  # pixels per cell of the packing grid
_LARGE_EXPONENT: Final = 0.3  # how much of the space between two discs goes to the larger


class Disc(NamedTuple):
    """One link of a chain.

    Attributes:
        cell: Number of the cell it belongs to.
        y: Centre row, in pixels before bending.
        x: Centre column.
        radius: In pixels.
        angle: Direction of the chain here, radians from the x axis towards y.
        along: Position along the chain, in pixels.
    """

    cell: int
    y: float
    x: float
    radius: float
    angle: float
    along: float


@dataclass(frozen=True, slots=True)
class Tissue:
    """The plan of one section.

    Attributes:
        cells: (H, W) int32 number of the cell at each pixel.
        num_cells: How many numbers there are; not every cell must be visible.
        depth: (H, W) float32 distance to the nearest other cell, in pixels.
        along: (H, W) float32 position along the cell's axis, in pixels.
        across: (H, W) float32 distance from the cell's axis, signed, in pixels.
        angle: (H, W) float32 direction of the cell's axis, radians from x towards y.
        soma: Number of the cell that has a nucleus, or None.
        is_process: (num_cells,) bool, True for long cells cut lengthwise.
    """

    cells: NDArray[np.int32]
    num_cells: int
    depth: Plane
    along: Plane
    across: Plane
    angle: Plane
    soma: int | None
    is_process: NDArray[np.bool_]


def grow_tissue(rng: np.random.Generator, height: int, width: int, scale: float) -> Tissue:
    """Return the plan of a section of nervous tissue.

    Args:
        rng: Source of randomness.
        height: Rows.
        width: Columns.
        scale: Magnification; 1 gives processes of about 15 to 100 pixels radius.
    """
    packing = _Packing(rng, height, width, scale)
    discs = packing.fill()
    y, x = grid(height, width)
    for grain, reach in ((70, 11), (28, 5.0), (13, 2.2), (6, 0.6)):
        y += noise(rng, height, width, grain * scale) * np.float32(reach * scale)
        x += noise(rng, height, width, grain * scale) * np.float32(reach * scale)
    nearest = _nearest_disc(discs, y, x, scale)

    centers = np.array([(disc.y, disc.x) for disc in discs], np.float32)[nearest]
    angles = np.array([disc.angle for disc in discs], np.float32)
    angle = angles[nearest]
    dy, dx = y - centers[..., 0], x - centers[..., 1]
    starts = np.array([disc.along for disc in discs], np.float32)[nearest]
    cells = np.array([disc.cell for disc in discs], np.int32)[nearest]
    return Tissue(
        cells=cells,
        num_cells=packing.num_cells,
        depth=_depth(cells),
        along=starts + dx * np.cos(angle) + dy * np.sin(angle),
        across=dy * np.cos(angle) - dx * np.sin(angle),
        angle=angle,
        soma=packing.soma,
        is_process=np.isin(np.arange(packing.num_cells), packing.processes),
    )


class _Packing:
    """Places discs, large ones first, where they do not overlap other cells."""

    def __init__(self, rng: np.random.Generator, height: int, width: int, scale: float) -> None:
        self._rng = rng
        self._size = height, width
        self._scale = scale
        rows, columns = height // _COARSE + 1, width // _COARSE + 1
        y, x = grid(rows, columns)
        self._y, self._x = y * _COARSE, x * _COARSE
        # Distance from each grid point to the surface of the nearest disc.
        self._room = np.full((rows, columns), 1e6, np.float32)
        flow = noise(rng, rows, columns, 90 * scale / _COARSE * 2)
        self._flow = rng.uniform(0, 2 * np.pi) + 0.55 * flow
        # Where processes are bundles of thin ones, and where they are thick.
        self._coarseness = noise(rng, rows, columns, 70 * scale / _COARSE * 2)
        self._discs: list[Disc] = []
        self.num_cells = 0
        self.soma: int | None = None
        self.processes: list[int] = []

    def fill(self) -> list[Disc]:
        """Return the discs of all cells."""
        rng, scale = self._rng, self._scale
        area = self._size[0] * self._size[1] / scale**2
        if area > 300_000 and rng.random() < 0.22:
            self._place_soma()
        for _ in range(rng.poisson(area / 120_000)):
            self._place_body(rng.uniform(55, 100) * scale)
        for _ in range(rng.poisson(area / 60_000 * rng.choice([0.3, 1.0, 2.0]))):
            self._place_process(rng.uniform(12, 30) * scale)
        for _ in range(int(area / 9_000)):
            self._place_body(float(np.exp(rng.normal(3.45, 0.4))) * scale)
        # Thin processes fill what is left; the field makes them come in bundles.
        while float(self._room.max()) > 11 * scale:
            self._place_filler(float(np.exp(rng.normal(2.85, 0.3))) * scale)
        return self._discs

    def _place_soma(self) -> None:
        rng, (height, width) = self._rng, self._size
        radius = rng.uniform(200, 270) * self._scale
        y = rng.choice([rng.uniform(-0.05, 0.25), rng.uniform(0.75, 1.05)]) * height
        x = rng.uniform(0.0, 1.0) * width
        self.soma = self._add_chain([(y, x, radius, rng.uniform(0, np.pi), 0.0)])

    def _place_body(self, radius: float) -> None:
        """Place a compact cell of one to three discs, or nothing if there is no room."""
        spot = self._find_room(radius)
        if spot is None:
            return
        y, x = float(self._y[spot]), float(self._x[spot])
        angle = float(self._flow[spot]) + self._rng.normal(0, 0.5)
        links = [(y, x, radius, angle, 0.0)]
        along = 0.0
        for _ in range(self._rng.choice([0, 1, 2, 4], p=[0.3, 0.3, 0.25, 0.15])):
            angle += self._rng.normal(0, 0.4)
            step = radius * self._rng.uniform(0.45, 0.8)
            y, x = y + step * np.sin(angle), x + step * np.cos(angle)
            along += step
            room = self._room_at(y, x)
            if room < 0.55 * radius:
                break
            radius = min(radius * self._rng.uniform(0.75, 1.1), room)
            links.append((y, x, radius, angle, along))
        self._add_chain(links)

    def _place_filler(self, radius: float) -> None:
        """Place a thin process that winds through the space that is left."""
        rng = self._rng
        spot = self._find_room(radius)
        if spot is None:
            spot = np.unravel_index(int(np.argmax(self._room)), self._room.shape)
        y, x = float(self._y[spot]), float(self._x[spot])
        radius = min(radius, float(self._room[spot]))
        angle, along = rng.uniform(0, 2 * np.pi), 0.0
        links = []
        for _ in range(1 + rng.geometric(0.22)):
            links.append((y, x, radius, angle, along))
            # Of a few directions, the one with the most room.
            turns = angle + rng.uniform(-1.2, 1.2, 5)
            step = 0.8 * radius
            rooms = [self._room_at(y + step * np.sin(a), x + step * np.cos(a)) for a in turns]
            room = max(rooms)
            if room < 6 * self._scale:
                break
            angle = float(turns[int(np.argmax(rooms))])
            y, x, along = y + step * np.sin(angle), x + step * np.cos(angle), along + step
            radius = min(room, radius * rng.uniform(0.85, 1.15))
        self._add_chain(links)

    def _place_process(self, radius: float) -> None:
        """Place a long process that follows the flow of the tissue."""
        rng = self._rng
        spot = self._find_room(radius)
        if spot is None:
            return
        start_y, start_x = float(self._y[spot]), float(self._x[spot])
        turn = rng.normal(0, 0.12)
        links = []
        for direction in (1, -1):
            y, x, along, size = start_y, start_x, 0.0, radius
            length = rng.uniform(80, 420) * self._scale
            while abs(along) < length:
                angle = self._flow_at(y, x) + turn
                if direction == 1 or along:
                    links.append((y, x, size, angle, along))
                step = 0.4 * size * direction
                y, x, along = y + step * np.sin(angle), x + step * np.cos(angle), along + step
                room = self._room_at(y, x)
                if room < 0.6 * radius:
                    break
                # Varicosities: processes swell and narrow.
                size = float(np.clip(size * np.exp(rng.normal(0, 0.07)), 0.6, 1.6 * radius))
                size = min(size, room)
        self.processes.append(self._add_chain(links))

    def _find_room(self, radius: float) -> tuple[np.intp, ...] | None:
        # Close to what is there already, so that little space is left over.
        wanted = radius * (1 - 0.25 * np.tanh(self._coarseness))
        fits = self._room >= wanted
        tight = fits & (self._room < wanted * 1.5)
        found = np.flatnonzero(tight if tight.any() else fits)
        if found.size == 0:
            return None
        return np.unravel_index(int(self._rng.choice(found)), self._room.shape)

    def _room_at(self, y: float, x: float) -> float:
        row, column = round(y / _COARSE), round(x / _COARSE)
        if 0 <= row < self._room.shape[0] and 0 <= column < self._room.shape[1]:
            return float(self._room[row, column])
        return 0.0

    def _flow_at(self, y: float, x: float) -> float:
        row = min(max(round(y / _COARSE), 0), self._flow.shape[0] - 1)
        column = min(max(round(x / _COARSE), 0), self._flow.shape[1] - 1)
        return float(self._flow[row, column])

    def _add_chain(self, links: list[tuple[float, float, float, float, float]]) -> int:
        cell = self.num_cells
        self.num_cells += 1
        for y, x, radius, angle, along in links:
            self._discs.append(Disc(cell, y, x, radius, angle, along))
            surface = np.hypot(self._y - np.float32(y), self._x - np.float32(x)) - radius
            np.minimum(self._room, surface, out=self._room)
        return cell


def _nearest_disc(discs: list[Disc], y: Plane, x: Plane, scale: float) -> NDArray[np.int32]:
    """Return (H, W) int32: the index of the disc whose surface is nearest, by weighted distance."""
    height, width = y.shape
    best = np.full((height, width), np.inf, np.float32)
    nearest = np.zeros((height, width), np.int32)
    for index, disc in enumerate(discs):
        # Bending moves pixels by up to about 40, and no gap between discs is wider than that.
        reach = disc.radius + 75 * scale
        top, bottom = max(int(disc.y - reach), 0), min(int(disc.y + reach) + 1, height)
        left, right = max(int(disc.x - reach), 0), min(int(disc.x + reach) + 1, width)
        if top >= bottom or left >= right:
            continue
        window = slice(top, bottom), slice(left, right)
        surface = np.hypot(y[window] - np.float32(disc.y), x[window] - np.float32(disc.x))
        surface -= np.float32(disc.radius)
        surface *= np.float32(disc.radius**-_LARGE_EXPONENT)
        closer = surface < best[window]
        best[window][closer] = surface[closer]
        nearest[window][closer] = index
    return nearest


def _depth(cells: NDArray[np.int32]) -> Plane:
    """Return the distance of each pixel to the border line between cells, at least 0.5."""
    border = np.zeros(cells.shape, np.bool_)
    down, right = cells[1:] != cells[:-1], cells[:, 1:] != cells[:, :-1]
    border[1:] |= down
    border[:-1] |= down
    border[:, 1:] |= right
    border[:, :-1] |= right
    # Pixels on both sides of the line are half a pixel away from it.
    return distance_to(border) + np.float32(0.5)
