"""How fast models run in the window and from the command line, beside bare onnxruntime.

Every figure is a ratio of two ways that take turns in one run, on the same threads; the load of the
machine is printed beside it. See ``README.md``.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import click
import numpy as np
from PIL import Image

Way = Callable[[], object]


class Row(NamedTuple):
    """One comparison: seconds of both ways, their ratio, and what the ratio should be."""

    name: str
    ours_s: float
    other_s: float
    ratio: float
    target: str
    is_reached: bool
    load: float


def compared(name: str, ours: Way, other: Way, target: float, repeats: int) -> Row:
    """Return how long two ways take in turns; the target is the largest ratio ours / other."""
    ours()
    other()
    pairs = [(_seconds(ours), _seconds(other)) for _ in range(repeats)]
    ratio = statistics.median(a / b for a, b in pairs)
    return Row(
        name,
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        ratio,
        f"<= {target:g}",
        ratio <= target,
        os.getloadavg()[0],
    )


def _seconds(way: Way) -> float:
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


class Models(NamedTuple):
    """One network with random weights, as files."""

    network: str
    classes: int
    ours: Path
    plain: Path
    int8: Path


def _checkpoint(network: str, classes: int) -> Any:  # noqa: ANN401 - torch is imported late
    from checkpoints import random_checkpoint

    from trainer.networks.table import find_network

    name, _, backbone = network.partition("/")
    names = [f"class {number}" for number in range(classes)]
    return random_checkpoint(find_network(name, backbone or None, []), names=names)


def _segmenter(models: Models) -> Any:  # noqa: ANN401
    from trainer.checkpoint import segmenter_of

    return segmenter_of(_checkpoint(models.network, models.classes), Path("any.pt")).eval()


def _models(network: str, classes: int, folder: Path) -> Models:
    return Models(
        network, classes, *(folder / f"{kind}.onnx" for kind in ("ours", "plain", "int8"))
    )


def _make(models: Models) -> None:
    """Write the models; for a process of its own, because it imports onnxruntime and torch."""
    import torch
    from checkpoints import random_image

    from trainer.export import exported_model
    from trainer.exporting.contract import sealed
    from trainer.exporting.quantize import to_int8

    images = [random_image(128, 160)]
    checkpoint = _checkpoint(models.network, models.classes)
    exported = exported_model(checkpoint, Path("any.pt"), name="benchmark", images=images)
    models.ours.write_bytes(exported.content)
    models.int8.write_bytes(sealed(to_int8(exported.content, images), exported.card))
    free = {2: torch.export.Dim.DYNAMIC, 3: torch.export.Dim.DYNAMIC}
    torch.onnx.export(
        _segmenter(models).network,
        (torch.zeros(1, 3, 128, 160),),
        str(models.plain),
        dynamo=True,
        dynamic_shapes=(free,),
        input_names=["image"],
        output_names=["logits"],
        external_data=False,
        verbose=False,
    )


def _session(path: Path) -> Any:  # noqa: ANN401 - onnxruntime has no types
    import onnxruntime

    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def graph_rows(models: Models, repeats: int) -> Iterator[Row]:
    """Our graph from pixels to classes, beside numpy around a plain graph, and beside PyTorch."""
    import torch

    image = np.random.default_rng(0).integers(0, 256, (1, 512, 1024, 3), np.uint8)
    ours, plain = _session(models.ours), _session(models.plain)
    segmenter = _segmenter(models)
    mean, std = segmenter.mean.numpy(), segmenter.std.numpy()

    def by_numpy() -> object:
        pixels = (image.astype(np.float32) - mean) / std
        feed = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
        return plain.run(None, {"image": feed})[0].argmax(axis=1).astype(np.uint8)

    def by_torch() -> object:
        with torch.inference_mode():
            return segmenter(torch.from_numpy(image)).argmax(dim=1).to(torch.uint8)

    def by_graph() -> object:
        return ours.run(["class_index"], {"image": image})

    yield compared("graph / numpy + plain graph", by_graph, by_numpy, 0.8, repeats)
    yield compared("graph / torch eager", by_graph, by_torch, 0.7, repeats)


def int8_rows(models: Models, repeats: int) -> Iterator[Row]:
    """The model in 8 bits, beside the same in 32."""
    image = np.random.default_rng(0).integers(0, 256, (1, 512, 1024, 3), np.uint8)
    full, eighth = _session(models.ours), _session(models.int8)
    yield compared(
        "int8 / fp32 (where the processor has VNNI)",
        lambda: eighth.run(["class_index"], {"image": image}),
        lambda: full.run(["class_index"], {"image": image}),
        1 / 1.8,
        repeats,
    )


@contextmanager
def _window(folder: Path) -> Iterator[Any]:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from segstudio.ui.main_window import MainWindow
    from segstudio.ui.theme import Theme

    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        os.environ[name] = str(folder / "home")
    app = QApplication.instance() or QApplication([])
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    window = MainWindow(Theme(app), settings)
    window.resize(1280, 800)
    window.show()
    try:
        yield window
    finally:
        window.close()
        app.processEvents()


def window_rows(models: Models, folder: Path, repeats: int) -> Iterator[Row]:
    """R in the window, until the overlay is drawn, beside a bare run of the same model."""
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QApplication

    image = np.random.default_rng(0).integers(0, 256, (1024, 2048, 3), np.uint8)
    (folder / "images").mkdir()
    Image.fromarray(image).save(folder / "images" / "large.png")
    with _window(folder) as window:
        assert "onnxruntime" not in sys.modules, "the window has imported onnxruntime"
        loaded: list[object] = []
        predicted: list[object] = []
        window.editor.predict.model_loaded.connect(
            lambda model: loaded.append(model) if model else None
        )
        window.editor.predict.predicted.connect(predicted.append)

        def wait(done: Callable[[], object]) -> None:
            # As the program waits: a loop that asks again and again would take from the model.
            while not done():
                QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

        window.editor.workspace.open(folder / "images")
        wait(lambda: window.editor.workspace.document is not None)
        loaded.clear()
        window.editor.predict.add_model(models.ours)
        wait(lambda: loaded)

        def in_window() -> object:
            document = window.editor.workspace.document
            predicted.clear()
            window.editor.predict.run()
            wait(lambda: predicted)
            window.editor.canvas.repaint()
            return document

        session = _session(models.ours)

        def bare() -> object:
            return session.run(["class_index"], {"image": image[None]})

        yield compared("window, 2048 x 1024 / bare run", in_window, bare, 1.1, repeats)


def predict_rows(models: Models, folder: Path, count: int, rounds: int) -> Iterator[Row]:
    """``segstudio predict``, reading and writing included, beside a bare loop on arrays.

    The load of a machine changes within a minute, so half of the loop runs before, half after.
    """
    from segstudio.commands.predict import Existing, PredictOptions, predict_images
    from segstudio.engine.worker import Worker

    random = np.random.default_rng(0)
    images, masks = folder / "many", folder / "masks"
    images.mkdir()
    arrays = [random.integers(0, 256, (360, 480, 3), np.uint8) for _ in range(count)]
    for number, array in enumerate(arrays):
        Image.fromarray(array).save(images / f"{number:04}.jpg")
    session = _session(models.ours)
    session.run(["class_index"], {"image": arrays[0][None]})
    with Worker() as worker:
        start = _seconds(lambda: worker.load(models.ours))

    def bare(part: slice) -> float:
        began = time.perf_counter()
        for array in arrays[part]:
            session.run(["class_index"], {"image": array[None]})
        return time.perf_counter() - began

    options = PredictOptions(existing=Existing.REPLACE)
    turns: list[tuple[float, float]] = []
    for _ in range(rounds):
        before = bare(slice(None, count // 2))
        ours = _seconds(lambda: predict_images([images], str(models.ours), masks, options))
        turns.append((ours, before + bare(slice(count // 2, None))))
    other = statistics.median(alone for _, alone in turns)
    for name, extra in (("without", start), ("with", 0.0)):
        ratio = statistics.median((ours - extra) / alone for ours, alone in turns)
        yield Row(
            f"predict, {count} images, {name} starting / bare loop",
            statistics.median(ours for ours, _ in turns) - extra,
            other,
            ratio,
            "<= 1.11",
            ratio <= 1 / 0.9,
            os.getloadavg()[0],
        )


def cancel_rows(models: Models, repeats: int) -> Iterator[Row]:
    """From the click on cancel to the answer, and to the moment when the next run can begin."""
    from segstudio.engine.worker import Cancelled, Worker

    image = np.zeros((4096, 4096, 3), np.uint8)
    answered, ready = [], []
    with Worker() as worker:
        worker.load(models.ours)
        worker.predict(image[:64, :64])
        for number in range(repeats):
            cancelled, moments = threading.Event(), []
            # At another place in the network each time.
            timer = threading.Timer(0.5 + 0.13 * number, _note_and_set, (moments, cancelled))
            timer.start()
            try:
                worker.predict(image, cancelled)
            except Cancelled:
                answered.append(time.perf_counter() - moments[0])
            worker.predict(image[:8, :8])
            ready.append(time.perf_counter() - moments[0])
    yield _limit_row("cancel: the longest until it is answered", answered, 0.1)
    yield _limit_row("cancel: the longest until the next run is over", ready, 2.5)


def _note_and_set(moments: list[float], cancelled: threading.Event) -> None:
    moments.append(time.perf_counter())
    cancelled.set()


def hostile_rows(folder: Path) -> Iterator[Row]:
    """From choosing a model that means harm to the sentence about it; the slowest of all."""
    from engine.hostile import BAD_MODELS

    from segstudio.engine.worker import Worker
    from segstudio.errors import ModelError

    took = {}
    with Worker() as worker:
        worker.runtime()
        for case, (write, _) in BAD_MODELS.items():
            place = folder / case.replace(" ", "-")
            place.mkdir()
            write(place / "model.onnx")
            began = time.perf_counter()
            try:
                worker.load(place / "model.onnx")
            except ModelError:
                took[case] = time.perf_counter() - began
            assert case in took, f"{case} was loaded"
    slowest = max(took, key=lambda case: took[case])
    yield _limit_row(f"{len(took)} hostile models, the slowest ({slowest})", took.values(), 3)


def _limit_row(name: str, seconds: Iterable[float], limit: float) -> Row:
    most = max(seconds)
    return Row(
        name, most, limit, most / limit, f"<= {limit:g} s", most <= limit, os.getloadavg()[0]
    )


def memory_rows(models: Models, megapixels: int) -> Iterator[Row]:
    """What the worker takes for a very large image, beside the image itself; bytes, not seconds."""
    from segstudio.engine.worker import Worker

    side = int((megapixels * 1e6) ** 0.5)
    image = np.zeros((side, side, 3), np.uint8)
    image[::7, ::5] = 200
    most = 0
    with Worker() as worker:
        worker.load(models.ours)
        process = worker.process_id
        stopped = threading.Event()

        def watch() -> None:
            nonlocal most
            while not stopped.wait(0.1):
                status = Path(f"/proc/{process}/status").read_text()
                anonymous = next(line for line in status.splitlines() if "RssAnon" in line)
                most = max(most, int(anonymous.split()[1]) * 1024)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            worker.predict(image)
        finally:
            stopped.set()
            watcher.join()
    limit = 4 * 2**30
    name = f"memory of the worker, {megapixels} megapixels, bytes / 4 GiB"
    yield Row(name, most, limit, most / limit, "<= 1", most <= limit, os.getloadavg()[0])


@click.command()
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(["graph", "int8", "window", "predict", "cancel", "hostile", "memory"]),
    help="Parts to run; all but memory if none is named.",
)
@click.option(
    "--network", default="deeplabv3plus", show_default=True, help="NAME or NAME/BACKBONE."
)
@click.option("--classes", default=19, show_default=True, help="As many as Cityscapes has.")
@click.option("--repeats", default=7, show_default=True)
@click.option("--images", default=200, show_default=True, help="Images of ``predict``.")
@click.option("--megapixels", default=100, show_default=True, help="Size for ``memory``.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--make", type=click.Path(path_type=Path), hidden=True)
def main(
    only: tuple[str, ...],
    network: str,
    classes: int,
    repeats: int,
    images: int,
    megapixels: int,
    as_json: bool,
    make: Path | None,
) -> None:
    """Measure, and compare with the targets."""
    if make is not None:
        _make(_models(network, classes, make))
        return
    wanted = set(only or ("graph", "int8", "window", "predict", "cancel", "hostile"))
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = _models(network, classes, folder)
        # In a process of its own: the window must be seen to import no onnxruntime.
        subprocess.run(
            [
                sys.executable,
                __file__,
                *("--network", network, "--classes", str(classes), "--make", name),
            ],
            stderr=subprocess.DEVNULL,
            check=True,
        )
        for row in measured(wanted, models, folder, repeats, images, megapixels):
            rows.append(row)
            if not as_json:
                print(described(row), flush=True)
    if as_json:
        print(json.dumps([row._asdict() for row in rows], indent=1))


def measured(
    wanted: set[str], models: Models, folder: Path, repeats: int, images: int, megapixels: int
) -> Iterator[Row]:
    """Yield the rows that are wanted, one after the other."""
    if "window" in wanted:
        yield from window_rows(models, folder, repeats)
    if "graph" in wanted:
        yield from graph_rows(models, repeats)
    if "int8" in wanted:
        yield from int8_rows(models, repeats)
    if "predict" in wanted:
        yield from predict_rows(models, folder, images, rounds=(repeats + 1) // 2)
    if "cancel" in wanted:
        yield from cancel_rows(models, repeats)
    if "hostile" in wanted:
        yield from hostile_rows(folder)
    if "memory" in wanted:
        yield from memory_rows(models, megapixels)


def described(row: Row) -> str:
    """Return a row as a line of the table."""
    verdict = "reached" if row.is_reached else "missed"
    return (
        f"{row.name:<62}{row.ours_s:>10.3g}{row.other_s:>10.3g}"
        f"{row.ratio:>8.2f}  {row.target:<9} {verdict:<9}load {row.load:.1f}"
    )


if __name__ == "__main__":
    main()
