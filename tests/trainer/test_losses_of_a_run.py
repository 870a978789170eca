"""What a run minimises: sums, class weights, auxiliary heads; and how they are written."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from trainer.class_weights import ClassFrequencies, class_weights
from trainer.errors import RecipeError
from trainer.loss_settings import LossSettings, Term, parse_class_weights, parse_terms
from trainer.losses import build_loss, cross_entropy
from trainer.losses.cross_entropy import ohem_cross_entropy
from trainer.losses.lovasz import lovasz_softmax
from trainer.losses.overlap import dice_loss

CLASSES = 3


def _batch(seed: int = 0, side: int = 6) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(2, CLASSES, side, side, generator=generator, dtype=torch.float64)
    target = torch.randint(0, CLASSES, (2, 6, 6), generator=generator)
    target[:, 0] = 255
    return logits.requires_grad_(), target


# --- how it is written


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("ce", [Term(1, "ce")]),
        ("ce+dice", [Term(1, "ce"), Term(1, "dice")]),
        (" 0.5 * OHEM + lovasz ", [Term(0.5, "ohem"), Term(1, "lovasz")]),
        (".25*f-beta+2.*focal", [Term(0.25, "f-beta"), Term(2, "focal")]),
    ],
)
def test_a_sum_of_losses_is_read(text: str, terms: list[Term]) -> None:
    assert list(parse_terms(text)) == terms


@pytest.mark.parametrize(
    "text", ["", "+", "ce+", "ce dice", "0*ce", "-1*ce", "ce*2", "nan*ce", "1e3*ce", "ce+ce", "2"]
)
def test_what_is_no_sum_of_losses_is_refused(text: str) -> None:
    with pytest.raises(RecipeError, match=r"is no sum of losses|names a loss twice"):
        LossSettings(terms=text)


def test_an_unknown_loss_is_refused_with_the_nearest_known() -> None:
    with pytest.raises(RecipeError, match="there is no loss 'lovas'") as caught:
        build_loss(LossSettings(terms="ce+lovas"), CLASSES)
    assert caught.value.hint == "Did you mean lovasz?"


def test_class_weights_are_read() -> None:
    assert parse_class_weights(" Median ") == "median"
    assert parse_class_weights("1,2.5, 0") == (1.0, 2.5, 0.0)
    with pytest.raises(RecipeError, match="'often' are no class weights"):
        parse_class_weights("often")


@pytest.mark.parametrize(
    "wrong",
    [
        {"class_weights": "often"},
        {"class_weights": (1.0, -1.0)},
        {"class_weights": (0.0, 0.0)},
        {"class_weights": ()},
        {"class_weights": (float("nan"), 1.0)},
        {"aux_weight": -0.1},
        {"aux_weight": (0.4, float("inf"))},
        {"ohem_threshold": 1.0},
        {"ohem_kept": 0.0},
        {"focal_gamma": -1.0},
        {"beta": 0.0},
        {"smooth": 0.0},
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(RecipeError):
        LossSettings(**wrong)  # type: ignore[arg-type]


def test_settings_go_through_json() -> None:
    settings = LossSettings(terms="ce+dice", class_weights=(1.0, 2.0), aux_weight=(0.4, 0.2))
    value = json.loads(json.dumps(dataclasses.asdict(settings)))
    tuples = {key: tuple(item) if isinstance(item, list) else item for key, item in value.items()}
    assert LossSettings(**tuples) == settings  # type: ignore[arg-type]


# --- class weights


def _frequencies() -> ClassFrequencies:
    # Class 0 is everywhere, class 1 fills a tenth of one image, class 2 a half of the other,
    # class 3 is nowhere; one pixel is ignored.
    first, second = np.zeros((10, 10), np.uint8), np.zeros((10, 10), np.uint8)
    first[0], second[:5] = 1, 2
    second[9, 9] = 255
    return ClassFrequencies.of([first, second], 4)


def test_classes_are_counted_without_ignored_pixels() -> None:
    frequencies = _frequencies()
    assert frequencies.pixels.tolist() == [139, 10, 50, 0]
    assert frequencies.pixels_where_shown.tolist() == [199, 100, 99, 0]


def test_inverse_frequency_gives_all_classes_the_same_say() -> None:
    frequencies = _frequencies()
    weights = class_weights("inverse", 4, frequencies)
    assert weights is not None
    assert (weights * frequencies.pixels)[:3] == pytest.approx([199 / 3] * 3)
    assert weights[3] == 1


def test_log_weights_are_those_of_enet() -> None:
    weights = class_weights("log", 2, ClassFrequencies(np.array([90, 10]), np.array([100, 100])))

    assert weights is not None
    assert weights[1] / weights[0] == pytest.approx(np.log(1.92) / np.log(1.12))
    assert 0.9 * weights[0] + 0.1 * weights[1] == pytest.approx(1)


def test_median_frequency_is_that_of_eigen_and_fergus() -> None:
    frequencies = _frequencies()
    weights = class_weights("median", 4, frequencies)
    assert weights is not None
    share = np.array([139 / 199, 10 / 100, 50 / 99])
    assert weights[:3] / weights[2] == pytest.approx(share[2] / share)  # the median has weight 1
    assert (weights * frequencies.pixels).sum() == pytest.approx(199)
    assert weights[3] == 1


def test_given_weights_are_taken_as_they_are() -> None:
    weights = class_weights((0.0, 2.0), 2, None)
    assert weights is not None
    assert weights.tolist() == [0, 2]
    with pytest.raises(RecipeError, match="2 class weights were given for 3 classes"):
        class_weights((0.0, 2.0), 3, None)


def test_without_labels_or_wish_all_classes_weigh_the_same() -> None:
    assert class_weights("none", 2, None) is None
    assert class_weights("median", 2, ClassFrequencies.of([], 2)) is None
    with pytest.raises(RecipeError, match="need how often each class occurs"):
        class_weights("inverse", 2, None)


def test_class_weights_and_pixel_weights_multiply() -> None:
    logits, target = _batch()
    of_class = torch.tensor([1.0, 4.0, 0.5], dtype=torch.float64)
    of_pixel = torch.rand(6, 6, dtype=torch.float64) + 0.1
    loss = build_loss(LossSettings(class_weights=(1.0, 4.0, 0.5)), CLASSES)
    each = F.cross_entropy(logits, target, ignore_index=255, reduction="none")
    weight = torch.where(target == 255, 0, of_class[target % 255] * of_pixel)
    expected = (each * weight).sum() / weight.sum()
    assert loss(logits, target, of_pixel).item() == pytest.approx(expected.item())


@pytest.mark.parametrize("terms", ["ce", "ohem", "focal", "ce+dice"])
def test_a_batch_of_classes_that_weigh_nothing_gives_0_in_the_weighted_terms(terms: str) -> None:
    logits, target = _batch()
    target = target.masked_fill(target != 255, 0)
    loss = build_loss(LossSettings(terms=terms, class_weights=(0.0, 1.0, 1.0)), CLASSES)
    expected = dice_loss(logits, target).item() if "dice" in terms else 0
    assert loss(logits, target).item() == expected


# --- sums and heads


def test_terms_are_added_with_their_factors() -> None:
    logits, target = _batch()
    loss = build_loss(LossSettings(terms="0.5*ohem+lovasz+2*dice"), CLASSES)
    expected = (
        0.5 * ohem_cross_entropy(logits, target)
        + lovasz_softmax(logits, target)
        + 2 * dice_loss(logits, target)
    )
    assert loss(logits, target).item() == pytest.approx(expected.item())


@pytest.mark.parametrize(
    ("aux_weight", "weights"), [(0.4, [0.4, 0.4]), ((0.4, 0.1), [0.4, 0.1]), (0.0, [0, 0])]
)
def test_auxiliary_heads_add_their_share(
    aux_weight: float | tuple[float, ...], weights: list[float]
) -> None:
    heads = [_batch(seed)[0] for seed in range(3)]
    target = _batch()[1]
    loss = build_loss(LossSettings(aux_weight=aux_weight), CLASSES)
    main, *others = [cross_entropy(head, target).item() for head in heads]
    expected = main + sum(w * other for w, other in zip(weights, others, strict=True))
    assert loss(heads, target).item() == pytest.approx(expected)
    assert loss(tuple(heads), target) == loss(heads, target)
    assert loss(heads[0], target).item() == pytest.approx(main)  # as in validation
    assert loss(heads[:1], target).item() == pytest.approx(main)


def test_smaller_heads_are_resized_to_the_target() -> None:
    (logits, target), (small, _) = _batch(), _batch(side=3)
    resized = F.interpolate(small, size=(6, 6), mode="bilinear", align_corners=False)
    loss = build_loss(LossSettings(terms="ce+dice"), CLASSES)
    assert loss([logits, small], target).item() == pytest.approx(
        loss([logits, resized], target).item()
    )


def test_weights_that_do_not_fit_the_heads_are_refused() -> None:
    logits, target = _batch()
    with pytest.raises(RecipeError, match="2 weights were given for 1 auxiliary heads"):
        build_loss(LossSettings(aux_weight=(0.4, 0.4)), CLASSES)([logits, logits], target)


def test_a_batch_without_labels_pulls_on_no_head() -> None:
    heads = [_batch(seed)[0] for seed in range(2)]
    settings = LossSettings(terms="ce+ohem+focal+dice+f-beta+lovasz", class_weights=(1.0, 2.0, 3.0))
    loss = build_loss(settings, CLASSES)(heads, torch.full((2, 6, 6), 255), torch.rand(6, 6))
    gradients = torch.autograd.grad(loss, heads)
    assert loss.item() == 0
    assert not any(gradient.any() for gradient in gradients)


def test_gradients_of_a_sum_over_heads_are_right() -> None:
    heads, target = [_batch(seed)[0] for seed in range(2)], _batch()[1]
    loss = build_loss(
        LossSettings(terms="focal+0.5*lovasz", class_weights=(1.0, 2.0, 3.0)), CLASSES
    )
    assert torch.autograd.gradcheck(
        lambda *outputs: loss(outputs, target), tuple(heads), fast_mode=True
    )


def test_settings_and_frequencies_load_without_torch() -> None:
    code = "import sys, trainer.loss_settings, trainer.class_weights; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
