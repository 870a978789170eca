"""What lies inside cells: mitochondria, vesicles, synaptic densities, a nucleus, cisternae.

All functions draw into a ``Section``. Densities are how much the stain stops electrons: 0 is
empty resin, about 0.3 cytoplasm, 1 the darkest membrane.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap
from trainer.samples.fields import Plane, blurred, bump, grid, noise, sampled, smooth_step
from trainer.samples.tissue import Tissue

BACKGROUND: Final = 0
MEMBRANE: Final = 1
MITOCHONDRION: Final = 2
VESICLE: Final = 3

_TWO_PI: Final = 2 * np.pi


@dataclass(slots=True)
class Section:
    """A section being drawn.

    Attributes:
        tissue: The plan of its cells.
        scale: Magnification; 1 gives membranes of about 5 pixels.
        density: (H, W) float32 stain.
        label_map: (H, W) uint8 class indices.
        taken: (H, W) bool, where an organelle lies already.
    """

    tissue: Tissue
    scale: float
    density: Plane
    label_map: LabelMap
    taken: NDArray[np.bool_]


def draw_mitochondria(section: Section, rng: np.random.Generator) -> None:
    """Draw mitochondria in cells with enough room, most of them along the cell's axis."""
    scale = section.scale
    height, width = section.density.shape
    wanted = rng.poisson(height * width / scale**2 / 34_000) + 1
    richness = rng.gamma(1.2, 1.0, section.tissue.num_cells)
    soma = section.tissue.soma
    nucleus = None if soma is None else _nucleus_depth(section.tissue, scale)
    for _ in range(wanted * 14):
        y, x = int(rng.integers(height)), int(rng.integers(width))
        cell = section.tissue.cells[y, x]
        depth = float(section.tissue.depth[y, x])
        if nucleus is not None and cell == soma and nucleus[y, x] > -30 * scale:
            continue
        minor = min(rng.uniform(14, 36) * scale, depth - rng.uniform(3, 7) * scale)
        if minor < 10.5 * scale or section.taken[y, x] or rng.random() > richness[cell]:
            continue
        angle = float(section.tissue.angle[y, x]) + rng.normal(0, 0.35)
        major = minor * (1 + rng.gamma(1.5, 0.7))
        if _draw_mitochondrion(section, rng, (y, x), min(major, 95 * scale), minor, angle):
            wanted -= 1
            if wanted == 0:
                return


