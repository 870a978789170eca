import subprocess
import sys

import pytest

CODE = """
import resource
from trainer.memory import keep_freed_memory
keep = {keep}
if keep and not keep_freed_memory():
    raise SystemExit(3)
import numpy as np
def faults():
    np.ones(2**24, np.float32)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        np.ones(2**24, np.float32)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(faults())
"""


def page_faults(*, keep: bool) -> int:
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(keep=keep)], capture_output=True, text=True, timeout=60
    )
    if done.returncode == 3:
        pytest.skip("this C library does not know the advice")
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="advice for GNU's C library")
def test_blocks_that_were_freed_are_used_again_without_asking_the_kernel() -> None:
    assert page_faults(keep=True) < page_faults(keep=False) / 10
