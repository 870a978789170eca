"""Sample predictions of a run, drawn while it trains.

RUN/pictures/epoch-0001.png shows what the weights of epoch 1 make of a few validation images, the
same ones in every epoch. The first epoch, the best and the last are kept, and as many of the others
as give ``KEPT`` pictures, evenly spread: a picture that an event names may be gone later.
"""

import contextlib
import io
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from segstudio.core.label_map import LabelMap
from segstudio.core.label_set import LabelSet
from segstudio.storage.atomic_write import atomic_write, make_folder
from trainer.data.source import Sample
from trainer.reports.restraint import Cadence, Guard, Note
from trainer.reports.sheet import draw_sheet, make_panels, thinned
from trainer.run_folder import PICTURES

SHOWN: Final = 4
KEPT: Final = 16
_LEAST_SECONDS: Final = 2.0
_NAME: Final = re.compile(r"epoch-(\d{4,})\.png")


class PictureBook:
    """Collects predictions during a validation, and draws some of the epochs.

    Failures become a note; see ``Guard``.

    Args:
        run: The run folder.
        label_set: The classes.
        images: Number of validation images; those that are shown are spread evenly over them.
        epoch: Finished epochs; pictures of later ones are left from before a resumption, and go.
        best_epoch: The best of them, or 0.
        note: Told once if pictures cannot be drawn.
    """

    def __init__(
        self, run: Path, label_set: LabelSet, images: int, epoch: int, best_epoch: int, note: Note
    ) -> None:
        self._run = run
        self._label_set = label_set
        self._chosen = {number * images // SHOWN for number in range(SHOWN)} & set(range(images))
        self._guard = Guard("a sample picture", note)
        self._cadence = Cadence(_LEAST_SECONDS)
        self._samples: dict[int, Sample] = {}
        self._predicted: dict[int, LabelMap] = {}
        self._waiting: dict[int, dict[int, LabelMap]] = {}  # best and last epoch without a picture
        self._first = epoch + 1
        self._best = best_epoch
        with self._guard():
            for late, path in find_pictures(run).items():
                if late > epoch:
                    path.unlink()

    def see(self, index: int, sample: Sample, predicted: LabelMap) -> None:
        """Keep a prediction if its image is one of those shown.

        Args:
            index: Which validation image it is.
            sample: The image and its labels.
            predicted: (H, W) uint8 class indices.
        """
        if index not in self._chosen:
            return
        if index not in self._samples:
            self._samples[index] = Sample(
                sample.key, thinned(sample.image), thinned(sample.label_map)
            )
        self._predicted[index] = thinned(predicted)

    def end_epoch(self, epoch: int, *, is_best: bool) -> str | None:
        """Draw what was seen since the last epoch, unless a picture was drawn just before.

        Returns:
            The picture's path in the run folder, or None if none was drawn.
        """
        if is_best:
            self._best = epoch
        best = self._waiting.get(self._best)
        self._waiting = {self._best: best} if best else {}
        self._waiting[epoch], self._predicted = self._predicted, {}
        if epoch == self._first or self._cadence.is_due:
            with self._cadence.spending():
                self.finish()
        return _name(epoch) if (self._run / _name(epoch)).is_file() else None

    def finish(self) -> None:
        """Draw what is still to be drawn of the best and of the last epoch."""
        with self._guard():
            waiting, self._waiting = self._waiting, {}
            for epoch, predicted in sorted(waiting.items()):
                self._draw(epoch, predicted)
            self._thin()

    def _draw(self, epoch: int, predicted: Mapping[int, LabelMap]) -> None:
        rows = [
            make_panels(self._samples[index], label_map, self._label_set)
            for index, label_map in sorted(predicted.items())
        ]
        title = f"epoch {epoch}, the best so far" if epoch == self._best else f"epoch {epoch}"
        buffer = io.BytesIO()
        draw_sheet(title, rows, self._label_set).save(buffer, "PNG")
        make_folder(self._run / PICTURES)
        atomic_write(self._run / _name(epoch), buffer.getvalue())

    def _thin(self) -> None:
        pictures = find_pictures(self._run)
        for epoch in pictures.keys() - kept_epochs(pictures, self._best, KEPT):
            pictures[epoch].unlink()


def kept_epochs(epochs: Collection[int], best: int, limit: int) -> set[int]:
    """Return the epochs whose pictures stay: first, best, last, and others evenly spread.

    Args:
        epochs: Those that have a picture.
        best: The best one, or any number if there is none.
        limit: How many may stay, at least 3.
    """
    kept = sorted(epochs)
    while len(kept) > limit:
        places = [place for place in range(1, len(kept) - 1) if kept[place] != best]
        # The one whose neighbours are closest to each other is missed least.
        del kept[min(places, key=lambda place: kept[place + 1] - kept[place - 1])]
    return set(kept)


def find_pictures(run: Path) -> dict[int, Path]:
    """Return the sample pictures of a run folder by their epochs, in order."""
    found = {}
    with contextlib.suppress(OSError):  # there are none yet
        for path in (run / PICTURES).iterdir():
            if match := _NAME.fullmatch(path.name):
                found[int(match[1])] = path
    return dict(sorted(found.items()))


def _name(epoch: int) -> str:
    return f"{PICTURES}/epoch-{epoch:04}.png"
