"""Decide the size of crops, by the size of the images and by what trains."""

import math
from typing import Final

from trainer.reason import Reason

# With the same number of pixels, 80 steps of 4 crops of 256 x 256 brought unet-mini to a membrane
# F-score of 0.654 on ISBI, 280 of 2 of 192 x 192 to 0.744, and 320 of 4 of 128 x 128 to 0.752.
# Networks of larger strides see farther, and get larger crops.
_CPU_SIDES: Final = (128, 256)
_CPU_SIDE_STRIDES: Final = 32
_CUDA_SIDE: Final = 512
# Whole images are fitted into these.
_CPU_WHOLE: Final = 512 * 512
_CUDA_WHOLE: Final = 1024 * 1024


def decide_crop(
    asked: tuple[int, int] | None,
    median: tuple[int, int],
    stride: int,
    device_type: str,
    *,
    whole: bool,
) -> tuple[tuple[int, int], Reason | None]:
    """Return the (height, width) of crops, and the reason if it is not what was asked for.

    Args:
        asked: What the user asked for, or None.
        median: Usual (height, width) of the images.
        stride: Crops are multiples of it.
        device_type: "cpu" or "cuda".
        whole: Whether whole images are fitted into a crop, not parts cut out of them.
    """
    if asked is None:
        return (_whole if whole else _part)(median, stride, device_type)
    crop = _up(asked[0], stride), _up(asked[1], stride)
    if crop == asked:
        return crop, None
    return crop, Reason("crop", _size(crop), f"--crop rounded up to multiples of {stride}")


def _part(median: tuple[int, int], stride: int, device_type: str) -> tuple[tuple[int, int], Reason]:
    """Return as much of an image as leaves time for many steps."""
    least, most = _CPU_SIDES
    cpu_side = min(max(_CPU_SIDE_STRIDES * stride, least), most)
    side = _CUDA_SIDE if device_type == "cuda" else cpu_side
    height, width = (min(_up(length, stride), side) for length in median)
    why = (
        f"the images have {_size(median)}"
        if (height, width) == median
        else f"a part of the images' {_size(median)}; more steps in the same time"
        if min(height, width) == side
        else f"what of the images' {_size(median)} fits multiples of {stride}"
    )
    return (height, width), Reason("crop", _size((height, width)), why)


def _whole(
    median: tuple[int, int], stride: int, device_type: str
) -> tuple[tuple[int, int], Reason]:
    """Return the crop that whole images are fitted into."""
    most = _CUDA_WHOLE if device_type == "cuda" else _CPU_WHOLE
    scale = min(math.sqrt(most / math.prod(median)), 1.0)
    height, width = (_up(max(round(length * scale), 1), stride) for length in median)
    why = (
        f"whole images; the usual one has {_size(median)}"
        if scale == 1
        else f"the images' {_size(median)} fitted into {most // 1000} thousand pixels"
    )
    return (height, width), Reason("crop", _size((height, width)), why)


def _up(side: int, stride: int) -> int:
    return math.ceil(side / stride) * stride


def _size(size: tuple[int, int]) -> str:
    return f"{size[1]} x {size[0]}"