def _draw_mitochondrion(
    section: Section,
    rng: np.random.Generator,
    center: tuple[int, int],
    major: float,
    minor: float,
    angle: float,
) -> bool:
    """Draw one mitochondrion; return whether there was room."""
    scale = section.scale
    window = _window(center, major * 1.35 + 8, section.density.shape)
    y, x = (plane[window] for plane in _offsets(section, center))
    rows, columns = y.shape
    cell = section.tissue.cells[center]
    own = section.tissue.cells[window] == cell

    along = x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))
    across = y * np.float32(np.cos(angle)) - x * np.float32(np.sin(angle))
    # Beans, not ellipses: the axis bends and the outline wobbles.
    across = across + np.float32(rng.normal(0, 0.28)) * (along / major) ** 2 * np.float32(minor)
    wobble = noise(rng, rows, columns, 14 * scale) * np.float32(0.1)
    square = np.abs(along / major) ** 2.4 + np.abs(across / minor) ** 2.4
    inside = (1 - square ** np.float32(1 / 2.4) + wobble) * np.float32(minor)
    # Kept off the cell's own membrane, which it follows where the cell is narrow.
    gap = rng.uniform(6.0, 9.0) * scale
    room = blurred(section.tissue.depth[window], 3 * scale) - np.float32(gap)
    # A smooth minimum: a plain one leaves edges where the two outlines cross.
    soft = np.float32(7 * scale)
    blend = np.clip(0.5 + 0.5 * (room - inside) / soft, 0, 1)
    inside = room + (inside - room) * blend - soft * blend * (1 - blend)
    inside = np.where(own, inside, np.float32(-9)).astype(np.float32)
    body = inside > 0
    if (body & section.taken[window]).any() or body.sum() < 260 * scale**2:
        return False

    thickness = 1.25 * scale
    matrix = rng.uniform(0.5, 0.72)
    stain = rng.uniform(0.72, 1.05)
    separation = rng.uniform(3.0, 4.2) * scale
    outer = bump(inside, 0.8 * scale, thickness)
    inner = bump(inside, separation, thickness) * np.float32(rng.uniform(0.45, 1.0))
    fill = smooth_step(inside, 0.5 * separation, separation)
    cristae = _cristae(rng, along, across, scale) * smooth_step(inside, 3.0 * scale, 6 * scale)
    content = np.float32(matrix) * fill + np.float32(0.25) * (1 - fill)
    content = content + cristae * np.float32(rng.uniform(0.14, 0.3))
    content += noise(rng, rows, columns, 1.2 * scale) * np.float32(0.07) * fill
    content += noise(rng, rows, columns, 2.6 * scale) * np.float32(0.05) * fill
    dark = np.maximum(outer, inner) * np.float32(stain * 0.85)
    drawn = np.maximum(content, dark)

    # Some are cut near their surface: no clear outline, everything fades.
    softness = rng.choice([0.8, 1.6, 4.5], p=[0.5, 0.3, 0.2]) * scale
    cover = smooth_step(inside, -softness, 0.6 * softness)
    density = section.density[window]
    density += (drawn - density) * cover
    section.label_map[window][body] = MITOCHONDRION
    section.taken[window] |= inside > -4 * scale
    return True


def _cristae(rng: np.random.Generator, along: Plane, across: Plane, scale: float) -> Plane:
    """Return the folds of the inner membrane, about -1 (between) to 1 (dark fold)."""
    rows, columns = along.shape
    period = rng.uniform(6.5, 11) * scale
    lengthwise = rng.random() < 0.5
    tilt = rng.normal(0, 0.35)
    disorder = rng.choice([0.35, 0.8, 1.6], p=[0.4, 0.35, 0.25])
    main, other = (across, along) if lengthwise else (along, across)
    # From neat lamellae to a labyrinth.
    bent = main + np.float32(tilt) * other
    bent = bent + noise(rng, rows, columns, 12 * scale) * np.float32(disorder * period)
    bent = bent + noise(rng, rows, columns, 5 * scale) * np.float32(0.2 * disorder**0.5 * period)
    wave = np.sin(bent * np.float32(_TWO_PI / period))
    # Each fold ends somewhere: whole stretches are missing or faint.
    present = smooth_step(noise(rng, rows, columns, 7 * scale), -0.8, 0.7)
    sharp = np.sign(wave) * np.abs(wave) ** np.float32(0.8)
    return np.asarray(sharp * (0.15 + 0.85 * present), np.float32)


def draw_synapses(section: Section, rng: np.random.Generator) -> None:
    """Draw clusters of vesicles, and the dark densities where they face the next cell."""
    scale = section.scale
    height, width = section.density.shape
    wanted = int(rng.poisson(height * width / scale**2 / 110_000)) + 1
    for _ in range(wanted * 40):
        y, x = int(rng.integers(height)), int(rng.integers(width))
        depth = float(section.tissue.depth[y, x])
        if depth < 12 * scale or section.taken[y, x]:
            continue
        if section.tissue.cells[y, x] == section.tissue.soma:
            continue
        radius = min(rng.uniform(24, 75) * scale, 2.6 * depth)
        if _draw_vesicles(section, rng, (y, x), radius) > 6:
            _draw_density(section, rng, (y, x), radius)
            wanted -= 1
            if wanted == 0:
                return


