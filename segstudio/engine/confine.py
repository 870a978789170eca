"""What the worker process takes from itself, before a stranger's model can use it.

First of all, and again before each model is loaded: a model's code, should it get to run any, can
then write nowhere, reach no network, and read only the program's own files and the model's.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from segstudio.engine.landlock import READING, WRITING, Access, restrict

_SYSTEM: Final = ("/usr", "/lib", "/lib64", "/etc", "/opt", "/nix", "/gnu", "/proc", "/sys", "/dev")


def confine(folder: Path, memory_limit: int | None) -> bool:
    """Make this process the one that suffers: of Ctrl+C, crashes and lack of memory.

    Args:
        folder: The process's own, the only one it may write in.
        memory_limit: Bytes that it may take for itself, or None. Only Linux keeps to it.

    Returns:
        Whether the kernel keeps it from writing elsewhere and from the network.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if memory_limit is not None and sys.platform == "linux":
            # Not RLIMIT_AS: CUDA reserves addresses far beyond the memory that there is.
            resource.setrlimit(resource.RLIMIT_DATA, (memory_limit, memory_limit))
    if sys.platform == "linux":
        # When memory runs out, the system kills this process, not the one with the user's labels.
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")
    places = [
        (folder, WRITING),
        (folder.parent, Access.REMOVE_DIR),  # its own folder, empty, should the parent die
        (Path("/dev"), Access.WRITE_FILE | Access.TRUNCATE),
        *((place, WRITING) for place in _driver_caches()),
    ]
    return restrict(WRITING, places, network=False)


def confine_reading(folder: Path, files: Iterable[Path]) -> bool:
    """Refuse this thread everything but the program's own files and these; for ever.

    Returns:
        Whether the kernel does.
    """
    places = [Path(place) for place in _SYSTEM]
    places += [Path(place) for place in (sys.prefix, sys.base_prefix, *sys.path) if place]
    places += [Path(p) for p in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if p]
    places += [folder, *_driver_caches(), *files]
    return restrict(READING, [(place, READING) for place in places])


def usual_memory_limit() -> int | None:
    """Return how much memory a worker may take: most of what the computer has."""
    try:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # Windows has neither
        return None
    return int(pages * size * 0.85)


def _driver_caches() -> list[Path]:
    """Return where NVIDIA's driver keeps what it compiled."""
    given = os.environ.get("CUDA_CACHE_PATH")
    return [Path(given) if given else Path.home() / ".nv"]
