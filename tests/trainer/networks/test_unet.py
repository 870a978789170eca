import pytest
import torch
from network_checks import parameters

from trainer.errors import RecipeError
from trainer.networks.unet import UNet


def test_without_batch_norm_it_has_the_weights_of_the_paper() -> None:
    with torch.device("meta"):
        network = UNet(2, in_channels=1, norm="none")

    assert parameters(network) == 31_030_658


def test_odd_sizes_are_kept_on_the_way_down_and_up() -> None:
    with torch.device("meta"):
        network = UNet(4).eval()

        for size in ((1, 1), (17, 33), (388, 571)):
            assert network(torch.empty(1, 3, *size)).shape == (1, 4, *size)


def test_half_the_width_has_a_quarter_of_the_weights() -> None:
    with torch.device("meta"):
        whole, half = UNet(2), UNet(2, width=32)

    assert parameters(half) == 7_763_074
    assert 3.9 < parameters(whole) / parameters(half) < 4.1


@pytest.mark.parametrize("width", [0, 1, 33, -64, 258])
def test_a_width_that_cannot_be_halved_is_refused(width: int) -> None:
    with pytest.raises(RecipeError, match=f"width={width}"):
        UNet(2, width=width)
