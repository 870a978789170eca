"""What errors of rooms without Qt (but ``formats``) say, part by part, and a few other words.

``{}`` stands for a name or a number. The table is for lupdate to find; a test holds it against the
source of those rooms.
"""

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP

TEXTS: Final = tuple(
    map(
        str,
        (
            QT_TRANSLATE_NOOP("Errors", "could not be saved"),
            QT_TRANSLATE_NOOP("Errors", "predictions"),
            QT_TRANSLATE_NOOP("Errors", "ImageNet's mean and spread"),
            QT_TRANSLATE_NOOP("Errors", "0 to 1"),
            QT_TRANSLATE_NOOP("Errors", "-1 to 1"),
            QT_TRANSLATE_NOOP("Errors", "0 to 255"),
            QT_TRANSLATE_NOOP("Errors", "{}, blue before red"),
            QT_TRANSLATE_NOOP("Errors", "this folder could not be made"),
            QT_TRANSLATE_NOOP("Errors", "could not be made"),
            QT_TRANSLATE_NOOP("Errors", "could not be read"),
            QT_TRANSLATE_NOOP(
                "Errors", 'a change of its classes is under way or was interrupted ("{}")'
            ),
            QT_TRANSLATE_NOOP("Errors", "Open the project in segstudio, which finishes it"),
            QT_TRANSLATE_NOOP("Errors", "this change of the classes cannot be read ({})"),
            QT_TRANSLATE_NOOP(
                "Errors",
                "Bring back a copy of the file: without it nobody knows what the masks mean",
            ),
            QT_TRANSLATE_NOOP("Errors", "could not be written"),
            QT_TRANSLATE_NOOP("Errors", "Correct or approve the labels of some images first"),
            QT_TRANSLATE_NOOP("Errors", "no image is there to judge the model"),
            QT_TRANSLATE_NOOP("Errors", "this is a folder, not an image"),
            QT_TRANSLATE_NOOP("Errors", "this is a device or a pipe, not an image"),
            QT_TRANSLATE_NOOP("Errors", "floating-point images are not supported"),
            QT_TRANSLATE_NOOP("Errors", "Save it as 8-bit or 16-bit"),
            QT_TRANSLATE_NOOP("Errors", "there is no such file"),
            QT_TRANSLATE_NOOP("Errors", "Check the name"),
            QT_TRANSLATE_NOOP("Errors", "you may not read this file"),
            QT_TRANSLATE_NOOP("Errors", "this is not an image we can read"),
            QT_TRANSLATE_NOOP("Errors", "Use PNG, JPEG, TIFF, WebP or BMP"),
            QT_TRANSLATE_NOOP("Errors", "there is not enough memory to open this image"),
            QT_TRANSLATE_NOOP("Errors", "the file is damaged and cannot be opened"),
            QT_TRANSLATE_NOOP("Errors", "Copy it again from its source"),
            QT_TRANSLATE_NOOP("Errors", "{} x {} pixels are more than {} megapixels"),
            QT_TRANSLATE_NOOP("Errors", "Cut the image into parts"),
            QT_TRANSLATE_NOOP("Errors", "it cannot be read: {}"),
            QT_TRANSLATE_NOOP("Errors", "edits cannot be kept for recovery ({})"),
            QT_TRANSLATE_NOOP("Errors", "the model cannot be read ({})"),
            QT_TRANSLATE_NOOP("Errors", "Train it again"),
            QT_TRANSLATE_NOOP("Errors", "this project is open {}"),
            QT_TRANSLATE_NOOP("Errors", "cannot be edited"),
            QT_TRANSLATE_NOOP(
                "Errors",
                "another program changed this mask; your labels were saved beside it as {}",
            ),
            QT_TRANSLATE_NOOP("Errors", "Choose which of the two to keep"),
            QT_TRANSLATE_NOOP("Errors", "the mask before this one cannot be kept ({})"),
            QT_TRANSLATE_NOOP("Errors", "it holds the value {}, and class indices are 0 to 255"),
            QT_TRANSLATE_NOOP(
                "Errors", "Save the mask with one value for each class, counted from 0"
            ),
            QT_TRANSLATE_NOOP(
                "Errors", "this is a JPEG file, which does not keep class indices exactly"
            ),
            QT_TRANSLATE_NOOP("Errors", "Use the mask as PNG or TIFF"),
            QT_TRANSLATE_NOOP("Errors", "this holds fractions, not class indices"),
            QT_TRANSLATE_NOOP("Errors", "this is a colour picture, not a mask of class indices"),
            QT_TRANSLATE_NOOP(
                "Errors", "Save the mask with one value per pixel: as grey or indexed PNG"
            ),
            QT_TRANSLATE_NOOP("Errors", "this is not a project of ours"),
            QT_TRANSLATE_NOOP(
                "Errors",
                "Bring back a copy of project.json; the masks are still in the masks folder",
            ),
            QT_TRANSLATE_NOOP("Errors", "it was written by a newer version of segstudio"),
            QT_TRANSLATE_NOOP("Errors", "Update segstudio"),
            QT_TRANSLATE_NOOP("Errors", "its image_root is wrong"),
            QT_TRANSLATE_NOOP("Errors", "there are no images in this folder"),
            QT_TRANSLATE_NOOP("Errors", "Open a folder with PNG, JPEG, TIFF, WebP or BMP files"),
            QT_TRANSLATE_NOOP("Errors", "Open a folder, or a PNG, JPEG, TIFF, WebP or BMP file"),
            QT_TRANSLATE_NOOP("Errors", "there is no such file or folder"),
            QT_TRANSLATE_NOOP("Errors", "this folder holds the labels of {}"),
            QT_TRANSLATE_NOOP("Errors", "Choose another folder for the labels"),
            QT_TRANSLATE_NOOP("Errors", "the mask has {} x {} pixels, the image has {} x {}"),
            QT_TRANSLATE_NOOP(
                "Errors", "Bring back the image it was made for, or move the mask away"
            ),
            QT_TRANSLATE_NOOP("Errors", "the file is too large to be a project"),
            QT_TRANSLATE_NOOP("Errors", "it cannot be read ({})"),
            QT_TRANSLATE_NOOP("Errors", "it is not valid JSON ({})"),
            QT_TRANSLATE_NOOP("Errors", "its classes are wrong: {}"),
            QT_TRANSLATE_NOOP("Errors", "its splits are wrong: {}"),
            QT_TRANSLATE_NOOP("Errors", "this folder holds another {}"),
            QT_TRANSLATE_NOOP("Errors", "you may not read this folder"),
            QT_TRANSLATE_NOOP("Errors", "this folder cannot be read ({})"),
            QT_TRANSLATE_NOOP("Errors", "the folder of images is gone"),
            QT_TRANSLATE_NOOP(
                "Errors", "Bring it back, or open the folder where the images are now"
            ),
            QT_TRANSLATE_NOOP("Errors", "the folder of images cannot be read ({})"),
            QT_TRANSLATE_NOOP("Errors", "Choose another way to group the images"),
            QT_TRANSLATE_NOOP(
                "Errors", "labels cannot be kept in this folder, you may only read it"
            ),
            QT_TRANSLATE_NOOP(
                "Errors",
                "Choose another folder for the labels, or copy the images to one of your own",
            ),
            QT_TRANSLATE_NOOP("Errors", "its journal tells no size"),
            QT_TRANSLATE_NOOP("Errors", "it could not be removed ({})"),
            QT_TRANSLATE_NOOP("Errors", "the sample images are missing from this installation"),
            QT_TRANSLATE_NOOP("Errors", "Install segstudio again"),
            QT_TRANSLATE_NOOP("Errors", "it cannot be copied ({})"),
            QT_TRANSLATE_NOOP("Errors", "too many runs were begun at once"),
            QT_TRANSLATE_NOOP("Errors", "Try again in a second"),
            QT_TRANSLATE_NOOP("Errors", "no run can be kept here ({})"),
            QT_TRANSLATE_NOOP("Errors", "Free some space"),
            QT_TRANSLATE_NOOP("Errors", "onnxruntime refuses it: {}"),
            QT_TRANSLATE_NOOP("Errors", "Use another model, or export this one again"),
            QT_TRANSLATE_NOOP("Errors", "it failed on this image: {}"),
            QT_TRANSLATE_NOOP("Errors", "there is not enough memory to run it on this image"),
            QT_TRANSLATE_NOOP("Errors", "Use a smaller image"),
            QT_TRANSLATE_NOOP("Errors", "it did not load within {} s"),
            QT_TRANSLATE_NOOP("Errors", "{}: the model did not answer for {} s"),
            QT_TRANSLATE_NOOP(
                "Errors", "Use a smaller model or a smaller image, or allow more time with --limit"
            ),
            QT_TRANSLATE_NOOP("Errors", "the model made the runtime crash ({})"),
            QT_TRANSLATE_NOOP("Errors", "{}: the model made the runtime crash ({})"),
            QT_TRANSLATE_NOOP(
                "Errors", "Run it again; if that fails too, use another model or a smaller image"
            ),
            QT_TRANSLATE_NOOP(
                "Errors", "{}: the process that runs models answered with nonsense and was ended"
            ),
            QT_TRANSLATE_NOOP("Errors", "Use this model only if you trust where it comes from"),
            QT_TRANSLATE_NOOP("Errors", "this is not an ONNX model, or the file is damaged"),
            QT_TRANSLATE_NOOP("Errors", "Copy it again from its source, or export it again"),
            QT_TRANSLATE_NOOP(
                "Errors", "Put all files of the model into one folder, as regular files"
            ),
            QT_TRANSLATE_NOOP("Errors", "it needs {}, which is no part of onnxruntime"),
            QT_TRANSLATE_NOOP(
                "Errors", "Use another model; plug-ins are not loaded, because they are programs"
            ),
            QT_TRANSLATE_NOOP("Errors", "it needs {}, which holds compiled code for one device"),
            QT_TRANSLATE_NOOP("Errors", "Use the model that it was compiled from"),
            QT_TRANSLATE_NOOP("Errors", "there is not enough memory for this model"),
            QT_TRANSLATE_NOOP(
                "Errors",
                "the GPU has not enough memory to run it on this image, even in small parts",
            ),
            QT_TRANSLATE_NOOP(
                "Errors", "Close other programs that use the GPU, or run it on the CPU"
            ),
            QT_TRANSLATE_NOOP("Errors", "the file is too large to be a card"),
            QT_TRANSLATE_NOOP("Errors", "this card cannot be used: {}"),
            QT_TRANSLATE_NOOP("Errors", "it takes {} inputs instead of one image"),
            QT_TRANSLATE_NOOP("Errors", "Use a model that this program's trainer exported"),
            QT_TRANSLATE_NOOP("Errors", "it takes {} instead of uint8 images (N, H, W, 3)"),
            QT_TRANSLATE_NOOP("Errors", "it has no output called {}"),
            QT_TRANSLATE_NOOP("Errors", "its output {} is {} instead of {} (N, H, W)"),
            QT_TRANSLATE_NOOP("Errors", "this model made the runtime crash before ({})"),
            QT_TRANSLATE_NOOP("Errors", "Choose another one, or try it once more"),
            QT_TRANSLATE_NOOP("Errors", "it takes {}, which is no image"),
            QT_TRANSLATE_NOOP(
                "Errors", "Use another model, or export this one with one image as input"
            ),
            QT_TRANSLATE_NOOP("Errors", "it takes {}, but does not run on an image of that kind"),
            QT_TRANSLATE_NOOP("Errors", "it gives {}, which is no map of classes"),
            QT_TRANSLATE_NOOP("Errors", "Use a model for semantic segmentation"),
            QT_TRANSLATE_NOOP("Errors", "it tells {} classes apart, and at most 255 fit in a mask"),
            QT_TRANSLATE_NOOP("Errors", "Use a model with fewer classes"),
            QT_TRANSLATE_NOOP("Errors", "its output {} holds values that are no numbers (NaN)"),
            QT_TRANSLATE_NOOP(
                "Errors",
                "this model is not one of ours, so how it takes images must be confirmed once",
            ),
            QT_TRANSLATE_NOOP(
                "Errors", "Open it in the window, or take the likeliest way with --guess"
            ),
            QT_TRANSLATE_NOOP("Errors", "it predicts class {}, but its card names only {} classes"),
            QT_TRANSLATE_NOOP("Errors", "this is a folder, not a model"),
            QT_TRANSLATE_NOOP("Errors", "Choose an ONNX file"),
            QT_TRANSLATE_NOOP("Errors", "this is not a regular file"),
            QT_TRANSLATE_NOOP("Errors", "the file is empty"),
            QT_TRANSLATE_NOOP(
                "Errors", "it has no model card, so the names of its classes are unknown"
            ),
            QT_TRANSLATE_NOOP("Errors", "its confidence holds values that are no numbers"),
            QT_TRANSLATE_NOOP("Errors", "there is no such model"),
            QT_TRANSLATE_NOOP("Errors", "onnxruntime cannot open a file of this name"),
            QT_TRANSLATE_NOOP("Errors", "Rename it"),
            QT_TRANSLATE_NOOP("Errors", "the process that runs models was closed"),
            QT_TRANSLATE_NOOP("Errors", "the process that runs models could not be started ({})"),
            QT_TRANSLATE_NOOP("Errors", "the process that runs models did not start ({})"),
            QT_TRANSLATE_NOOP(
                "Errors", "Install the program again, or see what segstudio doctor says"
            ),
            QT_TRANSLATE_NOOP("Errors", "no model is loaded"),
            QT_TRANSLATE_NOOP("Errors", "Choose a model first"),
            QT_TRANSLATE_NOOP(
                "Errors",
                "{}: the masks hold only 0 and 255, and 255 may be a class or mean unlabelled",
            ),
            QT_TRANSLATE_NOOP("Errors", "Say whether white or black is the object"),
            QT_TRANSLATE_NOOP("Errors", "Edits cannot be kept for recovery: {}"),
            QT_TRANSLATE_NOOP(
                "Errors", "Masks are saved all the same; free some space on this computer's disk"
            ),
            QT_TRANSLATE_NOOP(
                "Errors", "these labels are not saved yet, so they were left as they are"
            ),
            QT_TRANSLATE_NOOP("Errors", "Do it again when everything is saved"),
            QT_TRANSLATE_NOOP("Errors", "{} has no labels yet"),
            QT_TRANSLATE_NOOP("Errors", "Label it first"),
            QT_TRANSLATE_NOOP(
                "Errors",
                "The labels of {} have {} × {} pixels, this image has {} × {}: they do not fit",
            ),
            QT_TRANSLATE_NOOP("Errors", "Labels can be taken over between images of the same size"),
            QT_TRANSLATE_NOOP("Errors", "The trainer could not be started ({})"),
            QT_TRANSLATE_NOOP("Errors", "Install it with: {}"),
            QT_TRANSLATE_NOOP("Errors", "The trainer ended as soon as it was started"),
            QT_TRANSLATE_NOOP("Errors", "See {}"),
            QT_TRANSLATE_NOOP("Errors", "Training needs {}, which is not installed"),
            QT_TRANSLATE_NOOP("Errors", "The trainer gave no answer"),
            QT_TRANSLATE_NOOP("Errors", "The trainer took too long to look at the images"),
            QT_TRANSLATE_NOOP("Errors", "Something went wrong inside segstudio ({}: {})"),
            QT_TRANSLATE_NOOP("Errors", "Your labels are safe; please report this"),
            QT_TRANSLATE_NOOP(
                "Errors", "Export it again with: trainer export RUN --out MODEL.onnx"
            ),
            QT_TRANSLATE_NOOP(
                "Errors",
                "this mask holds only 0 and 255, and 255 may be a class or mean unlabelled",
            ),
            QT_TRANSLATE_NOOP("Errors", "no image can train yet"),
            QT_TRANSLATE_NOOP("Errors", "no approved image can train yet"),
            QT_TRANSLATE_NOOP("Errors", "no corrected image can train yet"),
            QT_TRANSLATE_NOOP("Errors", "in another window"),
            QT_TRANSLATE_NOOP("Errors", "in another window, by {} since {}"),
            QT_TRANSLATE_NOOP("Errors", "in another window, by {} on {} since {}"),
            QT_TRANSLATE_NOOP("Errors", "there is no space left on the disk"),
            QT_TRANSLATE_NOOP("Errors", "Free some space and save again"),
            QT_TRANSLATE_NOOP("Errors", "your disk quota is used up"),
            QT_TRANSLATE_NOOP("Errors", "it is larger than this disk allows"),
            QT_TRANSLATE_NOOP("Errors", "Choose another disk"),
            QT_TRANSLATE_NOOP("Errors", "the disk is read-only"),
            QT_TRANSLATE_NOOP("Errors", "Choose a folder that you may write"),
            QT_TRANSLATE_NOOP("Errors", "you may not write here"),
            QT_TRANSLATE_NOOP("Errors", "its folder is gone"),
            QT_TRANSLATE_NOOP("Errors", "Bring the folder back and save again"),
            QT_TRANSLATE_NOOP("Errors", "a file is where a folder should be"),
            QT_TRANSLATE_NOOP("Errors", "Choose another folder"),
            QT_TRANSLATE_NOOP("Errors", "a folder is where the file should be"),
            QT_TRANSLATE_NOOP("Errors", "Choose another name"),
            QT_TRANSLATE_NOOP("Errors", "its name is too long"),
            QT_TRANSLATE_NOOP("Errors", "Shorten the name of the image or its folder"),
            QT_TRANSLATE_NOOP("Errors", "the classes were changed by another program since"),
            QT_TRANSLATE_NOOP("Errors", "nothing would change"),
            QT_TRANSLATE_NOOP("Errors", "no class is chosen"),
            QT_TRANSLATE_NOOP("Errors", "{} cannot become one with itself"),
            QT_TRANSLATE_NOOP("Errors", "regions of at least one pixel can be split off"),
            QT_TRANSLATE_NOOP("Errors", "there is no class {}"),
            QT_TRANSLATE_NOOP("Errors", "{} classes; at most {} fit in a mask"),
            QT_TRANSLATE_NOOP("Errors", "a class has an empty name"),
            QT_TRANSLATE_NOOP("Errors", "class name {} is too long or not printable"),
            QT_TRANSLATE_NOOP("Errors", "class name {} begins or ends with a space"),
            QT_TRANSLATE_NOOP("Errors", "two classes are called {}"),
            QT_TRANSLATE_NOOP("Errors", "the regular expression is empty"),
            QT_TRANSLATE_NOOP("Errors", "the regular expression is too long"),
            QT_TRANSLATE_NOOP("Errors", "the regular expression is wrong: {}"),
            QT_TRANSLATE_NOOP("Errors", "the regular expression takes too long"),
            QT_TRANSLATE_NOOP(
                "Errors", "the shares of validation and test images are not between 0 and 1"
            ),
            QT_TRANSLATE_NOOP(
                "Errors", "validation and test images are more than all images together"
            ),
            QT_TRANSLATE_NOOP("Errors", "{}."),
            QT_TRANSLATE_NOOP("Errors", "{}. {}"),
        ),
    )
)
