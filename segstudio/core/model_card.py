"""The description that an exported ONNX file carries about itself."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from segstudio.core.label_set import LabelSet
from segstudio.core.strict_json import parse_json

CARD_KEY: Final = "segstudio.card"
"""Key of the card in the ONNX file's ``metadata_props``."""

CARD_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What a model is, what it predicts and where it comes from.

    Attributes:
        name: Name shown to people.
        network: Name in the trainer's table of networks.
        backbone: Name of the backbone, or None where the network has none of its own.
        label_set: Classes that the class map's values stand for.
        stride: Input sides are resized inside the graph to multiples of this many pixels.
        training_size: (height, width) of the training crops, pixels.
        parameters: Number of weights.
        metrics: Validation metrics of the exported weights, such as ``mean_iou``. Those that are
            not finite, such as the IoU of a class that no image holds, are not written.
        data_fingerprint: Hash of the training data, see ``trainer.data``.
        parent: Fingerprint of the model that training started from, or None.
        licence: Licence of the weights, as an SPDX expression or plain words; may be empty.
        precision: What its network computes in: "fp32", "fp16" or "int8".
    """

    name: str
    network: str
    backbone: str | None
    label_set: LabelSet
    stride: int
    training_size: tuple[int, int]
    parameters: int
    metrics: Mapping[str, float] = field(default_factory=dict)
    data_fingerprint: str = ""
    parent: str | None = None
    licence: str = ""
    precision: str = "fp32"

    def to_json(self) -> str:
        """Return the card as the JSON text that goes into the ONNX file."""
        return json.dumps(
            {
                "version": CARD_VERSION,
                "name": self.name,
                "network": self.network,
                "backbone": self.backbone,
                "classes": self.label_set.to_json(),
                "stride": self.stride,
                "training_size": list(self.training_size),
                "parameters": self.parameters,
                # JSON has no NaN, and strict readers, ours included, refuse it.
                "metrics": {k: v for k, v in self.metrics.items() if math.isfinite(v)},
                "data_fingerprint": self.data_fingerprint,
                "parent": self.parent,
                "licence": self.licence,
                "precision": self.precision,
            },
            allow_nan=False,
        )

    @classmethod
    def from_json(cls, text: str) -> "ModelCard":
        """Return the card written by ``to_json``.

        Raises:
            ValueError: If the text is not a card of a version this program knows; the message
                says what is wrong with it.
        """
        try:
            value = parse_json(text)
        except ValueError as error:
            raise ValueError(f"its card is not valid JSON ({error})") from error
        if not isinstance(value, dict):
            raise ValueError("its card is not a JSON object")
        if value.get("version") != CARD_VERSION:
            raise ValueError(
                f"its card has version {value.get('version')!r}, this program reads {CARD_VERSION}"
            )
        try:
            height, width = value["training_size"]
            card = cls(
                name=str(value["name"]),
                network=str(value["network"]),
                backbone=None if value.get("backbone") is None else str(value["backbone"]),
                label_set=LabelSet.from_json(value["classes"]),
                stride=int(value["stride"]),
                training_size=(int(height), int(width)),
                parameters=int(value["parameters"]),
                metrics={str(k): float(v) for k, v in dict(value.get("metrics", {})).items()},
                data_fingerprint=str(value.get("data_fingerprint", "")),
                parent=None if value.get("parent") is None else str(value["parent"]),
                licence=str(value.get("licence", "")),
                precision=str(value.get("precision", "fp32")),  # older cards do not say
            )
        except KeyError as error:
            raise ValueError(f"its card lacks {error}") from error
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"its card is wrong: {error}") from error
        if not len(card.label_set):
            raise ValueError("its card names no classes")
        if min(card.stride, *card.training_size) < 1:
            raise ValueError("its card is wrong: stride and training_size must be positive")
        return card
