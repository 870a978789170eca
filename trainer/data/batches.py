"""Batches of augmented crops, made ahead by a thread while the network computes."""

import math
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segstudio.formats.dataset import LabelledImage
from trainer.augmentation_settings import AugmentationSettings
from trainer.data.augment import random_crop
from trainer.data.draws import drawn_images
from trainer.data.source import SampleCache

# Two keep up with a network on a CPU; a fast GPU takes more, where there are cores for them.
_THREADS: Final = min(max(os.cpu_count() or 1, 2), 8)
# A step costs about three times what the prediction of its crops does.
_STEP_COST: Final = 3
_VALIDATION_SHARE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Batch:
    """Input of one step.

    Attributes:
        keys: Names of the images.
        image: (N, H, W, 3) uint8 RGB.
        target: (N, H, W) uint8 class indices, 255 = ignore.
        corrected: (N, H, W) bool, the pixels that the user corrected, or None if there are none.
    """

    keys: tuple[str, ...]
    image: Tensor
    target: Tensor
    corrected: Tensor | None = None


@dataclass(frozen=True, slots=True)
class TrainingBatches:
    """The training images as a stream of batches.

    What a batch holds follows from the seed, the epoch and the step alone, whatever happened
    before: that is what makes a resumed run the same as one that was never stopped.

    OpenCV and NumPy release the interpreter while they work, so threads do it, not processes.

    Attributes:
        items: The training images.
        cache: Where they are decoded.
        crop: (height, width) of the crops, pixels.
        batch: Crops of a step.
        crops_per_image: Crops that an epoch takes of each image.
        augmentation: How they are varied.
        seed: Start of the randomness.
        rare_classes: Those that a share of the crops is placed on.
        pinned: Whether batches lie where a GPU fetches them by itself, while the network computes.
        threads: How many make batches.
        draw_weights: How often each image is drawn, relative to the others; None: all alike.
        part: (index, count) of the processes that share every batch; this one makes its part.
    """

    items: Sequence[LabelledImage]
    cache: SampleCache
    crop: tuple[int, int]
    batch: int
    crops_per_image: int
    augmentation: AugmentationSettings
    seed: int
    rare_classes: tuple[int, ...] = ()
    pinned: bool = False
    threads: int = _THREADS
    draw_weights: tuple[float, ...] | None = None
    part: tuple[int, int] = (0, 1)

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches of an epoch; a remainder that fills no batch waits for the next."""
        return max(len(self.items) * self.crops_per_image // self.batch, 1)

    def epoch(self, epoch: int, first_step: int = 0) -> Iterator[Batch]:
        """Yield the batches of an epoch, from ``first_step`` on; close it to stop early."""
        count = len(self.items) * self.crops_per_image
        rng = np.random.default_rng([self.seed, epoch, 0])
        if self.draw_weights is None:
            order = rng.permutation(count) % len(self.items)
        else:
            order = drawn_images(self.draw_weights, count, rng)
        steps = iter(range(first_step, self.steps_per_epoch))
        pending: deque[Future[Batch]] = deque()
        # The pool's threads already share the cores with the network.
        cv2.setNumThreads(1)
        with ThreadPoolExecutor(self.threads, thread_name_prefix="batches") as pool:
            try:
                for _, step in zip(range(self.threads + 1), steps, strict=False):
                    pending.append(pool.submit(self._make, epoch, step, order))
                while pending:
                    batch = pending.popleft().result()
                    for step in steps:
                        pending.append(pool.submit(self._make, epoch, step, order))
                        break
                    yield batch
            finally:
                for future in pending:
                    future.cancel()

    def _make(self, epoch: int, step: int, order: NDArray[np.int64]) -> Batch:
        index, count = self.part
        places = range(step * self.batch, (step + 1) * self.batch)[index::count]
        image = torch.empty((len(places), *self.crop, 3), dtype=torch.uint8, pin_memory=self.pinned)
        target = torch.empty((len(places), *self.crop), dtype=torch.uint8, pin_memory=self.pinned)
        images, targets, keys = image.numpy(), target.numpy(), []
        corrections: dict[int, NDArray[np.bool_]] = {}
        for slot, place in enumerate(places):
            # A data set smaller than one batch goes round more than once.
            item = self.items[int(order[place % len(order)])]
            rng = np.random.default_rng([self.seed, epoch, place + 1])
            sample = self.cache.load(item)
            rare = self.cache.pixels_of(item, sample, self.rare_classes)
            labelled = self.cache.labelled_of(item, sample)
            crop = random_crop(sample, self.crop, self.augmentation, rng, rare, labelled)
            images[slot], targets[slot] = crop.image, crop.target
            if crop.corrected is not None:
                corrections[slot] = crop.corrected
            keys.append(sample.key)
        return Batch(tuple(keys), image, target, self._stacked(corrections, len(places)))

    def _stacked(self, corrections: Mapping[int, NDArray[np.bool_]], count: int) -> Tensor | None:
        if not corrections:
            return None
        stacked = torch.zeros((count, *self.crop), dtype=torch.bool, pin_memory=self.pinned)
        for slot, corrected in corrections.items():
            stacked.numpy()[slot] = corrected
        return stacked


def passes_per_epoch(training: int, validation: int) -> int:
    """Return how often an epoch of a run against the clock shows each image.

    Once, unless few images train and many judge, as after the first corrections: the time would go
    into validations.

    Args:
        training: Number of images.
        validation: Number of images that judge.
    """
    cost = validation / (_STEP_COST * max(training, 1))
    return max(math.ceil(cost * (1 - _VALIDATION_SHARE) / _VALIDATION_SHARE), 1)


def steps_worth(training: int, validation: int, crops: int, batch: int) -> float:
    """Return how many steps one pass over the images takes as long as, judging included.

    Args:
        training: Number of images.
        validation: Number of images that judge.
        crops: Crops that cover an image once.
        batch: Crops of a step.
    """
    return max(training * crops // batch, 1) + validation * crops / batch / _STEP_COST


def crops_per_image(size: tuple[int, int], crop: tuple[int, int], fit: str = "crop") -> int:
    """Return how many crops cover an image of this (height, width) about once."""
    if fit == "letterbox":  # each shows the whole image
        return 1
    return max(round(size[0] * size[1] / (crop[0] * crop[1])), 1)
