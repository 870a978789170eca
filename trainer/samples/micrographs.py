"""Draws electron micrographs of nervous tissue, with the exact class of every pixel.

Pure functions of a random generator: the same generator state gives the same picture.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from trainer.samples.fields import Plane, filtered, grid, noise, smooth_step
from trainer.samples.imaging import expose
from trainer.samples.membranes import stained_tissue
from trainer.samples.organelles import (
    Section,
    draw_cisternae,
    draw_dense_bodies,
    draw_microtubules,
    draw_mitochondria,
    draw_nucleus,
    draw_synapses,
)
from trainer.samples.tissue import Tissue, grow_tissue

CLASSES: Final = LabelSet.named(["background", "membrane", "mitochondrion", "vesicle"])
"""Membrane: of cells and nuclei. Background: cytoplasm, and all that has no class of its own."""

MIN_SIZE: Final = 64
MAX_SIZE: Final = 4096

# Drawn around the image and cut off, so that the image's edges look like its middle.
_MARGIN: Final = 48


class Micrograph(NamedTuple):
    """One drawn image.

    Attributes:
        image: (H, W) uint8 grey.
        label_map: (H, W) uint8 class indices into ``CLASSES``; nothing is ignored.
    """

    image: NDArray[np.uint8]
    label_map: LabelMap


def draw_micrograph(rng: np.random.Generator, height: int, width: int) -> Micrograph:
    """Draw one micrograph.

    Args:
        rng: Source of all randomness.
        height: Rows, ``MIN_SIZE`` to ``MAX_SIZE``.
        width: Columns, likewise.

    Raises:
        ValueError: If the size is out of range.
    """
    if not (MIN_SIZE <= height <= MAX_SIZE and MIN_SIZE <= width <= MAX_SIZE):
        raise ValueError(f"{height} x {width} is not between {MIN_SIZE} and {MAX_SIZE} pixels")
    scale = float(rng.uniform(0.88, 1.14))
    rows, columns = height + 2 * _MARGIN, width + 2 * _MARGIN
    tissue = grow_tissue(rng, rows, columns, scale)
    section = stained_tissue(tissue, _tones(tissue, rng), rng, scale)
    section.density += _cytoplasm(tissue, rng, scale)
    draw_nucleus(section, rng)
    draw_mitochondria(section, rng)
    draw_synapses(section, rng)
    draw_dense_bodies(section, rng)
    draw_cisternae(section, rng)
    draw_microtubules(section, rng)
    _scatter_rings(section, rng)
    image = expose(section.density, rng, scale)
    inner = slice(_MARGIN, _MARGIN + height), slice(_MARGIN, _MARGIN + width)
    return Micrograph(image[inner].copy(), section.label_map[inner].copy())


def _tones(tissue: Tissue, rng: np.random.Generator) -> Plane:
    """Return the mean density of each pixel's cytoplasm: cells differ, and glia is darker."""
    tones = rng.normal(0.3, 0.03, tissue.num_cells)
    dark = rng.random(tissue.num_cells) < 0.09
    tones = np.where(dark, tones + rng.uniform(0.06, 0.16, tissue.num_cells), tones)
    return tones.astype(np.float32)[tissue.cells]


def _cytoplasm(tissue: Tissue, rng: np.random.Generator, scale: float) -> Plane:
    """Return the granular texture of cytoplasm, from ribosomes to clouds of dense matter."""
    rows, columns = tissue.cells.shape
    per_cell = rng.uniform(0.75, 1.25, tissue.num_cells).astype(np.float32)[tissue.cells]
    texture = np.zeros((rows, columns), np.float32)
    for grain, amount in ((1.1, 0.055), (2.0, 0.04), (4.5, 0.02), (11, 0.016), (30, 0.012)):
        texture += noise(rng, rows, columns, grain * scale) * np.float32(amount)
    # Filaments: the crests of a smooth field are a net of thin threads.
    for grain, amount in ((2.6, 0.11), (4.2, 0.08)):
        crest = np.exp(-np.abs(noise(rng, rows, columns, grain * scale)) * np.float32(4.5))
        texture += (crest - np.float32(0.17)) * np.float32(amount)
    ribosomes = np.maximum(noise(rng, rows, columns, 1.7 * scale) - np.float32(1.4), 0)
    amount_of = 0.4 * rng.random(tissue.num_cells) ** 2
    if tissue.soma is not None:
        amount_of[tissue.soma] = 0.6  # where proteins are made
    richness = amount_of.astype(np.float32)[tissue.cells]
    return np.asarray((texture + ribosomes * richness) * per_cell, np.float32)


def _scatter_rings(section: Section, rng: np.random.Generator) -> None:
    """Draw microtubules cut across and other small rings and dots, in all cells."""
    tissue, scale = section.tissue, section.scale
    rows, columns = section.density.shape
    rich = rng.random(tissue.num_cells)
    y, x = grid(15, 15)
    distance = np.hypot(y - 7, x - 7)
    for radius in (0.0, 2.6, 3.4):
        count = int(rows * columns / scale**2 / 620)
        at_y, at_x = rng.integers(rows, size=count), rng.integers(columns, size=count)
        keep = (rng.random(count) < rich[tissue.cells[at_y, at_x]]) & ~section.taken[at_y, at_x]
        keep &= tissue.depth[at_y, at_x] > 8 * scale
        points = np.zeros((rows, columns), np.float32)
        points[at_y[keep], at_x[keep]] = rng.uniform(0.08, 0.3, int(keep.sum()))
        ring = np.exp(-(((distance - radius * scale) / (1.15 * scale)) ** 2))
        core = smooth_step(np.asarray(radius * scale - distance, np.float32), 0, 1.5)
        section.density += filtered(points, np.asarray(ring - 0.25 * core, np.float32))
