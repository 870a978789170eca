"""Masks for many images, by many machines: ``segstudio predict`` as tasks of Dask.

    pip install "segstudio[cluster]"
    python examples/predict_on_a_cluster.py MODEL.onnx OUT IMAGES [--scheduler tcp://HOST:8786]

Without ``--scheduler`` it starts its own workers on this machine. On a cluster, MODEL, OUT and
IMAGES lie on a drive that all machines share. Each worker of Dask keeps the model loaded in a
process that may die. Masks are written completely or not at all, and those that are there are left,
so a run that was stopped goes on. What comes out is what ``segstudio predict`` writes.
"""

import argparse
import os
from pathlib import Path

from dask.distributed import Client, LocalCluster, WorkerPlugin, as_completed, get_worker
from dask.distributed import Worker as DaskWorker

from segstudio.engine.worker import Worker
from segstudio.errors import ImageError, SegStudioError
from segstudio.storage.atomic_write import make_folder
from segstudio.storage.image_list import find_images
from segstudio.storage.images import read_image
from segstudio.storage.masks import write_label_map

_NAME = "segstudio"


class Engine(WorkerPlugin):
    """The model, for one worker of Dask.

    Args:
        model: An ONNX file.
        share: How many workers a machine has.
    """

    def __init__(self, model: str, share: int) -> None:
        self._model = model
        self._share = share

    def setup(self, worker: DaskWorker) -> None:
        """Load the model; called by Dask on each worker."""
        self.worker = Worker(share=self._share)
        self.loaded = self.worker.load(Path(self._model))

    def teardown(self, worker: DaskWorker) -> None:
        """End the model's process."""
        self.worker.close()


def predict_one(image: str, mask: str) -> str:
    """Write the mask of one image, on a worker; return what went wrong, or nothing."""
    engine = get_worker().plugins[_NAME]
    path = Path(mask)
    if path.exists():
        return ""
    try:
        prediction = engine.worker.predict(read_image(Path(image)))
        make_folder(path.parent)
        write_label_map(path, prediction.class_map, engine.loaded.card.label_set.palette)
    except ImageError as error:  # says itself which image
        return error.sentence
    except SegStudioError as error:
        return f"{Path(image).name}: {error.sentence}"
    return ""


def predict_all(client: Client, model: Path, out: Path, images: Path, share: int) -> int:
    """Predict every image of a folder; returns how many failed."""
    keys = find_images(images)
    client.register_plugin(Engine(str(model.resolve()), share), name=_NAME)
    tasks = client.map(
        predict_one,
        [str(images.resolve() / key) for key in keys],
        [str(out.resolve() / f"{key}.png") for key in keys],
        pure=False,  # files are written, so that no task is as good as another
    )
    problems = [future.result() for future in as_completed(tasks)]
    for problem in filter(None, problems):
        print(problem)
    failed = sum(map(bool, problems))
    print(f"{len(keys) - failed} of {len(keys)} images have their mask in {out}")
    return failed


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description="Predict masks on a Dask cluster.")
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("images", type=Path)
    parser.add_argument("--scheduler", help="Address of a running scheduler of Dask.")
    parser.add_argument("--workers", type=int, default=2, help="Workers of this machine.")
    given = parser.parse_args()
    if not given.model.is_file():
        parser.error(f"{given.model}: there is no such model")
    if not given.images.is_dir():
        parser.error(f"{given.images}: there is no such folder")
    if given.scheduler:
        with Client(given.scheduler) as client:
            failed = predict_all(client, given.model, given.out, given.images, share=1)
    else:
        share = min(given.workers, os.cpu_count() or 1)
        # The engine has processes of its own: threads are enough here.
        with (
            LocalCluster(
                n_workers=given.workers,
                threads_per_worker=1,
                processes=False,
                dashboard_address=None,
            ) as cluster,
            Client(cluster) as client,
        ):
            failed = predict_all(client, given.model, given.out, given.images, share)
    raise SystemExit(2 if failed else 0)


if __name__ == "__main__":
    main()
