import dataclasses
import json
import math
from typing import Any

import pytest

from segstudio.core.label_set import LabelSet
from segstudio.core.model_card import ModelCard

CARD = ModelCard(
    name="Membranes",
    network="unet-mini",
    backbone=None,
    label_set=LabelSet.named(["background", "membrane"]),
    stride=4,
    training_size=(256, 320),
    parameters=470_000,
    metrics={"mean_iou": 0.75},
    data_fingerprint="ab12",
    parent="cd34",
    licence="Apache-2.0",
    precision="int8",
)


def _changed(**changes: object) -> str:
    return json.dumps({**json.loads(CARD.to_json()), **changes})


def test_a_card_survives_json() -> None:
    assert ModelCard.from_json(CARD.to_json()) == CARD


def test_metrics_that_are_not_finite_are_left_out() -> None:
    card = dataclasses.replace(CARD, metrics={"iou": math.nan, "f": math.inf, "accuracy": 0.5})
    assert ModelCard.from_json(card.to_json()).metrics == {"accuracy": 0.5}


def test_what_need_not_be_known_may_be_missing() -> None:
    value = json.loads(CARD.to_json())
    for key in ("backbone", "metrics", "data_fingerprint", "parent", "licence", "precision"):
        del value[key]
    card = ModelCard.from_json(json.dumps(value))
    assert card.network == "unet-mini"
    assert card.precision == "fp32"  # cards were written before there was another


@pytest.mark.parametrize(
    "key", ["name", "network", "classes", "stride", "training_size", "parameters"]
)
def test_a_missing_entry_is_named(key: str) -> None:
    value: dict[str, Any] = json.loads(CARD.to_json())
    del value[key]
    with pytest.raises(ValueError, match=f"'{key}'|classes is not a list"):
        ModelCard.from_json(json.dumps(value))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not valid JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"version": NaN}', "NaN"),
        ("[1]", "not a JSON object"),
        ("{}", "version None"),
        (_changed(version=2), "version 2, this program reads 1"),
        (_changed(classes=[]), "names no classes"),
        (_changed(stride=0), "must be positive"),
        (_changed(stride="four"), "its card is wrong"),
        (_changed(training_size=[1]), "its card is wrong"),
        (_changed(training_size=7), "its card is wrong"),
        (_changed(metrics={"iou": None}), "its card is wrong"),
        (_changed(metrics=3), "its card is wrong"),
        (_changed().replace('"stride": 4', '"stride": 1e999'), "its card is wrong"),
    ],
)
def test_a_wrong_card_is_refused_in_words(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        ModelCard.from_json(text)
