"""What happens between a model's answer and the moment at which it is written."""

import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest
from answers import apply_prediction
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from segstudio.controllers.answer_writer import AnswerRequest, AnswerWriting
from segstudio.controllers.jobs import Pool
from segstudio.core.label_map import IGNORE_INDEX, LabelMap
from segstudio.core.mask_edit import MaskPatch
from segstudio.core.prepared_answer import AnswerRules, Applied, PreparedAnswer
from segstudio.core.rect import Rect
from segstudio.core.review import CHECKED
from segstudio.core.snapshot import Tile, WaitingTiles, tiles_of
from segstudio.document.document import Document

_SIZE = (1200, 1500)
_STROKE = Rect(100, 100, 140, 400)


def make_document() -> Document:
    """Return an image of which the left third is labelled 1, by an answer, and nothing else."""
    label_map = np.full(_SIZE, IGNORE_INDEX, np.uint8)
    label_map[:, :500] = 1
    image = np.zeros((*_SIZE, 3), np.uint8)
    return Document(key="a.png", image=image, label_map=label_map, prediction=label_map.copy())


def answer() -> LabelMap:
    """Return an answer: 2 everywhere but at the right, where it is 3."""
    class_map = np.full(_SIZE, 2, np.uint8)
    class_map[:, 1200:] = 3
    return class_map


class Between:
    """Holds an answer on its way into a document, once the document was looked at."""

    def __init__(self, qtbot: QtBot, pool: Pool) -> None:
        self._qtbot, self.pool = qtbot, pool
        self.document = make_document()
        self.applied: Applied | None = None
        self._has_looked, self._may_go_on = threading.Event(), threading.Event()

    def begin(self, *, is_confirmed: bool = False, locked: frozenset[int] = frozenset()) -> None:
        """Begin to write the answer; return when the thread has taken its copy of the labels."""
        request = AnswerRequest("Run", self._class_map, AnswerRules(locked), is_confirmed)
        self.writing = AnswerWriting(self.document, request, self.pool, self.pool)
        self.writing.written.connect(self._take)
        self.is_ended = False
        self.writing.ended.connect(self._end)
        assert self._has_looked.wait(10)

    def go_on(self) -> None:
        """Let the thread compare."""
        self._may_go_on.set()

    def finish(self) -> None:
        """Let the thread go on, and wait until the answer is written or given up."""
        self.go_on()
        self._qtbot.waitUntil(lambda: self.is_ended, timeout=10_000)

    def _class_map(self) -> LabelMap:
        self._has_looked.set()
        self._may_go_on.wait(10)
        return answer()

    def _take(self, applied: Applied) -> None:
        self.applied = applied

    def _end(self) -> None:
        self.is_ended = True


@pytest.fixture
def between(qtbot: QtBot) -> Iterator[Between]:
    parent = QObject()
    pool = Pool(1, parent)
    between = Between(qtbot, pool)
    yield between
    between.go_on()
    pool.shut_down()


def paint(document: Document, rect: Rect, value: int) -> None:
    """Paint a rectangle as one edit."""
    before = document.label_map[rect.slices].copy()
    document.apply("Brush", MaskPatch(rect, before, np.full_like(before, value)))


def paint_many_tiles(document: Document) -> None:
    paint(document, Rect(0, 0, 900, 1500), 7)


def undo(document: Document) -> None:
    assert document.undo() == "Brush"


def approve(document: Document) -> None:
    document.is_approved = True


def accept_a_region(document: Document) -> None:
    noted = np.zeros(_SIZE, np.uint8)
    noted[300:600] = CHECKED
    document.noted = noted


def take_another_answer(document: Document) -> None:
    apply_prediction(document, "Other", np.full(_SIZE, 4, np.uint8))


def paint_in_a_stroke(document: Document) -> None:
    document.begin_gesture("Brush")
    before = document.label_map[_STROKE.slices].copy()
    document.paint(MaskPatch(_STROKE, before, np.full_like(before, 5)))


@pytest.mark.parametrize(
    "act",
    [
        undo,
        approve,
        accept_a_region,
        take_another_answer,
        paint_many_tiles,
        paint_in_a_stroke,
        lambda document: paint(document, Rect(5, 600, 60, 660), 6),
        lambda document: paint(document, _STROKE, IGNORE_INDEX),
        lambda document: (undo(document), approve(document), paint(document, _STROKE, 6)),
    ],
)
def test_what_the_user_does_meanwhile_counts_as_if_the_answer_came_after_it(
    act: Callable[[Document], None], between: Between
) -> None:
    document, at_once = between.document, make_document()
    for each in (document, at_once):
        paint(each, _STROKE, 5)
    between.begin(locked=frozenset({6}))
    act(document)
    between.finish()
    act(at_once)
    expected = apply_prediction(at_once, "Run", answer(), locked={6})

    applied = between.applied
    assert applied is not None
    assert (applied.corrected, applied.locked) == (expected.corrected, expected.locked)
    assert np.array_equal(applied.answer, expected.answer)
    for each in (document, at_once):
        each.end_gesture()
    edits, wanted = document.history.edits, at_once.history.edits
    assert [edit.name for edit in edits] == [edit.name for edit in wanted]
    assert [list(edit.rects()) for edit in edits] == [list(edit.rects()) for edit in wanted]
    assert document.is_approved == at_once.is_approved
    assert document.noted is not None
    assert at_once.noted is not None
    assert np.array_equal(document.noted, at_once.noted)
    while True:  # the answer, and all that was before it
        assert np.array_equal(document.label_map, at_once.label_map)
        if at_once.undo() is None:
            break
        document.undo()


