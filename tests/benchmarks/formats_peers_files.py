"""Peers that keep a file for each image: scripts of a few lines, and programs people label with."""

import json
import os
import shutil

import numpy as np
from PIL import Image

NAMES = ["background", *(f"class{n}" for n in range(1, 6))]
PALETTE = np.random.default_rng(0).integers(0, 255, (256, 3)).astype(np.uint8)
SHIFTS = {"pets": 1, "ade20k": 1, "coco-stuff": -1}  # of stored values over class indices
COLOURED = ("rgb", "cvat-mask")


def images(source):
    """Yield images and their masks."""
    for mask in sorted(source.glob("*.mask.png")):
        yield mask.with_name(mask.name.replace(".mask.png", ".jpg")), mask


def pillow_export(name, source, out):
    """The least that a script can do: Pillow or NumPy, and a copy of the image."""
    for folder in ("images", "masks"):
        (out / folder).mkdir(parents=True)
    for image, mask in images(source):
        shutil.copy(image, out / "images" / image.name)
        label_map = np.asarray(Image.open(mask))
        path = out / "masks" / f"{image.stem}.png"
        if name == "npy":
            np.save(path.with_suffix(".npy"), label_map)
        elif name == "tiff":
            picture = Image.fromarray(label_map)
            picture.save(path.with_suffix(".tif"), compression="tiff_adobe_deflate")
        elif name == "png16":
            Image.fromarray(label_map.astype(np.uint16)).save(path)
        elif name in COLOURED:
            Image.fromarray(PALETTE[label_map]).save(path)
        elif name in SHIFTS:
            Image.fromarray(label_map + np.uint8(SHIFTS[name] % 256)).save(path)
        else:
            picture = Image.fromarray(label_map)
            picture.putpalette(PALETTE.tobytes())
            picture.save(path)


def pillow_import(name, source, out):
    codes = numbers_of(PALETTE[: len(NAMES)])
    order = np.argsort(codes)
    for path in sorted((out / "masks").iterdir()):
        values = np.load(path) if path.suffix == ".npy" else np.asarray(Image.open(path))
        if name in COLOURED:
            values = order[np.searchsorted(codes[order], numbers_of(values))].astype(np.uint8)
        elif name in SHIFTS:
            values = values - np.uint8(SHIFTS[name] % 256)


def numbers_of(colours):
    return colours.astype(np.uint32) @ np.array([1, 256, 65536], np.uint32)


def labelme_export(name, source, out):
    """What Labelme's own window saves, with its own encoding of masks."""
    from labelme._label_file import LabelFile
    from labelme.utils import img_arr_to_b64

    out.mkdir(parents=True)
    for image, mask in images(source):
        shutil.copy(image, out / image.name)
        label_map = np.asarray(Image.open(mask))
        shapes = []
        for value in np.unique(label_map).tolist():
            if value:
                top, bottom, left, right = box_of(label_map == value)
                crop = label_map[top : bottom + 1, left : right + 1] == value
                shape = {"label": NAMES[value], "points": [[left, top], [right, bottom]]}
                shape |= {"group_id": None, "description": "", "shape_type": "mask", "flags": {}}
                shapes.append(shape | {"mask": img_arr_to_b64(crop.astype(np.uint8))})
        file = str(out / f"{image.stem}.json")
        LabelFile().save(file, shapes, image.name, *label_map.shape)


def labelme_import(name, source, out):
    from labelme._label_file import LabelFile
    from labelme.utils import img_data_to_arr, shapes_to_label

    values = {name: value for value, name in enumerate(NAMES)}
    for path in sorted(out.glob("*.json")):
        file = LabelFile(str(path))
        shapes_to_label(img_data_to_arr(file.image_data).shape, file.shapes, values)


def box_of(mask):
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


def xanylabeling_export(name, source, out):
    """Its converter from masks: outer outlines only, without holes and small parts."""
    from anylabeling.views.labeling.label_converter import LabelConverter

    out.mkdir(parents=True)
    table = {"type": "grayscale", "colors": {name: n for n, name in enumerate(NAMES) if n}}
    for image, mask in images(source):
        shutil.copy(image, out / image.name)
        # OpenCV would read the colours of an indexed file.
        grey = out / "grey.png"
        Image.fromarray(np.asarray(Image.open(mask))).save(grey, compress_level=0)
        file = str(out / f"{image.stem}.json")
        LabelConverter().mask_to_custom(str(grey), file, str(image), table)


