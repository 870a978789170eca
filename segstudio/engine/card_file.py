"""What the user confirmed about somebody else's model: ``NAME.card.json`` beside ``NAME.onnx``."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from segstudio.core.label_set import LabelSet
from segstudio.core.model_card import ModelCard
from segstudio.core.model_contract import ModelContract
from segstudio.core.strict_json import parse_json
from segstudio.errors import ModelCardError
from segstudio.storage.atomic_write import atomic_write

CARD_FILE_VERSION: Final = 1
_MAX_BYTES: Final = 4 * 2**20


@dataclass(frozen=True, slots=True)
class ForeignCard:
    """How to use a model that says nothing about itself.

    Attributes:
        contract: How it takes images and gives classes.
        label_set: Its classes.
        reason: Where this is from, a few words for the user.
    """

    contract: ModelContract
    label_set: LabelSet
    reason: str = ""

    def model_card(self, name: str) -> ModelCard:
        """Return the card of a model of this name."""
        return ModelCard(
            name=name,
            network="",
            backbone=None,
            label_set=self.label_set,
            stride=self.contract.stride,
            training_size=self.contract.fixed_size or (1, 1),
            parameters=0,
        )

    def to_json(self) -> str:
        """Return the text of the file."""
        value = {
            "version": CARD_FILE_VERSION,
            "contract": self.contract.to_json(),
            "classes": self.label_set.to_json(),
            "reason": self.reason,
        }
        return json.dumps(value, indent=2, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> "ForeignCard":
        """Return what ``to_json`` wrote; raises ValueError if it is something else."""
        value = parse_json(text)
        if not isinstance(value, dict) or value.get("version") != CARD_FILE_VERSION:
            raise ValueError(f"it is no card of version {CARD_FILE_VERSION}")
        label_set = LabelSet.from_json(value.get("classes"))
        if not len(label_set):
            raise ValueError("it names no classes")
        contract = ModelContract.from_json(value.get("contract"))
        return cls(contract, label_set, str(value.get("reason", ""))[:200])


def card_path(model: Path) -> Path:
    """Return where the card of a model lies; it may not exist."""
    return model.with_name(f"{model.stem}.card.json")


def read_card_file(model: Path) -> ForeignCard | None:
    """Return what was confirmed about a model, or None if nothing was.

    Raises:
        ModelCardError: If the file is there and makes no sense.
    """
    path = card_path(model)
    hint = "Correct it, or remove it to be asked again"
    try:
        if not path.is_file():
            return None
        if path.stat().st_size > _MAX_BYTES:
            raise ModelCardError(path, "the file is too large to be a card", hint=hint)
        return ForeignCard.from_json(path.read_bytes())
    except OSError as error:
        raise ModelCardError(path, f"it cannot be read ({error.strerror})", hint=hint) from error
    except ValueError as error:
        raise ModelCardError(path, f"this card cannot be used: {error}", hint=hint) from error


def write_card_file(model: Path, card: ForeignCard) -> None:
    """Keep what was confirmed about a model.

    Raises:
        StorageError: If it cannot be written.
    """
    atomic_write(card_path(model), card.to_json().encode("utf-8"))
