"""From a checkpoint to an ONNX file that carries its own contract.

    image        uint8 (N, H, W, 3) RGB, any N, H and W
    class_index  uint8 (N, H, W)
    confidence   float32 (N, H, W), probability of that class, 0..1
    logits       float32 (N, H', W', C), what the class is decided by, for averaging over views;
                 H' and W' are H and W rounded up to the stride of the network

Normalisation, padding to the stride, softmax and argmax are inside the graph; the model card is in
``metadata_props``. Nothing is written before ONNX Runtime has given the same answers as the
network it was made from.
"""

import logging
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from segstudio.core.label_map import RgbImage
from segstudio.core.model_card import ModelCard
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.formats.dataset import LabelledDataset
from segstudio.storage.atomic_write import atomic_write, make_folder
from trainer.checkpoint import Checkpoint, segmenter_of
from trainer.data.source import read_sample
from trainer.errors import ExportError
from trainer.evaluate import flat_metrics
from trainer.exporting.contract import INPUT, OPSET, OUTPUTS, sealed
from trainer.exporting.runtime import open_session
from trainer.exporting.scales import with_constant_scales
from trainer.networks.segmenter import Decider, Segmenter
from trainer.networks.table import count_parameters, drop_training_only

_TIE: Final = 1e-4
_CONFIDENCE_TOLERANCE: Final = 1e-3
_CHECKED_SIDE: Final = 512
# Of pixels that may differ where a network puts values back to where a pooling took them from:
# which of two nearly equal ones was the larger hangs on the order of a sum, and moves its value; a
# value of the coarsest stage shows in a thousand pixels.
_MOVED_SHARE: Final = 1e-2


class Exported(NamedTuple):
    """A model that gives the same answers as its network.

    Attributes:
        content: The ONNX file.
        card: The card in it.
        difference: Largest difference of confidence from the network, on the images compared.
    """

    content: bytes
    card: ModelCard
    difference: float


def export_onnx(
    checkpoint: Checkpoint,
    checkpoint_path: Path,
    out: Path,
    *,
    name: str,
    images: Sequence[RgbImage],
) -> float:
    """Write the ONNX model of a checkpoint.

    Args:
        checkpoint: What to export.
        checkpoint_path: Its file, for messages.
        out: File to write.
        name: Name of the model, shown to people.
        images: (H, W, 3) uint8; the model must do the same as the network on parts of these.

    Returns:
        Largest difference of confidence between ONNX Runtime and PyTorch on these images.

    Raises:
        ExportError: If the two disagree, or the exporter fails; nothing is written then.
        StorageError: If the file cannot be written.
    """
    exported = exported_model(checkpoint, checkpoint_path, name=name, images=images)
    write_model(out, exported.content)
    return exported.difference


def exported_model(
    checkpoint: Checkpoint, checkpoint_path: Path, *, name: str, images: Sequence[RgbImage]
) -> Exported:
    """Return the ONNX model of a checkpoint; see ``export_onnx``, which writes it."""
    recipe = checkpoint.recipe
    segmenter = segmenter_of(checkpoint, checkpoint_path)
    drop_training_only(segmenter.network)
    card = ModelCard(
        name=name,
        network=recipe.network,
        backbone=recipe.backbone,
        label_set=checkpoint.label_set,
        stride=segmenter.stride,
        training_size=recipe.crop,
        parameters=count_parameters(segmenter),
        metrics=flat_metrics(checkpoint.position.metrics),
        data_fingerprint=checkpoint.fingerprint,
        parent=checkpoint.parent,
    )
    content = _model_bytes(Decider(segmenter).eval(), segmenter.stride, card)
    return Exported(content, card, verified_difference(content, segmenter, images))


def write_model(out: Path, content: bytes) -> None:
    """Write an exported model, completely or not at all; raises StorageError."""
    make_folder(out.parent)
    atomic_write(out, content)


def images_to_check(dataset: LabelledDataset) -> list[RgbImage]:
    """Return two real images of a data set, to check an export with."""
    items = [*dataset.splits.get(VALIDATION, ()), *dataset.splits.get(TRAIN, ())]
    return [read_sample(dataset, item).image for item in items[:2]]


