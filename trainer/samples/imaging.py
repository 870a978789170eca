"""From stain to picture: what the microscope, the knife and the camera add."""

import numpy as np
from numpy.typing import NDArray

from trainer.samples.fields import Plane, blurred, filtered, grid, noise, smooth_step


def expose(density: Plane, rng: np.random.Generator, scale: float) -> NDArray[np.uint8]:
    """Return the (H, W) uint8 picture of a section.

    Args:
        density: (H, W) float32 stain; about 0.3 is cytoplasm, 1 the darkest membrane.
        rng: Source of randomness.
        scale: Magnification.
    """
    height, width = density.shape
    stain = density + _specks(rng, height, width, scale) + _knife_marks(rng, height, width)
    focus = rng.uniform(0.7, 1.05) * scale
    stain = blurred(stain, focus * rng.uniform(1.0, 1.2), focus)

    # Beam and section are uneven over the field; resin thickness changes slowly.
    light = 1 + 0.035 * noise(rng, height, width, 160) + 0.02 * noise(rng, height, width, 60)
    y, x = grid(height, width)
    fall = ((y / height - rng.uniform(0.3, 0.7)) ** 2) + ((x / width - rng.uniform(0.3, 0.7)) ** 2)
    light -= np.float32(rng.uniform(0, 0.18)) * fall
    transmitted = np.exp(-np.float32(rng.uniform(1.35, 1.7)) * np.maximum(stain, 0)) * light

    # Shot noise grows with the square root of the signal; film and lens give it a grain.
    signal = np.sqrt(np.maximum(transmitted, 0.02))
    grain = rng.uniform(0.5, 0.8) * scale
    transmitted += noise(rng, height, width, grain) * signal * np.float32(rng.uniform(0.04, 0.075))
    transmitted += noise(rng, height, width, 0) * signal * np.float32(rng.uniform(0.012, 0.03))

    low, high = np.percentile(transmitted, (0.2, 99.8))
    black, white = rng.uniform(14, 40), rng.uniform(225, 252)
    # The middle of the range is lifted, as a print's is.
    grey = black + (transmitted - low) / (high - low) * (white - black)
    picture: NDArray[np.uint8] = np.clip(np.round(grey), 0, 255).astype(np.uint8)
    return picture


def _specks(rng: np.random.Generator, height: int, width: int, scale: float) -> Plane:
    """Return precipitates of stain: a few small black grains."""
    points = np.zeros((height, width), np.float32)
    count = rng.poisson(height * width / 60_000 * rng.choice([0.2, 1, 3], p=[0.6, 0.3, 0.1]))
    points[rng.integers(height, size=count), rng.integers(width, size=count)] = 1
    y, x = grid(9, 9)
    kernel = smooth_step(-np.hypot(y - 4, x - 4), -2.6 * scale, -1.0 * scale)
    return filtered(points, kernel) * np.float32(0.6)


def _knife_marks(rng: np.random.Generator, height: int, width: int) -> Plane:
    """Return scratches of the knife: straight, parallel, faint."""
    y, x = grid(height, width)
    angle = rng.uniform(0, np.pi)
    across = y * np.float32(np.cos(angle)) - x * np.float32(np.sin(angle))
    marks = np.zeros((height, width), np.float32)
    for _ in range(rng.choice([0, 0, 1, 3])):
        place = rng.uniform(float(across.min()), float(across.max()))
        width_px = rng.uniform(0.8, 4)
        mark = np.exp(-(((across - np.float32(place)) / np.float32(width_px)) ** 2))
        marks += np.float32(rng.choice([-1, 1]) * rng.uniform(0.02, 0.07)) * mark
    # Chatter: the knife vibrates, so the section's thickness ripples.
    ripple = np.sin(across * np.float32(2 * np.pi / rng.uniform(60, 200)))
    return np.asarray(marks + np.float32(rng.uniform(0, 0.008)) * ripple, np.float32)
