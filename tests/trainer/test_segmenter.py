import numpy as np
import pytest
import torch
from torch import nn

from trainer.networks.segmenter import Decider, Segmenter, decide
from trainer.networks.table import count_parameters, find_network
from trainer.networks.unet_mini import UNetMini


@pytest.mark.parametrize(("num_classes", "count"), [(21, 472_213), (2, 471_586)])
def test_unet_mini_has_exactly_these_weights(num_classes: int, count: int) -> None:
    assert count_parameters(UNetMini(num_classes)) == count


def test_gradients_reach_every_weight_of_unet_mini() -> None:
    torch.manual_seed(0)
    network = UNetMini(3)

    network(torch.randn(2, 3, 32, 24)).square().sum().backward()

    for name, weight in network.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.any(), name


@pytest.mark.parametrize("size", [(1, 1), (375, 501), (4, 4), (2, 7)])
def test_the_logits_have_the_size_of_the_image(size: tuple[int, int]) -> None:
    segmenter = Segmenter(UNetMini(5), 4, [100.0] * 3, [50.0] * 3).eval()

    with torch.no_grad():
        logits = segmenter(torch.randint(0, 256, (2, *size, 3), dtype=torch.uint8))

    assert logits.shape == (2, 5, *size)


def test_padding_moves_no_pixel() -> None:
    """A network that only looks at one pixel must see the image as it is, whatever its size."""
    segmenter = Segmenter(nn.Identity(), 32, [10.0, 20.0, 30.0], [2.0, 4.0, 5.0]).eval()
    image = torch.randint(0, 256, (1, 45, 33, 3), dtype=torch.uint8)

    logits = segmenter(image)

    expected = (image.numpy()[0] - np.array([10.0, 20.0, 30.0])) / np.array([2.0, 4.0, 5.0])
    np.testing.assert_allclose(logits[0].permute(1, 2, 0).numpy(), expected, rtol=1e-6)


def test_a_reduced_image_is_the_mean_of_its_squares_at_full_size() -> None:
    segmenter = Segmenter(nn.Identity(), 1, [0.0] * 3, [1.0] * 3, reduce=2).eval()
    image = torch.tensor([[0, 4, 10], [8, 4, 10]], dtype=torch.uint8)[None, ..., None].expand(
        1, 2, 3, 3
    )

    logits = segmenter(image)

    # Two squares, the second half beyond the border; then bilinear between their centres.
    assert segmenter.stride == 2
    assert logits.shape == (1, 3, 2, 3)
    torch.testing.assert_close(logits[0, 0], torch.tensor([[4.0, 5.5, 8.5]]).expand(2, 3))


def test_in_training_a_reduced_network_gives_logits_for_every_pixel() -> None:
    segmenter = Segmenter(UNetMini(5), 4, [100.0] * 3, [50.0] * 3, reduce=3).train()

    logits = segmenter(torch.randint(0, 256, (2, 24, 36, 3), dtype=torch.uint8))

    assert isinstance(logits, torch.Tensor)
    assert logits.shape == (2, 5, 24, 36)


def test_confidence_is_the_probability_of_the_chosen_class() -> None:
    logits = torch.randn(2, 6, 5, 7) * 4

    class_index, confidence = decide(logits)

    probabilities = torch.softmax(logits, dim=1)
    assert class_index.dtype == torch.uint8
    torch.testing.assert_close(class_index.long(), probabilities.argmax(dim=1))
    torch.testing.assert_close(confidence, probabilities.amax(dim=1))


def test_a_decider_is_sure_of_logits_that_are_far_apart() -> None:
    class_index, confidence = decide(torch.tensor([[[[90.0]], [[-90.0]]]]))

    assert class_index.item() == 0
    assert confidence.item() == 1
    row = find_network("unet-mini")
    segmenter = Segmenter(row.build(2), row.stride, [0.0] * 3, [1.0] * 3).eval()
    classes, _ = Decider(segmenter)(torch.zeros(1, 3, 5, 3, dtype=torch.uint8))
    assert classes.shape == (1, 3, 5)
