import numpy as np
import pytest
from answers import apply_prediction, review_of
from pytestqt.qtbot import QtBot

from segstudio.core.mask_edit import MaskPatch, difference_patch
from segstudio.core.rect import Rect
from segstudio.core.review import CORRECTED
from segstudio.document.document import Document


@pytest.fixture
def document(qtbot: QtBot) -> Document:
    return Document(
        key="a.png", image=np.zeros((8, 8, 3), np.uint8), label_map=np.full((8, 8), 255, np.uint8)
    )


def patch(document: Document, rect: Rect, value: int) -> MaskPatch | None:
    after = document.label_map.copy()
    after[rect.slices] = value
    return difference_patch(document.label_map, after)


def test_a_gesture_of_many_writes_is_undone_in_one_step(document: Document) -> None:
    document.begin_gesture("Brush")
    for column in range(4):
        document.paint(patch(document, Rect(2, column, 3, column + 1), 1))
    document.end_gesture()

    assert document.label_map[2].tolist() == [1, 1, 1, 1, 255, 255, 255, 255]
    assert document.undo() == "Brush"
    assert (document.label_map == 255).all()
    assert document.redo() == "Brush"
    assert document.label_map[2].tolist() == [1, 1, 1, 1, 255, 255, 255, 255]


def test_a_cancelled_gesture_leaves_no_trace(document: Document) -> None:
    document.begin_gesture("Brush")
    document.paint(patch(document, Rect(0, 0, 5, 5), 1))
    document.cancel_gesture()

    assert (document.label_map == 255).all()
    assert document.undo() is None


def test_undo_during_a_stroke_ends_the_stroke_and_takes_it_back(document: Document) -> None:
    document.begin_gesture("Brush")
    document.paint(patch(document, Rect(0, 0, 5, 5), 1))

    assert document.undo() == "Brush"
    assert (document.label_map == 255).all()
    assert not document.in_gesture


def test_mask_changed_tells_the_rectangle(document: Document, qtbot: QtBot) -> None:
    with qtbot.waitSignal(document.mask_changed) as signal:
        document.apply("Fill", patch(document, Rect(1, 2, 3, 4), 7))
    assert signal.args == [Rect(1, 2, 3, 4)]


def test_an_edit_makes_the_document_modified_until_it_is_saved(document: Document) -> None:
    assert not document.is_modified
    document.apply("Fill", patch(document, Rect(0, 0, 1, 1), 1))
    assert document.is_modified
    document.mark_saved()
    assert not document.is_modified
    document.undo()
    assert document.is_modified


def test_a_prediction_fills_what_is_unlabelled(document: Document) -> None:
    applied = apply_prediction(document, "Run", np.full((8, 8), 2, np.uint8))
    assert applied.corrected == 0
    assert (document.label_map == 2).all()
    assert document.undo() == "Run"
    assert (document.label_map == 255).all()


def test_a_second_prediction_keeps_corrected_pixels_and_says_how_many(document: Document) -> None:
    apply_prediction(document, "Run A", np.full((8, 8), 2, np.uint8))
    document.apply("Brush", patch(document, Rect(0, 0, 1, 3), 5))

    applied = apply_prediction(document, "Run B", np.full((8, 8), 3, np.uint8))

    assert applied.corrected == 3
    assert document.label_map[0].tolist() == [5, 5, 5, 3, 3, 3, 3, 3]


def test_corrected_pixels_go_only_when_the_user_asks(document: Document) -> None:
    document.apply("Brush", patch(document, Rect(0, 0, 1, 3), 5))
    apply_prediction(document, "Run", np.full((8, 8), 3, np.uint8), replace_all=True)
    assert (document.label_map == 3).all()


