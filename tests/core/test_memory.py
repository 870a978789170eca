"""Memory of whole images: who uses it has it, and when nobody does, a thread gives it back."""

import mmap
import subprocess
import sys
import time
import weakref
from collections.abc import Callable

import numpy as np
import pytest
from pages import pages_under

from segstudio.core.history import Edit
from segstudio.core.label_map import unlabelled
from segstudio.core.mask_edit import MaskPatch, difference_patch
from segstudio.core.memory import copied, empty, writable, zeros
from segstudio.core.rect import Rect
from segstudio.core.region import Region, region_patch
from segstudio.core.reshape import Reshaping, class_mask, reshaped
from segstudio.core.snapshot import Snapshot

SIDE = 2100  # of a large array

pytestmark = pytest.mark.skipif(
    not hasattr(mmap, "MAP_ANONYMOUS"), reason="here all memory is NumPy's own"
)


def wait_until_gone(pages: "weakref.ref[mmap.mmap]") -> None:
    end = time.monotonic() + 10
    while pages() is not None:
        assert time.monotonic() < end, "nobody gave the pages back"
        time.sleep(0.001)


def reference_to_pages(array: np.ndarray) -> "weakref.ref[mmap.mmap]":
    pages = pages_under(array)
    assert pages is not None
    return weakref.ref(pages)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32, np.bool_])
@pytest.mark.parametrize("shape", [(3, 5), (SIDE, SIDE), (0, 7)])
def test_an_array_of_zeros_is_of_the_wanted_kind(shape: tuple[int, ...], dtype: type) -> None:
    array = zeros(shape, dtype)
    assert array.shape == shape
    assert array.dtype == dtype
    assert not array.any()
    array[...] = 1
    assert array.all()


def test_only_large_arrays_have_pages_of_their_own() -> None:
    assert pages_under(empty((100, 100), np.uint8)) is None
    assert pages_under(empty((SIDE, SIDE), np.uint8)) is not None


def test_pages_go_with_the_last_array_on_them() -> None:
    array = zeros((SIDE, SIDE), np.uint8)
    pages = reference_to_pages(array)
    array[7] = 3
    row = array[7]
    del array
    assert pages() is not None
    assert (row == 3).all()
    del row
    wait_until_gone(pages)


def test_a_program_ends_in_silence_while_it_holds_pages() -> None:
    program = "from segstudio.core.memory import zeros\nheld = zeros((2**24,), 'u1')\nheld[:] = 1"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ended.stderr == b""


def test_a_copy_is_in_one_piece_and_another() -> None:
    array = np.arange(4 * SIDE * SIDE, dtype=np.uint32).reshape(2 * SIDE, 2 * SIDE)
    copy = copied(array[::2, ::2])
    assert copy.flags.c_contiguous
    assert np.array_equal(copy, array[::2, ::2])
    assert not np.shares_memory(copy, array)


def test_what_may_be_written_is_not_copied_for_that() -> None:
    array = np.zeros((3, 3), np.uint8)
    assert writable(array) is array
    array.flags.writeable = False
    assert writable(array).flags.writeable


def edit() -> MaskPatch:
    label_map = unlabelled(SIDE, SIDE)
    region = Region(Rect(0, 0, SIDE, SIDE), np.ones((SIDE, SIDE), np.bool_))
    patch = region_patch(label_map, region, 1)
    assert patch is not None
    return patch


def difference() -> MaskPatch:
    patch = difference_patch(unlabelled(SIDE, SIDE), np.zeros((SIDE, SIDE), np.uint8))
    assert patch is not None
    return patch


def unpacked_edit() -> MaskPatch:
    packed = Edit.of("Fill", edit())
    packed.pack()
    packed.set_near(True)
    packed.unpack()
    (patch,) = packed.patches()
    return patch


def shrunk_class() -> MaskPatch:
    label_map = unlabelled(SIDE, SIDE)
    label_map[:, :-9] = 1
    region = class_mask(label_map, 1)
    assert region is not None
    patch = reshaped(label_map, region, 1, Reshaping.SHRINK, 2)
    assert patch is not None
    return patch


@pytest.mark.parametrize("make", [edit, difference, unpacked_edit, shrunk_class])
def test_edits_of_whole_images_are_given_back_by_the_thread(make: Callable[[], MaskPatch]) -> None:
    patch = make()
    assert pages_under(patch.before) is not None
    assert pages_under(patch.after) is not None


def test_so_are_snapshots() -> None:
    assert pages_under(Snapshot(unlabelled(SIDE, SIDE)).pixels()) is not None
