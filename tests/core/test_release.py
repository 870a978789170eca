import threading
import weakref

import numpy as np

from segstudio.core.release import release


def wait_for_threads() -> None:
    for thread in threading.enumerate():
        if thread.name == "release":
            thread.join()


def test_large_arrays_go_on_a_thread_and_small_ones_at_once() -> None:
    large, small = np.zeros(2**23, np.uint8), np.zeros(9, np.uint8)
    seen = [weakref.ref(large), weakref.ref(small)]
    arrays = [large, small]
    del large, small
    release(arrays)
    assert not arrays
    assert seen[1]() is None
    wait_for_threads()
    assert seen[0]() is None


def test_an_array_that_is_still_needed_stays() -> None:
    needed = np.full(2**23, 7, np.uint8)
    release([needed])
    wait_for_threads()
    assert (needed == 7).all()
