from segstudio.core.network_choices import NETWORKS
from trainer.errors import WeightsError
from trainer.networks.table import every_network
from trainer.networks.weights import published_for


def test_the_window_offers_networks_that_the_trainer_has() -> None:
    known = {(network.name, network.backbone) for network in every_network()}

    assert {(row.network, row.backbone) for row in NETWORKS} <= known
    assert {row.network for row in NETWORKS} >= {name for name, _ in known} - {"fcn-vgg16-skip"}


def test_the_window_offers_imagenet_where_there_are_weights() -> None:
    for row in NETWORKS:
        try:
            published_for(row.network, row.backbone)
        except WeightsError:
            assert not row.has_imagenet, row
        else:
            assert row.has_imagenet, row