def test_a_stroke_under_way_goes_on_after_the_answer(between: Between) -> None:
    document = between.document
    paint_in_a_stroke(document)
    between.begin()
    between.finish()
    assert document.in_gesture
    assert [edit.name for edit in document.history.edits] == ["Brush", "Run"]
    assert (document.label_map[_STROKE.slices] == 5).all()


def test_the_window_compares_only_little_that_was_painted_meanwhile(
    between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = {True: 0, False: 0}  # by the window, by a thread
    update = PreparedAnswer.update

    def count(prepared: PreparedAnswer, label_map: LabelMap, rects: list[Rect]) -> None:
        is_window = threading.current_thread() is threading.main_thread()
        pixels[is_window] += sum(rect.height * rect.width for rect in rects)
        update(prepared, label_map, rects)

    monkeypatch.setattr(PreparedAnswer, "update", count)
    between.begin()
    paint_many_tiles(between.document)
    between.finish()
    assert pixels == {True: 0, False: 4 * 256 * 1500}


def test_a_save_that_begins_meanwhile_copies_on_a_thread(between: Between) -> None:
    document, waited_on = between.document, set[threading.Thread]()

    def look(_tiles: Sequence[Tile]) -> None:
        waited_on.add(threading.current_thread())

    between.begin()
    document.waiting.add(WaitingTiles(tiles_of(Rect(0, 0, *_SIZE)), look))
    between.finish()
    assert document.history.undo_name == "Run"
    assert waited_on
    assert threading.main_thread() not in waited_on


def test_what_is_given_up_is_not_written(between: Between) -> None:
    document = between.document
    between.begin(is_confirmed=True)
    between.writing.cancel()
    assert between.is_ended
    assert not document.expects_edit
    between.go_on()
    document.settle()
    assert between.applied is None
    assert not document.history.edits


def test_an_answer_that_the_user_confirmed_is_waited_for(between: Between) -> None:
    document = between.document
    between.begin(is_confirmed=True)
    assert document.expects_edit
    threading.Timer(0.2, between.go_on).start()
    document.settle()
    assert not document.expects_edit
    assert between.applied is not None
    assert document.history.undo_name == "Run"


def test_two_that_are_expected_are_told_once_both_are_made(between: Between) -> None:
    document, told = between.document, list[bool]()
    document.edit_arrived.connect(lambda: told.append(True))
    between.begin(is_confirmed=True)
    document.expect_edit(between, is_expected=True)
    between.finish()
    assert document.expects_edit
    assert not told
    document.expect_edit(between, is_expected=False)
    assert told == [True]


@pytest.mark.parametrize("step", ["compare", "patch"], ids=["on the thread", "in the window"])
def test_where_memory_is_short_that_is_told_and_nothing_is_written(
    step: str, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Exception] = []
    between.begin(is_confirmed=True)
    between.writing.failed.connect(told.append)

    def fail(*_: object) -> None:
        raise MemoryError("no memory")

    monkeypatch.setattr(PreparedAnswer, step, fail)
    between.finish()
    assert [str(error) for error in told] == ["no memory"]
    assert between.document.noted is None
    assert not between.document.expects_edit
    assert not between.document.history.edits


def no_memory(*_: object, **__: object) -> None:
    raise MemoryError("no memory")


@pytest.mark.parametrize("act", [approve, paint_many_tiles])
def test_where_there_is_no_memory_to_compare_again_that_is_told(
    act: Callable[[Document], None], between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Exception] = []
    between.begin(is_confirmed=True)
    between.writing.failed.connect(told.append)
    act(between.document)
    monkeypatch.setattr(Document, "snapshot", no_memory)
    between.go_on()
    between.document.settle()
    assert [str(error) for error in told] == ["no memory"]
    assert between.is_ended
    assert not between.document.expects_edit


def test_where_there_is_no_memory_to_begin_who_asked_is_told(
    qtbot: QtBot, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Document, "snapshot", no_memory)
    pool, request = between.pool, AnswerRequest("Run", answer, AnswerRules(), is_confirmed=True)
    writing = AnswerWriting(between.document, request, pool, pool)
    with qtbot.waitSignal(writing.failed, timeout=10_000):
        pass
    assert not between.document.expects_edit
