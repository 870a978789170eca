import pytest
import torch
import torch.nn.functional as F
from torch import nn

from trainer.networks.bilinear import (
    bilinear_kernel,
    bilinear_transposed,
    cut,
    initialise_transposed,
)


def test_the_kernel_of_an_enlargement_by_two() -> None:
    expected = torch.tensor([0.25, 0.75, 0.75, 0.25])

    assert torch.equal(bilinear_kernel(4), torch.outer(expected, expected))


@pytest.mark.parametrize("size", [3, 4, 7, 16, 32, 64])
def test_every_output_pixel_gets_a_whole_input_pixel(size: int) -> None:
    factor = (size + 1) // 2
    kernel = bilinear_kernel(size)

    for row in range(factor):
        for column in range(factor):
            assert kernel[row::factor, column::factor].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("align_corners", "row"), [(True, (1, 4 / 3, 5 / 3, 2)), (False, (1, 1.25, 1.75, 2))]
)
def test_the_demonstration_of_bilinear_interpolation(
    align_corners: bool, row: tuple[float, ...]
) -> None:
    """The tutorials' table aligns corners; the networks here do not, so that nothing moves."""
    small = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])

    large = F.interpolate(small, size=(4, 4), mode="bilinear", align_corners=align_corners)[0, 0]

    steps = torch.tensor(row)
    torch.testing.assert_close(large[0], steps)
    torch.testing.assert_close(large[3], steps + 2)
    torch.testing.assert_close(large[:, 0], 2 * steps - 1)


@pytest.mark.parametrize("factor", [2, 4, 8, 16, 32])
def test_a_transposed_convolution_starts_as_bilinear_interpolation(factor: int) -> None:
    small = torch.randn(2, 3, 5, 6)
    layer = bilinear_transposed(3, factor, padding=factor // 2)

    large = layer(small)

    expected = F.interpolate(small, scale_factor=factor, mode="bilinear")
    assert large.shape == expected.shape
    inner = slice(factor // 2, -(factor // 2))  # at the border it fades to zero
    torch.testing.assert_close(large[:, :, inner, inner], expected[:, :, inner, inner])


def test_without_padding_it_is_a_pixel_larger() -> None:
    assert bilinear_transposed(2, 8)(torch.randn(1, 2, 74, 74)).shape[-2:] == (600, 600)


def test_cutting_takes_what_there_is() -> None:
    features = torch.arange(20.0).reshape(1, 1, 4, 5)

    assert cut(features, 1, like=torch.empty(2, 2)).tolist() == [[[[6, 7], [11, 12]]]]
    assert cut(features, 0, like=torch.empty(3, 9)).shape[-2:] == (3, 5)


def test_transposed_convolutions_keep_the_scale_of_signals() -> None:
    torch.manual_seed(0)
    layers = nn.Sequential(
        *(
            layer
            for _ in range(4)
            for layer in (nn.ConvTranspose2d(64, 64, 3, 2, 1, output_padding=1), nn.ReLU())
        )
    )

    initialise_transposed(layers)

    with torch.no_grad():
        scale = layers(torch.randn(1, 64, 6, 6).relu()).square().mean().sqrt().item()
    assert 0.3 < scale < 2
