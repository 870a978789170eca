"""Which images the training runs of a project used: their splits stay as they are."""

from collections import defaultdict

from segstudio.errors import ProjectError
from segstudio.storage.project import Project, load_project
from segstudio.storage.training_runs import find_runs


def used_by_runs(project: Project) -> dict[str, tuple[str, ...]]:
    """Return image key -> names of the runs that trained on it or were judged by it.

    Read from the labels that each run keeps (``frozen_labels``); a run that lost them counts for
    nothing.
    """
    used: dict[str, list[str]] = defaultdict(list)
    for run in reversed(find_runs(project)):
        try:
            splits = load_project(run.labels).splits
        except ProjectError:
            continue
        for key in splits:
            used[key].append(run.name)
    return {key: tuple(runs) for key, runs in used.items()}
