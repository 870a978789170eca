"""Published weights, from files and servers on this computer; the net is never asked."""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import torch
from torch import Tensor, nn

from trainer.errors import WeightsError
from trainer.networks import weights
from trainer.networks.backbones.vgg import VGG
from trainer.networks.fcn import FCN, FCN8s
from trainer.networks.table import every_network, find_network
from trainer.networks.weights import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    PUBLISHED,
    Published,
    fetch,
    load_published,
    published_for,
)

Publish = Callable[..., Published]


class Small(nn.Module):
    """A network on a backbone of two layers."""

    def __init__(self, in_channels: int = 3) -> None:
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(in_channels, 4, 3), nn.BatchNorm2d(4))
        self.head = nn.Conv2d(4, 2, 1)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """Serve the folder ``tmp_path/site``."""
    folder = tmp_path / "site"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def publish(site: str, tmp_path: Path) -> Publish:
    """Put weights on the site: ``publish({"0.weight": tensor}, unused=("fc.",))``."""

    def publish(state: object, *, unused: tuple[str, ...] = ("fc.",)) -> Published:
        file = tmp_path / "site" / "new"
        torch.save(state, file)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        file = file.rename(file.with_name(f"net-{digest[:8]}.pth"))
        return Published(site + file.name, unused)

    return publish


def _state(network: nn.Module) -> dict[str, Tensor]:
    return {
        name: torch.randn_like(value) if value.is_floating_point() else value
        for name, value in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def test_weights_are_downloaded_once_and_loaded_by_name(publish: Publish, tmp_path: Path) -> None:
    network = Small()
    head = network.head.weight.clone()
    state = _state(network.backbone)
    published = publish(state | {"fc.weight": torch.zeros(5, 4)})
    steps: list[tuple[int, int]] = []

    path = fetch(published, lambda done, total: steps.append((done, total)))
    load_published(network, published, path)

    assert path == published.path
    size = path.stat().st_size
    assert steps[-1] == (size, size)
    for name, value in state.items():
        assert torch.equal(network.backbone.state_dict()[name], value)
    assert torch.equal(network.head.weight, head)
    (tmp_path / "site" / path.name).unlink()  # the second time nobody asks for it
    assert fetch(published) == path


def test_a_file_of_another_content_is_refused_and_not_kept(
    publish: Publish, tmp_path: Path
) -> None:
    published = publish({"0.weight": torch.zeros(1)})
    (tmp_path / "site" / published.path.name).write_bytes(b"not what was published")

    with pytest.raises(WeightsError, match="another file") as caught:
        fetch(published)

    assert published.url in caught.value.hint
    assert str(published.path) in caught.value.hint
    assert list(published.path.parent.iterdir()) == []


def test_a_damaged_file_is_fetched_again(publish: Publish) -> None:
    published = publish({"0.weight": torch.zeros(1)})
    path = fetch(published)
    content = path.read_bytes()
    path.write_bytes(content[:-1])

    assert fetch(published).read_bytes() == content


def test_without_a_network_the_error_says_what_to_do_by_hand(publish: Publish) -> None:
    published = publish({"0.weight": torch.zeros(1)})
    gone = published._replace(url=published.url.replace("net-", "gone-"))

    with pytest.raises(WeightsError, match="cannot be downloaded") as caught:
        fetch(gone)

    assert caught.value.hint == f"Download {gone.url} elsewhere, and save it as {gone.path}"


def test_a_file_put_there_by_hand_is_taken(publish: Publish, tmp_path: Path) -> None:
    published = publish({"0.weight": torch.zeros(1)})
    content = (tmp_path / "site" / published.path.name).read_bytes()
    offline = published._replace(url=f"http://127.0.0.1:9/{published.path.name}")
    offline.path.parent.mkdir(parents=True)
    offline.path.write_bytes(content)

    assert fetch(offline) == offline.path


def test_files_by_address_work_as_well(publish: Publish, tmp_path: Path) -> None:
    published = publish({"0.weight": torch.zeros(1)})
    file = tmp_path / "site" / published.path.name

    assert fetch(published._replace(url=file.as_uri())).read_bytes() == file.read_bytes()


@pytest.mark.parametrize("in_channels", [1, 2, 5])
def test_the_first_convolution_is_adapted_to_other_channels(
    in_channels: int, publish: Publish
) -> None:
    network = Small(in_channels)
    state = _state(Small().backbone)
    published = publish(state)

    load_published(network, published, fetch(published))

    own = network.backbone.get_parameter("0.weight")
    assert own.shape == (4, in_channels, 3, 3)
    torch.testing.assert_close(own.sum(1), state["0.weight"].sum(1))  # grey gives what it gave
    torch.testing.assert_close(own, own[:, :1].expand_as(own))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"0.weight": torch.zeros(8, 3, 3, 3)}, "its 0.weight is [8, 3, 3, 3], not [4, 3, 3, 3]"),
        ({"0.weight": None}, "it lacks 0.weight"),
        ({"7.weight": torch.zeros(1)}, "it has 7.weight, which the backbone lacks"),
    ],
)
def test_what_does_not_fit_is_named(
    change: dict[str, Tensor | None], words: str, publish: Publish
) -> None:
    network = Small()
    state = _state(network.backbone) | change
    published = publish({name: value for name, value in state.items() if value is not None})
    before = network.backbone.get_parameter("0.weight").clone()

    with pytest.raises(WeightsError) as caught:
        load_published(network, published, fetch(published))

    assert words in str(caught.value)
    assert torch.equal(network.backbone.get_parameter("0.weight"), before)


