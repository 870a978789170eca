"""Start from the weights of another run."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from segstudio.core.label_set import LabelSet
from trainer.checkpoint import find_checkpoint, load_checkpoint, segmenter_of
from trainer.errors import CheckpointError
from trainer.networks.segmenter import Segmenter
from trainer.networks.table import Network
from trainer.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Parent:
    """Trained weights that a run starts from.

    Attributes:
        path: Their checkpoint.
        digest: Its hash.
        label_set: The classes they know.
        recipe: What they were trained with.
        segmenter: The network that has them.
    """

    path: Path
    digest: str
    label_set: LabelSet
    recipe: Recipe
    segmenter: Segmenter


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
    return Parent(path, digest, checkpoint.label_set, recipe, segmenter_of(checkpoint, path))


def take_weights(segmenter: Segmenter, label_set: LabelSet, parent: Parent) -> tuple[str, ...]:
    """Copy every weight that fits, and say what does not: the head, if the classes differ."""
    own = segmenter.state_dict()
    given = parent.segmenter.state_dict()
    fitting = {
        name: value
        for name, value in given.items()
        if name in own and own[name].shape == value.shape
    }
    # The normalisation comes along: these weights were trained with it.
    segmenter.load_state_dict({**own, **fitting})
    if len(fitting) < len(given):
        what = "the classes are not" if len(label_set) != len(parent.label_set) else "not all is"
        return (f"{what} as in {parent.path.name}: the layers that do not fit start afresh",)
    if label_set.names != parent.label_set.names:
        return (f"the classes are called differently in {parent.path.name}",)
    return ()


def _title(network: str, backbone: str | None) -> str:
    return f"{network} on {backbone}" if backbone else network
