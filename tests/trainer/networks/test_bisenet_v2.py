import torch
from network_checks import parameters

from trainer.networks.bisenet_v2 import BiSeNetV2


def on_meta(num_classes: int) -> BiSeNetV2:
    with torch.device("meta"):
        return BiSeNetV2(num_classes)


def test_it_has_the_published_numbers_of_weights() -> None:
    assert parameters(on_meta(19)) == 5_231_487
    assert parameters(on_meta(19), inference=True) == 3_358_627


def test_training_gives_five_maps_as_large_as_the_image_and_evaluation_one() -> None:
    network = on_meta(5)
    for size in ((375, 501), (33, 65)):
        image = torch.empty(2, 3, *size, device="meta")
        assert [logits.shape for logits in network.train()(image)] == [(2, 5, *size)] * 5
        assert network.eval()(image).shape == (2, 5, *size)


def test_a_batch_of_one_trains() -> None:
    loss = sum(logits.sum() for logits in BiSeNetV2(2).train()(torch.randn(1, 3, 64, 64)))
    assert loss.isfinite()


@torch.no_grad()
def test_blocks_start_as_their_shortcut() -> None:
    block = BiSeNetV2(2).eval().stage8[1]
    features = torch.rand(1, 32, 5, 7)
    assert torch.equal(block(features), features)


@torch.no_grad()
def test_the_average_of_the_image_is_added_at_every_pixel() -> None:
    torch.manual_seed(0)
    context = BiSeNetV2(2).eval().context
    features = torch.rand(2, 128, 5, 7)
    wanted = context.last(features + context.embed(features.mean(dim=(2, 3), keepdim=True)))
    torch.testing.assert_close(context(features), wanted)
