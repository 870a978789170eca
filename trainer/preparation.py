"""What is known and decided before a run begins: the data, the network, the recipe."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn

from segstudio.core.class_names import DatedChange
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.formats.dataset import LabelledDataset
from segstudio.formats.segstudio_project import PROJECT_FORMAT, class_history
from trainer.data.batches import crops_per_image, steps_worth
from trainer.data.source import SampleCache, open_label_set
from trainer.data.survey import Survey, survey
from trainer.device import describe_device, pick_device
from trainer.networks.table import Network, find_network
from trainer.networks.weights import Published, published_for
from trainer.parents import Parent, parent_weights
from trainer.plan import decide_recipe
from trainer.reason import Reason
from trainer.recipe import Recipe
from trainer.request import Request
from trainer.trial import Trial

MIB: Final = 2**20

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """All that is decided before anything is trained or written.

    Attributes:
        row: The network's row in the table.
        device: Where it will train.
        dataset: The data set.
        cache: Its decoded samples.
        found: What it holds.
        network: The network, with weights of its own.
        trial: Measures steps of it.
        recipe: All settings.
        reasons: Why those that were left open are what they are.
        published: Published weights to start from, or None.
        parent: The run to start from, or None.
        class_changes: What was done to the classes of the data set, where it is a project.
    """

    row: Network
    device: torch.device
    dataset: LabelledDataset
    cache: SampleCache
    found: Survey
    network: nn.Module
    trial: Trial
    recipe: Recipe
    reasons: tuple[Reason, ...]
    published: Published | None
    parent: Parent | None
    class_changes: tuple[DatedChange, ...]


def prepare(request: Request, progress: Progress | None = None) -> Prepared:
    """Look at the data and decide every setting; nothing is written or downloaded.

    Args:
        request: What the user asked for.
        progress: Told (done, total) while the data is looked at.

    Raises:
        SegStudioError: With a sentence, if anything does not fit.
    """
    row = find_network(request.network, request.backbone, request.options)
    device = pick_device(request.device)
    published = published_for(row.name, row.backbone) if request.weights == "imagenet" else None
    parent = parent_weights(request.weights, row)
    if parent and request.reduce is None:  # these weights know things at that size
        request = replace(request, reduce=parent.recipe.reduce, refine=parent.recipe.refine)
    dataset = open_label_set(Path(request.data), request.positive, request.classes, request.format)
    is_project = dataset.format_name == PROJECT_FORMAT
    cache = SampleCache(dataset, request.cache_mib * MIB)
    found = survey(dataset, cache, progress=progress)
    torch.manual_seed(request.seed)
    network = row.build(len(found.label_set))
    trial = Trial(network, row.stride, len(found.label_set), device)
    known = parent.labelled_pixels if parent else 0
    recipe, reasons = decide_recipe(request, found, row, device.type, trial, known_pixels=known)
    return Prepared(
        row=row,
        device=device,
        dataset=dataset,
        cache=cache,
        found=found,
        network=network,
        trial=trial,
        recipe=recipe,
        reasons=reasons,
        published=published,
        parent=parent,
        class_changes=class_history(dataset.root) if is_project and not request.classes else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What a request would train.

    Attributes:
        recipe: All settings.
        reasons: Why those that were left open are what they are.
        found: What the data set holds.
        device: Name of the device, for people.
        seconds: About how long it will take.
    """

    recipe: Recipe
    reasons: tuple[Reason, ...]
    found: Survey
    device: str
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON values."""
        return {
            "recipe": self.recipe.to_json(),
            "reasons": [reason._asdict() for reason in self.reasons],
            "notes": list(self.found.warnings),
            "device_name": self.device,
            "images": dict(self.found.images),
            "classes": self.found.label_set.to_json(),
            "data_summary": self.found.summary,
            "seconds": self.seconds,
        }


def plan_run(request: Request, progress: Progress | None = None) -> RunPlan:
    """Return what a request would train; one training step is tried, and nothing is written.

    Args:
        request: What the user asked for.
        progress: Told (done, total) while the data is looked at.

    Raises:
        SegStudioError: With a sentence, if anything does not fit.
    """
    made = prepare(request, progress)
    recipe, found = made.recipe, made.found
    return RunPlan(
        recipe=recipe,
        reasons=made.reasons,
        found=found,
        device=describe_device(made.device),
        seconds=_estimated_seconds(made),
    )


def _estimated_seconds(made: Prepared) -> float:
    recipe, found = made.recipe, made.found
    if recipe.minutes is not None:
        return recipe.minutes * 60
    cost = made.trial.cost(
        recipe.crop,
        recipe.batch,
        reduce=recipe.reduce,
        refine=recipe.refine,
        precision=recipe.precision,
    )
    crops = crops_per_image(found.median_size, recipe.crop, recipe.augmentation.fit)
    steps = steps_worth(found.images[TRAIN], found.images[VALIDATION], crops, recipe.batch)
    # What a trial leaves out takes about a tenth.
    return (recipe.epochs or 1) * steps * (cost.seconds if cost else 0.0) / 0.9
