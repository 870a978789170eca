from dataclasses import replace

from segstudio.core.label_set import LabelSet
from trainer.augmentation_settings import AugmentationSettings
from trainer.data.survey import Survey
from trainer.loss_settings import LossSettings
from trainer.networks.table import Network, find_network
from trainer.plan import decide_recipe
from trainer.reason import Reason
from trainer.recipe import Recipe
from trainer.request import Request
from trainer.trial import Cost

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


class Costs:
    """Steps that cost what they would on some machine."""

    def __init__(self, seconds: float = 0.1, gib_per_crop: float = 1.0) -> None:
        self.seconds = seconds
        self.gib_per_crop = gib_per_crop

    def cost(
        self, crop: tuple[int, int], batch: int, *, reduce: int, refine: bool, precision: str
    ) -> Cost | None:
        memory = self.gib_per_crop * batch
        return Cost(self.seconds * batch, int(memory * GIB)) if memory < 24 else None

    def free_memory(self) -> int:
        return 24 * GIB


GIB = 2**30
NETWORK = find_network("unet-mini")
REQUEST = Request(network="unet-mini", data="/data")


def _decide(
    request: Request,
    *,
    found: Survey = FOUND,
    network: Network = NETWORK,
    device: str = "cpu",
    costs: Costs | None = None,
    known_pixels: int = 0,
) -> tuple[Recipe, dict[str, Reason]]:
    recipe, reasons = decide_recipe(
        request, found, network, device, costs or Costs(), known_pixels=known_pixels
    )
    assert len({reason.setting for reason in reasons}) == len(reasons)  # no setting is told twice
    return recipe, {reason.setting: reason for reason in reasons}


def test_what_is_left_open_is_decided_with_a_reason() -> None:
    recipe, reasons = _decide(REQUEST)

    assert recipe.crop == (128, 128)
    assert recipe.batch == 4
    assert recipe.epochs
    assert recipe.loss.terms == "ce+dice"
    assert reasons.keys() == {"crop", "batch", "lr", "epochs", "average of weights", "loss"}
    assert all(reason.why for reason in reasons.values())


def test_networks_that_see_farther_and_gpus_get_larger_crops() -> None:
    far = find_network("fcn32s")

    assert _decide(REQUEST, network=far)[0].crop == (256, 256)
    assert _decide(replace(REQUEST, precision="fp32"), device="cuda")[0].crop == (512, 512)


def test_what_is_given_is_kept_without_a_reason() -> None:
    request = replace(
        REQUEST,
        crop=(64, 32),
        batch=3,
        learning_rate=0.5,
        epochs=4,
        average=0.5,
        loss=LossSettings(terms="focal"),
    )

    recipe, reasons = _decide(request)

    assert (recipe.crop, recipe.batch, recipe.learning_rate) == ((64, 32), 3, 0.5)
    assert (recipe.minutes, recipe.epochs, recipe.average) == (None, 4, 0.5)
    assert recipe.loss.terms == "focal"
    assert reasons == {}


def test_crops_are_whole_strides() -> None:
    request = replace(REQUEST, crop=(61, 33))
    assert _decide(request)[0].crop == (64, 36)
    assert _decide(replace(request, reduce=2))[0].crop == (64, 40)

    small = replace(FOUND, median_size=(101, 30))
    assert _decide(REQUEST, found=small)[0].crop == (104, 32)


def test_whole_images_are_fitted_into_what_the_computer_can_take() -> None:
    request = replace(REQUEST, augmentation=AugmentationSettings(fit="letterbox"))
    small, large = (replace(FOUND, median_size=size) for size in ((101, 200), (3000, 4000)))

    assert _decide(request, found=small)[0].crop == (104, 200)
    height, width = _decide(request, found=large)[0].crop
    assert height * width <= 520 * 520
    assert abs(width / height - 4 / 3) < 0.02