def test_a_prediction_leaves_a_locked_class_alone_and_says_how_many_pixels(
    document: Document,
) -> None:
    apply_prediction(document, "Run A", np.full((8, 8), 2, np.uint8))
    document.apply("Brush", patch(document, Rect(0, 0, 1, 3), 5))

    applied = apply_prediction(document, "Run B", np.full((8, 8), 3, np.uint8), locked={2})

    assert document.label_map[0].tolist() == [5, 5, 5, 2, 2, 2, 2, 2]
    assert (applied.corrected, applied.locked) == (3, 61)
    # Nobody has looked at what the lock kept: it is no correction, also of the next answer.
    assert np.array_equal(review_of(document) == CORRECTED, document.label_map == 5)
    assert apply_prediction(document, "Run C", np.full((8, 8), 4, np.uint8)).corrected == 3
    assert document.label_map[0].tolist() == [5, 5, 5, 4, 4, 4, 4, 4]


def test_a_locked_class_stays_when_corrected_pixels_are_replaced(document: Document) -> None:
    apply_prediction(document, "Run A", np.full((8, 8), 2, np.uint8))
    document.apply("Brush", patch(document, Rect(0, 0, 1, 3), 5))
    document.apply("Brush", patch(document, Rect(1, 0, 2, 3), 6))
    answer = np.full((8, 8), 3, np.uint8)

    apply_prediction(document, "Run B", answer, locked={5}, replace_all=True)

    assert document.label_map[:3, 0].tolist() == [5, 3, 3]
    assert np.array_equal(review_of(document) == CORRECTED, document.label_map == 5)


def test_undoing_a_prediction_does_not_turn_the_one_before_into_corrections(
    document: Document,
) -> None:
    apply_prediction(document, "Run A", np.full((8, 8), 2, np.uint8))
    apply_prediction(document, "Run B", np.full((8, 8), 3, np.uint8))
    document.undo()

    assert apply_prediction(document, "Run C", np.full((8, 8), 4, np.uint8)).corrected == 0
    assert (document.label_map == 4).all()


def test_a_prediction_keeps_corrections_anywhere_in_an_image_of_many_rows(qtbot: QtBot) -> None:
    size = (700, 300)
    document = Document(
        key="a.png", image=np.zeros((*size, 3), np.uint8), label_map=np.full(size, 255, np.uint8)
    )
    apply_prediction(document, "Run A", np.full(size, 2, np.uint8))
    painted = [Rect(0, 7, 3, 9), Rect(350, 0, 351, 300), Rect(699, 299, 700, 300)]
    for rect in painted:
        document.apply("Brush", patch(document, rect, 5))
    expected = np.where(document.label_map == 5, 5, 3)

    applied = apply_prediction(document, "Run B", np.full(size, 3, np.uint8))
    assert applied.corrected == 6 + 300 + 1
    assert np.array_equal(document.label_map, expected)


def test_a_long_stroke_tells_few_rectangles_when_it_is_undone(qtbot: QtBot) -> None:
    size = (4000, 5000)
    document = Document(
        key="a.png", image=np.zeros((*size, 3), np.uint8), label_map=np.full(size, 255, np.uint8)
    )
    document.begin_gesture("Brush")
    for step in range(0, 4000, 20):
        rect = Rect(step, step, step + 30, step + 30).clipped_to(*size)
        pixels = document.label_map[rect.slices].copy()
        document.paint(MaskPatch(rect, pixels, np.ones_like(pixels)))
    document.end_gesture()
    told: list[Rect] = []
    document.mask_changed.connect(told.append)
    document.undo()
    assert (document.label_map == 255).all()
    assert len(told) <= 4
    document.redo()
    assert document.label_map[3999, 3999] == 1


def test_a_snapshot_keeps_what_is_undone_afterwards(document: Document) -> None:
    document.apply("Fill", patch(document, Rect(1, 2, 3, 4), 7))
    snapshot = document.snapshot()
    document.undo()
    pixels = snapshot.pixels()
    assert pixels[2, 3] == 7
    assert (document.label_map == 255).all()
