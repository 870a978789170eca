"""Taking rights from a process by Landlock, the Linux kernel's sandbox for ordinary users.

A rule set names the kinds of access that it handles; what no rule allows is then refused to the
thread that puts it on, to those it starts later, and for ever. Sets add up: each only takes more.

Source: https://docs.kernel.org/userspace-api/landlock.html
"""

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterable
from enum import IntFlag
from pathlib import Path
from typing import Final

# The same numbers on every architecture.
_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
_VERSION_FLAG: Final = 1
_PATH_BENEATH: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38


class Access(IntFlag):
    """Kinds of access to files, with the kernel's numbers."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14


READING: Final = Access.EXECUTE | Access.READ_FILE | Access.READ_DIR
WRITING: Final = ~READING
_OF_FILES: Final = Access.EXECUTE | Access.READ_FILE | Access.WRITE_FILE | Access.TRUNCATE
# Kinds that older kernels do not know, and the version that brought them.
_SINCE: Final = {Access.REFER: 2, Access.TRUNCATE: 3}
_NETWORK_SINCE: Final = 4
_SCOPES_SINCE: Final = 6
_NETWORK: Final = 0b11  # bind and connect a TCP socket
_SCOPES: Final = 0b11  # abstract Unix sockets, and signals, of processes outside


class _Rules(ctypes.Structure):
    _fields_ = (
        ("handled_files", ctypes.c_uint64),
        ("handled_network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"  # Python 3.14 asks for it where _pack_ is set
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def landlock_version() -> int:
    """Return the version of the kernel's Landlock; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    return max(_system(_CREATE_RULESET, None, 0, _VERSION_FLAG), 0)


def restrict(
    handled: Access, allowed: Iterable[tuple[Path, Access]], *, network: bool = True
) -> bool:
    """Refuse this thread, and those it starts, some kinds of access to all but a few places.

    Args:
        handled: The kinds.
        allowed: Files and folders, and which of these kinds stay allowed on them and in them.
            Those that do not exist are left out.
        network: Whether to leave the network open. Closed, no TCP socket can be bound or connected,
            and no process outside be signalled, as far as the kernel knows how.

    Returns:
        Whether the kernel took it; False where it has no Landlock.
    """
    version = landlock_version()
    if not version:
        return False
    handled = Access(sum(a for a in Access if a & handled and version >= _SINCE.get(a, 1)))
    rules = _Rules(handled_files=handled)
    size = 8
    if not network and version >= _NETWORK_SINCE:
        rules.handled_network, size = _NETWORK, 16
    if not network and version >= _SCOPES_SINCE:
        rules.scoped, size = _SCOPES, 24
    rule_set = _system(_CREATE_RULESET, ctypes.byref(rules), size, 0)
    if rule_set < 0:
        return False
    try:
        for path, access in allowed:
            with contextlib.suppress(OSError):
                _allow(rule_set, path, access & handled)
        _prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  # the kernel insists
        return _system(_RESTRICT_SELF, rule_set, 0) == 0
    finally:
        os.close(rule_set)


def _allow(rule_set: int, path: Path, access: Access) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights = access if path.is_dir() else access & _OF_FILES
        rule = _PathBeneath(allowed=rights, parent=descriptor)
        if rights:
            _system(_ADD_RULE, rule_set, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(descriptor)


def _system(number: int, *arguments: object) -> int:
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    syscall.restype = ctypes.c_long
    values = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return int(syscall(ctypes.c_long(number), *values))


def _prctl(*arguments: int) -> None:
    ctypes.CDLL(None).prctl(*(ctypes.c_ulong(argument) for argument in arguments))
