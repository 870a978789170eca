import numpy as np
import pytest

from segstudio.core.label_map import pixel_counts


@pytest.mark.parametrize("num_values", [1, 3, 256])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (50, 70)])
@pytest.mark.parametrize("is_smooth", [False, True])
def test_every_pixel_is_counted_once(
    shape: tuple[int, int], num_values: int, is_smooth: bool
) -> None:
    label_map = np.random.default_rng(1).integers(0, num_values, shape).astype(np.uint8)
    if is_smooth:
        label_map.sort(axis=1)
    counts = pixel_counts(label_map)
    assert counts.shape == (256,)
    assert counts.tolist() == [int((label_map == value).sum()) for value in range(256)]
