"""The files that are made from the history of a run, and can be made anew at any time."""

from pathlib import Path

from segstudio.storage.atomic_write import atomic_write
from trainer.reports.epochs_csv import epochs_csv
from trainer.reports.history import History
from trainer.reports.pictures import find_pictures
from trainer.reports.restraint import Guard, Note
from trainer.run_folder import CURVES, EPOCHS, REPORT


class ReportFiles:
    """Writes the reports of one run; failures become notes, see ``Guard``.

    Drawing and page libraries are loaded when they are first needed: a run should not wait for
    them before its first step.

    Args:
        folder: The run folder.
        note: Told once for each report that cannot be written.
    """

    def __init__(self, folder: Path, note: Note) -> None:
        self._folder = folder
        self._table, self._curves, self._page = (
            Guard(name, note) for name in (EPOCHS, CURVES, REPORT)
        )

    def write_table(self, history: History) -> None:
        """Write ``epochs.csv``."""
        with self._table():
            atomic_write(self._folder / EPOCHS, epochs_csv(history).encode("utf-8"))

    def write_curves(self, history: History) -> None:
        """Write ``curves.png``."""
        with self._curves():
            from trainer.reports.charts import curves_png

            atomic_write(self._folder / CURVES, curves_png(history))

    def write_page(self, history: History) -> None:
        """Write ``report.html``; without curves, if they cannot be drawn."""
        with self._page():
            from trainer.reports.page import Chart, Picture, report_page

            charts: list[Chart] = []
            if history.epochs or len(history.steps) > 1:  # there is something to draw
                with self._curves():
                    from trainer.reports.charts import DARK, LIGHT, PANELS, panel_svg

                    charts = [
                        Chart(
                            panel.title,
                            panel_svg(panel, history, LIGHT),
                            panel_svg(panel, history, DARK),
                        )
                        for panel in PANELS
                    ]
            best = history.best.epoch if history.best else 0
            pictures = find_pictures(self._folder)
            # The best epoch has none if the run was killed before it was drawn.
            nearest = min(pictures, key=lambda epoch: abs(epoch - best), default=None)
            picture = None if nearest is None else Picture(nearest, pictures[nearest].read_bytes())
            page = report_page(self._folder.resolve().name, history, charts, picture)
            atomic_write(self._folder / REPORT, page.encode("utf-8"))

    def write_all(self, history: History) -> None:
        """Write all of them."""
        self.write_table(history)
        self.write_curves(history)
        self.write_page(history)
