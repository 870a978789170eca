"""Names in scripts that the usual font lacks; a font that every computer with matplotlib has."""

from collections.abc import Callable, Sequence

import pytest
from run_events import RunEvents

from trainer.reports import fonts
from trainer.reports.charts import LIGHT, PANELS, curves_png, panel_svg
from trainer.reports.fonts import font_file_for
from trainer.reports.history import History
from trainer.run_folder import Event

HistoryOf = Callable[[Sequence[Event]], History]
ARC = "⌒"  # not in DejaVu Sans


@pytest.fixture
def fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FALLBACKS", ("No Such Font", "DejaVu Sans Mono"))


@pytest.mark.usefixtures("fallback")
def test_a_font_is_chosen_for_the_signs_of_a_text() -> None:
    assert font_file_for("cell").name == "DejaVuSans.ttf"
    assert font_file_for(f"cell {ARC}").name == "DejaVuSansMono.ttf"
    assert font_file_for("\U000f0000").name == "DejaVuSans.ttf"  # nobody has it


def test_curves_take_a_sign_from_another_font(
    history_of: HistoryOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = history_of(RunEvents(["background", ARC * 4]).whole(2))
    monkeypatch.setattr(fonts, "FALLBACKS", ())
    boxes = curves_png(history)
    monkeypatch.setattr(fonts, "FALLBACKS", ("DejaVu Sans Mono",))
    assert curves_png(history) != boxes


def test_names_in_a_report_are_left_to_the_readers_browser(history_of: HistoryOf) -> None:
    history = history_of(RunEvents(["background", "細胞 <b>"]).whole(2))
    svg = panel_svg(PANELS[2], history, LIGHT).decode()
    assert "細胞 &lt;b&gt;</text>" in svg
