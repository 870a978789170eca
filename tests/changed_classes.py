"""Changing the classes of a project as the program does, masks and all."""

from segstudio.core.class_change import Operation, planned
from segstudio.storage.class_change_log import new_change
from segstudio.storage.class_changes import make_change
from segstudio.storage.mask_store import MaskStore
from segstudio.storage.project import Project


def change(project: Project, *operations: Operation) -> Project:
    """Return the project after some operations, one after the other."""
    for operation in operations:
        stored = new_change(project, planned(operation, project.label_set), "Change")
        project, _ = make_change(project, MaskStore(project.folder), stored)
    return project
