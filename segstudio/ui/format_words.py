"""What label formats are called in the window; the formats themselves know no Qt."""

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from segstudio.formats.table import LabelFormat

WORDS: Final = (
    QT_TRANSLATE_NOOP("Formats", "segstudio project"),
    QT_TRANSLATE_NOOP("Formats", "CVAT segmentation masks"),
    QT_TRANSLATE_NOOP("Formats", "Pascal VOC"),
    QT_TRANSLATE_NOOP("Formats", "CamVid lists"),
    QT_TRANSLATE_NOOP("Formats", "Oxford-IIIT Pet"),
    QT_TRANSLATE_NOOP("Formats", "Cityscapes, 19 classes"),
    QT_TRANSLATE_NOOP("Formats", "Cityscapes, 34 label ids"),
    QT_TRANSLATE_NOOP("Formats", "COCO panoptic"),
    QT_TRANSLATE_NOOP("Formats", "COCO-Stuff"),
    QT_TRANSLATE_NOOP("Formats", "COCO instances"),
    QT_TRANSLATE_NOOP("Formats", "YOLO masks"),
    QT_TRANSLATE_NOOP("Formats", "YOLO polygons"),
    QT_TRANSLATE_NOOP("Formats", "ADE20K"),
    QT_TRANSLATE_NOOP("Formats", "CVAT for images"),
    QT_TRANSLATE_NOOP("Formats", "Supervisely"),
    QT_TRANSLATE_NOOP("Formats", "Datumaro"),
    QT_TRANSLATE_NOOP("Formats", "Label Studio"),
    QT_TRANSLATE_NOOP("Formats", "X-AnyLabeling"),
    QT_TRANSLATE_NOOP("Formats", "Labelme"),
    QT_TRANSLATE_NOOP("Formats", "Hugging Face, Parquet"),
    QT_TRANSLATE_NOOP("Formats", "NumPy arrays"),
    QT_TRANSLATE_NOOP("Formats", "16-bit PNG masks"),
    QT_TRANSLATE_NOOP("Formats", "TIFF masks"),
    QT_TRANSLATE_NOOP("Formats", "masks in colours"),
    QT_TRANSLATE_NOOP("Formats", "folders of images and masks"),
    QT_TRANSLATE_NOOP("Formats", "the value is the class index, 255 is unlabelled"),
    QT_TRANSLATE_NOOP("Formats", "a colour for each class, named in labelmap.txt"),
    QT_TRANSLATE_NOOP(
        "Formats", "the value is the class index, 255 and the value after the last are unlabelled"
    ),
    QT_TRANSLATE_NOOP("Formats", "the value is one more than the class index, 0 is unlabelled"),
    QT_TRANSLATE_NOOP("Formats", "train ids, or label ids turned into them, 255 is unlabelled"),
    QT_TRANSLATE_NOOP("Formats", "label ids, 255 is unlabelled"),
    QT_TRANSLATE_NOOP(
        "Formats", "colours number the segments, whose categories stand in the JSON file"
    ),
    QT_TRANSLATE_NOOP("Formats", "the value is the label id less one, 255 is unlabelled"),
    QT_TRANSLATE_NOOP("Formats", "polygons and run lengths of a category each, in the JSON file"),
    QT_TRANSLATE_NOOP("Formats", "polygons of a class each, in text files"),
    QT_TRANSLATE_NOOP("Formats", "shapes of a label each, in the XML file"),
    QT_TRANSLATE_NOOP("Formats", "shapes of a class each, in JSON files"),
    QT_TRANSLATE_NOOP("Formats", "shapes of a label each, in JSON files"),
    QT_TRANSLATE_NOOP("Formats", "brush strokes and shapes of a label each, in the JSON file"),
    QT_TRANSLATE_NOOP(
        "Formats", "a value for each class, named in values.txt, 65535 is unlabelled"
    ),
)
"""All titles of formats and all that is said of their values, for lupdate to find."""


def format_title(row: LabelFormat) -> str:
    """Return what a format is called."""
    return QCoreApplication.translate("Formats", row.title)


def format_values(row: LabelFormat) -> str:
    """Return what the values in its masks stand for."""
    return QCoreApplication.translate("Formats", row.values)
