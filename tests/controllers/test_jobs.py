"""Jobs and the threads that run them."""

import os
import subprocess
import sys
import threading
import time

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from segstudio.controllers.jobs import LATER, MEANWHILE, SOON, Job, Pool

# In a process of its own: what this would do wrong kills the process.
_DELETE_WHILE_JOBS_END = """
import os, time
os.environ["QT_QPA_PLATFORM"] = "offscreen"
import shiboken6
from PySide6.QtCore import QCoreApplication, QObject
from segstudio.controllers.jobs import LATER, MEANWHILE, SOON, Job, Pool

application = QCoreApplication([])
for round in range(300):
    parent = QObject()
    pool = Pool(3, parent)
    for _ in range(6):
        Job(lambda _cancelled: time.sleep(0.0004), parent).start(pool)
    application.processEvents()
    time.sleep(round % 7 * 0.0002)
    shiboken6.delete(parent)
    application.processEvents()
print("alive")
"""


def test_a_pool_may_be_deleted_while_its_jobs_end() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _DELETE_WHILE_JOBS_END], capture_output=True, text=True, check=False
    )
    assert done.stdout == "alive\n", done.stderr


def test_a_job_that_has_not_begun_dies_with_its_pool(qtbot: QtBot) -> None:
    parent = QObject()
    pool = Pool(1, parent)
    begun, may_end, second = threading.Event(), threading.Event(), threading.Event()

    def first(_cancelled: threading.Event) -> None:
        begun.set()
        may_end.wait(10)

    Job(first, parent).start(pool)
    Job(lambda _cancelled: second.set(), parent).start(pool)
    assert begun.wait(10)
    with qtbot.waitSignal(parent.destroyed):
        parent.deleteLater()
    may_end.set()
    assert not second.wait(0.2)


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own there")
@pytest.mark.parametrize("nice", [SOON, MEANWHILE, LATER])
def test_the_threads_of_a_pool_stand_back_for_the_window(qtbot: QtBot, nice: int) -> None:
    parent = QObject()
    window = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    job = Job(lambda _cancelled: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()), parent)
    with qtbot.waitSignal(job.succeeded) as answer:
        job.start(Pool(1, parent, nice=nice))
    assert answer.args == [min(window + nice, 19)]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == window


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_a_job_that_must_run_is_done_though_its_pool_is_shut_down_before_it_begins(
    qtbot: QtBot, is_cancelled: bool
) -> None:
    parent = QObject()
    pool = Pool(1, parent)
    begun, told = threading.Event(), []
    done: list[str] = []

    def first(_cancelled: threading.Event) -> None:
        begun.set()
        time.sleep(0.1)

    Job(first, parent).start(pool)
    assert begun.wait(10)
    for name, must_run in (("dropped", False), ("done", True), ("also done", True)):
        job = Job(lambda _cancelled, name=name: done.append(name), parent)
        job.succeeded.connect(told.append)
        job.start(pool, must_run=must_run)
        if is_cancelled:
            job.cancel()
    pool.shut_down()
    assert done == ([] if is_cancelled else ["done", "also done"])
    assert not told