def xanylabeling_import(name, source, out):
    """Of the files that ours wrote, which hold every pixel: its own lack holes and small parts."""
    from anylabeling.views.labeling.label_converter import LabelConverter

    table = {"type": "grayscale", "colors": {name: n for n, name in enumerate(NAMES) if n}}
    paths = sorted(out.with_name(f"export-{name}").glob("*/*.json"))
    if len(paths) < len(list(images(source))):
        raise SystemExit("ours must have written them before")
    for path in paths[: len(list(images(source)))]:
        LabelConverter().custom_to_mask(str(path), str(out / "grey.png"), table)


def labelstudio_export(name, source, out):
    from label_studio_sdk.converter import brush

    (out / "images").mkdir(parents=True)
    tasks = []
    for image, mask in images(source):
        shutil.copy(image, out / "images" / image.name)
        label_map = np.asarray(Image.open(mask))
        results = [
            {
                "type": "brushlabels",
                "original_width": label_map.shape[1],
                "original_height": label_map.shape[0],
                "value": {
                    "format": "rle",
                    "rle": brush.mask2rle((label_map == value).astype(np.uint8) * 255),
                    "brushlabels": [NAMES[value]],
                },
            }
            for value in np.unique(label_map).tolist()
            if value
        ]
        task = {"data": {"image": image.name}, "annotations": [{"result": results}]}
        tasks.append(task)
    (out / "tasks.json").write_text(json.dumps(tasks))


def labelstudio_import(name, source, out):
    from label_studio_sdk.converter import brush

    for task in json.loads((out / "tasks.json").read_text()):
        label_map = None
        for result in task["annotations"][0]["result"]:
            size = result["original_height"], result["original_width"]
            label_map = np.zeros(size, np.uint8) if label_map is None else label_map
            mask = brush.decode_rle(result["value"]["rle"]).reshape(*size, 4)[..., 3]
            label_map[mask > 0] = NAMES.index(result["value"]["brushlabels"][0])


def supervisely_export(name, source, out):
    import supervisely as sly

    for folder in ("img", "ann"):
        (out / "ds" / folder).mkdir(parents=True)
    classes = [sly.ObjClass(name, sly.Bitmap) for name in NAMES]
    meta = sly.ProjectMeta(obj_classes=classes)
    (out / "meta.json").write_text(json.dumps(meta.to_json()))
    for image, mask in images(source):
        shutil.copy(image, out / "ds" / "img" / image.name)
        label_map = np.asarray(Image.open(mask))
        labels = [
            sly.Label(sly.Bitmap(label_map == value), classes[value])
            for value in np.unique(label_map).tolist()
            if value
        ]
        annotation = sly.Annotation(label_map.shape, labels)
        path = out / "ds" / "ann" / f"{image.name}.json"
        path.write_text(json.dumps(annotation.to_json()))


def supervisely_import(name, source, out):
    import supervisely as sly

    meta = sly.ProjectMeta.from_json(json.loads((out / "meta.json").read_text()))
    for path in sorted((out / "ds" / "ann").iterdir()):
        annotation = sly.Annotation.from_json(json.loads(path.read_text()), meta)
        label_map = np.zeros(annotation.img_size, np.uint8)
        for label in annotation.labels:
            label.geometry.draw(label_map, NAMES.index(label.obj_class.name))


def datasets_export(name, source, out):
    import datasets

    def rows():
        for image, mask in images(source):
            picture = Image.fromarray(np.asarray(Image.open(mask)))
            yield {"image": {"bytes": image.read_bytes(), "path": image.name}, "mask": picture}

    features = datasets.Features(image=datasets.Image(), mask=datasets.Image())
    datasets.disable_progress_bars()
    dataset = datasets.Dataset.from_generator(rows, features=features, cache_dir=str(out / "cache"))
    dataset.to_parquet(str(out / "train.parquet"))


def datasets_import(name, source, out):
    os.environ["HF_HUB_OFFLINE"] = "1"
    import datasets

    datasets.disable_progress_bars()
    dataset = datasets.Dataset.from_parquet(
        str(out / "train.parquet"), cache_dir=str(out / "read"), columns=["mask"]
    )
    for row in dataset:
        np.asarray(row["mask"])
