"""The epochs of a run as a table for spreadsheets and scripts."""

import csv
import io

from trainer.reports.history import Epoch, History

_COLUMNS = (
    "epoch",
    "step",
    "seconds",
    "lr",
    "train_loss",
    "val_loss",
    "mean_iou",
    "pixel_accuracy",
    "mean_accuracy",
)


def epochs_csv(history: History) -> str:
    """Return one row for each epoch, under a row of names; what is not defined stays empty.

    The names are those of ``_COLUMNS``, and then "iou of NAME" for each class. Times are seconds,
    metrics are shares from 0 to 1.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = history.starts[-1].label_set.names if history.starts else ()
    writer.writerow([*_COLUMNS, *(f"iou of {name}" for name in names)])
    writer.writerows(map(_row, history.epochs))
    return out.getvalue()


def _row(epoch: Epoch) -> list[str]:
    numbers = (
        epoch.loss,
        epoch.val_loss,
        epoch.mean_iou,
        epoch.pixel_accuracy,
        epoch.mean_accuracy,
        *(item.iou for item in epoch.classes),
    )
    return [
        str(epoch.epoch),
        str(epoch.step),
        f"{epoch.seconds:.1f}",
        "" if epoch.lr is None else f"{epoch.lr:.6g}",
        *("" if number is None else f"{number:.6f}" for number in numbers),
    ]