def test_refining_weights_takes_smaller_steps() -> None:
    fresh, _ = _decide(REQUEST)
    refined, _ = _decide(replace(REQUEST, weights="/run"))

    assert refined.learning_rate < fresh.learning_rate


def test_weights_that_know_few_of_the_labels_learn_as_fast_as_new_ones() -> None:
    request, found = replace(REQUEST, weights="/run"), replace(FOUND, class_pixels=(500, 700))
    fresh, _ = _decide(REQUEST, found=found)
    grown, reasons = _decide(request, found=found, known_pixels=1000)
    nearly_the_same, _ = _decide(request, found=found, known_pixels=1100)

    assert grown.learning_rate == fresh.learning_rate
    assert "1.2 times the labels" in reasons["lr"].why
    assert nearly_the_same.learning_rate < fresh.learning_rate


def test_a_backbone_that_knows_imagenet_is_left_more_as_it_is() -> None:
    recipe, _ = _decide(replace(REQUEST, weights="imagenet"), network=find_network("fcn8s"))

    assert recipe.backbone_rate == 0.1
    assert recipe.normalization == "imagenet"


def test_a_time_limit_says_how_many_steps_it_allows() -> None:
    _, reasons = _decide(replace(REQUEST, minutes=20), costs=Costs(seconds=0.1))

    assert reasons["steps"].value == "about 2400"
    assert "measured" in reasons["steps"].why


def test_too_short_a_time_limit_is_told() -> None:
    recipe, reasons = _decide(replace(REQUEST, minutes=1), costs=Costs(seconds=1))

    assert recipe.batch == 2  # more steps in the same time
    assert reasons["batch"].why == "half the usual 4, for more steps in the time"
    assert "too few" in reasons["steps"].why


def test_few_images_are_shown_often_before_many_judge() -> None:
    few = replace(FOUND, images={"train": 5, "val": 100})

    _, reasons = _decide(replace(REQUEST, minutes=5), found=few)
    _, of_epochs = _decide(replace(REQUEST, epochs=5), found=few)

    assert reasons["epoch"].value == "27 passes over the images"
    assert "epoch" not in of_epochs


def test_a_gpu_gets_as_many_crops_as_its_memory_holds() -> None:
    request = replace(REQUEST, precision="bf16", crop=(128, 128))

    recipe, reasons = _decide(request, device="cuda", costs=Costs(gib_per_crop=1.5))

    assert recipe.batch == 0.8 * 24 // 1.5
    assert "1.5 GiB, measured" in reasons["batch"].why
    limited, _ = _decide(
        replace(request, memory_gib=6), device="cuda", costs=Costs(gib_per_crop=1.5)
    )
    assert limited.batch == 4


def test_a_batch_is_a_small_part_of_the_data() -> None:
    request = replace(REQUEST, precision="bf16", crop=(512, 512))

    recipe, reasons = _decide(request, device="cuda", costs=Costs(gib_per_crop=0.1))

    assert recipe.batch == 2
    assert "5 %" in reasons["batch"].why


def test_very_rare_classes_weigh_more() -> None:
    recipe, reasons = _decide(REQUEST, found=replace(FOUND, class_pixels=(990, 10)))

    assert recipe.loss.class_weights == "log"
    assert reasons["class weights"].why == "cell has only 1.0% of the pixels"
    assert _decide(REQUEST)[0].loss.class_weights == "none"
    given = replace(REQUEST, loss=LossSettings())
    found = replace(FOUND, class_pixels=(990, 10))
    assert _decide(given, found=found)[0].loss.class_weights == "none"


def test_the_average_reaches_back_over_a_twentieth_of_the_run() -> None:
    short, _ = _decide(replace(REQUEST, minutes=20), costs=Costs(seconds=0.1))
    long, _ = _decide(replace(REQUEST, minutes=2000), costs=Costs(seconds=0.1))

    assert short.average == 0.992
    assert long.average == 0.999