def _model_bytes(decider: Decider, stride: int, card: ModelCard) -> bytes:
    side = 4 * stride
    # Two images: with one, the exporter takes the batch for a constant (pytorch issue 157621).
    example = torch.zeros(2, side, side + stride, 3, dtype=torch.uint8)
    dims = {index: torch.export.Dim(letter) for index, letter in enumerate("NHW")}
    with _quiet():
        try:
            program = torch.onnx.export(
                decider,
                (example,),
                dynamo=True,
                opset_version=OPSET,
                input_names=[INPUT],
                output_names=OUTPUTS,
                dynamic_shapes={INPUT: dims},
                external_data=False,
                verbose=False,
            )
        except (torch.onnx.errors.OnnxExporterError, RuntimeError) as error:
            raise ExportError(
                f"{card.network} cannot be exported to ONNX", hint="Please report this as a bug"
            ) from error
    if program is None:
        raise ExportError(f"{card.network} cannot be exported to ONNX")
    return sealed(with_constant_scales(program.model_proto, stride), card)


def verified_difference(content: bytes, segmenter: Segmenter, images: Sequence[RgbImage]) -> float:
    """Return the largest difference of confidence between an exported model and its network.

    Args:
        content: The ONNX file.
        segmenter: The network it should be.
        images: (H, W, 3) uint8; compared on parts of several sizes, alone and in pairs.

    Returns:
        That of all pixels; but of a network that remembers places of its poolings, one in a
        hundred may differ by more, and is left out.

    Raises:
        ExportError: If a class differs anywhere but at a tie, or a confidence visibly.
    """
    session = open_session(content)
    remembers = any(
        isinstance(part, nn.MaxPool2d) and part.return_indices for part in segmenter.modules()
    )
    share = _MOVED_SHARE if remembers else 0.0
    worst = 0.0
    for batch in batches_to_check(images):
        class_index, confidence = session.run(OUTPUTS, {INPUT: batch})
        with torch.no_grad():
            probabilities = torch.softmax(segmenter(torch.from_numpy(batch)), dim=1)
        worst = max(worst, _difference(class_index, confidence, probabilities, share))
    return worst


def _difference(
    class_index: NDArray[np.uint8],
    confidence: NDArray[np.float32],
    probabilities: torch.Tensor,
    share: float,
) -> float:
    """Return the largest difference of confidence where it is small, if it is but at a share."""
    best = probabilities.topk(2, dim=1)
    is_clear = (best.values[:, 0] - best.values[:, 1] >= _TIE).numpy()
    apart = np.abs(confidence - best.values[:, 0].numpy())
    is_other = (class_index != best.indices[:, 0].numpy()) & is_clear
    differs = is_other | ~(apart <= _CONFIDENCE_TOLERANCE)  # so put, NaN differs
    number = int(differs.sum())
    if number > share * differs.size:
        height, width = class_index.shape[1:]
        raise ExportError(
            f"the exported model is not the network: {number} of {differs.size} pixels of a "
            f"{width} x {height} image differ, confidence by up to {apart.max():.1e}",
            hint="Please report this as a bug; no file was kept",
        )
    return float(apart[~differs].max(initial=0.0))


def batches_to_check(images: Iterable[RgbImage]) -> Iterator[NDArray[np.uint8]]:
    """Yield (N, H, W, 3) parts of real images: whole, odd, tiny, and two at once."""
    for image in images:
        part = image[:_CHECKED_SIDE, :_CHECKED_SIDE]
        height, width = part.shape[:2]
        odd = part[: max(height * 3 // 4 | 1, 1), : max(width * 2 // 3 | 1, 1)]
        yield np.stack([part])
        yield np.stack([odd, odd[::-1, ::-1]])
        yield np.stack([part[:1, :1]])


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the exporter, which reports on itself through warnings, logs and deprecations."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    levels: list[tuple[Any, int]] = [(logger, logger.level) for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in levels:
                logger.setLevel(level)