def _draw_vesicles(
    section: Section, rng: np.random.Generator, center: tuple[int, int], radius: float
) -> int:
    """Draw a cluster of vesicles around ``center``; return how many."""
    scale = section.scale
    typical = rng.uniform(5.0, 6.2) * scale
    crowding = rng.uniform(0.18, 0.5)
    count = int(crowding * radius**2 / typical**2)
    height, width = section.density.shape
    cell = section.tissue.cells[center]
    placed: list[tuple[float, float, float]] = []
    for _ in range(count * 3):
        if len(placed) == count:
            break
        y, x = rng.normal(0, 0.55 * radius, 2) + center
        size = typical * float(np.clip(rng.normal(1, 0.11), 0.7, 1.35))
        row, column = round(float(y)), round(float(x))
        if not (0 <= row < height and 0 <= column < width):
            continue
        if section.tissue.cells[row, column] != cell or section.taken[row, column]:
            continue
        if section.tissue.depth[row, column] < size + 4.5 * scale:
            continue
        # They may touch and, in a section thicker than they are, overlap a little.
        if any(np.hypot(y - py, x - px) < 0.86 * (size + ps) for py, px, ps in placed):
            continue
        placed.append((float(y), float(x), size))
        _draw_vesicle(section, rng, float(y), float(x), size)
    if placed:
        # The cytoplasm around them is a little denser.
        offsets_y, offsets_x = _offsets(section, center)
        cloud = np.exp(-(offsets_y**2 + offsets_x**2) / np.float32(2 * (0.7 * radius) ** 2))
        own = (section.tissue.cells == cell) & (section.label_map == BACKGROUND)
        section.density += np.float32(0.05) * cloud * own
    return len(placed)


def _draw_vesicle(
    section: Section, rng: np.random.Generator, y: float, x: float, radius: float
) -> None:
    scale = section.scale
    window = _window((round(y), round(x)), radius * 1.5 + 3, section.density.shape)
    rows, columns = np.mgrid[window].astype(np.float32)
    dy, dx = rows - np.float32(y), columns - np.float32(x)
    tilt, flat = rng.uniform(0, np.pi), rng.uniform(0.86, 1.0)
    u = dx * np.float32(np.cos(tilt)) + dy * np.float32(np.sin(tilt))
    v = (dy * np.float32(np.cos(tilt)) - dx * np.float32(np.sin(tilt))) / np.float32(flat)
    distance = np.sqrt(u * u + v * v)
    rim = bump(distance, radius - 1.1 * scale, 1.25 * scale) * np.float32(rng.uniform(0.3, 0.55))
    core = smooth_step(radius - distance, 0.5 * scale, 2.5 * scale)
    # One in twelve has a dark core, and one in ten lost its rim to the cut.
    kind = rng.random()
    if kind < 0.08:
        inner = np.float32(0.45) * smooth_step(0.6 * radius - distance, 0, 2 * scale)
    else:
        inner = np.float32(-rng.uniform(0.0, 0.07)) * core
    faint = 0.45 if kind > 0.9 else 1.0
    density = section.density[window]
    density += (rim + inner) * np.float32(faint)
    section.label_map[window][distance <= radius] = VESICLE
    section.taken[window] |= distance <= radius


def _draw_density(
    section: Section, rng: np.random.Generator, center: tuple[int, int], radius: float
) -> None:
    """Darken the nearest stretch of the border, and the cytoplasm on both of its sides."""
    scale = section.scale
    tissue = section.tissue
    offsets_y, offsets_x = _offsets(section, center)
    distance = np.hypot(offsets_y, offsets_x)
    near = (tissue.depth < 1.5) & (distance < 2.5 * radius + 25 * scale)
    if not near.any():
        return
    masked = np.where(near, distance, np.float32(np.inf))
    spot = np.unravel_index(int(np.argmin(masked)), masked.shape)
    y, x = _offsets(section, (int(spot[0]), int(spot[1])))
    length = rng.uniform(12, 26) * scale
    stretch = np.exp(-(((y * y + x * x) / np.float32(2 * length**2)) ** 1.5))
    rows, columns = section.density.shape
    thick = rng.uniform(5, 10) * scale
    ragged = tissue.depth * (1 + 0.35 * noise(rng, rows, columns, 4 * scale))
    own = np.where(tissue.cells == tissue.cells[center], np.float32(0.55), np.float32(1))
    smear = np.exp(-((ragged / np.float32(thick)) ** 2)) * stretch * own
    clear = section.label_map != VESICLE
    section.density += np.float32(rng.uniform(0.45, 0.85)) * smear * clear


