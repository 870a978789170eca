from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from trainer.augmentation_settings import AugmentationSettings
from trainer.data.batches import (
    Batch,
    TrainingBatches,
    crops_per_image,
    passes_per_epoch,
    steps_worth,
)
from trainer.data.source import SampleCache, items_of, open_label_set

MakeVoc = Callable[..., Path]


# Everything happens all the time, so that nothing can differ unseen.
EVERY = AugmentationSettings(
    flip="both", hsv_share=1, light_share=1, blur_share=1, noise_share=1, jpeg_share=1
)


def _batches(root: Path, *, batch: int = 2, crops: int = 2, limit: int = 2**20) -> TrainingBatches:
    dataset = open_label_set(root, None, None)
    return TrainingBatches(
        items=items_of(dataset, "train"),
        cache=SampleCache(dataset, limit),
        crop=(32, 40),
        batch=batch,
        crops_per_image=crops,
        augmentation=EVERY,
        seed=3,
        rare_classes=(1,),
    )


def _same(one: Batch, other: Batch) -> bool:
    return (
        one.keys == other.keys
        and torch.equal(one.image, other.image)
        and torch.equal(one.target, other.target)
    )


def test_an_epoch_shows_every_image_as_often_as_it_should(voc: Path) -> None:
    batches = list(_batches(voc).epoch(0))

    keys = [key for batch in batches for key in batch.keys]
    assert sorted(keys) == sorted(["image0", "image1", "image2"] * 2)
    assert batches[0].image.shape == (2, 32, 40, 3)
    assert batches[0].image.dtype == torch.uint8
    assert batches[0].target.shape == (2, 32, 40)


def test_an_epoch_can_be_entered_at_any_step_and_comes_out_the_same(voc: Path) -> None:
    whole = list(_batches(voc).epoch(4))
    rest = list(_batches(voc).epoch(4, first_step=1))

    assert len(whole) == 3
    assert all(map(_same, whole[1:], rest))


def test_epochs_differ(voc: Path) -> None:
    batches = _batches(voc)

    assert not all(map(_same, batches.epoch(0), batches.epoch(1)))


def test_a_cache_without_room_gives_the_same_batches(voc: Path) -> None:
    assert all(map(_same, _batches(voc).epoch(0), _batches(voc, limit=0).epoch(0)))


def test_the_seed_alone_decides_whatever_the_threads_do(voc: Path) -> None:
    slow = _batches(voc, batch=1, crops=12)
    first = list(slow.epoch(2))

    with ThreadPoolExecutor(1) as busy:  # another consumer of the same cache, at its own pace
        other = busy.submit(lambda: list(slow.epoch(3)))
        again = list(slow.epoch(2))
        other.result()

    assert all(map(_same, first, again))
    assert all(map(_same, first, _batches(voc, batch=1, crops=12).epoch(2)))


def test_other_seeds_give_other_crops(voc: Path) -> None:
    assert not all(map(_same, _batches(voc).epoch(0), replace(_batches(voc), seed=4).epoch(0)))


def test_rare_crops_show_the_rare_class(tmp_path: Path, make_voc: MakeVoc) -> None:
    root = make_voc(tmp_path / "voc", size=(300, 400))
    for path in (root / "SegmentationClass").iterdir():
        mask = np.zeros((300, 400), np.uint8)
        mask[200:203, 50:53] = 1
        Image.fromarray(mask).save(path)
    rare = replace(EVERY, rare_crops=1.0, scale=(0.8, 1.25))

    batches = list(replace(_batches(root, crops=4), augmentation=rare).epoch(0))

    assert all((target == 1).any() for batch in batches for target in batch.target)


def test_a_batch_larger_than_the_data_set_is_filled(voc: Path) -> None:
    batches = _batches(voc, batch=8, crops=1)

    (batch,) = batches.epoch(0)

    assert batches.steps_per_epoch == 1
    assert len(batch.keys) == 8
    assert set(batch.keys) == {"image0", "image1", "image2"}
    assert len(np.unique(batch.image.flatten(1).numpy(), axis=0)) == 8


def test_stopping_early_leaves_no_thread_working(voc: Path) -> None:
    stream = _batches(voc, batch=1, crops=8).epoch(0)
    next(stream)

    stream.close()  # type: ignore[attr-defined]

    assert next(stream, None) is None


def test_an_epoch_takes_as_many_crops_as_cover_the_image() -> None:
    assert crops_per_image((512, 512), (256, 256)) == 4
    assert crops_per_image((100, 100), (256, 256)) == 1
    assert crops_per_image((512, 512), (256, 256), "letterbox") == 1


def test_an_epoch_of_few_images_is_as_long_as_many_images_that_judge_deserve() -> None:
    assert passes_per_epoch(367, 101) == 1
    assert passes_per_epoch(5, 101) == 27
    assert passes_per_epoch(2, 0) == 1


def test_judging_counts_in_what_an_epoch_takes() -> None:
    assert steps_worth(100, 0, crops=4, batch=4) == 100
    assert steps_worth(100, 30, crops=4, batch=4) == 110
    # As after the first corrections: most of the time goes into judging.
    assert steps_worth(2, 99, crops=1, batch=4) > 8
