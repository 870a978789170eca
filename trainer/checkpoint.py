"""The resumable state of a run, as one file."""

import io
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import torch

from segstudio.core.label_set import LabelSet
from segstudio.storage.atomic_write import atomic_write
from trainer.errors import CheckpointError, RecipeError
from trainer.networks.refinement import Refinement
from trainer.networks.segmenter import Segmenter
from trainer.networks.table import find_network
from trainer.recipe import Recipe
from trainer.run_folder import BEST, LAST

_VERSION: Final = 1


@dataclass(slots=True)
class Position:
    """How far a run is.

    Attributes:
        epoch: Finished epochs.
        step_in_epoch: Finished steps of the present epoch.
        step: Finished steps altogether.
        elapsed: Seconds used, over all sessions.
        loss_sum: Sum of the losses of the present epoch's steps.
        best: Best validation mIoU so far, or None.
        best_epoch: Epoch that reached it.
        stale: Epochs since that, or since the learning rate last dropped.
        drops: How often the learning rate dropped because validation got no better.
        metrics: Validation metrics of these weights, as ``Scores.to_json`` gives them.
    """

    epoch: int = 0
    step_in_epoch: int = 0
    step: int = 0
    elapsed: float = 0.0
    loss_sum: float = 0.0
    best: float | None = None
    best_epoch: int = 0
    stale: int = 0
    drops: int = 0
    metrics: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Everything that a run needs to go on as if it had never stopped.

    Attributes:
        recipe: Its settings.
        label_set: Its classes.
        fingerprint: Hash of its data.
        parent: Hash of the checkpoint it started from, or None.
        position: How far it is.
        model: Weights of the segmenter, normalisation included, as they are trained.
        average: Running average of them, which is what is judged; None if the run takes none.
        averaged_steps: Steps that are in the average.
        optimizer: State of the optimiser.
        scaler: State of the scaler of fp16 gradients; empty in other precisions.
        rng: State of every source of randomness.
        labelled_pixels: Training pixels that had a class; 0 in files that do not tell.
    """

    recipe: Recipe
    label_set: LabelSet
    fingerprint: str
    parent: str | None
    position: Position
    model: dict[str, Any]
    average: dict[str, Any] | None = None
    averaged_steps: int = 0
    optimizer: dict[str, Any]
    scaler: dict[str, Any] = field(default_factory=dict)
    rng: dict[str, Any]
    labelled_pixels: int = 0


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, completely or not at all; raises StorageError."""
    buffer = io.BytesIO()
    torch.save(
        {
            "version": _VERSION,
            "recipe": checkpoint.recipe.to_json(),
            "label_set": checkpoint.label_set.to_json(),
            "fingerprint": checkpoint.fingerprint,
            "parent": checkpoint.parent,
            "position": asdict(checkpoint.position),
            "model": checkpoint.model,
            "average": checkpoint.average,
            "averaged_steps": checkpoint.averaged_steps,
            "optimizer": checkpoint.optimizer,
            "scaler": checkpoint.scaler,
            "rng": checkpoint.rng,
            "labelled_pixels": checkpoint.labelled_pixels,
        },
        buffer,
    )
    atomic_write(path, buffer.getvalue())


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint to the CPU; no code in the file is run.

    Raises:
        CheckpointError: If the file is missing, damaged, or not one of ours.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            path, f"this checkpoint cannot be read ({error.strerror})", hint="Check the name"
        ) from error
    try:
        value: Any = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # damage shows wherever the unpickler happens to stumble
        raise CheckpointError(
            path,
            "this is not a checkpoint, or it is damaged",
            hint=f"A run keeps its checkpoints as {BEST} and {LAST}",
        ) from error
    if not isinstance(value, dict) or value.get("version") != _VERSION:
        raise CheckpointError(path, "this is not a checkpoint of this trainer's version")
    try:
        return Checkpoint(
            recipe=Recipe.from_json(value["recipe"]),
            label_set=LabelSet.from_json(value["label_set"]),
            fingerprint=str(value["fingerprint"]),
            parent=value["parent"],
            position=Position(**value["position"]),
            model=dict(value["model"]),
            average=dict(value["average"]) if value.get("average") else None,
            averaged_steps=int(value.get("averaged_steps", 0)),
            optimizer=dict(value["optimizer"]),
            scaler=dict(value.get("scaler", {})),
            rng=dict(value["rng"]),
            labelled_pixels=int(value.get("labelled_pixels", 0)),
        )
    except (KeyError, TypeError, ValueError, RecipeError) as error:
        raise CheckpointError(path, f"this checkpoint is incomplete ({error})") from error


def find_checkpoint(path: Path, name: str = BEST) -> Path:
    """Return the checkpoint that a user means by a run folder or a file.

    Raises:
        CheckpointError: If there is none.
    """
    if not path.is_dir():
        if not path.exists():
            raise CheckpointError(path, "there is no such run or file", hint="Check the name")
        return path
    if not (path / name).is_file():
        raise CheckpointError(
            path, f"this folder holds no {name}", hint="Train first: a run makes it"
        )
    return path / name


def segmenter_of(checkpoint: Checkpoint, path: Path) -> Segmenter:
    """Return the trained network of a checkpoint, on the CPU, in evaluation mode.

    Its weights are the average, where the run took one.

    Raises:
        CheckpointError: If its weights do not fit the network; ``path`` is for the message.
        UnknownNetworkError: If the network is not in the table.
    """
    recipe = checkpoint.recipe
    row = find_network(recipe.network, recipe.backbone, recipe.options)
    num_classes = len(checkpoint.label_set)
    segmenter = Segmenter(
        row.build(num_classes),
        row.stride,
        [0.0] * 3,
        [1.0] * 3,
        reduce=recipe.reduce,
        refinement=Refinement(num_classes, recipe.reduce) if recipe.refine else None,
    )
    try:
        segmenter.load_state_dict(checkpoint.average or checkpoint.model)
    except (RuntimeError, AttributeError) as error:
        raise CheckpointError(path, f"its weights do not fit {row.name}") from error
    return segmenter.eval()


def rng_state() -> dict[str, Any]:
    """Return the state of torch's random generators; data has none, see ``TrainingBatches``."""
    state: dict[str, Any] = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def set_rng_state(state: dict[str, Any]) -> None:
    """Bring torch's random generators into a saved state."""
    torch.set_rng_state(state["cpu"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])