def draw_nucleus(section: Section, rng: np.random.Generator) -> None:
    """Draw the nucleus of the cell that has one: an envelope of two membranes, and chromatin."""
    tissue, scale = section.tissue, section.scale
    if tissue.soma is None:
        return
    rows, columns = section.density.shape
    wobble = noise(rng, rows, columns, 60 * scale) * np.float32(11 * scale)
    wobble += noise(rng, rows, columns, 18 * scale) * np.float32(2.4 * scale)
    inside = _nucleus_depth(tissue, scale) + wobble
    inside = np.where(tissue.cells == tissue.soma, inside, np.float32(-99)).astype(np.float32)
    section.taken |= inside > -9 * scale

    # Dense chromatin gathers under the envelope and in islands with ragged edges.
    clump = noise(rng, rows, columns, 26 * scale) + 0.55 * noise(rng, rows, columns, 9 * scale)
    clump += np.float32(0.5) * noise(rng, rows, columns, 3 * scale)
    rim = np.asarray(np.exp(-np.maximum(inside, 0) / (16 * scale)), np.float32)
    hetero = smooth_step(np.asarray(clump + np.float32(1.3) * rim, np.float32), 0.5, 2.4)
    grains = noise(rng, rows, columns, 1.6 * scale) * np.float32(0.06)
    grains += noise(rng, rows, columns, 3.2 * scale) * np.float32(0.06)
    chromatin = np.float32(rng.uniform(0.27, 0.36)) + np.float32(0.22) * hetero
    chromatin += grains * (np.float32(0.8) + hetero)
    cover = smooth_step(inside, 2 * scale, 5 * scale)
    section.density += (chromatin - section.density) * cover

    # Where the envelope leans it is faint, and pores interrupt it.
    gap = np.float32(scale) * (3.0 + 0.8 * noise(rng, rows, columns, 20 * scale))
    gap = np.maximum(gap, np.float32(1.6 * scale)).astype(np.float32)
    pores = smooth_step(noise(rng, rows, columns, 6 * scale), 1.2, 1.6)
    clear = 0.35 + 0.65 * smooth_step(noise(rng, rows, columns, 35 * scale), -1.2, 0.3)
    outer = bump(inside + 2 * gap, 0, 1.5 * scale)
    lines = np.maximum(bump(inside, 0, 1.7 * scale), outer) * np.float32(0.4)
    lumen = bump(inside + gap, 0, 1.5 * scale) * np.float32(0.03)
    section.density += (lines - lumen) * (1 - 0.7 * pores) * clear
    envelope = (inside > -2 * gap - 1.2 * scale) & (inside < 1.3 * scale)
    section.label_map[envelope] = MEMBRANE


def _nucleus_depth(tissue: Tissue, scale: float) -> Plane:
    """Return how deep each pixel lies under the nuclear envelope, before it wobbles."""
    # Filtered, because the distance to a border has creases, and nuclei are round.
    return blurred(tissue.depth, 16 * scale) - np.float32(66 * scale)


