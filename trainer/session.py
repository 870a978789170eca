"""Set a run up, new or resumed: data, network and optimiser, ready for the loop."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

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
from trainer.data.batches import TrainingBatches, crops_per_image, passes_per_epoch
from trainer.data.draws import draw_weights
from trainer.data.source import SampleCache, items_of, open_label_set
from trainer.data.survey import Survey, survey
from trainer.device import pick_device
from trainer.errors import CheckpointError, RunError
from trainer.learner import Learner
from trainer.losses import build_loss
from trainer.networks.refinement import Refinement
from trainer.networks.segmenter import Segmenter
from trainer.networks.table import find_network
from trainer.networks.weights import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    fetch,
    load_published,
)
from trainer.parents import take_weights
from trainer.preparation import MIB, prepare
from trainer.processes import Processes
from trainer.reason import Reason
from trainer.recipe import Recipe
from trainer.request import Request
from trainer.run_folder import BEST, LAST, read_recipe, start_run, write_images, write_recipe

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
        learner: The network in training mode, and what changes its weights.
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
    learner: Learner
    position: Position
    parent: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def segmenter(self) -> Segmenter:
        """The network."""
        return self.learner.segmenter

    @property
    def processes(self) -> Processes:
        """Who trains together."""
        return self.learner.processes

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return self.processes.device

    @property
    def label_set(self) -> LabelSet:
        """The classes."""
        return self.found.label_set

    @property
    def validation_items(self) -> Sequence[LabelledImage]:
        """The images that judge."""
        return items_of(self.dataset, VALIDATION)

    @property
    def draw_weights(self) -> tuple[float, ...] | None:
        """How often each training image is drawn, relative to the others; None: all alike."""
        return _draw_weights(self.found, self.recipe)

    def batches(self) -> TrainingBatches:
        """Return the stream of training batches."""
        recipe, items = self.recipe, items_of(self.dataset, TRAIN)
        crops = crops_per_image(self.found.median_size, recipe.crop, recipe.augmentation.fit)
        if recipe.minutes is not None:
            crops *= passes_per_epoch(len(items), len(self.validation_items))
        return TrainingBatches(
            items=items,
            cache=self.cache,
            crop=recipe.crop,
            batch=recipe.batch,
            crops_per_image=crops,
            augmentation=recipe.augmentation,
            seed=recipe.seed,
            rare_classes=rare_classes(self.found.class_pixels),
            draw_weights=self.draw_weights,
            pinned=self.device.type == "cuda",
            part=(self.processes.index, self.processes.count),
        )

    def save(self, name: str) -> None:
        """Write the state as it is now to a checkpoint of the run; raises StorageError.

        Only the main process writes.
        """
        if not self.processes.is_main:
            return
        save_checkpoint(
            self.folder / name,
            Checkpoint(
                recipe=self.recipe,
                label_set=self.label_set,
                fingerprint=self.found.fingerprint,
                parent=self.parent,
                position=self.position,
                rng=rng_state(),
                labelled_pixels=self.found.labelled_pixels,
                **self.learner.state(),
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
    made = prepare(request, progress)
    row, found, network, recipe = made.row, made.found, made.network, made.recipe
    device, parent, published = made.device, made.parent, made.published
    loss = build_loss(recipe.loss, len(found.label_set), found.class_frequencies, device=device)
    mean, std = _normalization(recipe.normalization, found)
    segmenter = Segmenter(
        network,
        row.stride,
        mean,
        std,
        reduce=recipe.reduce,
        refinement=Refinement(len(found.label_set), recipe.reduce) if recipe.refine else None,
    )
    notes: tuple[str, ...] = found.warnings
    if published:
        load_published(network, published, fetch(published, fetched))
    if parent:
        notes = (*notes, *take_weights(segmenter, found.label_set, parent, row, made.class_changes))
    processes = Processes.start(device.type, recipe.precision)
    torch.manual_seed(recipe.seed + processes.index)
    learner = Learner(segmenter, loss, recipe, processes)
    if processes.is_main:
        start_run(folder)
        write_recipe(folder, recipe)
        write_images(folder, _members(found, recipe))
    processes.wait()
    return Session(
        folder=folder,
        recipe=recipe,
        reasons=made.reasons,
        found=found,
        dataset=made.dataset,
        cache=made.cache,
        learner=learner,
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
    cache_mib: int | None = None,
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
        cache_mib: New memory for decoded images, MiB, or None to keep it.
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
        recipe,
        data=str(data) if data else recipe.data,
        device=device or recipe.device,
        cache_mib=recipe.cache_mib if cache_mib is None else cache_mib,
    )
    dataset = open_label_set(Path(recipe.data), recipe.positive, recipe.classes, recipe.format)
    cache = SampleCache(dataset, recipe.cache_mib * MIB)
    found = survey(dataset, cache, progress=progress)
    if found.fingerprint != checkpoint.fingerprint:
        raise RunError(
            folder,
            "the data is not what this run was trained on, so it cannot go on exactly",
            hint=f"Start a new run with --weights {folder / BEST}",
        )
    torch_device = pick_device(recipe.device)
    processes = Processes.start(torch_device.type, recipe.precision)
    frequencies = found.class_frequencies
    loss = build_loss(recipe.loss, len(found.label_set), frequencies, device=processes.device)
    learner = Learner(segmenter_of(checkpoint, path), loss, recipe, processes)
    try:
        learner.load_state(
            model=checkpoint.model,
            average=checkpoint.average,
            averaged_steps=checkpoint.averaged_steps,
            optimizer=checkpoint.optimizer,
            scaler=checkpoint.scaler,
        )
        if processes.is_main:
            set_rng_state(checkpoint.rng)
        else:  # only the main process's randomness was saved
            torch.manual_seed(recipe.seed + processes.index + checkpoint.position.step)
    except (ValueError, KeyError, RuntimeError, TypeError) as error:
        raise CheckpointError(path, "its optimiser state cannot be used") from error
    if processes.is_main:
        write_recipe(folder, recipe)
    processes.wait()
    return Session(
        folder=folder,
        recipe=recipe,
        reasons=(),
        found=found,
        dataset=dataset,
        cache=cache,
        learner=learner,
        position=checkpoint.position,
        parent=checkpoint.parent,
        notes=found.warnings,
    )


def _draw_weights(found: Survey, recipe: Recipe) -> tuple[float, ...] | None:
    members = found.members[TRAIN]
    corrected = [member.corrected for member in members] if recipe.correction_weight != 1 else None
    return draw_weights([member.labelled / member.pixels for member in members], corrected)


def _members(found: Survey, recipe: Recipe) -> dict[str, list[dict[str, Any]]]:
    rows = {split: [each._asdict() for each in found.members[split]] for split in found.members}
    weights = _draw_weights(found, recipe) or [1.0] * len(rows[TRAIN])
    for row, weight in zip(rows[TRAIN], weights, strict=True):
        row["drawn"] = round(weight, 3)
    return rows


def _normalization(name: str, found: Survey) -> tuple[Sequence[float], Sequence[float]]:
    """Return what is subtracted from red, green and blue in 0..255, and what divides them."""
    match name:
        case "imagenet":
            return IMAGENET_MEAN, IMAGENET_STD
        case "symmetric":
            return [127.5] * 3, [127.5] * 3
        case _:
            return found.mean, found.std


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
