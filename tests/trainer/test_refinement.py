from collections.abc import Callable

import pytest
import torch
from torch import nn

from trainer.checkpoint import load_checkpoint, segmenter_of
from trainer.networks.refinement import Refinement, enlarge
from trainer.networks.segmenter import Segmenter
from trainer.networks.unet_mini import UNetMini
from trainer.recipe import RecipeError
from trainer.run_folder import LAST
from trainer.session import Session


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_an_untrained_refinement_is_bilinear(factor: int) -> None:
    logits, pixels = torch.randn(2, 5, 6, 4), torch.randn(2, 3, 6 * factor, 4 * factor)

    refined = Refinement(5, factor)(logits, pixels)

    torch.testing.assert_close(refined, enlarge(logits, factor))


def test_a_correction_belongs_to_its_own_pixel() -> None:
    """Copying a channel of the folded image must give that channel of the image back."""
    refinement = Refinement(1, 2, width=12)
    with torch.no_grad():
        refinement.features.weight.zero_()
        refinement.correction.weight.zero_()
        for position in range(4):
            refinement.features.weight[position, 1 + position, 1, 1] = 1  # all of red
            refinement.correction.weight[position, position, 1, 1] = 1
    pixels = torch.rand(1, 3, 8, 6)

    refined = refinement(torch.zeros(1, 1, 4, 3), pixels)

    torch.testing.assert_close(refined[:, 0], pixels[:, 0])


def test_it_learns_what_interpolation_cannot_tell() -> None:
    """Stripes one pixel wide vanish in squares of two: only full-size pixels show them."""
    torch.manual_seed(0)
    image = torch.zeros(1, 16, 16, 3, dtype=torch.uint8)
    image[:, ::2] = 255
    target = (image[..., 0] > 0).long()
    segmenter = Segmenter(
        UNetMini(2), 4, [127.5] * 3, [127.5] * 3, reduce=2, refinement=Refinement(2, 2)
    ).train()
    optimizer = torch.optim.AdamW(segmenter.parameters(), lr=0.02)
    for _ in range(40):
        optimizer.zero_grad()
        logits = segmenter(image)
        assert isinstance(logits, torch.Tensor)
        nn.functional.cross_entropy(logits, target).backward()
        optimizer.step()

    segmenter.eval()

    assert (segmenter(image).argmax(dim=1) == target).all()


def test_only_the_networks_own_logits_are_refined() -> None:
    class TwoHeads(nn.Module):
        def forward(self, pixels: torch.Tensor) -> list[torch.Tensor]:
            return [pixels, pixels]

    refinement = Refinement(3, 2)
    nn.init.ones_(refinement.correction.bias)  # type: ignore[arg-type]
    segmenter = Segmenter(
        TwoHeads(), 1, [0.0] * 3, [1.0] * 3, reduce=2, refinement=refinement
    ).train()

    own, auxiliary = segmenter(torch.randint(0, 256, (1, 4, 6, 3), dtype=torch.uint8))

    torch.testing.assert_close(own, auxiliary + 1)


def test_a_refined_run_comes_back_from_its_checkpoint(start: Callable[..., Session]) -> None:
    session = start(reduce=2, refine=True)
    session.save(LAST)

    path = session.folder / LAST
    again = segmenter_of(load_checkpoint(path), path)

    assert isinstance(again.refinement, Refinement)
    assert again.state_dict().keys() == session.segmenter.state_dict().keys()


def test_nothing_can_be_refined_at_full_size(start: Callable[..., Session]) -> None:
    with pytest.raises(RecipeError, match="--refine goes with --reduce"):
        start(refine=True)
