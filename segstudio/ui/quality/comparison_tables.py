"""The tables of a comparison of two label sets."""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject

from segstudio.controllers.error_words import translated
from segstudio.controllers.label_comparison import LabelComparison
from segstudio.core.agreement import SetAgreement, kappa_word
from segstudio.core.label_statistics import NumberTable


class ComparisonTables(QObject):
    """Makes tables and sentences; a QObject for its translations."""

    def summary(self, comparison: LabelComparison) -> str:
        """Return what came out, in a few sentences."""
        agreement = comparison.agreement
        lines = [
            self.tr("No pixel has labels in both, so there is nothing to compare.")
            if agreement is None
            else self._verdict(agreement, translated(comparison.name))
        ]
        if comparison.alone:
            lines.append(
                self.tr("%d labelled images have no counterpart there.") % comparison.alone
                if comparison.alone > 1
                else self.tr("1 labelled image has no counterpart there.")
            )
        if agreement is not None:
            alone = sum(image.only_ours for image in agreement.images)
            other = sum(image.only_theirs for image in agreement.images)
            if alone or other:
                lines.append(
                    self.tr("Pixels labelled only here: %s; only there: %s. They do not count.")
                    % (f"{alone:,}", f"{other:,}")
                )
        if comparison.unknown:
            lines.append(
                self.tr("Classes that this project lacks do not count: %s.")
                % ", ".join(comparison.unknown)
            )
        if comparison.problems:
            more = len(comparison.problems) - 3
            lines.append(
                self.tr("Left out: %s") % " ".join(comparison.problems[:3])
                + (" " + self.tr("And %d more.") % more if more > 0 else "")
            )
        return "\n".join(lines)

    def classes(self, comparison: LabelComparison, agreement: SetAgreement) -> NumberTable:
        """Return a row for each class."""
        header = (
            self.tr("class"),
            self.tr("IoU"),
            self.tr("boundary F-score"),
            self.tr("F-score"),
            self.tr("pixels here"),
            self.tr("pixels there"),
        )
        here = agreement.confusion.sum(axis=1)
        there = agreement.confusion[:, :-1].sum(axis=0)
        rows = tuple(
            (
                name,
                agreement.scores.iou[index],
                agreement.boundaries.f_score[index],
                agreement.scores.f_score[index],
                int(here[index]),
                int(there[index]),
            )
            for index, name in enumerate(comparison.label_set.names)
        )
        return NumberTable(header, rows)

    def confusion(self, comparison: LabelComparison, agreement: SetAgreement) -> NumberTable:
        """Return the share of each class's pixels here that have each class there."""
        names = comparison.label_set.names
        counts = agreement.confusion[:, :-1]
        totals = counts.sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore"):
            shares = counts / totals
        rows = tuple((name, *shares[index].tolist()) for index, name in enumerate(names))
        return NumberTable((self.tr("here \\ there"), *names), rows)

    def images(self, agreement: SetAgreement) -> NumberTable:
        """Return a row for each image, those that differ most first."""
        header = (
            self.tr("image"),
            self.tr("differs"),
            self.tr("kappa"),
            self.tr("mean IoU"),
            self.tr("boundary F-score"),
            self.tr("pixels"),
        )
        ordered = sorted(agreement.images, key=lambda image: (-image.share, image.key))
        rows = tuple(
            (
                image.key,
                image.share if image.pixels else math.nan,
                image.kappa,
                image.mean_iou,
                image.boundary,
                image.pixels,
            )
            for image in ordered
        )
        return NumberTable(header, rows)

    def _verdict(self, agreement: SetAgreement, name: str) -> str:
        words = {
            "poor": self.tr("poor"),
            "slight": self.tr("slight"),
            "fair": self.tr("fair"),
            "moderate": self.tr("moderate"),
            "substantial": self.tr("substantial"),
            "almost perfect": self.tr("almost perfect"),
        }
        count = len(agreement.images)
        images = self.tr("%d images") % count if count != 1 else self.tr("1 image")
        return self.tr(
            "%s compared with %s: %s of the pixels agree. Cohen's kappa %s (%s agreement), "
            "mean IoU %s, boundary F-score %s."
        ) % (
            images,
            name,
            f"{agreement.scores.pixel_accuracy:.2%}",
            _decimal(agreement.kappa),
            words[kappa_word(agreement.kappa)],
            _decimal(agreement.scores.mean_iou),
            _decimal(agreement.boundaries.mean_f_score),
        )


def columns_of_shares(table: NumberTable, but: Sequence[int] = ()) -> frozenset[int]:
    """Return all columns after the first, save some: those shown in per cent."""
    return frozenset(range(1, len(table.header))) - set(but)


def _decimal(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"
