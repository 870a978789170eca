"""Smooth random fields and the few OpenCV calls that the drawing needs, as typed functions."""

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.float32]
"""(H, W) float32, one value per pixel."""


def noise(rng: np.random.Generator, height: int, width: int, grain: float) -> Plane:
    """Return Gaussian noise of mean 0 and standard deviation 1.

    Args:
        rng: Source of randomness.
        height: Rows.
        width: Columns.
        grain: Standard deviation of the Gaussian filter, in pixels; 0 is white noise.
    """
    # Coarse grains are drawn on a coarse grid: the same field, without blurring millions of pixels.
    step = max(1.0, grain / 2.5)
    margin = 12  # past the filter's reach, so that the edges have the same statistics
    rows, columns = (int(np.ceil(size / step)) + 2 * margin for size in (height, width))
    coarse = rng.standard_normal((rows, columns), dtype=np.float32)
    sigma = grain / step
    if sigma > 0:
        # What a Gaussian filter leaves of white noise; the sampled kernel's own norm, because the
        # formula 1 / (2 sigma sqrt(pi)) is wrong below one pixel.
        taps = _gaussian_taps(sigma)
        coarse = blurred(coarse, sigma) / np.float32(np.sum(taps**2))
    if step == 1.0:
        return coarse[margin : margin + height, margin : margin + width]
    matrix = np.array([[1 / step, 0, margin], [0, 1 / step, margin]], np.float64)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return _plane(cv2.warpAffine(coarse, matrix, (width, height), flags=flags))


def blurred(plane: Plane, sigma_x: float, sigma_y: float = 0.0) -> Plane:
    """Return ``plane`` after a Gaussian filter; ``sigma_y`` 0 means as ``sigma_x``, in pixels."""
    return _plane(
        cv2.GaussianBlur(
            plane, (0, 0), sigma_x, sigmaY=sigma_y or sigma_x, borderType=cv2.BORDER_REFLECT_101
        )
    )


def sampled(plane: Plane, y: Plane, x: Plane, *, wrap: bool = False) -> Plane:
    """Return ``plane`` at the (H, W) float32 positions ``y``, ``x``, in pixels, bilinear."""
    border = cv2.BORDER_WRAP if wrap else cv2.BORDER_REFLECT_101
    return _plane(cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=border))


def filtered(plane: Plane, kernel: Plane) -> Plane:
    """Return the correlation of ``plane`` with a small ``kernel``."""
    return _plane(cv2.filter2D(plane, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT))


def distance_to(marked: NDArray[np.bool_]) -> Plane:
    """Return each pixel's Euclidean distance to the nearest marked pixel, in pixels."""
    free = (~marked).astype(np.uint8)
    return _plane(cv2.distanceTransform(free, cv2.DIST_L2, cv2.DIST_MASK_PRECISE))


def grid(height: int, width: int) -> tuple[Plane, Plane]:
    """Return the (H, W) float32 row and column of every pixel."""
    y, x = np.meshgrid(
        np.arange(height, dtype=np.float32), np.arange(width, dtype=np.float32), indexing="ij"
    )
    return y, x


def smooth_step(plane: Plane, low: float, high: float) -> Plane:
    """Return 0 below ``low``, 1 above ``high``, and a smooth ramp between."""
    ramp = np.clip((plane - low) / (high - low), 0, 1)
    return _plane(ramp * ramp * (3 - 2 * ramp))


def bump(plane: Plane, center: float, width: float) -> Plane:
    """Return a Gaussian bump: 1 where ``plane`` is ``center``, falling over ``width``."""
    return _plane(np.exp(-(((plane - center) / width) ** 2)))


def _gaussian_taps(sigma: float) -> NDArray[np.float64]:
    offsets = np.arange(-np.ceil(4 * sigma), np.ceil(4 * sigma) + 1)
    taps: NDArray[np.float64] = np.exp(-(offsets**2) / (2 * sigma**2))
    taps /= taps.sum()
    return taps


def _plane(values: NDArray[Any]) -> Plane:
    return np.asarray(values, np.float32)
