"""The two small U-Nets as Keras tutorials build them, to compare with ours.

Layers, widths and number of weights are those of ``trainer.networks``. Pixels come in as uint8
and are normalised inside, as ours are. Only Keras is needed to import this file.

References:
    https://github.com/bubbliiiing/unet-keras and its kin, without the stage that they do not use;
    MobileNet as in ``keras.applications``.
"""

from collections.abc import Callable
from typing import Final

import keras
from keras import layers

Maps = keras.KerasTensor

_MOBILENET_STAGES: Final = ((64, 1), (128, 2), (256, 2), (512, 6))


def unet_mini(size: int, num_classes: int) -> keras.Model:
    """Return the U-Net of 32, 64 and 128 channels; logits (N, H, W, C) of (N, H, W, 3) uint8."""
    image = keras.Input((size, size, 3), dtype="uint8")
    level1 = _level(_normalised(image), 32)
    level2 = _level(layers.MaxPooling2D()(level1), 64)
    level3 = _level(layers.MaxPooling2D()(level2), 128)
    up2 = _level(_joined(level3, level2), 64)
    up1 = _level(_joined(up2, level1), 32)
    return keras.Model(image, layers.Conv2D(num_classes, 1)(up1))


def unet_mobilenet(size: int, num_classes: int) -> keras.Model:
    """Return the U-Net on four stages of MobileNetV1; shapes as for ``unet_mini``."""
    image = keras.Input((size, size, 3), dtype="uint8")
    x = layers.Conv2D(32, 3, 2, padding="same", use_bias=False)(_normalised(image))
    x = _norm_relu6(x)
    stages: list[Maps] = []
    for width, blocks in _MOBILENET_STAGES:
        for block in range(blocks):
            # The first convolution has already halved the image for the first stage.
            stride = 2 if stages and block == 0 else 1
            x = layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False)(x)
            x = layers.Conv2D(width, 1, use_bias=False)(_norm_relu6(x))
            x = _norm_relu6(x)
        stages.append(x)
    f1, f2, f3, f4 = stages
    up4 = _conv_relu_norm(f4, 512)
    up3 = _conv_relu_norm(_joined(up4, f3), 256)
    up2 = _conv_relu_norm(_joined(up3, f2), 128)
    up1 = _conv_relu_norm(_joined(up2, f1), 128)
    up0 = _conv_relu_norm(layers.UpSampling2D()(up1), 64)
    return keras.Model(image, layers.Conv2D(num_classes, 3, padding="same")(up0))


NETWORKS: Final[dict[str, Callable[[int, int], keras.Model]]] = {
    "unet-mini": unet_mini,
    "unet-mobilenet": unet_mobilenet,
}


def trainable_parameters(model: keras.Model) -> int:
    """Return the number of trainable weights."""
    return sum(weight.value.shape.num_elements() for weight in model.trainable_weights)


def _normalised(image: Maps) -> Maps:
    return layers.Rescaling(1 / 127.5, -1)(image)


def _level(x: Maps, width: int) -> Maps:
    x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
    x = layers.Dropout(0.2)(x)
    return layers.Conv2D(width, 3, padding="same", activation="relu")(x)


def _joined(coarse: Maps, fine: Maps) -> Maps:
    return layers.Concatenate()([layers.UpSampling2D()(coarse), fine])


def _norm_relu6(x: Maps) -> Maps:
    return layers.ReLU(6.0)(layers.BatchNormalization()(x))


def _conv_relu_norm(x: Maps, width: int) -> Maps:
    x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
    return layers.BatchNormalization()(x)