def test_no_code_in_a_file_is_run(publish: Publish) -> None:
    published = publish({"0.weight": print})

    with pytest.raises(WeightsError, match="cannot be read"):
        load_published(Small(), published, fetch(published))


def test_fcn_takes_its_fully_convolutional_layers_from_the_classifier(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FCN, "hidden_channels", 16)
    network = FCN8s(2, backbone="vgg16")
    classifier = {
        "classifier.0.weight": torch.randn(16, 512 * 7 * 7),
        "classifier.0.bias": torch.randn(16),
        "classifier.3.weight": torch.randn(16, 16),
        "classifier.3.bias": torch.randn(16),
        "classifier.6.weight": torch.randn(10, 16),
        "classifier.6.bias": torch.randn(10),
    }
    published = publish(VGG("vgg16").state_dict() | classifier, unused=("classifier.",))

    load_published(network, published, fetch(published))

    features = torch.randn(1, 512, 7, 7)  # the classifier sees them as one row
    expected = nn.functional.linear(
        features.flatten(1), classifier["classifier.0.weight"], classifier["classifier.0.bias"]
    )
    with torch.no_grad():
        given = network.fc6(features)[0, :, 3, 3]
    torch.testing.assert_close(given, expected[0], rtol=1e-4, atol=1e-3)
    assert torch.equal(network.fc7.weight[:, :, 0, 0], classifier["classifier.3.weight"])


def test_every_published_backbone_is_one_of_a_network() -> None:
    backbones = {network.backbone for network in every_network()}

    assert {"vgg16", "vgg16-bn", "vgg19", "vgg19-bn"} <= backbones & set(PUBLISHED)
    for published in PUBLISHED.values():
        assert len(published.digits) == 8
        assert int(published.digits, 16) >= 0


@pytest.mark.parametrize("name", ["unet-mini", "unet", "unet-mobilenet"])
def test_networks_without_published_weights_say_so(name: str) -> None:
    network = find_network(name)

    with pytest.raises(WeightsError, match="no published ImageNet weights") as caught:
        published_for(network.name, network.backbone)

    assert "vgg16-bn" in caught.value.hint


def test_a_run_on_published_weights_normalises_as_they_were_trained(
    start: Callable[..., object], publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = _state(VGG("vgg16"))
    monkeypatch.setitem(weights.PUBLISHED, "vgg16", publish(state, unused=("classifier.",)))

    session = start(network="fcn-vgg16-skip", weights="imagenet", options=("frozen=yes",))

    segmenter = session.segmenter  # type: ignore[attr-defined]
    torch.testing.assert_close(segmenter.mean, torch.tensor(IMAGENET_MEAN))
    torch.testing.assert_close(segmenter.std, torch.tensor(IMAGENET_STD))
    first = segmenter.network.backbone.features[0]
    assert torch.equal(first.weight, state["features.0.weight"])
    assert not first.weight.requires_grad
    assert segmenter.mean.tolist() == pytest.approx([123.675, 116.28, 103.53])
    assert segmenter.std.tolist() == pytest.approx([58.395, 57.12, 57.375])
