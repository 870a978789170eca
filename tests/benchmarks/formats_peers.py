"""What ``formats.py`` runs of other libraries, in an environment of their own."""

import importlib
import json
import shutil
import sys
import time
import warnings
from pathlib import Path

import formats_peers_files as files
import numpy as np
from formats_peers_files import NAMES, images
from PIL import Image

DATUMARO = {
    "camvid": "camvid",
    "cvat-mask": "voc_segmentation",
    "voc": "voc_segmentation",
    "coco-instances": "coco_instances",
    "coco-panoptic": "coco_panoptic",
    "datumaro": "datumaro",
    "cvat": "cvat",
    "cityscapes": "cityscapes",
}
LOADED = {
    "datumaro": ["datumaro"],
    "supervision": ["supervision"],
    "pycocotools": ["pycocotools.coco"],
    "labelme": ["labelme._label_file", "labelme.utils"],
    "xanylabeling": ["anylabeling.views.labeling.label_converter"],
    "labelstudio": ["label_studio_sdk.converter.brush"],
    "supervisely": ["supervisely"],
    "datasets": ["datasets"],
}


def datumaro_export(name, source, out):
    import datumaro as dm

    def mask_of(path, value):
        return lambda: np.asarray(Image.open(path)) == value

    # Datumaro walks through the items more than once, so they are a list; masks come on demand.
    items = []
    for place, (image, mask) in enumerate(images(source)):
        values = np.unique(np.asarray(Image.open(mask)))
        annotations = [
            dm.Mask(mask_of(mask, value), label=value, id=value, group=value)
            for value in values.tolist()
            if value
        ]
        items.append(
            dm.DatasetItem(
                image.stem,
                subset="train" if place % 5 else "val",
                annotations=annotations,
                media=dm.Image.from_file(str(image)),
            )
        )
    dataset = dm.Dataset.from_iterable(items, categories=NAMES)
    options = {"label_map": "source"} if name in ("voc", "cvat-mask") else {}
    dataset.export(str(out), DATUMARO[name], save_media=True, **options)


def datumaro_import(name, source, out):
    import datumaro as dm

    if not Path(out).is_dir():
        raise SystemExit(f"{out} is not there")
    dataset = dm.Dataset.import_from(str(out), DATUMARO[name])
    count = 0
    for item in dataset:
        label_map = None
        for annotation in item.annotations:
            if isinstance(annotation, dm.Mask):
                mask = np.asarray(annotation.image)
                label_map = np.zeros(mask.shape, np.uint8) if label_map is None else label_map
                label_map[mask > 0] = annotation.label
        count += label_map is not None and bool(label_map.any())
    if count < len(list(images(source))):
        raise SystemExit(f"{count} images have labels")


def supervision_dataset(source):
    import supervision as sv

    annotations = {}
    for image, mask in images(source):
        label_map = np.asarray(Image.open(mask))
        values = [value for value in np.unique(label_map) if value]
        masks = np.stack([label_map == value for value in values])
        annotations[str(image)] = sv.Detections(
            xyxy=sv.mask_to_xyxy(masks), mask=masks, class_id=np.array(values) - 1
        )
    return sv.DetectionDataset(NAMES[1:], list(annotations), annotations)


def supervision_export(name, source, out):
    dataset = supervision_dataset(source)
    if name == "yolo":
        dataset.as_yolo(str(out / "images"), str(out / "labels"), str(out / "data.yaml"))
    else:
        dataset.as_coco(str(out / "images"), str(out / "annotations.json"))


def supervision_import(name, source, out):
    import supervision as sv

    if name == "yolo":
        dataset = sv.DetectionDataset.from_yolo(
            str(out / "images"), str(out / "labels"), str(out / "data.yaml"), force_masks=True
        )
    else:
        dataset = sv.DetectionDataset.from_coco(
            str(out / "images"), str(out / "annotations.json"), force_masks=True
        )
    for _, _, detections in dataset:
        label_map = np.zeros(detections.mask.shape[1:], np.uint8)
        for mask, value in zip(detections.mask, detections.class_id, strict=True):
            label_map[mask] = value + 1


def pycocotools_export(name, source, out):
    from pycocotools import mask as coco

    (out / "images").mkdir(parents=True)
    value = {"images": [], "annotations": [], "categories": []}
    value["categories"] = [{"id": n, "name": NAMES[n]} for n in range(1, len(NAMES))]
    for number, (image, mask) in enumerate(images(source), start=1):
        shutil.copy(image, out / "images" / image.name)
        label_map = np.asarray(Image.open(mask))
        height, width = label_map.shape
        entry = {"id": number, "file_name": image.name, "height": height, "width": width}
        value["images"].append(entry)
        for category in np.unique(label_map):
            if category:
                code = coco.encode(np.asfortranarray(label_map == category))
                area, box = int(coco.area(code)), coco.toBbox(code).tolist()
                code["counts"] = code["counts"].decode()
                value["annotations"].append(
                    {
                        "id": len(value["annotations"]) + 1,
                        "image_id": number,
                        "category_id": int(category),
                        "iscrowd": 0,
                        "area": area,
                        "bbox": box,
                        "segmentation": code,
                    }
                )
    (out / "instances.json").write_text(json.dumps(value))


def pycocotools_import(name, source, out):
    from pycocotools.coco import COCO

    coco = COCO(str(out / "instances.json"))
    for image_id, image in coco.imgs.items():
        label_map = np.zeros((image["height"], image["width"]), np.uint8)
        for annotation in coco.imgToAnns[image_id]:
            label_map[coco.annToMask(annotation) > 0] = annotation["category_id"]


def main():
    what, name, peer, source, out = sys.argv[1:]
    warnings.filterwarnings("ignore")
    place = Path(out.replace("import-", "export-", 1))
    here = globals()
    work = here.get(f"{peer}_{what}") or getattr(files, f"{peer}_{what}")
    for module in LOADED.get(peer, ()):  # not what is to be measured
        importlib.import_module(module)
    start, cpu = time.perf_counter(), time.process_time()
    work(name, Path(source), place)
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    result = {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu, "peak": peak}
    print()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
