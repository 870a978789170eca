import numpy as np
import pytest

from segstudio.core.live_wire import REACH, LiveWire


@pytest.fixture
def disk() -> np.ndarray:
    """A bright disk of radius 40 around (60, 60), read only as the decoder's images are."""
    y, x = np.ogrid[:120, :130]
    image = np.full((120, 130, 3), 60, np.uint8)
    image[(y + 0.5 - 60) ** 2 + (x + 0.5 - 60) ** 2 <= 40**2] = 200
    image.flags.writeable = False
    return image


def test_the_wire_runs_along_the_edge_not_straight(disk: np.ndarray) -> None:
    path = np.array(LiveWire(disk, (60.5, 20.5)).path_to((20.5, 60.5)))
    radius = np.hypot(path[:, 0] - 60, path[:, 1] - 60)
    assert np.abs(radius - 40).max() <= 3
    assert path[0].tolist() == [60.5, 20.5]
    assert path[-1].tolist() == [20.5, 60.5]


def test_neighbours_on_the_path_are_neighbours_in_the_image(disk: np.ndarray) -> None:
    path = np.array(LiveWire(disk, (60.5, 20.5)).path_to((20.5, 60.5)))
    assert np.abs(np.diff(path, axis=0)).max() <= 1


def test_a_reduced_wire_follows_the_same_edge(disk: np.ndarray) -> None:
    large = disk.repeat(4, axis=0).repeat(4, axis=1)
    path = np.array(LiveWire(large, (242.0, 82.0), reduction=4).path_to((82.0, 242.0)))
    assert np.abs(np.hypot(path[:, 0] - 240, path[:, 1] - 240) - 160).max() <= 12


def test_beyond_its_reach_the_wire_is_straight() -> None:
    image = np.zeros((40, 4 * REACH, 3), np.uint8)
    path = np.array(LiveWire(image, (20.5, 10.5)).path_to((20.5, 900.5)))
    assert path[-1].tolist() == [20.5, 900.5]
    steps = np.diff(path[:, 1])
    assert np.count_nonzero(steps > 2) == 1
    assert path[-2, 1] == pytest.approx(10 + REACH, abs=2)


def test_points_beside_the_image_are_joined(disk: np.ndarray) -> None:
    wire = LiveWire(disk, (0.0, 0.0))
    assert wire.path_to((-50.0, 400.0))[-1] == (-50.0, 400.0)
