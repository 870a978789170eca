"""Label Studio's run-length code of brush strokes: a stream of bits.

The stream holds a number of values (32 bits), the bits of a value less one (5), and four lengths
of counts, each less one (4 bits each). Then come runs: a bit that says whether one value repeats,
which of the four lengths the count has (2 bits), the count less one, and the value or the values.
The values are the red, green, blue and alpha of the pixels, row by row.

Source: https://github.com/HumanSignal/label-studio-sdk, src/label_studio_sdk/converter/brush.py
(Apache-2.0), which names https://github.com/thi-ng/umbrella/tree/develop/packages/rle-pack.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_CHANNELS: Final = 4
_ALPHA: Final = 3
_VALUE_BITS: Final = 8
_COUNT_BITS: Final = (3, 4, 8, 16)
_LONGEST: Final = 2 ** _COUNT_BITS[-1]
_MOST_VALUES: Final = 2**31


def brush_rle(mask: NDArray[np.bool_]) -> list[int]:
    """Return the code of a mask, as bytes; what is on is opaque white."""
    pixels = mask.ravel()
    changes = np.flatnonzero(pixels[1:] != pixels[:-1]) + 1
    bounds = np.concatenate([[0], changes, [pixels.size]])
    lengths = np.diff(bounds) * _CHANNELS
    is_on = pixels[bounds[:-1]]
    # A run that is longer than any count goes on in the next one.
    pieces = -(-lengths // _LONGEST)
    run = np.repeat(np.arange(len(lengths)), pieces)
    is_last = np.concatenate([run[1:] != run[:-1], [True]])
    counts = np.where(is_last, (lengths - (pieces - 1) * _LONGEST)[run], _LONGEST) - 1
    kind = np.searchsorted([2**bits for bits in _COUNT_BITS], counts, side="right")
    bits = np.array(_COUNT_BITS)[kind]
    codes = (((4 + kind) << bits | counts) << _VALUE_BITS) | np.where(is_on[run], 255, 0)
    widths = 3 + bits + _VALUE_BITS
    head = [
        (pixels.size * _CHANNELS, 32),
        (_VALUE_BITS - 1, 5),
        *((bits_ - 1, 4) for bits_ in _COUNT_BITS),
    ]
    codes = np.concatenate([[code for code, _ in head], codes])
    widths = np.concatenate([[width for _, width in head], widths])
    return _packed(codes.astype(np.int64), widths.astype(np.int64))


def mask_of_brush_rle(code: object, height: int, width: int) -> NDArray[np.bool_]:
    """Return the mask of a code: what is not transparent.

    Args:
        code: List of bytes.
        height: Of the image.
        width: Of the image.

    Raises:
        ValueError: If it is no such code, or not of an image of this size.
    """
    if not isinstance(code, list):
        raise ValueError("a brush stroke has no run-length code")
    try:
        data = bytes(code)
    except (TypeError, ValueError):
        raise ValueError("a run-length code holds something else than bytes") from None
    size = height * width * _CHANNELS
    bits = _Bits(data)
    total = bits.take(32)
    if total != size or size > _MOST_VALUES:
        raise ValueError(f"a run-length code does not hold {width} x {height} pixels")
    value_bits = bits.take(5) + 1
    count_bits = [bits.take(4) + 1 for _ in range(4)]
    starts: list[int] = []
    values: list[int] = []
    done = 0
    while done < size:
        repeats = bits.take(1)
        count = bits.take(count_bits[bits.take(2)]) + 1
        if done + count > size:
            raise ValueError("a run-length code counts more pixels than its image has")
        if repeats:
            starts.append(done)
            values.append(bits.take(value_bits))
        else:
            starts.extend(range(done, done + count))
            values.extend(bits.take(value_bits) for _ in range(count))
        done += count
    is_on = np.array(values) != 0
    lengths = np.diff([*starts, size])
    flat: NDArray[np.bool_] = np.repeat(is_on, lengths)
    return flat.reshape(height, width, _CHANNELS)[..., _ALPHA]


class _Bits:
    """Takes bits from the front of some bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, count: int) -> int:
        first, last = self._place >> 3, (self._place + count + 7) >> 3
        if last > len(self._data):
            raise ValueError("a run-length code ends too early")
        window = int.from_bytes(self._data[first:last], "big")
        self._place += count
        return (window >> (last * 8 - self._place)) & ((1 << count) - 1)


def _packed(codes: NDArray[np.int64], widths: NDArray[np.int64]) -> list[int]:
    ends = np.cumsum(widths)
    bits = np.zeros(int(ends[-1]), np.uint8)
    for place in range(int(widths.max())):
        has = widths > place
        bits[ends[has] - 1 - place] = (codes[has] >> place) & 1
    packed: list[int] = np.packbits(bits).tolist()
    return packed
