"""Losses against torch, brute force and their definitions; what holds for every one of them."""

import math
from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from trainer.loss_settings import LossSettings
from trainer.losses import LOSSES, build_loss, cross_entropy
from trainer.losses.cross_entropy import ohem_cross_entropy
from trainer.losses.focal import focal_loss
from trainer.losses.lovasz import lovasz_softmax
from trainer.losses.overlap import dice_loss, f_beta_loss
from trainer.losses.table import Loss

CLASSES = 4  # of which the last is never in the target
PIXELWISE = ["ce", "ohem", "focal"]
OVERLAP = ["dice", "f-beta", "lovasz"]

every_loss = pytest.mark.parametrize("name", LOSSES)


def _batch(seed: int = 0, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(2, CLASSES, 4, 5, generator=generator, dtype=dtype) * 2
    target = torch.randint(0, CLASSES - 1, (2, 4, 5), generator=generator)
    target[torch.rand(target.shape, generator=generator) < 0.2] = 255
    return logits.requires_grad_(), target


def _loss(name: str) -> Loss:
    return LOSSES[name].bind(LossSettings(beta=2.0))


def _same(result: Tensor, expected: Tensor) -> bool:
    # torch.testing.assert_close says more, and takes seconds to load.
    return result.item() == pytest.approx(expected.item(), rel=1e-9)


def _labelled(logits: Tensor, target: Tensor) -> tuple[list[list[float]], list[int]]:
    """Return the probabilities and classes of the labelled pixels, one by one."""
    probabilities = logits.detach().softmax(1).movedim(1, -1)[target != 255]
    return probabilities.tolist(), target[target != 255].tolist()


# --- each against its definition


@pytest.mark.parametrize("weights", [None, [1.0, 0.2, 3.0, 7.0]])
def test_cross_entropy_is_that_of_torch(weights: list[float] | None) -> None:
    logits, target = _batch()
    given = None if weights is None else torch.tensor(weights, dtype=torch.float64)
    settings = LossSettings(class_weights="none" if weights is None else tuple(weights))
    expected = F.cross_entropy(logits, target, given, ignore_index=255)
    assert _same(build_loss(settings, CLASSES)(logits, target), expected)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_focal_loss_holds_sure_pixels_down(gamma: float) -> None:
    logits, target = _batch()
    rows, classes = _labelled(logits, target)
    each = [
        (1 - row[index]) ** gamma * -math.log(row[index])
        for row, index in zip(rows, classes, strict=True)
    ]
    assert focal_loss(logits, target, gamma=gamma).item() == pytest.approx(sum(each) / len(each))


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_focal_loss_of_certainty_has_finite_gradients(gamma: float) -> None:
    logits = torch.tensor([[[[1000.0, -1000.0]], [[-1000.0, 1000.0]]]], requires_grad=True)
    loss = focal_loss(logits, torch.tensor([[[0, 0]]]), gamma=gamma)
    loss.backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


@pytest.mark.parametrize(("threshold", "kept"), [(0.7, 1 / 16), (0.01, 1 / 4), (0.01, 1.0)])
def test_ohem_averages_the_hard_pixels_and_never_too_few(threshold: float, kept: float) -> None:
    logits, target = _batch()
    rows, classes = _labelled(logits, target)
    each = sorted((-math.log(row[i]) for row, i in zip(rows, classes, strict=True)), reverse=True)
    hard = sum(value > -math.log(threshold) for value in each)
    count = max(hard, math.ceil(len(each) * kept))
    result = ohem_cross_entropy(logits, target, threshold=threshold, kept=kept)
    assert result.item() == pytest.approx(sum(each[:count]) / count)


def test_ohem_counts_pixels_that_are_equally_hard_alike() -> None:
    logits = torch.zeros(1, 2, 4, 8, requires_grad=True)
    target = torch.zeros(1, 4, 8, dtype=torch.long)
    ohem_cross_entropy(logits, target, threshold=0.2).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert len(set(logits.grad.flatten().tolist())) == 2  # one a class: no pixel is left out


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_f_beta_weighs_recall_beta_times_as_much(beta: float) -> None:
    logits, target = _batch()
    rows, classes = _labelled(logits, target)
    smooth = 0.5
    scores = []
    for index in set(classes):
        hit = sum(row[index] for row, true in zip(rows, classes, strict=True) if true == index)
        false = sum(row[index] for row, true in zip(rows, classes, strict=True) if true != index)
        missed = classes.count(index) - hit
        weighed = (1 + beta**2) * hit
        scores.append((weighed + smooth) / (weighed + beta**2 * missed + false + smooth))
    result = f_beta_loss(logits, target, beta=beta, smooth=smooth)
    assert result.item() == pytest.approx(1 - sum(scores) / len(scores))


def test_dice_is_f_beta_with_beta_1_over_the_whole_batch() -> None:
    logits, target = _batch()
    assert dice_loss(logits, target) == f_beta_loss(logits, target, beta=1.0)
    side_by_side = torch.cat([*logits], dim=-1)[None], torch.cat([*target], dim=-1)[None]
    assert _same(dice_loss(*side_by_side), dice_loss(logits, target))


def _jaccard_loss(wrong: set[int], true: set[int]) -> float:
    """1 - IoU of a class with these true pixels, when exactly these pixels are wrong."""
    return len(wrong) / len(true | wrong)


@pytest.mark.parametrize("seed", range(3))
def test_lovasz_is_the_area_under_the_jaccard_loss_over_all_thresholds(seed: int) -> None:
    # The Lovász extension at m in [0, 1] is also the mean of the set function over the sets of
    # elements above a threshold: no sorting by pixel, no differences as in the paper's algorithm.
    logits, target = _batch(seed)
    rows, classes = _labelled(logits, target)
    losses = []
    for index in set(classes):
        true = {pixel for pixel, label in enumerate(classes) if label == index}
        errors = [abs((pixel in true) - row[index]) for pixel, row in enumerate(rows)]
        losses.append(
            sum(
                (high - low) * _jaccard_loss({p for p, e in enumerate(errors) if e > low}, true)
                for low, high in pairwise([0.0, *sorted(errors)])
            )
        )
    expected = sum(losses) / len(losses)
    assert lovasz_softmax(logits, target).item() == pytest.approx(expected, abs=1e-12)


def test_lovasz_of_decisions_is_one_minus_the_iou() -> None:
    truth, decided = torch.tensor([[[0, 0, 0, 1, 1, 255]]]), torch.tensor([[[0, 0, 1, 1, 0, 0]]])
    logits = F.one_hot(decided, 2).movedim(-1, 1) * 1000.0
    expected = 1 - (2 / 4 + 1 / 3) / 2
    assert lovasz_softmax(logits, truth).item() == pytest.approx(expected)


def test_lovasz_is_exact_over_many_pixels() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(1, 2, 500, 400, generator=generator)
    target = torch.randint(0, 2, (1, 500, 400), generator=generator)
    exact = lovasz_softmax(logits.double(), target).item()
    assert lovasz_softmax(logits, target).item() == pytest.approx(exact, rel=1e-6)


# --- what holds for all


@every_loss
def test_gradients_are_right(name: str) -> None:
    logits, target = _batch()
    loss = _loss(name)
    assert torch.autograd.gradcheck(lambda x: loss(x, target, None), (logits,))


@every_loss
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_without_labels_the_loss_is_0_and_pulls_nowhere(name: str, dtype: torch.dtype) -> None:
    logits = _batch(dtype=dtype)[0].detach().requires_grad_()
    loss = _loss(name)(logits, torch.full((2, 4, 5), 255), None)
    loss.backward()  # type: ignore[no-untyped-call]
    assert loss.item() == 0
    assert logits.grad is not None
    assert not logits.grad.any()


@every_loss
def test_ignored_pixels_neither_count_nor_get_a_gradient(name: str) -> None:
    logits, target = _batch()
    ignored = (target == 255).unsqueeze(1)
    loss = _loss(name)(logits, target, None)
    (gradient,) = torch.autograd.grad(loss, logits)
    assert not gradient.masked_select(ignored).any()
    other = torch.where(ignored, torch.flip(logits, [1]) * 3 + 1, logits)
    assert _same(_loss(name)(other, target, None), loss)


@every_loss
def test_the_truth_costs_nothing_and_its_opposite_much(name: str) -> None:
    _, target = _batch()
    right = F.one_hot(target.masked_fill(target == 255, 0), CLASSES).movedim(-1, 1) * 50.0
    assert _loss(name)(right, target, None).item() == pytest.approx(0, abs=1e-6)
    assert _loss(name)(-right, target, None).item() > 0.9


@every_loss
def test_following_the_gradient_finds_the_truth(name: str) -> None:
    _, target = _batch()
    logits = torch.zeros(2, CLASSES, 4, 5, requires_grad=True)
    for _ in range(30):
        (gradient,) = torch.autograd.grad(_loss(name)(logits, target, None), logits)
        with torch.no_grad():
            logits -= 0.5 * gradient.sign()
    labelled = target != 255
    assert torch.equal(logits.argmax(1)[labelled], target[labelled])


@every_loss
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_logits_are_judged_in_float32(name: str, dtype: torch.dtype) -> None:
    logits = _batch(dtype=dtype)[0].detach()
    _, target = _batch()
    loss = build_loss(LossSettings(terms=name), CLASSES)
    expected = loss(logits.float(), target)
    with torch.autocast("cpu", torch.bfloat16):
        assert loss(logits, target).dtype == torch.float32
        assert loss(logits, target) == expected
        assert _loss(name)(logits, target, None).dtype == torch.float32


@every_loss
def test_one_pixel_of_one_class_is_enough(name: str) -> None:
    logits = torch.zeros(1, 1, 1, 1, requires_grad=True)
    loss = _loss(name)(logits, torch.zeros(1, 1, 1, dtype=torch.long), None)
    loss.backward()  # type: ignore[no-untyped-call]
    assert loss.item() == 0


@every_loss
def test_a_broken_network_is_noticed(name: str) -> None:
    logits, target = _batch()
    broken = logits.detach().clone()
    broken[0, 0, :, :] = math.nan
    assert _loss(name)(broken, target, None).isnan()


# --- weights of pixels


@pytest.mark.parametrize("name", PIXELWISE)
def test_a_pixel_of_weight_2_counts_as_two_pixels(name: str) -> None:
    logits, target = _batch()
    weight = torch.ones(2, 4, 5, dtype=torch.float64)
    weight[0] = 2
    twice = torch.cat([logits, logits[:1]]), torch.cat([target, target[:1]])
    assert _same(_loss(name)(logits, target, weight), _loss(name)(*twice, None))


@pytest.mark.parametrize("name", PIXELWISE)
def test_pixels_of_weight_0_are_ignored_even_if_they_are_all(name: str) -> None:
    logits, target = _batch()
    weight = torch.ones(4, 5, dtype=torch.float64)  # for every image of the batch
    weight[1] = 0
    without = target.clone()
    without[:, 1] = 255
    if name != "ohem":  # where a pixel of weight 0 may be among those that are kept
        expected = _loss(name)(logits, without, None)
        assert _same(_loss(name)(logits, target, weight), expected)
    assert _loss(name)(logits, target, torch.zeros(4, 5)).item() == 0


def test_cross_entropy_alone_takes_weights_too() -> None:
    logits, target = _batch()
    assert _same(
        cross_entropy(logits, target, torch.full((4, 5), 3.0)), cross_entropy(logits, target)
    )


@pytest.mark.parametrize("name", OVERLAP)
def test_losses_of_whole_classes_take_no_weights(name: str) -> None:
    logits, target = _batch()
    weight = torch.rand(2, 4, 5)
    assert _loss(name)(logits, target, weight) == _loss(name)(logits, target, None)
