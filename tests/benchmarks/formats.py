"""Measure export and import of label sets in every format, beside the libraries of each format.

    python tests/benchmarks/formats.py --images 1000 --size 1024 --peers PEERS/bin/python

PEERS is an environment with pycocotools, supervision, datumaro and Pillow (see
``tests/peers/write_files.py``). An export of ours reads back what it writes, flushes it to the
disk and copies the images; peers do none of the first two. Every row runs in a process of its own,
whose processor time and peak of memory are told: beside other programs wall time says little.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[2]
PEERS = Path(__file__).with_name("formats_peers.py")
CLASSES = 6
DRAWINGS = 8
PEER_ROWS = {
    "voc": ["datumaro", "pillow"],
    "png": ["pillow"],
    "coco-instances": ["datumaro", "pycocotools", "supervision"],
    "coco-panoptic": ["datumaro"],
    "datumaro": ["datumaro"],
    "cvat": ["datumaro"],
    "yolo": ["supervision"],
    "cityscapes": ["datumaro"],
    "npy": ["pillow"],
    "tiff": ["pillow"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--formats", nargs="*", help="all unless given")
    parser.add_argument("--peers", type=Path, help="Python of the environment of the peers")
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
    sys.path.insert(0, str(ROOT))
    from segstudio.formats.table import FORMATS

    source = folder / "source"
    draw(source, arguments.images, arguments.size)
    few = folder / "few"
    draw(few, max(1, arguments.images // 4), arguments.size)
    names = arguments.formats or [row.name for row in FORMATS.values() if row.write]
    print(f"{'':44}{'wall s':>8}{'cpu s':>8}{'peak MiB':>10}{'  with a quarter':>16}")
    for name in names:
        for what in ("export", "import"):
            out = folder / f"{what}-{name}"
            small = measure(what, name, few, folder / f"few-{what}-{name}", folder)
            whole = measure(what, name, source, out, folder)
            show(f"{what} {name}", whole, small)
            for peer in PEER_ROWS.get(name, []) if arguments.peers else []:
                place = folder / f"{what}-{name}-{peer}"
                show(f"    {peer}", peer_measure(arguments.peers, what, name, peer, source, place))


def show(
    title: str, result: dict[str, float] | None, small: dict[str, float] | None = None
) -> None:
    if result is None:
        print(f"{title:44}{'failed':>8}")
        return
    quarter = f"{small['peak']:16.0f}" if small else ""
    print(
        f"{title:44}{result['wall']:8.2f}{result['cpu']:8.2f}{result['peak']:10.0f}{quarter}",
        flush=True,
    )


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
    buffer = io.BytesIO()
    Image.fromarray(label_map).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def run(what: str, name: str, source: str, out: str) -> None:
    """Export, or import what was exported before, in this process."""
    sys.path.insert(0, str(ROOT))
    from segstudio.core.label_set import LabelSet
    from segstudio.formats.dataset import LabelledArray
    from segstudio.formats.table import FORMATS

    masks = sorted(Path(source).glob("*.mask.png"))
    label_set = LabelSet.named(["background", *(f"class{n}" for n in range(1, CLASSES))])

    def items() -> Iterator[LabelledArray]:
        for place, mask in enumerate(masks):
            image = mask.with_name(mask.name.replace(".mask.png", ".jpg"))
            split = "train" if place % 5 else "val"
            yield LabelledArray(image.name, image, np.asarray(Image.open(mask)), split)

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
