"""What errors of ``formats`` say, part by part.

``{}`` stands for a name or a number. The table is for lupdate to find; a test holds it against the
source of those rooms.
"""

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP

TEXTS: Final = tuple(
    map(
        str,
        (
            QT_TRANSLATE_NOOP("Errors", "it has a mask already; replace it to import this one"),
            QT_TRANSLATE_NOOP("Errors", "{} images of the project could be meant: {}"),
            QT_TRANSLATE_NOOP("Errors", "{} has the same mask name, and came first"),
            QT_TRANSLATE_NOOP("Errors", "its rows are not numbered 1, 2, 3, ..."),
            QT_TRANSLATE_NOOP("Errors", "Its first column counts from 1"),
            QT_TRANSLATE_NOOP(
                "Errors", "its values, 0 to {}, look like class indices, not like dark and light"
            ),
            QT_TRANSLATE_NOOP("Errors", "Leave --positive out, or save the object as 255"),
            QT_TRANSLATE_NOOP("Errors", "a mask is no text"),
            QT_TRANSLATE_NOOP("Errors", "a mask is larger unpacked than its image"),
            QT_TRANSLATE_NOOP("Errors", "a mask is no PNG file"),
            QT_TRANSLATE_NOOP("Errors", "a mask is no base64 text"),
            QT_TRANSLATE_NOOP("Errors", "a mask is not packed by zlib"),
            QT_TRANSLATE_NOOP("Errors", "a mask has {} pixels, more than its image"),
            QT_TRANSLATE_NOOP("Errors", "a brush stroke has no run-length code"),
            QT_TRANSLATE_NOOP("Errors", "a run-length code does not hold {} x {} pixels"),
            QT_TRANSLATE_NOOP("Errors", "a run-length code holds something else than bytes"),
            QT_TRANSLATE_NOOP("Errors", "a run-length code counts more pixels than its image has"),
            QT_TRANSLATE_NOOP("Errors", "a run-length code ends too early"),
            QT_TRANSLATE_NOOP("Errors", "there is no list of image and mask pairs"),
            QT_TRANSLATE_NOOP(
                "Errors", 'It needs train.txt with lines like "train/a.png trainannot/a.png"'
            ),
            QT_TRANSLATE_NOOP("Errors", "the lists name no files that are here; {}"),
            QT_TRANSLATE_NOOP("Errors", "it is empty"),
            QT_TRANSLATE_NOOP(
                "Errors", "The paths in the lists are relative to the folder that holds the lists"
            ),
            QT_TRANSLATE_NOOP("Errors", "this is not a Cityscapes folder"),
            QT_TRANSLATE_NOOP("Errors", "It needs the folders leftImg8bit and gtFine"),
            QT_TRANSLATE_NOOP("Errors", "no image has a mask *_{}_{}"),
            QT_TRANSLATE_NOOP(
                "Errors",
                "Unpack gtFine_trainvaltest.zip beside leftImg8bit_trainvaltest.zip, "
                "or choose between --format cityscapes and --format cityscapes-34",
            ),
            QT_TRANSLATE_NOOP("Errors", "an object has no polygon"),
            QT_TRANSLATE_NOOP("Errors", "a polygon has points that are none, or far off: {}"),
            QT_TRANSLATE_NOOP("Errors", "it is for {} pixels, but its image has {} x {}"),
            QT_TRANSLATE_NOOP("Errors", "it has no list objects"),
            QT_TRANSLATE_NOOP("Errors", "Correct the object, or take it out"),
            QT_TRANSLATE_NOOP("Errors", "an object is none"),
            QT_TRANSLATE_NOOP("Errors", "it has more than {} points"),
            QT_TRANSLATE_NOOP("Errors", "colour {} is out of range"),
            QT_TRANSLATE_NOOP("Errors", "the class names cannot be read ({})"),
            QT_TRANSLATE_NOOP("Errors", "It needs one name a line"),
            QT_TRANSLATE_NOOP("Errors", "Each line reads name:red,green,blue::"),
            QT_TRANSLATE_NOOP("Errors", "a line reads {}"),
            QT_TRANSLATE_NOOP("Errors", "there is no COCO file"),
            QT_TRANSLATE_NOOP(
                "Errors",
                "It needs annotations/instances_train2017.json, or train/_annotations.coco.json",
            ),
            QT_TRANSLATE_NOOP("Errors", "info.{} is no name"),
            QT_TRANSLATE_NOOP("Errors", "Remove it"),
            QT_TRANSLATE_NOOP("Errors", "{}: its iscrowd is neither 0 nor 1"),
            QT_TRANSLATE_NOOP("Errors", "Correct the annotation, or take it out"),
            QT_TRANSLATE_NOOP("Errors", "{}: there is no category {}"),
            QT_TRANSLATE_NOOP("Errors", "it has a box at most, and no outline"),
            QT_TRANSLATE_NOOP("Errors", "it is not a COCO file: {}"),
            QT_TRANSLATE_NOOP("Errors", "Export it again from its source"),
            QT_TRANSLATE_NOOP("Errors", "none of the images that {} lists is here{}"),
            QT_TRANSLATE_NOOP(
                "Errors",
                "Put the images beside annotations, into a folder named as the JSON "
                "file is: train2017 for instances_train2017.json",
            ),
            QT_TRANSLATE_NOOP("Errors", "an annotation is no object"),
            QT_TRANSLATE_NOOP("Errors", "it has no list {}"),
            QT_TRANSLATE_NOOP("Errors", "it has other categories than {}"),
            QT_TRANSLATE_NOOP(
                "Errors", "Bring the files to one list of categories, or read them one by one"
            ),
            QT_TRANSLATE_NOOP("Errors", "its categories cannot be classes: {}"),
            QT_TRANSLATE_NOOP("Errors", "Rename them in the file"),
            QT_TRANSLATE_NOOP("Errors", "{}[{}] is not an object"),
            QT_TRANSLATE_NOOP("Errors", "a category lacks its id or its name"),
            QT_TRANSLATE_NOOP("Errors", "two categories have the id {}"),
            QT_TRANSLATE_NOOP(
                "Errors", "a segmentation is neither a list of polygons nor a run-length code"
            ),
            QT_TRANSLATE_NOOP("Errors", "a run-length code is of the size {}, not [{}, {}]"),
            QT_TRANSLATE_NOOP("Errors", "a run-length code holds a negative count"),
            QT_TRANSLATE_NOOP("Errors", "a run-length code does not count {} x {} pixels"),
            QT_TRANSLATE_NOOP("Errors", "a polygon is not a list x0, y0, x1, y1, ... of numbers"),
            QT_TRANSLATE_NOOP("Errors", "a polygon has fewer than three points"),
            QT_TRANSLATE_NOOP("Errors", "a polygon is too long"),
            QT_TRANSLATE_NOOP(
                "Errors", "a run-length code holds characters that are none of its own"
            ),
            QT_TRANSLATE_NOOP("Errors", "a run-length code ends in the middle of a count"),
            QT_TRANSLATE_NOOP("Errors", "a run-length code holds a count that is out of range"),
            QT_TRANSLATE_NOOP(
                "Errors", "the counts of a run-length code are neither a list nor a string"
            ),
            QT_TRANSLATE_NOOP("Errors", "a polygon has points far outside of its image"),
            QT_TRANSLATE_NOOP("Errors", "these are not COCO's panoptic files"),
            QT_TRANSLATE_NOOP(
                "Errors",
                "It needs annotations/panoptic_train2017.json and the folder of PNG "
                "files of the same name",
            ),
            QT_TRANSLATE_NOOP(
                "Errors", "it holds the segment {}, which the JSON file does not have"
            ),
            QT_TRANSLATE_NOOP(
                "Errors", "Bring back the PNG and the JSON file that belong together"
            ),
            QT_TRANSLATE_NOOP("Errors", "the JSON file is wrong about it: {}"),
            QT_TRANSLATE_NOOP("Errors", "Correct its segments_info"),
            QT_TRANSLATE_NOOP("Errors", "no pixel map belongs to an image"),
            QT_TRANSLATE_NOOP(
                "Errors", "It needs images/train2017/a.jpg and annotations/train2017/a.png"
            ),
            QT_TRANSLATE_NOOP(
                "Errors", 'Its lines read "0: unlabeled", "1: person" and so on, without gaps'
            ),
            QT_TRANSLATE_NOOP(
                "Errors",
                "this is a colour picture ({}{}), and nothing says which colour is which class",
            ),
            QT_TRANSLATE_NOOP(
                "Errors", "Write {} beside the folders with a line for each class: cell:230,159,0::"
            ),
            QT_TRANSLATE_NOOP(
                "Errors", "this is a colour picture, and its {} colours are too many for classes"
            ),
            QT_TRANSLATE_NOOP(
                "Errors", "Save the mask as PNG, without smoothing and not by way of JPEG"
            ),
            QT_TRANSLATE_NOOP("Errors", "it has colours that {} does not name: {}{}"),
            QT_TRANSLATE_NOOP(
                "Errors", "Give every colour a line in {}, such as: cell:230,159,0::"
            ),
            QT_TRANSLATE_NOOP("Errors", "there is no shape {}"),
            QT_TRANSLATE_NOOP("Errors", "there is no annotations.xml"),
            QT_TRANSLATE_NOOP("Errors", "Unpack CVAT's export here"),
            QT_TRANSLATE_NOOP(
                "Errors", "it declares a document type, which a file of CVAT's never does"
            ),
            QT_TRANSLATE_NOOP("Errors", "its shapes are larger than {} MiB"),
            QT_TRANSLATE_NOOP("Errors", "the {} of a {} is out of range"),
            QT_TRANSLATE_NOOP("Errors", "it is no XML that can be read ({})"),
            QT_TRANSLATE_NOOP("Errors", "Export it again from CVAT"),
            QT_TRANSLATE_NOOP("Errors", "the image {} has no size"),
            QT_TRANSLATE_NOOP("Errors", "Export it again"),
            QT_TRANSLATE_NOOP("Errors", "Correct the shape in CVAT"),
            QT_TRANSLATE_NOOP("Errors", "a mask of {} x {} pixels is larger than its image"),
            QT_TRANSLATE_NOOP("Errors", "the {} of a {} is no number"),
            QT_TRANSLATE_NOOP("Errors", "a run-length code holds something else than counts"),
            QT_TRANSLATE_NOOP("Errors", "a polygon has points that are no numbers"),
            QT_TRANSLATE_NOOP("Errors", "whose image is not in {}"),
            QT_TRANSLATE_NOOP("Errors", "this is not CVAT's export of segmentation masks"),
            QT_TRANSLATE_NOOP("Errors", "It needs {}, {}, {} and {}"),
            QT_TRANSLATE_NOOP("Errors", "which fits several images of one stem in {}"),
            QT_TRANSLATE_NOOP("Errors", "which names no image"),
            QT_TRANSLATE_NOOP("Errors", "there is no annotation type {}"),
            QT_TRANSLATE_NOOP("Errors", "there is no JSON file of Datumaro's"),
            QT_TRANSLATE_NOOP("Errors", "it names no classes"),
            QT_TRANSLATE_NOOP("Errors", "Export it again with Datumaro"),
            QT_TRANSLATE_NOOP("Errors", "the z_order of a shape is no number: {}"),
            QT_TRANSLATE_NOOP("Errors", "a shape has no corners, or such as are no numbers"),
            QT_TRANSLATE_NOOP("Errors", "it has other classes than {}"),
            QT_TRANSLATE_NOOP("Errors", "Merge the subsets with Datumaro first"),
            QT_TRANSLATE_NOOP("Errors", "its categories are wrong"),
            QT_TRANSLATE_NOOP("Errors", "Correct the annotation"),
            QT_TRANSLATE_NOOP("Errors", "its masks hold {} values, and there can be {} classes"),
            QT_TRANSLATE_NOOP(
                "Errors", "If they number objects, save the classes of the objects instead"
            ),
            QT_TRANSLATE_NOOP("Errors", "it holds values outside 0 to 65535"),
            QT_TRANSLATE_NOOP("Errors", "Save the mask as 16-bit grey PNG"),
            QT_TRANSLATE_NOOP("Errors", "Add a line to {} for each value"),
            QT_TRANSLATE_NOOP("Errors", "it cannot be used: {}"),
            QT_TRANSLATE_NOOP("Errors", "Give each value a name of its own"),
            QT_TRANSLATE_NOOP("Errors", "the line {} is wrong"),
            QT_TRANSLATE_NOOP("Errors", 'Each line reads "1004 road"'),
            QT_TRANSLATE_NOOP("Errors", "the value {} stands twice"),
            QT_TRANSLATE_NOOP("Errors", "Keep one line of it"),
            QT_TRANSLATE_NOOP("Errors", "this is a colour picture, not a mask of values"),
            QT_TRANSLATE_NOOP(
                "Errors", "Save the mask with one value per pixel: as 16-bit grey PNG"
            ),
            QT_TRANSLATE_NOOP("Errors", "Known are: {}"),
            QT_TRANSLATE_NOOP("Errors", "the format {} does not tell objects apart"),
            QT_TRANSLATE_NOOP("Errors", "Use {}"),
            QT_TRANSLATE_NOOP("Errors", "no image has a mask yet, so there is nothing to export"),
            QT_TRANSLATE_NOOP("Errors", "Paint some labels or run a model first"),
            QT_TRANSLATE_NOOP("Errors", "the split of {} is {}"),
            QT_TRANSLATE_NOOP("Errors", "Make it {}, {} or {} in project.json"),
            QT_TRANSLATE_NOOP("Errors", "whose image {} is not here"),
            QT_TRANSLATE_NOOP("Errors", "whose image {} is not inside {}"),
            QT_TRANSLATE_NOOP("Errors", "whose image may be one of {} called {}"),
            QT_TRANSLATE_NOOP("Errors", "no labels with their image were found{}"),
            QT_TRANSLATE_NOOP("Errors", "there are no Parquet files"),
            QT_TRANSLATE_NOOP("Errors", "It needs data/train-00000-of-00001.parquet"),
            QT_TRANSLATE_NOOP(
                "Errors", "it has the columns {}, and not one of images and one of masks"
            ),
            QT_TRANSLATE_NOOP("Errors", "Name them {} and {}"),
            QT_TRANSLATE_NOOP("Errors", "it reads back differently"),
            QT_TRANSLATE_NOOP("Errors", "Export again to another disk"),
            QT_TRANSLATE_NOOP("Errors", "Parquet files need pyarrow, which is not installed"),
            QT_TRANSLATE_NOOP("Errors", "Install it with: pip install 'segstudio[huggingface]'"),
            QT_TRANSLATE_NOOP("Errors", "Download it again"),
            QT_TRANSLATE_NOOP("Errors", "this is no Parquet file"),
            QT_TRANSLATE_NOOP("Errors", "its numbers have gaps"),
            QT_TRANSLATE_NOOP("Errors", 'It reads {"0": "background", "1": "cell"}'),
            QT_TRANSLATE_NOOP("Errors", "its labels have {} x {} pixels, the image has {} x {}"),
            QT_TRANSLATE_NOOP("Errors", "a file of this name is there already"),
            QT_TRANSLATE_NOOP("Errors", "Rename one of them"),
            QT_TRANSLATE_NOOP("Errors", "there is no class {} in these labels"),
            QT_TRANSLATE_NOOP("Errors", "Their classes are: {}"),
            QT_TRANSLATE_NOOP("Errors", "its classes cannot be taken over: {}"),
            QT_TRANSLATE_NOOP("Errors", "Map some of them"),
            QT_TRANSLATE_NOOP("Errors", "it holds no JSON object"),
            QT_TRANSLATE_NOOP("Errors", "it is larger than {} MiB"),
            QT_TRANSLATE_NOOP("Errors", "something follows after its end"),
            QT_TRANSLATE_NOOP("Errors", "{} is missing at byte {}"),
            QT_TRANSLATE_NOOP("Errors", "an entry is larger than {} MiB"),
            QT_TRANSLATE_NOOP("Errors", "the key {} stands twice or is none"),
            QT_TRANSLATE_NOOP("Errors", "it is nested too deeply"),
            QT_TRANSLATE_NOOP("Errors", "{} at byte {}"),
            QT_TRANSLATE_NOOP("Errors", "there is no shape type {}"),
            QT_TRANSLATE_NOOP("Errors", "it holds no shapes"),
            QT_TRANSLATE_NOOP("Errors", "Save the image again in its program"),
            QT_TRANSLATE_NOOP("Errors", "the class names cannot be read"),
            QT_TRANSLATE_NOOP("Errors", "Save it as UTF-8 text"),
            QT_TRANSLATE_NOOP("Errors", "Correct the shape and save again"),
            QT_TRANSLATE_NOOP("Errors", "a shape is no object"),
            QT_TRANSLATE_NOOP("Errors", "there is no list of tasks"),
            QT_TRANSLATE_NOOP("Errors", "Export as JSON from Label Studio"),
            QT_TRANSLATE_NOOP("Errors", "which has no annotations"),
            QT_TRANSLATE_NOOP("Errors", "which nobody annotated"),
            QT_TRANSLATE_NOOP("Errors", "it declares a document type"),
            QT_TRANSLATE_NOOP("Errors", "a turned box or ellipse cannot be read"),
            QT_TRANSLATE_NOOP("Errors", "a shape has no {}"),
            QT_TRANSLATE_NOOP("Errors", "it is too large"),
            QT_TRANSLATE_NOOP("Errors", "Copy the labelling interface again"),
            QT_TRANSLATE_NOOP("Errors", "its shapes are for several sizes"),
            QT_TRANSLATE_NOOP("Errors", "Correct the task in Label Studio"),
            QT_TRANSLATE_NOOP("Errors", "it was labelled on a turned image"),
            QT_TRANSLATE_NOOP("Errors", "{} and {}: one is a file and one is a folder"),
            QT_TRANSLATE_NOOP("Errors", "Give two masks, or two folders of masks"),
            QT_TRANSLATE_NOOP("Errors", "{}: there are no masks in this folder"),
            QT_TRANSLATE_NOOP("Errors", "{}: {} could both be its truth"),
            QT_TRANSLATE_NOOP("Errors", "Give the truth the name of the prediction"),
            QT_TRANSLATE_NOOP("Errors", "{}: there is no such file or folder"),
            QT_TRANSLATE_NOOP("Errors", "{}: {} holds no truth of that name"),
            QT_TRANSLATE_NOOP("Errors", "Compare folders whose masks have the same names"),
            QT_TRANSLATE_NOOP("Errors", "{}: this folder cannot be read ({})"),
            QT_TRANSLATE_NOOP("Errors", "there are no images with arrays beside them"),
            QT_TRANSLATE_NOOP("Errors", "its format {} is not known"),
            QT_TRANSLATE_NOOP("Errors", "it holds Python objects, which are never loaded"),
            QT_TRANSLATE_NOOP("Errors", "it holds {} numbers, and class indices are integers"),
            QT_TRANSLATE_NOOP("Errors", "its shape is {}, and masks are (H, W)"),
            QT_TRANSLATE_NOOP("Errors", "it is shorter than its shape says"),
            QT_TRANSLATE_NOOP("Errors", "it is larger unpacked than an array of its image's size"),
            QT_TRANSLATE_NOOP("Errors", "Save it with numpy.save, as (H, W) integers"),
            QT_TRANSLATE_NOOP("Errors", "it holds several arrays, and none is called mask"),
            QT_TRANSLATE_NOOP("Errors", "it holds no array"),
            QT_TRANSLATE_NOOP("Errors", "there is no such folder"),
            QT_TRANSLATE_NOOP("Errors", "there are no labels in this folder"),
            QT_TRANSLATE_NOOP(
                "Errors",
                "Choose a project, a label set, or a folder of masks named as the images are",
            ),
            QT_TRANSLATE_NOOP("Errors", "this is not the layout of the Oxford-IIIT Pet data set"),
            QT_TRANSLATE_NOOP("Errors", "It needs the folders images and annotations/trimaps"),
            QT_TRANSLATE_NOOP("Errors", "no trimap belongs to an image"),
            QT_TRANSLATE_NOOP(
                "Errors", "Unpack images.tar.gz and annotations.tar.gz into this folder"
            ),
            QT_TRANSLATE_NOOP("Errors", "none of the images in the lists is here"),
            QT_TRANSLATE_NOOP(
                "Errors", "Put the images into the folder images, or remove the lists"
            ),
            QT_TRANSLATE_NOOP("Errors", "there are no images with masks beside them"),
            QT_TRANSLATE_NOOP(
                "Errors",
                "It needs the folders images and masks, or files like a.jpg and a_mask.png",
            ),
            QT_TRANSLATE_NOOP(
                "Errors", "Give each mask the name of its image: masks/a.png for images/a.jpg"
            ),
            QT_TRANSLATE_NOOP(
                "Errors", "none of the names in the lists is that of an image with a mask"
            ),
            QT_TRANSLATE_NOOP("Errors", "It needs one image name a line, or remove the lists"),
            QT_TRANSLATE_NOOP("Errors", "Correct the mask, or name all classes in {}"),
            QT_TRANSLATE_NOOP("Errors", "{} defines what the values of its masks mean"),
            QT_TRANSLATE_NOOP("Errors", "Leave --positive out"),
            QT_TRANSLATE_NOOP("Errors", "this list of images cannot be read"),
            QT_TRANSLATE_NOOP("Errors", "nothing says which colour is which class"),
            QT_TRANSLATE_NOOP("Errors", "Write {} with a line for each class: cell:230,159,0::"),
            QT_TRANSLATE_NOOP("Errors", 'Each line reads "name,red,green,blue"'),
            QT_TRANSLATE_NOOP("Errors", "the colour {} is out of range"),
            QT_TRANSLATE_NOOP("Errors", "a run-length code counts more than {} x {} pixels"),
            QT_TRANSLATE_NOOP("Errors", "{} is not the name of a file"),
            QT_TRANSLATE_NOOP("Errors", "{} is not inside {}"),
            QT_TRANSLATE_NOOP("Errors", "this is not a project"),
            QT_TRANSLATE_NOOP("Errors", "Open the folder once with segstudio"),
            QT_TRANSLATE_NOOP("Errors", "no image of this project has a mask yet"),
            QT_TRANSLATE_NOOP("Errors", "Paint some labels, or run a model and save its masks"),
            QT_TRANSLATE_NOOP("Errors", "it was removed"),
            QT_TRANSLATE_NOOP("Errors", "Start again"),
            QT_TRANSLATE_NOOP("Errors", "all labelled images are flagged, and those do not train"),
            QT_TRANSLATE_NOOP("Errors", "Look at {} in segstudio and take its flag away"),
            QT_TRANSLATE_NOOP("Errors", "none of the images that judge a model is approved yet"),
            QT_TRANSLATE_NOOP("Errors", "Look at {} in segstudio and approve it"),
            QT_TRANSLATE_NOOP("Errors", "it has {} x {} pixels, but {} {}"),
            QT_TRANSLATE_NOOP("Errors", "the {} of a shape is no text: {}"),
            QT_TRANSLATE_NOOP(
                "Errors", "a shape has an outline that is longer than any in its image"
            ),
            QT_TRANSLATE_NOOP("Errors", "a shape has a corner far outside of its image, at {}, {}"),
            QT_TRANSLATE_NOOP("Errors", "a shape has fewer than {} points"),
            QT_TRANSLATE_NOOP("Errors", "a shape has {} points"),
            QT_TRANSLATE_NOOP("Errors", "a mask lies outside of its image"),
            QT_TRANSLATE_NOOP("Errors", "its labels cannot be classes: {}"),
            QT_TRANSLATE_NOOP("Errors", "a shape has a point that is no pair of numbers: {}"),
            QT_TRANSLATE_NOOP("Errors", "this is no folder, ZIP archive, JSON or XML file"),
            QT_TRANSLATE_NOOP("Errors", "Name the folder it lies in"),
            QT_TRANSLATE_NOOP("Errors", "there is no geometry type {}"),
            QT_TRANSLATE_NOOP("Errors", "this is not a project of Supervisely's"),
            QT_TRANSLATE_NOOP("Errors", "a class has no title"),
            QT_TRANSLATE_NOOP("Errors", "Correct the object and export again"),
            QT_TRANSLATE_NOOP("Errors", "a bitmap has no data"),
            QT_TRANSLATE_NOOP("Errors", "this export was stopped before it was finished"),
            QT_TRANSLATE_NOOP(
                "Errors", "Export again into a new folder, or remove {} to use what is there"
            ),
            QT_TRANSLATE_NOOP("Errors", "there is no format {}"),
            QT_TRANSLATE_NOOP("Errors", "no known label format was found in this folder"),
            QT_TRANSLATE_NOOP(
                "Errors",
                "Put images into a folder images and masks of the same names into a "
                "folder masks; looked for: {}",
            ),
            QT_TRANSLATE_NOOP(
                "Errors", "this folder holds a label set ({}) and a segstudio project"
            ),
            QT_TRANSLATE_NOOP("Errors", "Say which one with --format {} or --format {}"),
            QT_TRANSLATE_NOOP("Errors", "this is a file"),
            QT_TRANSLATE_NOOP("Errors", "Name the folder of the label set"),
            QT_TRANSLATE_NOOP("Errors", "there are no images with TIFF masks beside them"),
            QT_TRANSLATE_NOOP("Errors", "It needs images/a.jpg and masks/a.tif"),
            QT_TRANSLATE_NOOP("Errors", "it holds {} files, more than we unpack"),
            QT_TRANSLATE_NOOP("Errors", "this archive cannot be read ({})"),
            QT_TRANSLATE_NOOP("Errors", "it is larger than the archive says"),
            QT_TRANSLATE_NOOP("Errors", "this is not a Pascal VOC folder"),
            QT_TRANSLATE_NOOP(
                "Errors",
                "It needs JPEGImages, SegmentationClass and ImageSets/Segmentation/train.txt",
            ),
            QT_TRANSLATE_NOOP("Errors", "the lists name no image with a mask; {}"),
            QT_TRANSLATE_NOOP(
                "Errors", "The lists hold the names of the files in {}, without suffix"
            ),
            QT_TRANSLATE_NOOP("Errors", "this folder is not empty"),
            QT_TRANSLATE_NOOP("Errors", "Choose a new folder for the export"),
            QT_TRANSLATE_NOOP("Errors", "{} cannot be removed ({})"),
            QT_TRANSLATE_NOOP("Errors", "it cannot be copied"),
            QT_TRANSLATE_NOOP("Errors", "its names cannot be classes: {}"),
            QT_TRANSLATE_NOOP("Errors", 'Its lines read "0 0.1 0.1 0.9 0.1 0.5 0.9"'),
            QT_TRANSLATE_NOOP("Errors", "line {} is of class {}, but {} are named"),
            QT_TRANSLATE_NOOP("Errors", "line {} is a box, not an outline"),
            QT_TRANSLATE_NOOP("Errors", "line {} is no polygon of three corners or more"),
            QT_TRANSLATE_NOOP("Errors", "line {} has corners far outside of the image"),
            QT_TRANSLATE_NOOP("Errors", "line {} holds something else than numbers"),
            QT_TRANSLATE_NOOP("Errors", "the folder images or {} is missing"),
            QT_TRANSLATE_NOOP("Errors", "Put both beside data.yaml"),
            QT_TRANSLATE_NOOP("Errors", "It needs: masks_dir: masks"),
            QT_TRANSLATE_NOOP("Errors", "there is no data.yaml"),
            QT_TRANSLATE_NOOP("Errors", "It names the classes: names: [cell, wall]"),
            QT_TRANSLATE_NOOP("Errors", "It needs: names: [cell, wall]"),
            QT_TRANSLATE_NOOP("Errors", "it does not name the classes from 0 on"),
            QT_TRANSLATE_NOOP("Errors", "it is too large for a list of classes"),
            QT_TRANSLATE_NOOP("Errors", "Correct the file"),
            QT_TRANSLATE_NOOP("Errors", "the key {} stands twice"),
            QT_TRANSLATE_NOOP("Errors", "it holds the value {}, which {} does not name"),
            QT_TRANSLATE_NOOP("Errors", "it holds the values {}, which {} does not name"),
            QT_TRANSLATE_NOOP("Errors", "it holds the value {}, but {} names {} classes"),
            QT_TRANSLATE_NOOP("Errors", "it holds the values {}, but {} names {} classes"),
        ),
    )
)
