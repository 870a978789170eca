"""Learning curves of runs of every kind."""

import io
from collections.abc import Callable, Sequence
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from run_events import RunEvents

from trainer.reports.charts import DARK, LIGHT, PANELS, curves_png, panel_svg
from trainer.reports.history import History
from trainer.run_folder import Event

HistoryOf = Callable[[Sequence[Event]], History]
LONG = [f"{'a class of a very long name ' * 7}{index}" for index in range(255)]


@pytest.mark.parametrize(
    ("names", "epochs"),
    [
        (["background", "cell"], 0),
        (["background", "cell"], 1),
        (["background", "cell"], 2500),
        (["$x", "$\\frac{", "<b>&", "кость", "骨", "_hidden"], 3),
        (LONG, 2),
    ],
    ids=["no epoch", "one epoch", "many epochs", "odd names", "255 long names"],
)
def test_curves_are_drawn_for_any_run(history_of: HistoryOf, names: list[str], epochs: int) -> None:
    history = history_of(RunEvents(names).whole(epochs))

    with Image.open(io.BytesIO(curves_png(history))) as picture:
        assert picture.size == (1430, 935)
        colors = picture.convert("RGB").getcolors(1 << 24)
    assert colors is not None
    assert len(colors) > 50
    assert max(colors)[1] == (255, 255, 255)
    content = panel_svg(PANELS[2], history, DARK)
    assert ElementTree.fromstring(content).tag.endswith("svg")
    assert len(content) < 400_000


def test_metrics_that_are_not_defined_leave_gaps(cells: RunEvents, history_of: HistoryOf) -> None:
    events = cells.whole(3, absent=[1], loss=float("nan"), val_loss=None)
    for event in events:
        if event["event"] == "epoch":
            event["metrics"]["mean_iou"] = None

    assert curves_png(history_of(events))


def test_the_same_run_gives_the_same_chart_on_the_ground_of_its_theme(
    cells: RunEvents, history_of: HistoryOf
) -> None:
    history = history_of(cells.whole(2))

    light, again, dark = (panel_svg(PANELS[0], history, theme) for theme in (LIGHT, LIGHT, DARK))

    assert light == again
    assert LIGHT.paper in light.decode()
    assert DARK.paper in dark.decode()
    assert LIGHT.paper not in dark.decode()


def test_curves_do_not_depend_on_the_users_own_settings(
    cells: RunEvents, history_of: HistoryOf
) -> None:
    import matplotlib as mpl

    history = history_of(cells.whole(2))
    expected = curves_png(history)

    with mpl.rc_context({"axes.facecolor": "#ff0000", "font.size": 30, "text.usetex": True}):
        drawn = curves_png(history)
        assert mpl.rcParams["font.size"] == 30

    first, second = (np.asarray(Image.open(io.BytesIO(png))) for png in (expected, drawn))
    assert np.array_equal(first, second)
