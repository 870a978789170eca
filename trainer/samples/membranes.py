"""Cell membranes as a section of finite thickness shows them.

A section is thicker than a membrane. Where the membrane stands upright both of its faces fall on
the same pixels and it is dark and sharp; where it leans, it is smeared over many pixels and may
fade until it can hardly be seen.
"""

from typing import Final

import numpy as np

from trainer.samples.fields import Plane, blurred, grid, noise, sampled, smooth_step
from trainer.samples.organelles import MEMBRANE, Section
from trainer.samples.tissue import Tissue

_NUM_SLICES: Final = 5


def stained_tissue(tissue: Tissue, tones: Plane, rng: np.random.Generator, scale: float) -> Section:
    """Return a section with cytoplasm of the given tones and cell membranes, and their truth.

    Args:
        tissue: The plan at the middle of the section.
        tones: (H, W) float32 density of the cytoplasm.
        rng: Source of randomness.
        scale: Magnification; 1 gives membranes of about 5 pixels.
    """
    height, width = tones.shape
    y, x = grid(height, width)

    # Two cells' membranes with a gap between, wide at some corners and along some stretches.
    at_border = (tissue.depth < 1).astype(np.float32)
    corner = smooth_step(blurred(at_border, 5 * scale), 0.24, 0.42)
    loose = noise(rng, height, width, 30 * scale) + rng.normal(-0.2, 0.4)
    gap = 0.35 + 2.2 * corner + rng.uniform(0.5, 2.6) * smooth_step(loose, 1.1, 2.2)
    gap = (gap * np.float32(scale)).astype(np.float32)
    base = rng.uniform(2.0, 2.6) * scale
    thickness = base * (1 + 0.16 * noise(rng, height, width, 16 * scale))
    thickness = np.maximum(thickness, np.float32(1.2 * scale)).astype(np.float32)
    strength = rng.uniform(0.5, 0.62) * (1 + 0.2 * noise(rng, height, width, 24 * scale))
    strength = np.clip(strength, 0.2, 0.85).astype(np.float32)
    between = rng.uniform(-0.04, 0.12)  # extracellular space against cytoplasm

    # How far the tissue moves from the section's top to its bottom: little, but a lot in places.
    lean_y = _lean(rng, height, width, scale)
    lean_x = _lean(rng, height, width, scale)
    added = np.zeros((height, width), np.float32)
    tone = np.zeros((height, width), np.float32)
    for level in np.linspace(-1, 1, _NUM_SLICES, dtype=np.float32):
        at_y, at_x = y + level * lean_y, x + level * lean_x
        depth = sampled(tissue.depth, at_y, at_x)
        line = np.exp(-(((depth - gap - thickness / 2) / (0.62 * thickness)) ** 2))
        # A narrow gap is as dark as the membranes; a wide one is resin.
        narrow = 1 - smooth_step(gap, 0.9 * scale, 2.4 * scale)
        inner = smooth_step(gap + thickness / 2 - depth, 0, 1.0 * scale)
        line = np.maximum(line, inner * narrow * np.float32(0.95))
        added += line * strength + inner * (1 - narrow) * np.float32(between)
        tone += sampled(tones, at_y, at_x)

    density = (tone + added) / np.float32(_NUM_SLICES)
    wide = (gap > 2.0 * scale) & (tissue.depth < gap - 0.6 * scale)
    # The edge is where the stain has fallen to half, just outside the membrane's own thickness.
    edge = np.minimum(gap + thickness + 0.25 * scale, 3.7 * scale + gap * 0.5)
    membrane = (tissue.depth <= edge) & ~wide
    label_map = np.where(membrane, np.uint8(MEMBRANE), np.uint8(0))
    return Section(
        tissue=tissue,
        scale=scale,
        density=density.astype(np.float32),
        label_map=label_map,
        taken=np.zeros((height, width), np.bool_),
    )


def _lean(rng: np.random.Generator, height: int, width: int, scale: float) -> Plane:
    small = noise(rng, height, width, 40 * scale) * np.float32(1.1)
    large = noise(rng, height, width, 34 * scale)
    # Soft threshold: most places move by a pixel, one in ten by many.
    large = np.sign(large) * np.maximum(np.abs(large) - 1.2, 0) * np.float32(11)
    return np.asarray((small + large) * np.float32(scale), np.float32)
