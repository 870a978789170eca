"""Set a run up, new or resumed: data, network and optimiser, ready for the loop."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import torch

from segstudio.core.label_set import LabelSet
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.formats.dataset import LabelledDataset, LabelledImage
from trainer.checkpoint import (
    Checkpoint,
    Position,
    find_checkpoint,
    load_checkpoint,
    rng_state,
    save_checkpoint,
    segmenter_of,
    set_rng_state,
)
from trainer.data.augment_rare import rare_classes
from trainer.data.batches import TrainingBatches, crops_per_image
from trainer.data.source import SampleCache, items_of, open_label_set
from trainer.data.survey import Survey, survey
from trainer.device import pick_device
from trainer.errors import CheckpointError, RunError
from trainer.losses import TrainingLoss, build_loss
from trainer.networks.segmenter import Segmenter
from trainer.networks.table import Network, find_network
from trainer.networks.weights import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    fetch,
    load_published,
    published_for,
)
from trainer.plan import Reason, Request, decide_recipe
from trainer.recipe import Recipe
from trainer.run_folder import BEST, LAST, read_recipe, start_run, write_recipe

_MIB: Final = 2**20
_CACHE_MIB: Final = 2048

Progress = Callable[[int, int], None]


@dataclass(slots=True, kw_only=True)
class Session:
    """A run that is ready to train; only ``position`` changes.

    Attributes:
        folder: The run folder.
        recipe: All settings.
        reasons: Why those that were left open are what they are; empty for a resumed run.
        found: What the data set holds.
        dataset: The data set.
        cache: Its decoded samples.
        device: Where the network is.
        segmenter: The network in training mode.
        optimizer: Its optimiser.
        loss: What it minimises.
        position: How far the run is.
        parent: Hash of the checkpoint it started from, or None.
        notes: What else the user should know.
    """

    folder: Path
    recipe: Recipe
    reasons: tuple[Reason, ...]
    found: Survey
    dataset: LabelledDataset
    cache: SampleCache
    device: torch.device
    segmenter: Segmenter
    optimizer: torch.optim.Optimizer
    loss: TrainingLoss
    position: Position
    parent: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def label_set(self) -> LabelSet:
        """The classes."""
        return self.found.label_set

    @property
    def validation_items(self) -> Sequence[LabelledImage]:
        """The images that judge."""
        return items_of(self.dataset, VALIDATION)

    def batches(self) -> TrainingBatches:
        """Return the stream of training batches."""
        recipe = self.recipe
        whole = recipe.augmentation.fit == "letterbox"
        return TrainingBatches(
            items=items_of(self.dataset, TRAIN),
            cache=self.cache,
            crop=recipe.crop,
            batch=recipe.batch,
            crops_per_image=1 if whole else crops_per_image(self.found.median_size, recipe.crop),
            augmentation=recipe.augmentation,
            seed=recipe.seed,
            rare_classes=rare_classes(self.found.class_pixels),
            pinned=self.device.type == "cuda",
        )

    def save(self, name: str) -> None:
        """Write the state as it is now to a checkpoint of the run; raises StorageError."""
        save_checkpoint(
            self.folder / name,
            Checkpoint(
                recipe=self.recipe,
                label_set=self.label_set,
                fingerprint=self.found.fingerprint,
                parent=self.parent,
                position=self.position,
                model=self.segmenter.state_dict(),
                optimizer=self.optimizer.state_dict(),
                rng=rng_state(),
            ),
        )


def new_session(
    folder: Path,
    request: Request,
    progress: Progress | None = None,
    fetched: Progress | None = None,
) -> Session:
    """Set up a new run; nothing is written before everything is known to be sound.

    Args:
        folder: The run folder; must not exist, or be empty.
        request: What the user asked for.
        progress: Told (done, total) while the data is looked at.
        fetched: Told (done, total) bytes while published weights are downloaded.

    Raises:
        SegStudioError: With a sentence, if anything does not fit.
    """
    row = find_network(request.network, request.backbone, request.options)
    device = pick_device(request.device)
    published = published_for(row.name, row.backbone) if request.weights == "imagenet" else None
    parent = _parent_weights(request.weights, row)
    dataset = open_label_set(Path(request.data), request.positive, request.classes, request.format)
    cache = SampleCache(dataset, _CACHE_MIB * _MIB)
    found = survey(dataset, cache, progress=progress)
    recipe, reasons = decide_recipe(request, found, row, device.type)
    loss = _make_loss(recipe, found, device)
    torch.manual_seed(recipe.seed)
    network = row.build(len(found.label_set))
    segmenter = Segmenter(network, row.stride, found.mean, found.std)
    notes: tuple[str, ...] = found.warnings
    if published:
        load_published(network, published, fetch(published, fetched))
        segmenter = Segmenter(network, row.stride, IMAGENET_MEAN, IMAGENET_STD)
    if parent:
        notes = (*notes, *_take_weights(segmenter, parent.segmenter, found.label_set, parent))
    _place(segmenter, device)
    start_run(folder)
    write_recipe(folder, recipe)
    return Session(
        folder=folder,
        recipe=recipe,
        reasons=reasons,
        found=found,
        dataset=dataset,
        cache=cache,
        device=device,
        segmenter=segmenter,
        optimizer=make_optimizer(segmenter, recipe),
        loss=loss,
        position=Position(),
        parent=parent.digest if parent else None,
        notes=notes,
    )


def resumed_session(
    folder: Path,
    *,
    data: Path | None = None,
    epochs: int | None = None,
    minutes: float | None = None,
    device: str | None = None,
    kept: Mapping[str, Any] = MappingProxyType({}),
    progress: Progress | None = None,
) -> Session:
    """Set up a run to go on exactly where it was.

    Args:
        folder: The run folder.
        data: Where the data set is now, if it was moved; its content must be the same.
        epochs: New number of epochs, or None to keep the budget.
        minutes: New time limit over all sessions, or None to keep the budget.
        device: Device to go on with, or None to keep it.
        kept: Settings, by their names in the recipe, that must be as in the run.
        progress: Told (done, total) while the data is looked at.

    Raises:
        SegStudioError: With a sentence, if anything does not fit.
    """
    read_recipe(folder)  # says it clearly if this is no run folder
    path = find_checkpoint(folder, LAST)
    checkpoint = load_checkpoint(path)
    recipe = checkpoint.recipe
    _refuse_changes(folder, recipe, kept)
    if epochs is not None or minutes is not None:
        recipe = replace(recipe, epochs=epochs, minutes=minutes)
    recipe = replace(
        recipe, data=str(data) if data else recipe.data, device=device or recipe.device
    )
    dataset = open_label_set(Path(recipe.data), recipe.positive, recipe.classes, recipe.format)
    cache = SampleCache(dataset, recipe.cache_mib * _MIB)
    found = survey(dataset, cache, progress=progress)
    if found.fingerprint != checkpoint.fingerprint:
        raise RunError(
            folder,
            "the data is not what this run was trained on, so it cannot go on exactly",
            hint=f"Start a new run with --weights {folder / BEST}",
        )
    torch_device = pick_device(recipe.device)
    segmenter = segmenter_of(checkpoint, path)
    _place(segmenter, torch_device)
    optimizer = make_optimizer(segmenter, recipe)
    try:
        optimizer.load_state_dict(checkpoint.optimizer)
        set_rng_state(checkpoint.rng)
    except (ValueError, KeyError, RuntimeError, TypeError) as error:
        raise CheckpointError(path, "its optimiser state cannot be used") from error
    write_recipe(folder, recipe)
    return Session(
        folder=folder,
        recipe=recipe,
        reasons=(),
        found=found,
        dataset=dataset,
        cache=cache,
        device=torch_device,
        segmenter=segmenter,
        optimizer=optimizer,
        loss=_make_loss(recipe, found, torch_device),
        position=checkpoint.position,
        parent=checkpoint.parent,
        notes=found.warnings,
    )


def make_optimizer(segmenter: Segmenter, recipe: Recipe) -> torch.optim.Optimizer:
    """Return the optimiser of a recipe."""
    return torch.optim.Adam(segmenter.parameters(), lr=recipe.learning_rate)


def _make_loss(recipe: Recipe, found: Survey, device: torch.device) -> TrainingLoss:
    return build_loss(recipe.loss, len(found.label_set), found.class_frequencies, device=device)


def _refuse_changes(folder: Path, recipe: Recipe, kept: Mapping[str, Any]) -> None:
    settings = {**asdict(recipe), **asdict(recipe.augmentation), **asdict(recipe.loss)}
    for name, value in kept.items():
        if name == "options":  # not all are given, nor in the same order
            merged = (*recipe.options, *value)
            value = find_network(recipe.network, recipe.backbone, merged).settings
        if settings[name] != value:
            raise RunError(
                folder,
                f"a resumed run keeps its settings, and its {name} is {settings[name]}",
                hint=f"Start a new run with --weights {folder / BEST} to change it",
            )


@dataclass(frozen=True, slots=True)
class _Parent:
    path: Path
    digest: str
    label_set: LabelSet
    segmenter: Segmenter


def _parent_weights(weights: str, row: Network) -> _Parent | None:
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
    return _Parent(path, digest, checkpoint.label_set, segmenter_of(checkpoint, path))


def _take_weights(
    segmenter: Segmenter, trained: Segmenter, label_set: LabelSet, parent: _Parent
) -> tuple[str, ...]:
    """Copy every weight that fits, and say what does not: the head, if the classes differ."""
    own = segmenter.state_dict()
    given = trained.state_dict()
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


def _place(segmenter: Segmenter, device: torch.device) -> None:
    segmenter.to(device)
    if device.type == "cuda":  # tensor cores want it; CPUs do not, see Segmenter
        segmenter.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    segmenter.train()
