"""The report of a run as one page."""

import re
from collections.abc import Callable, Sequence
from html.parser import HTMLParser

import pytest
from run_events import RunEvents

from trainer.reports.history import History
from trainer.reports.page import Chart, Picture, report_page
from trainer.run_folder import Event

HistoryOf = Callable[[Sequence[Event]], History]
VOID = {"meta", "img", "source", "br", "link"}
EVIL = '"><script>alert(1)</script>&amp;'


class _Checker(HTMLParser):
    """Follows the tags of a page, and keeps its text and what it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.loaded: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loaded += [value or "" for name, value in attrs if name in ("src", "srcset", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += f" {data}"


def _check(page: str) -> _Checker:
    checker = _Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    return checker


def _words(page: str) -> str:
    return " ".join(_check(page).text.split())


def test_a_page_tells_what_was_trained_and_how_well(
    cells: RunEvents, history_of: HistoryOf
) -> None:
    history = history_of(cells.whole(3))

    words = _words(report_page("membranes", history, [], None))

    best = history.best
    assert best is not None
    assert best.mean_iou is not None
    assert f"mIoU {best.mean_iou:.3f} best: epoch 3 of 3" in words
    assert "unet-mini, 471,586 weights, trained on CPU, 2 threads" in words
    assert "lr 0.001 what Adam usually takes" in words
    assert "fingerprint 0123abcd" in words
    assert "trainer train \\ --data 'my cells' \\ --out first" in words
    assert "torch 2.13.0" in words
    assert "loss.terms ce" in words
    assert "finished" in words


def test_a_page_needs_neither_network_nor_scripts(cells: RunEvents, history_of: HistoryOf) -> None:
    chart, picture = Chart("Loss", b"<svg/>", b"<svg/>"), Picture(3, b"png")

    page = report_page("run", history_of(cells.whole(3)), [chart], picture)

    checked = _check(page)
    assert len(checked.loaded) == 3
    assert all(address.startswith("data:image/") for address in checked.loaded)
    assert not {"script", "link", "iframe"} & checked.tags
    assert "http://" not in page
    assert "https://" not in page
    assert "prefers-color-scheme: dark" in page


def test_text_from_files_is_never_markup(history_of: HistoryOf) -> None:
    events = RunEvents([f"{EVIL}a", f"{EVIL}b", "c"]).whole(2)
    begun = {**events[0], "notes": [EVIL], "device_name": EVIL, "command": ["train", EVIL]}
    failed = {"event": "failed", "time": 1.7e9, "message": EVIL}

    page = report_page(EVIL, history_of([begun, *events[1:-1], failed]), [], None)

    assert "script" not in _check(page).tags
    assert _check(page).text.count("<script>") >= 8


@pytest.mark.parametrize("count", [2, 16, 17, 255])
def test_the_matrix_is_left_out_where_nobody_could_read_it(
    history_of: HistoryOf, count: int
) -> None:
    names = [f"class {index}" for index in range(count)]

    page = report_page("run", history_of(RunEvents(names).whole(2)), [], None)

    assert ('class="matrix"' in page) == (count <= 16)
    assert ("The most frequent mistakes" in _words(page)) == (count > 2)
    assert len(page) < 300_000
    assert page.count('<th scope="row"><span class="swatch"') == count


def test_a_class_that_is_nowhere_has_dashes(cells: RunEvents, history_of: HistoryOf) -> None:
    words = _words(report_page("run", history_of(cells.whole(1, absent=[1])), [], None))

    assert "cell 0% – – – –" in words


@pytest.mark.parametrize(
    ("last", "words"),
    [
        ({"event": "stopped", "time": 1.7e9}, "stopped"),
        ({"event": "failed", "time": 1.7e9, "message": "the disk is full."}, "the disk is full."),
        ({"event": "exporting", "time": 1.7e9}, "not finished"),
    ],
    ids=["stopped", "failed", "killed"],
)
def test_a_run_without_an_epoch_has_a_page(
    cells: RunEvents, history_of: HistoryOf, last: Event, words: str
) -> None:
    page = report_page("run", history_of([cells.started(), cells.step(1), last]), [], None)

    assert words in _words(page)
    assert "No epoch was finished" in _words(page)


def test_a_page_tells_of_resumptions_and_notes(cells: RunEvents, history_of: HistoryOf) -> None:
    note = {"event": "note", "time": 1.7e9, "message": "no training image shows 'cell'"}
    events = [*cells.whole(1), cells.started("resumed", epoch=1), note, note, cells.epoch(2)]

    page = report_page("run", history_of(events), [], None)

    assert "resumed 1 time: after epoch 1" in _words(page)
    assert _words(page).count("no training image shows 'cell'") == 1
    assert re.search(r"class=\"pill running\"", page)
