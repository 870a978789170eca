"""Resizing images and scores bilinearly, pixel centres aligned (``align_corners=False``)."""

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import RgbImage


def resized_image(image: RgbImage, height: int, width: int) -> RgbImage:
    """Return an (H, W, 3) uint8 image at another size; each pixel is a mean where it shrinks."""
    import cv2

    if image.shape[:2] == (height, width):
        return image
    shrinks = height < image.shape[0] and width < image.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized = np.empty((height, width, 3), np.uint8)
    cv2.resize(image, (width, height), dst=resized, interpolation=method)
    return resized


def resized_scores(scores: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Return (C, h, w) float32 scores as (C, height, width)."""
    import cv2

    if scores.shape[1:] == (height, width):
        return scores
    # One channel at a time: OpenCV has a limit of channels, and wants them last.
    resized = np.empty((len(scores), height, width), np.float32)
    for target, channel in zip(resized, scores, strict=True):
        cv2.resize(channel, (width, height), dst=target, interpolation=cv2.INTER_LINEAR)
    return resized
