"""Measure how fast training batches are made, with full augmentation, from the decoded cache.

    python tests/benchmarks/data_pipeline.py --data camvid isbi --crop 512 512

Beside other programs wall time says little, so the processor's time is told as well.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from segstudio.core.splits import TRAIN
from trainer.augmentation_plan import decide_augmentation
from trainer.augmentation_settings import OFF, AugmentationSettings
from trainer.data.augment import random_crop
from trainer.data.augment_rare import rare_classes
from trainer.data.batches import TrainingBatches
from trainer.data.source import Sample, SampleCache, items_of, open_label_set
from trainer.data.survey import survey
from trainer.memory import keep_freed_memory

BATCH = 4


@dataclass(frozen=True)
class Rate:
    """How long work takes."""

    wall: float
    cpu: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", type=Path, required=True, metavar="DIR")
    parser.add_argument("--positive", choices=["dark", "light"], default="dark")
    parser.add_argument("--crop", nargs=2, type=int, default=(512, 512), metavar=("H", "W"))
    parser.add_argument("--pairs", type=int, default=400, help="pairs in a measurement")
    parser.add_argument("--repeats", type=int, default=5, help="measurements; the best counts")
    arguments = parser.parse_args()
    keep_freed_memory()  # as the trainer does
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{os.cpu_count()} cores, load {load}")
    for root in arguments.data:
        measure(root, arguments)


def measure(root: Path, arguments: argparse.Namespace) -> None:
    """Print what one data set takes."""
    dataset = open_label_set(root, None, None)
    if len(dataset.label_set) == 0:  # masks of 0 and 255
        dataset = open_label_set(root, arguments.positive, None)
    cache = SampleCache(dataset, 2**31)
    found = survey(dataset, cache)
    names = found.label_set.names
    settings, _ = decide_augmentation(
        AugmentationSettings(), names, found.class_pixels, grey=found.grey
    )
    crop = (arguments.crop[0], arguments.crop[1])
    height, width = found.median_size
    print(f"\n{root.name}: images of {width} x {height}, crops of {crop[1]} x {crop[0]}")
    items = items_of(dataset, TRAIN)
    batches = TrainingBatches(
        items=items,
        cache=cache,
        crop=crop,
        batch=BATCH,
        crops_per_image=-(-arguments.pairs // len(items)),
        augmentation=settings,
        seed=0,
        rare_classes=rare_classes(found.class_pixels),
    )
    for threads in (1, 2):
        stream = replace(batches, threads=threads)
        pairs = stream.steps_per_epoch * BATCH
        best = _best(lambda made=stream: sum(1 for _ in made.epoch(0)), arguments.repeats)
        print(
            f"  {threads} thread{'s' * (threads > 1)}: {pairs / best.wall:6.0f} pairs/s; "
            f"by the processor's time {pairs / best.cpu:6.0f} pairs/s a core, "
            f"{1000 * best.cpu / pairs:.2f} ms a pair"
        )
    _show_costs([cache.load(item) for item in items[:32]], crop, settings, arguments)


def _show_costs(
    samples: list[Sample],
    crop: tuple[int, int],
    settings: AugmentationSettings,
    arguments: argparse.Namespace,
) -> None:
    """Print what each operation adds to a crop that is only cut out."""
    off = replace(settings, **OFF, warped=0, hsv_share=0, light_share=0)

    def cost(changed: AugmentationSettings) -> float:
        def crops() -> None:
            for seed, sample in enumerate(samples):
                rng = np.random.default_rng(seed)
                random_crop(sample, crop, changed, rng, {})

        return 1000 * _best(crops, arguments.repeats).cpu / len(samples)

    cut = cost(off)
    print(f"  cut out, not warped: {cut:.2f} ms; beside that, at every crop:")
    warp = {name: getattr(settings, name) for name in ("scale", "aspect", "rotation")}
    strong = {
        name: getattr(settings, name)
        for name in ("hue", "saturation", "value", "brightness", "contrast")
    }
    operations = {
        "scale, aspect, rotation": (replace(off, **warp, warped=1), settings.warped),
        "hue, saturation, value": (replace(off, **strong, hsv_share=1), settings.hsv_share),
        "brightness, contrast": (replace(off, **strong, light_share=1), settings.light_share),
        "blur": (replace(off, blur_share=1), settings.blur_share),
        "noise": (replace(off, noise_share=1), settings.noise_share),
        "JPEG": (replace(off, jpeg_share=1), settings.jpeg_share),
    }
    for name, (changed, share) in operations.items():
        print(f"    {name:24} {cost(changed) - cut:5.2f} ms, by default in {share:.0%} of crops")


def _best(work: Callable[[], object], repeats: int) -> Rate:
    """Return the fastest of several runs by the clock, and the median processor's time."""
    work()
    rates = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        rates.append(Rate(time.perf_counter() - wall, time.process_time() - cpu))
    return Rate(min(rate.wall for rate in rates), statistics.median(rate.cpu for rate in rates))


if __name__ == "__main__":
    main()
