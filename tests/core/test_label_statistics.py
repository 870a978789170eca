"""What a label set holds."""

import csv
import io

import numpy as np
import pytest

from segstudio.core.label_statistics import (
    LabelStatistics,
    NumberTable,
    class_table,
    csv_text,
    region_sizes,
    size_table,
    together_table,
)

NAMES = ("background", "cell", "nucleus")


def _statistics(*label_maps: np.ndarray) -> LabelStatistics:
    statistics = LabelStatistics()
    for label_map in label_maps:
        counts = np.bincount(label_map.ravel(), minlength=256)
        statistics.add(counts)
        statistics.add_regions(region_sizes(label_map))
    return statistics


@pytest.fixture
def statistics() -> LabelStatistics:
    first = np.zeros((20, 30), np.uint8)
    first[2:4, 2:4] = 1  # a region of 4 pixels
    first[4:6, 4:6] = 1  # that touches at a corner: one of 8
    first[10, 10] = 1  # one of 1
    second = np.full((10, 10), 255, np.uint8)
    second[:5] = 0
    second[0] = 2
    return _statistics(first, second)


def test_regions_are_counted_by_powers_of_two(statistics: LabelStatistics) -> None:
    assert statistics.sizes[1, :5].tolist() == [1, 0, 0, 1, 0]
    assert statistics.regions(3).tolist() == [2, 2, 1]


def test_classes_have_their_pixels_images_and_shares(statistics: LabelStatistics) -> None:
    rows = {row[0]: row[1:5] for row in class_table(statistics, NAMES).rows}
    assert rows["cell"] == (9, 9 / 650, 1, 2)
    assert rows["nucleus"] == (10, 10 / 650, 1, 1)
    assert rows["(unlabelled)"][0] == 50
    assert statistics.imbalance(3) == 631 / 9


def test_weights_are_those_of_median_frequency_balancing(statistics: LabelStatistics) -> None:
    frequency = np.array([631 / 650, 9 / 600, 10 / 50])
    expected = np.median(frequency) / frequency
    assert statistics.balance_weights(3) == pytest.approx(expected)
    assert np.isnan(statistics.balance_weights(4)[3])  # a class that no image has


def test_classes_that_meet_in_an_image_are_counted(statistics: LabelStatistics) -> None:
    rows = together_table(statistics, NAMES).rows
    assert rows == (("background", 2, 1, 1), ("cell", 1, 1, 0), ("nucleus", 1, 0, 1))


def test_the_size_table_ends_at_the_largest_region(statistics: LabelStatistics) -> None:
    rows = size_table(statistics, NAMES).rows
    assert rows[0] == (1, 1, 0, 1, 0)
    assert rows[-1] == (512, 1023, 1, 0, 0)


def test_an_empty_label_set_has_no_numbers_and_no_faults() -> None:
    statistics = LabelStatistics()
    assert np.isnan(statistics.imbalance(3))
    assert size_table(statistics, NAMES).rows == ()
    assert class_table(statistics, NAMES).rows[0][1] == 0


def test_csv_reads_back_whatever_the_names_are() -> None:
    table = NumberTable(
        ("class", "pixels"), (('a "b", c', 1), ("=1+1", 0.25), ("two\nlines", float("nan")))
    )
    rows = list(csv.reader(io.StringIO(csv_text(table), newline="")))
    assert rows[1:] == [['a "b", c', "1"], ["'=1+1", "0.25"], ["two\nlines", ""]]
