"""Writes ``tests/peers/files`` with the programs themselves, in an environment of their own.

    python -m venv PEERS
    PEERS/bin/pip install pycocotools supervision datumaro labelme label-studio-sdk
    PEERS/bin/pip install cityscapesscripts
    PEERS/bin/python tests/peers/write_files.py

The truth is ``truth.png``: background 0, cell 1 (a ring, and one pixel), wall 2 (two rows).
"""

import json
import shutil
from pathlib import Path

import datumaro as dm
import numpy as np
import supervision as sv
from label_studio_sdk.converter import brush
from labelme import utils
from PIL import Image
from pycocotools import mask as coco

OUT = Path(__file__).parent / "files"
NAMES = ("background", "cell", "wall")
HEIGHT, WIDTH = 16, 24


def truth():
    label_map = np.zeros((HEIGHT, WIDTH), np.uint8)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    distance = np.hypot(rows - 8, columns - 9)
    label_map[(distance < 6.5) & (distance > 2.5)] = 1
    label_map[2, 20] = 1
    label_map[14:, :] = 2
    return label_map


def write_with_datumaro(label_map, image):
    annotations = [
        dm.Mask(label_map == value, label=value, id=value, group=value, attributes={})
        for value in (1, 2)
    ]
    item = dm.DatasetItem(
        "a", subset="train", annotations=annotations, media=dm.Image.from_numpy(image)
    )
    dataset = dm.Dataset.from_iterable([item], categories=list(NAMES))
    for name in ("datumaro", "cvat", "coco_panoptic"):
        dataset.export(str(OUT / name), name, save_media=True)
    dataset.export(
        str(OUT / "voc_segmentation"), "voc_segmentation", save_media=True, label_map="source"
    )


def write_with_labelme(label_map):
    """Write what Labelme's own save writes, with its own encoding of masks."""
    folder = OUT / "labelme"
    folder.mkdir()
    shutil.copy(OUT / "a.png", folder / "a.png")
    shapes = []
    for value in (1, 2):
        mask = label_map == value
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        top, left, bottom, right = (int(v) for v in (rows[0], columns[0], rows[-1], columns[-1]))
        crop = mask[top : bottom + 1, left : right + 1]
        shapes.append(
            {
                "label": NAMES[value],
                "points": [[left, top], [right, bottom]],
                "group_id": None,
                "description": "",
                "shape_type": "mask",
                "flags": {},
                "mask": utils.img_arr_to_b64(crop.astype(np.uint8)),
            }
        )
    value = {"version": "6.3.1", "flags": {}, "shapes": shapes, "imagePath": "a.png"}
    value |= {"imageData": None, "imageHeight": HEIGHT, "imageWidth": WIDTH}
    (folder / "a.json").write_text(json.dumps(value, indent=2))


def write_with_label_studio(label_map):
    folder = OUT / "labelstudio"
    (folder / "images").mkdir(parents=True)
    shutil.copy(OUT / "a.png", folder / "images" / "a.png")
    results = [
        {
            "id": NAMES[value],
            "type": "brushlabels",
            "from_name": "tag",
            "to_name": "image",
            "original_width": WIDTH,
            "original_height": HEIGHT,
            "image_rotation": 0,
            "value": {
                "format": "rle",
                "rle": brush.mask2rle((label_map == value).astype(np.uint8) * 255),
                "brushlabels": [NAMES[value]],
            },
        }
        for value in (1, 2)
    ]
    task = {"id": 1, "data": {"image": "/data/upload/1/0a1b2c3d-a.png"}}
    task["annotations"] = [{"id": 1, "was_cancelled": False, "result": results}]
    (folder / "tasks.json").write_text(json.dumps([task]))


def write_with_supervision(label_map, image):
    """COCO with run lengths and YOLO with polygons, which cannot hold the ring's hole."""
    masks = np.stack([label_map == value for value in (1, 2)])
    boxes = sv.mask_to_xyxy(masks)
    detections = sv.Detections(xyxy=boxes, mask=masks, class_id=np.array([0, 1]))
    path = str(OUT / "a.png")
    dataset = sv.DetectionDataset(list(NAMES[1:]), {path: image}, {path: detections})
    folder = OUT / "supervision_coco"
    dataset.as_coco(str(folder / "train"), str(folder / "train" / "_annotations.coco.json"))
    folder = OUT / "supervision_yolo"
    dataset.as_yolo(
        str(folder / "train" / "images"),
        str(folder / "train" / "labels"),
        str(folder / "data.yaml"),
    )


def write_with_pycocotools(label_map):
    folder = OUT / "pycocotools"
    (folder / "annotations").mkdir(parents=True)
    (folder / "train2017").mkdir()
    shutil.copy(OUT / "a.png", folder / "train2017" / "a.png")
    annotations = []
    for value in (1, 2):
        code = coco.encode(np.asfortranarray(label_map == value))
        code["counts"] = code["counts"].decode()
        area, box = int(coco.area(code)), coco.toBbox(code).tolist()
        entry = {"id": value, "image_id": 1, "category_id": value, "iscrowd": 0}
        annotations.append(entry | {"area": area, "bbox": box, "segmentation": code})
    value = {
        "images": [{"id": 1, "file_name": "a.png", "height": HEIGHT, "width": WIDTH}],
        "categories": [{"id": value, "name": NAMES[value]} for value in (1, 2)],
        "annotations": annotations,
    }
    (folder / "annotations" / "instances_train2017.json").write_text(json.dumps(value))


def write_with_cityscapes_scripts():
    """Polygons as people draw them, and what Cityscapes' own script paints of them."""
    from cityscapesscripts.preparation.json2labelImg import json2labelImg

    folder, images = (OUT / "cityscapes" / top / "train" / "x" for top in ("gtFine", "leftImg8bit"))
    folder.mkdir(parents=True)
    images.mkdir(parents=True)
    rng = np.random.default_rng(11)
    Image.new("RGB", (60, 40)).save(images / "x_000000_000000_leftImg8bit.png")
    names = ("road", "sky", "cargroup", "person", "unlabeled", "license plate", "static", "bicycle")
    objects = [{"label": "building", "polygon": [[0, 0], [59, 0], [59, 30], [0, 39]]}]
    for name in names:
        polygon = rng.integers(-3, 60, (rng.integers(3, 8), 2)).tolist()
        objects.append({"label": name, "polygon": polygon})
    objects.append({"label": "truck", "deleted": 1, "polygon": [[5, 5], [50, 5], [50, 30]]})
    path = folder / "x_000000_000000_gtFine_polygons.json"
    path.write_text(json.dumps({"imgHeight": 40, "imgWidth": 60, "objects": objects}))
    for encoding, ending in (
        ("ids", "labelIds"),
        ("trainIds", "labelTrainIds"),
        ("color", "color"),
    ):
        json2labelImg(str(path), str(path).replace("polygons.json", f"{ending}.png"), encoding)


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    label_map = truth()
    image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    Image.fromarray(image).save(OUT / "a.png")
    Image.fromarray(label_map).save(OUT / "truth.png")
    write_with_datumaro(label_map, image)
    write_with_labelme(label_map)
    write_with_label_studio(label_map)
    write_with_supervision(label_map, image)
    write_with_pycocotools(label_map)
    write_with_cityscapes_scripts()


if __name__ == "__main__":
    main()
