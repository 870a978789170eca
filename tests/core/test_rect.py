from segstudio.core.rect import Rect


def test_slices_index_rows_before_columns() -> None:
    assert Rect(1, 2, 3, 5).slices == (slice(1, 3), slice(2, 5))


def test_size_counts_the_half_open_pixels() -> None:
    rect = Rect(1, 2, 3, 5)
    assert (rect.height, rect.width) == (2, 3)


def test_clipping_cuts_at_all_four_borders() -> None:
    assert Rect(-3, -2, 50, 70).clipped_to(40, 60) == Rect(0, 0, 40, 60)


def test_what_lies_beside_the_image_is_empty_after_clipping() -> None:
    assert Rect(-9, 0, -2, 5).clipped_to(40, 60).is_empty
    assert Rect(0, 61, 5, 70).clipped_to(40, 60).is_empty


def test_the_union_holds_both() -> None:
    assert Rect(0, 4, 2, 6).united(Rect(1, 1, 9, 5)) == Rect(0, 1, 9, 6)
