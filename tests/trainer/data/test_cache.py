"""Decoded samples in memory, within a limit."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from trainer.data.source import SampleCache, items_of, open_label_set, read_sample

SAMPLE_BYTES = 48 * 64 * 4


def _cache(root: Path, limit: int) -> SampleCache:
    return SampleCache(open_label_set(root, None, None), limit)


def test_what_is_held_is_decoded_once(voc: Path) -> None:
    cache = _cache(voc, 10 * SAMPLE_BYTES)
    item = items_of(cache.dataset, "train")[0]

    sample = cache.load(item)

    assert cache.load(item) is sample
    assert cache.held_bytes == SAMPLE_BYTES
    assert np.array_equal(sample.image, read_sample(cache.dataset, item).image)


def test_what_does_not_fit_is_decoded_again_and_not_held(voc: Path) -> None:
    cache = _cache(voc, 2 * SAMPLE_BYTES - 1)
    first, second = items_of(cache.dataset, "train")[:2]

    held, decoded = cache.load(first), cache.load(second)

    assert cache.load(first) is held
    assert cache.load(second) is not decoded
    assert np.array_equal(cache.load(second).label_map, decoded.label_map)
    assert cache.held_bytes == SAMPLE_BYTES


def test_the_lookup_of_rare_classes_counts_too(voc: Path) -> None:
    cache = _cache(voc, 10 * SAMPLE_BYTES)
    item = items_of(cache.dataset, "train")[0]
    sample = cache.load(item)

    pixels = cache.pixels_of(item, sample, (1,))

    assert cache.pixels_of(item, sample, (1,)) is pixels
    assert cache.held_bytes == SAMPLE_BYTES + pixels[1].nbytes
    assert (sample.label_map.ravel()[pixels[1]] == 1).all()


def test_a_full_cache_looks_up_at_every_use(voc: Path) -> None:
    cache = _cache(voc, SAMPLE_BYTES)
    item = items_of(cache.dataset, "train")[0]
    sample = cache.load(item)

    pixels = cache.pixels_of(item, sample, (1,))

    assert cache.pixels_of(item, sample, (1,)) is not pixels
    assert cache.pixels_of(item, sample, (1,))[1].tolist() == pixels[1].tolist()
    assert cache.held_bytes == SAMPLE_BYTES


def test_threads_do_not_make_it_hold_more_or_count_twice(voc: Path) -> None:
    items = [*items_of(open_label_set(voc, None, None), "train")] * 8
    for _ in range(5):
        cache = _cache(voc, 2 * SAMPLE_BYTES)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(cache.load, items))

        held = sum(cache.load(item) is cache.load(item) for item in items[:3])
        assert held == 2
        assert cache.held_bytes == 2 * SAMPLE_BYTES
