"""Measure export and import of label sets in every format, beside the libraries of each format.

    python tests/benchmarks/formats.py --images 1000 --size 1024 --peers PEERS/bin/python

PEERS is an environment with pycocotools, supervision, datumaro, labelme, label-studio-sdk,
supervisely, datasets, x-anylabeling-cvhub and Pillow (see ``tests/peers/write_files.py``). An
export of ours reads back what it writes and flushes it to the disk; peers do neither. Every row
runs in a process of its own, whose processor time and peak of memory are told: beside other
programs wall time says little. Times are of one image. Peers take fewer images, the slowest only a
few. X-AnyLabeling writes outer outlines without holes, which is less than ours are compared with;
it imports the files that ours wrote, so that both draw the same.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))
from segstudio.core.label_set import LabelSet
from segstudio.formats.dataset import LabelledArray
from segstudio.formats.table import FORMATS
from segstudio.storage.masks import encode_label_map, read_label_map

PEERS = Path(__file__).with_name("formats_peers.py")
CLASSES = 6
DRAWINGS = 8
SCRIPT = ["pillow"]
PEER_ROWS = {
    "voc": ["datumaro", "pillow"],
    "png": SCRIPT,
    "camvid": ["datumaro", "pillow"],
    "pets": SCRIPT,
    "cityscapes": ["datumaro"],
    "coco-stuff": SCRIPT,
    "coco-panoptic": ["datumaro"],
    "coco-instances": ["datumaro", "pycocotools", "supervision"],
    "yolo": ["supervision"],
    "yolo-mask": SCRIPT,
    "labelme": ["labelme"],
    "xanylabeling": ["xanylabeling"],
    "cvat": ["datumaro"],
    "cvat-mask": ["datumaro", "pillow"],
    "labelstudio": ["labelstudio"],
    "supervisely": ["supervisely"],
    "datumaro": ["datumaro"],
    "ade20k": SCRIPT,
    "rgb": SCRIPT,
    "png16": SCRIPT,
    "tiff": SCRIPT,
    "npy": SCRIPT,
    "huggingface": ["datasets"],
}
MOST = {"labelstudio": 4, "supervision": 100}  # images; they take seconds or gigabytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--formats", nargs="*", help="all unless given")
    parser.add_argument("--peers", type=Path, help="Python of the environment of the peers")
    parser.add_argument("--peer-images", type=int, default=200, help="of peers, at most")
    parser.add_argument("--run", nargs=4, metavar=("WHAT", "FORMAT", "SOURCE", "OUT"))
    arguments = parser.parse_args()
    if arguments.run:
        run(*arguments.run)
        return
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(
        f"{os.cpu_count()} cores, load {load}; {arguments.images} masks of {arguments.size} pixels"
    )
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), arguments)


def compare(folder: Path, arguments: argparse.Namespace) -> None:
    count = arguments.images
    source = drawn(folder, count, arguments.size)
    few = drawn(folder, max(1, count // 10), arguments.size)
    names = arguments.formats or [row.name for row in FORMATS.values() if row.write]
    print(f"{'one image':34}{'wall ms':>9}{'cpu ms':>9}{'peak MiB':>10}{'of a tenth':>12}")
    for name in names:
        for what in ("export", "import"):
            small = measure(what, name, few, folder / f"few-{what}-{name}", folder)
            whole = measure(what, name, source, folder / f"{what}-{name}", folder)
            show(f"{what} {name}", count, whole, small)
            for peer in PEER_ROWS.get(name, []) if arguments.peers else []:
                number = min(count, MOST.get(peer, arguments.peer_images))
                place = folder / f"{what}-{name}-{peer}"
                theirs = drawn(folder, number, arguments.size)
                result = peer_measure(arguments.peers, what, name, peer, theirs, place)
                show(f"    {peer}", number, result)
        for place in folder.glob(f"*-{name}*"):
            shutil.rmtree(place, ignore_errors=True)


def drawn(folder: Path, count: int, size: int) -> Path:
    source = folder / f"source{count}"
    if not source.exists():
        draw(source, count, size)
    return source


def show(
    title: str,
    count: int,
    result: dict[str, float] | None,
    small: dict[str, float] | None = None,
) -> None:
    if result is None:
        print(f"{title:34}{'failed':>9}")
        return
    wall, cpu = (1000 * result[key] / count for key in ("wall", "cpu"))
    tenth = f"{small['peak']:12.0f}" if small else ""
    print(f"{title:34}{wall:9.2f}{cpu:9.2f}{result['peak']:10.0f}{tenth}", flush=True)


def measure(what: str, name: str, source: Path, out: Path, folder: Path) -> dict[str, float] | None:
    command = [sys.executable, __file__, "--run", what, name, str(source), str(out)]
    return finished(command, {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")})


def peer_measure(
    python: Path, what: str, name: str, peer: str, source: Path, out: Path
) -> dict[str, float] | None:
    return finished([str(python), str(PEERS), what, name, peer, str(source), str(out)], None)


def finished(command: list[str], environment: dict[str, str] | None) -> dict[str, float] | None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1:], file=sys.stderr)
        return None
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def draw(folder: Path, count: int, size: int) -> None:
    """Write images and label maps of regions with curved borders, and thin lines and islands."""
    folder.mkdir()
    masks = [png_of_drawing(seed, size) for seed in range(min(count, DRAWINGS))]
    for number in range(count):
        (folder / f"{number:05}.mask.png").write_bytes(masks[number % DRAWINGS])
        image = Image.new("RGB", (size, size), (number % 255, 90, 60))
        image.save(folder / f"{number:05}.jpg")


def classes() -> LabelSet:
    return LabelSet.named(["background", *(f"class{n}" for n in range(1, CLASSES))])


def png_of_drawing(seed: int, size: int) -> bytes:
    rows, columns = np.mgrid[:size, :size]
    rng = np.random.default_rng(seed)
    label_map = np.zeros((size, size), np.uint8)
    for value in range(1, CLASSES):
        row, column = rng.integers(0, size, 2).tolist()
        radius = rng.integers(size // 12, size // 4)
        distance = np.hypot(rows - row, columns - column) + 9 * np.sin(columns / 17)
        label_map[abs(distance - radius) < radius / 2] = value
        label_map[rng.integers(size)] = value
    islands = rng.integers(0, size, (2, 50))
    label_map[islands[0], islands[1]] = 1
    return encode_label_map(label_map, classes().palette)


def run(what: str, name: str, source: str, out: str) -> None:
    """Export, or import what was exported before, in this process."""
    masks = sorted(Path(source).glob("*.mask.png"))
    label_set = classes()

    def items() -> Iterator[LabelledArray]:
        for place, mask in enumerate(masks):
            image = mask.with_name(mask.name.replace(".mask.png", ".jpg"))
            split = "train" if place % 5 else "val"
            yield LabelledArray(image.name, image, read_label_map(mask), split)

    def write() -> None:
        writer = FORMATS[name].write
        assert writer is not None
        report = writer(items(), label_set, Path(out), total=len(masks))
        assert report.images == len(masks)

    def read() -> None:
        dataset = FORMATS[name].read(Path(out.replace("import-", "export-", 1)))
        # Pascal VOC lists images twice: trainval.
        items = {item.key: item for split in dataset.splits.values() for item in split}
        count = sum(dataset.read_label_map(item).any() for item in items.values())
        assert count == len(masks)

    report(write if what == "export" else read)


def report(work: Callable[[], None]) -> None:
    start, cpu = time.perf_counter(), time.process_time()
    work()
    result = {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    result["peak"] = peak_mib()
    print(json.dumps(result))


def peak_mib() -> float:
    """Return the most memory that this program held; getrusage counts its parent's, too."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
