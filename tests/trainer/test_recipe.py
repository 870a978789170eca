import json
from typing import Any

import pytest

from trainer.augmentation_settings import AugmentationSettings
from trainer.errors import RecipeError
from trainer.recipe import Recipe


def _recipe(**changes: object) -> Recipe:
    settings: dict[str, Any] = {
        "network": "unet-mini",
        "data": "/data",
        "epochs": 3,
        "crop": (64, 96),
        "batch": 4,
        "learning_rate": 1e-3,
    }
    return Recipe(**(settings | changes))


def test_a_recipe_survives_its_json_file() -> None:
    recipe = _recipe(
        classes=("background", "cell"), augmentation=AugmentationSettings(flip="both", rotation=90)
    )

    assert Recipe.from_text(json.dumps(recipe.to_json())) == recipe


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"batch": 0}, "--batch"),
        ({"crop": (0, 5)}, "--crop"),
        ({"learning_rate": 0.0}, "--lr"),
        ({"epochs": 0}, "--epochs"),
        ({"epochs": None, "minutes": -1.0}, "--minutes"),
        ({"minutes": 5.0}, "exclude each other"),
        ({"seed": -1}, "--seed"),
    ],
)
def test_settings_without_sense_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        _recipe(**changes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 99}',
        json.dumps(_recipe().to_json() | {"colour": 1}),
        json.dumps(_recipe().to_json() | {"batch": "four"}),
        json.dumps(_recipe().to_json() | {"crop": [1, 2, 3]}),
        json.dumps(_recipe().to_json() | {"augmentation": {"scale": 3}}),
        json.dumps(_recipe().to_json() | {"augmentation": {"flip": "up"}}),
        json.dumps(_recipe().to_json() | {"augmentation": {"grey": 1}}),
        json.dumps(_recipe().to_json() | {"augmentation": {"hue": True}}),
        json.dumps({"version": 1}),
    ],
)
def test_a_damaged_recipe_is_refused(text: str) -> None:
    with pytest.raises(RecipeError):
        Recipe.from_text(text)
