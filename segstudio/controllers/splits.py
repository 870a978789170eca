"""Which images train, validate and test: looking at that, changing it, keeping it."""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from segstudio.controllers.background import BackgroundWork, Report
from segstudio.controllers.workspace import Workspace
from segstudio.core.splits import GroupRow, SplitRule, Splits, split_groups, with_splits
from segstudio.storage.split_use import used_by_runs


@dataclass(frozen=True, slots=True)
class SplitView:
    """How the images of a project are divided, in a draft.

    Attributes:
        rule: How images to come are divided.
        groups: The images in groups.
        images: Number of images of each split; "" for those that are not decided.
        used: How many images were used by a run, so that their split stays.
    """

    rule: SplitRule
    groups: tuple[GroupRow, ...]
    images: Counter[str]
    used: int

    @property
    def divided(self) -> int:
        """How many groups have images that train and images that judge."""
        return sum(group.is_divided for group in self.groups)


class SplitController(BackgroundWork):
    """Holds a draft of the splits until it is kept or dropped.

    Images that a training run used keep their split: a model that was judged by images which
    another one trained on cannot be compared with it.

    Signals:
        viewed: The draft is now this ``SplitView``.
    """

    viewed = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._rule = SplitRule()
        self._splits: Splits = {}
        self._used: dict[str, tuple[str, ...]] | None = None
        workspace.project_changed.connect(self.cancel)

    def begin(self) -> None:
        """Start a draft from what the project has."""
        project = self._workspace.project
        if project is None:
            return
        self._rule, self._splits, self._used = project.split_rule, dict(project.splits), None
        self._look()

    def set_rule(self, rule: SplitRule) -> None:
        """Group, and divide images to come, in another way."""
        self._rule = rule
        self._look()

    def move(self, keys: Iterable[str], split: str) -> None:
        """Put images into a split; those that a run used stay where they are."""
        used = self._used or {}
        self._splits.update(
            (key, split) for key in keys if key not in used or key not in self._splits
        )
        self._look()

    def divide(self, *, anew: bool) -> None:
        """Decide all images by the rule.

        Args:
            anew: Also those that are decided already, where no run used them.
        """
        self._look(divide=True, anew=anew)

    def keep(self) -> None:
        """Write the draft into the project."""
        self._workspace.store.set_splits(dict(self._splits), self._rule)

    def _look(self, *, divide: bool = False, anew: bool = False) -> None:
        project = self._workspace.project
        if project is None:
            return
        keys, rule, splits, used = self._workspace.keys, self._rule, dict(self._splits), self._used

        def look(
            _cancelled: threading.Event, _report: Report
        ) -> tuple[SplitView, Splits, dict[str, tuple[str, ...]]]:
            known = used_by_runs(project) if used is None else used
            decided = splits
            if anew:
                decided = {key: split for key, split in splits.items() if key in known}
            if divide:
                decided = with_splits(decided, keys, rule)
            groups = split_groups(keys, decided, rule, known)
            images = Counter(decided.get(key, "") for key in keys)
            return SplitView(rule, groups, images, len(known.keys() & set(keys))), decided, known

        self._start(look, self._on_looked)

    def _on_looked(self, looked: tuple[SplitView, Splits, dict[str, tuple[str, ...]]]) -> None:
        view, self._splits, self._used = looked
        self.viewed.emit(view)
