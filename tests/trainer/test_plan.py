from dataclasses import replace

from segstudio.core.label_set import LabelSet
from trainer.data.survey import Survey
from trainer.networks.table import find_network
from trainer.plan import Request, decide_recipe

FOUND = Survey(
    label_set=LabelSet.named(["background", "cell"]),
    fingerprint="0",
    images={"train": 20, "val": 4},
    median_size=(512, 512),
    smallest_size=(512, 512),
    mean=(1, 1, 1),
    std=(1, 1, 1),
    class_pixels=(1, 1),
    pixels_where_shown=(2, 2),
    warnings=(),
)
NETWORK = find_network("unet-mini")
REQUEST = Request(network="unet-mini", data="/data")


def test_what_is_left_open_is_decided_with_a_reason() -> None:
    recipe, reasons = decide_recipe(REQUEST, FOUND, NETWORK, "cpu")

    assert recipe.crop == (128, 128)
    assert recipe.batch == 4
    assert recipe.epochs
    assert {reason.setting for reason in reasons} == {"crop", "batch", "lr", "epochs"}
    assert all(reason.why for reason in reasons)


def test_networks_that_see_farther_and_gpus_get_larger_crops() -> None:
    far = find_network("fcn32s")

    assert decide_recipe(REQUEST, FOUND, far, "cpu")[0].crop == (256, 256)
    assert decide_recipe(REQUEST, FOUND, NETWORK, "cuda")[0].crop == (512, 512)


def test_what_is_given_is_kept_without_a_reason() -> None:
    request = replace(REQUEST, crop=(64, 32), batch=3, learning_rate=0.5, minutes=4.0)

    recipe, reasons = decide_recipe(request, FOUND, NETWORK, "cpu")

    assert (recipe.crop, recipe.batch, recipe.learning_rate) == ((64, 32), 3, 0.5)
    assert (recipe.minutes, recipe.epochs) == (4.0, None)
    assert reasons == ()


def test_crops_are_whole_strides() -> None:
    request = replace(REQUEST, crop=(61, 33))
    assert decide_recipe(request, FOUND, NETWORK, "cpu")[0].crop == (64, 36)

    small = replace(FOUND, median_size=(101, 30))
    assert decide_recipe(REQUEST, small, NETWORK, "cpu")[0].crop == (104, 32)


def test_refining_weights_takes_smaller_steps() -> None:
    fresh, _ = decide_recipe(REQUEST, FOUND, NETWORK, "cpu")
    refined, _ = decide_recipe(replace(REQUEST, weights="/run"), FOUND, NETWORK, "cpu")

    assert refined.learning_rate < fresh.learning_rate