def draw_dense_bodies(section: Section, rng: np.random.Generator) -> None:
    """Draw a few lysosomes and multivesicular bodies: round, dark, of no class of their own."""
    tissue, scale = section.tissue, section.scale
    height, width = section.density.shape
    for _ in range(rng.poisson(height * width / scale**2 / 60_000)):
        center = int(rng.integers(height)), int(rng.integers(width))
        radius = rng.uniform(7, 15) * scale
        if tissue.depth[center] < radius + 6 * scale or section.taken[center]:
            continue
        window = _window(center, radius * 1.6 + 3, section.density.shape)
        y, x = (plane[window] for plane in _offsets(section, center))
        rows, columns = y.shape
        wobble = noise(rng, rows, columns, 7 * scale) * np.float32(0.09 * radius)
        inside = (np.float32(radius) - np.hypot(y, x) + wobble).astype(np.float32)
        if (section.taken[window] & (inside > 0)).any():
            continue
        clumps = noise(rng, rows, columns, 2.6 * scale)
        fill = rng.uniform(0.02, 0.3) + rng.uniform(0.04, 0.14) * clumps
        rim = bump(inside, 1.2 * scale, 1.3 * scale) * np.float32(0.32)
        cover = smooth_step(inside, -1.0 * scale, 1.5 * scale)
        section.density[window] += np.maximum(rim, fill * cover)
        section.taken[window] |= inside > 0


def draw_cisternae(section: Section, rng: np.random.Generator) -> None:
    """Draw endoplasmic reticulum: short flat bags with a thin membrane, here and there."""
    tissue, scale = section.tissue, section.scale
    rows, columns = section.density.shape
    field = noise(rng, rows, columns, 15 * scale) + 0.35 * noise(rng, rows, columns, 40 * scale)
    slope_y, slope_x = np.gradient(field)
    slope = np.maximum(np.hypot(slope_y, slope_x), np.float32(0.02 / scale))
    offset = np.abs(field) / slope  # distance to the middle of the bag, in pixels
    amount = rng.random(tissue.num_cells) ** 3
    if tissue.soma is not None:
        amount[tissue.soma] = 1.0
    threshold = (1.9 - 1.6 * amount).astype(np.float32)[tissue.cells]
    here = noise(rng, rows, columns, 20 * scale) - threshold
    here = smooth_step(np.asarray(here, np.float32), 0, 0.4)
    here *= smooth_step(tissue.depth, 7 * scale, 11 * scale) * ~section.taken
    half = rng.uniform(2.4, 3.6) * scale
    walls = bump(np.asarray(offset, np.float32), half, 1.2 * scale)
    lumen = smooth_step(np.asarray(half - offset, np.float32), 0, 1.5 * scale)
    section.density += here * (np.float32(0.32) * walls - np.float32(0.08) * lumen)


def draw_microtubules(section: Section, rng: np.random.Generator) -> None:
    """Draw filaments along processes cut lengthwise."""
    tissue, scale = section.tissue, section.scale
    size = 512
    streaks = np.zeros((size, size), np.float32)
    for row in rng.integers(size, size=40):
        start, length = int(rng.integers(size)), int(rng.integers(60, 400))
        columns = (start + np.arange(length)) % size
        drift = np.cumsum(rng.normal(0, 0.06, length)) + row
        streaks[np.round(drift).astype(np.int64) % size, columns] += np.float32(
            rng.uniform(0.5, 1.2)
        )
    streaks = np.asarray(streaks + np.roll(streaks, 4, axis=0), np.float32)
    phase = (rng.random(tissue.num_cells) * size).astype(np.float32)[tissue.cells]
    y = np.mod(tissue.across / np.float32(scale) + phase, size)
    x = np.mod(tissue.along / np.float32(scale) + phase, size)
    drawn = sampled(streaks, y.astype(np.float32), x.astype(np.float32), wrap=True)
    amount = np.where(tissue.is_process, rng.uniform(0.0, 0.5, tissue.num_cells), 0)
    clear = ~section.taken & (tissue.depth > 8 * scale)
    section.density += drawn * amount.astype(np.float32)[tissue.cells] * clear


def _offsets(section: Section, center: tuple[int, int]) -> tuple[Plane, Plane]:
    y, x = grid(*section.density.shape)
    return y - np.float32(center[0]), x - np.float32(center[1])


def _window(center: tuple[int, int], reach: float, shape: tuple[int, ...]) -> tuple[slice, slice]:
    size = int(np.ceil(reach))
    return (
        slice(max(center[0] - size, 0), min(center[0] + size + 1, shape[0])),
        slice(max(center[1] - size, 0), min(center[1] + size + 1, shape[1])),
    )
