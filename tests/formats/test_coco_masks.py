"""COCO's run-length codes and polygons, against its own library."""

import json
from itertools import pairwise

import numpy as np
import pytest

from segstudio.formats.coco_masks import (
    box_of,
    check_polygon,
    compressed,
    counts_area,
    mask_of_counts,
    mask_of_polygon,
    measured,
    polygon_area,
    read_counts,
)

# Made with pycocotools 2.0.11: mask.merge(mask.frPyObjects([polygon], height, width)).
POLYGONS = [
    ([1, 1, 6, 1, 6, 5, 1, 5], 7, 8, "8430000000="),
    ([2.5, 0.5, 9.2, 4.1, 3.3, 8.8, 0.1, 6.6], 9, 10, "6153N3O10N1O2N1O2O5"),
    ([-3, -2, 12, 4, 5, 11, 2.2, 5.5, 0, 9], 10, 11, "082O1O21N2N01N1O2N1O1ON"),
    ([0, 0, 5, 0, 5, 5, 0, 5, 0, 0, 5, 5], 6, 6, "05100000006"),
    ([1.5, 1.5, 1.6, 1.5, 1.5, 1.6], 4, 4, "`0"),
]


@pytest.mark.parametrize(("polygon", "height", "width", "counts"), POLYGONS)
def test_polygons_cover_the_pixels_that_pycocotools_says(
    polygon: list[float], height: int, width: int, counts: str
) -> None:
    mask = mask_of_polygon(check_polygon(polygon, height, width), height, width)
    assert compressed(mask) == {"size": [height, width], "counts": counts}


def test_masks_come_back_from_both_kinds_of_counts() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        height, width = rng.integers(1, 50, 2).tolist()
        mask = rng.random((height, width)) < rng.choice([0, 0.02, 0.5, 0.98, 1])
        code = json.loads(json.dumps(compressed(mask)))
        counts = read_counts(code, height, width)
        assert np.array_equal(mask_of_counts(counts, height, width), mask)
        assert counts_area(counts) == mask.sum()
        code["counts"] = counts.tolist()
        assert np.array_equal(read_counts(code, height, width), counts)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # in its C code
def test_random_shapes_are_those_of_pycocotools() -> None:
    library = pytest.importorskip("pycocotools.mask")
    rng = np.random.default_rng(1)
    for _ in range(500):
        height, width = rng.integers(1, 60, 2).tolist()
        mask = rng.random((height, width)) < rng.random()
        code = library.encode(np.asfortranarray(mask.astype(np.uint8)))
        assert compressed(mask)["counts"] == code["counts"].decode()
        points = rng.uniform(-0.3, 1.3, (rng.integers(3, 12), 2)) * [width, height]
        polygon = points.ravel().tolist()
        drawn = library.decode(library.merge(library.frPyObjects([polygon], height, width)))
        assert np.array_equal(mask_of_polygon(polygon, height, width), drawn.astype(bool))


@pytest.mark.parametrize(
    ("segmentation", "problem"),
    [
        (None, "neither a list of polygons nor"),
        ({"size": [3, 2], "counts": [6]}, r"size \[3, 2\], not \[2, 3\]"),
        ({"size": [2, 3], "counts": None}, "neither a list nor a string"),
        ({"size": [2, 3], "counts": [1.5, 4.5]}, "neither a list nor a string"),
        ({"size": [2, 3], "counts": [True, 5]}, "neither a list nor a string"),
        ({"size": [2, 3], "counts": [5]}, "does not count 2 x 3 pixels"),
        ({"size": [2, 3], "counts": [7, -1]}, "out of range"),
        ({"size": [2, 3], "counts": [10**30]}, "out of range"),
        ({"size": [2, 3], "counts": ""}, "does not count"),
        ({"size": [2, 3], "counts": "é"}, "characters"),
        ({"size": [2, 3], "counts": "6 "}, "characters"),
        ({"size": [2, 3], "counts": "oooooo"}, "in the middle"),
        ({"size": [2, 3], "counts": "o" * 30 + "0"}, "out of range"),
        ({"size": [2, 3], "counts": "oooo?O"}, "negative|does not count"),
    ],
)
def test_wrong_run_length_codes_are_refused(segmentation: object, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_counts(segmentation, 2, 3)


def test_mutated_codes_are_refused_or_fit_the_size() -> None:
    rng = np.random.default_rng(2)
    text = str(compressed(rng.random((20, 30)) < 0.5)["counts"])
    refused = 0
    for _ in range(500):
        letters = list(text)
        for place in rng.integers(0, len(letters), 2):
            letters[place] = chr(rng.integers(48, 112))
        try:
            counts = read_counts({"size": [20, 30], "counts": "".join(letters)}, 20, 30)
        except ValueError:
            refused += 1
        else:
            assert mask_of_counts(counts, 20, 30).shape == (20, 30)
    assert refused > 400


@pytest.mark.parametrize(
    "polygon",
    [
        "0 0 1 1 2 2",
        [0, 0, 1, 1],
        [0, 0, 1, 1, 2],
        [0, 0, 1, 1, 2, "2"],
        [0, 0, 1, 1, 2, True],
        [0, 0, 1, 1, float("inf"), 2],
        [0, 0, 1, 1, float("nan"), 2],
        [0, 0, 1, 1, 1e9, 2],
        [0, 0, 1, 1, 2, -100],
        {"x": 1},
    ],
)
def test_wrong_polygons_are_refused(polygon: object) -> None:
    with pytest.raises(ValueError, match="polygon"):
        check_polygon(polygon, 10, 10)


def test_areas_and_boxes() -> None:
    assert polygon_area([0, 0, 4, 0, 4, 3, 0, 3]) == 12
    mask = np.zeros((5, 6), np.bool_)
    mask[1:4, 2:6] = True
    assert box_of(mask) == measured(mask)["bbox"] == [2, 1, 4, 3]
    assert measured(mask)["area"] == np.count_nonzero(mask)


def test_a_boundary_of_many_points_is_drawn_in_one_piece() -> None:
    angles = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    polygon = np.stack([50 + 40 * np.cos(angles), 50 + 40 * np.sin(angles)], axis=1)
    mask = mask_of_polygon(polygon.ravel().tolist(), 100, 100)
    widths = mask.sum(axis=1)
    assert abs(mask.sum() - np.pi * 40**2) < 60
    assert all(abs(a - b) <= 18 for a, b in pairwise(widths.tolist()))
