import pytest

from segstudio.ui.canvas.viewport import MAX_ZOOM, MIN_ZOOM, Viewport


@pytest.fixture
def view() -> Viewport:
    return Viewport(image_height=1000, image_width=2000, height=600, width=800)


def test_fit_shows_the_whole_image_in_the_middle(view: Viewport) -> None:
    fitted = view.fitted()
    assert fitted.to_image(0, 0) < (0, 0)
    assert fitted.to_canvas(500, 1000) == pytest.approx((300, 400))
    assert fitted.to_canvas(1000, 2000) < (600, 800)


def test_small_images_grow_to_fill_the_canvas_but_not_beyond_800_percent(view: Viewport) -> None:
    tiny = Viewport(image_height=4, image_width=4, height=600, width=800)
    assert tiny.fitted().zoom == 8


@pytest.mark.parametrize("factor", [0.5, 1.2, 3.0])
def test_zooming_keeps_the_point_under_the_pointer(view: Viewport, factor: float) -> None:
    start = view.fitted()
    point = start.to_image(250, 333)
    assert start.zoomed(factor, 250, 333).to_image(250, 333) == pytest.approx(point)


def test_zoom_stays_between_1_and_6400_percent(view: Viewport) -> None:
    assert view.zoomed(1e9, 0, 0).zoom == MAX_ZOOM
    assert view.zoomed(1e-9, 0, 0).zoom == MIN_ZOOM


def test_panning_cannot_lose_the_image(view: Viewport) -> None:
    away = view.fitted().panned(1e6, -1e6)
    top, _ = away.to_canvas(0, 0)
    _, right = away.to_canvas(0, 2000)
    assert top < 600
    assert right > 0


def test_full_size_keeps_the_middle_in_the_middle(view: Viewport) -> None:
    full = view.fitted().at_full_size()
    assert full.zoom == 1
    assert full.to_image(300, 400) == pytest.approx((500, 1000))
