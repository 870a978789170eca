"""Start from the weights of another run."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from segstudio.core.class_names import DatedChange, followed_classes
from segstudio.core.label_set import LabelSet
from trainer.checkpoint import find_checkpoint, load_checkpoint, segmenter_of
from trainer.errors import CheckpointError, listed
from trainer.networks.segmenter import Segmenter
from trainer.networks.table import Network
from trainer.recipe import Recipe

_RUN_OF_A_PROJECT: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d( |$)")


@dataclass(frozen=True, slots=True)
class Parent:
    """Trained weights that a run starts from.

    Attributes:
        path: Their checkpoint.
        digest: Its hash.
        label_set: The classes they know.
        recipe: What they were trained with.
        segmenter: The network that has them.
        labelled_pixels: Pixels with a class that they learnt from; 0 if that is not known.
    """

    path: Path
    digest: str
    label_set: LabelSet
    recipe: Recipe
    segmenter: Segmenter
    labelled_pixels: int

    @property
    def since(self) -> str:
        """When its labels were as its classes say, where it is a run of a project; else empty."""
        names = reversed(self.path.resolve().parts)
        return next((name for name in names if _RUN_OF_A_PROJECT.match(name)), "")


def parent_weights(weights: str, row: Network) -> Parent | None:
    """Return the weights that "--weights" names, if it names a checkpoint.

    Raises:
        CheckpointError: If they cannot be read, or are those of another network.
    """
    if weights in ("none", "imagenet"):
        return None
    path = find_checkpoint(Path(weights))
    checkpoint = load_checkpoint(path)
    recipe = checkpoint.recipe
    if (recipe.network, recipe.backbone) != (row.name, row.backbone):
        raise CheckpointError(
            path,
            f"these are weights of {_title(recipe.network, recipe.backbone)}, "
            f"not of {_title(row.name, row.backbone)}",
            hint=f"Train with --network {recipe.network}"
            + (f" --backbone {recipe.backbone}" if recipe.backbone else ""),
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Parent(
        path,
        digest,
        checkpoint.label_set,
        recipe,
        segmenter_of(checkpoint, path),
        checkpoint.labelled_pixels,
    )


def take_weights(
    segmenter: Segmenter,
    label_set: LabelSet,
    parent: Parent,
    row: Network,
    changes: Sequence[DatedChange] = (),
) -> tuple[str, ...]:
    """Copy every weight that fits, and say what does not.

    Where the classes differ, the last layers take over those of the parent's classes that are still
    there, by name; new classes start afresh.

    Args:
        segmenter: The network that gets the weights.
        label_set: Its classes.
        parent: Where they come from.
        row: The network's row in the table.
        changes: What was done to the classes of the project, oldest first: names that are gone are
            followed through them.
    """
    own = segmenter.state_dict()
    given = parent.segmenter.state_dict()
    fitting = {
        name: value
        for name, value in given.items()
        if name in own and own[name].shape == value.shape
    }
    notes: list[str] = []
    sources = class_sources(label_set, parent.label_set.names, changes, since=parent.since)
    if len(label_set) != len(parent.label_set) or sources != tuple(range(len(sources))):
        mapped, note = _mapped_weights(own, given, label_set, sources, row)
        fitting |= mapped
        notes.append(note)
    # The normalisation comes along: these weights were trained with it.
    segmenter.load_state_dict({**own, **fitting})
    if len(fitting) < len(given):
        notes.append(
            f"not all is as in {parent.path.name}: the layers that do not fit start afresh"
        )
    return tuple(notes)


def class_sources(
    label_set: LabelSet,
    names: Sequence[str],
    changes: Sequence[DatedChange] = (),
    *,
    since: str = "",
) -> tuple[int | None, ...]:
    """Return which class of a trained network each class of a label set was, or None.

    Of classes that were merged, the one that kept its name counts, else the first: what several
    rows of weights say cannot be said by one.

    Args:
        label_set: The classes of today.
        names: Those of the network.
        changes: What was done to the classes since; see ``followed_classes``.
        since: When the network's labels were as its names say; empty if that is not known.
    """
    now = followed_classes(names, label_set, changes, since=since)
    sources: list[int | None] = []
    for place, name in enumerate(label_set.names):
        were = [index for index, target in enumerate(now) if target == place]
        kept = [index for index in were if names[index] == name]
        sources.append(next(iter((*kept, *were)), None))
    return tuple(sources)


def _mapped_weights(
    own: Mapping[str, Tensor],
    given: Mapping[str, Tensor],
    label_set: LabelSet,
    sources: Sequence[int | None],
    row: Network,
) -> tuple[dict[str, Tensor], str]:
    """Return the weights of the classes in their new order, and what was done, in words."""
    here = [place for place, source in enumerate(sources) if source is not None]
    there = [source for source in sources if source is not None]
    mapped = {}
    for name, axes in _class_axes(own, len(label_set), row).items():
        if name not in given or given[name].dim() != own[name].dim():
            continue
        value = own[name].clone()
        part = given[name]
        target: list[Any] = [slice(None)] * value.dim()
        for axis in axes:
            part = part.index_select(axis, torch.tensor(there, dtype=torch.long))
            target[axis] = torch.tensor(here, dtype=torch.long)
        if len(axes) == 2:  # from classes to classes: every pair
            target[axes[0]] = target[axes[0]][:, None]
        value[tuple(target)] = part
        mapped[name] = value
    new = [label_set.names[place] for place, source in enumerate(sources) if source is None]
    if not here:
        return mapped, "none of the classes is as in the weights: the last layers start afresh"
    told = f"; {listed(new)} start{'s' if len(new) == 1 else ''} afresh" if new else ""
    return mapped, f"the classes were taken over by their names{told}"


def _class_axes(
    own: Mapping[str, Tensor], num_classes: int, row: Network
) -> dict[str, tuple[int, ...]]:
    """Return the weights whose shape follows the number of classes, and along which axes."""
    with torch.random.fork_rng(devices=[]):
        larger = Segmenter(row.build(num_classes + 1), row.stride, [0.0] * 3, [1.0] * 3)
    shapes = {name: value.shape for name, value in larger.state_dict().items()}
    return {
        name: axes
        for name, value in own.items()
        if name in shapes
        and (
            axes := tuple(
                axis
                for axis, (one, more) in enumerate(zip(value.shape, shapes[name], strict=True))
                if one != more
            )
        )
    }


def _title(network: str, backbone: str | None) -> str:
    return f"{network} on {backbone}" if backbone else network
