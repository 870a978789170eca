"""Published ImageNet weights: fetched once, checked by hash, loaded by name.

The files are torchvision's. Backbones have its parameter names, so loading is a comparison of
names and shapes, and anything that does not fit is an error, never skipped in silence.
"""

import contextlib
import hashlib
import http.client
import pickle
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

import torch
from platformdirs import user_cache_path
from torch import Tensor, nn

from segstudio.storage.atomic_write import make_folder
from trainer.errors import WeightsError

IMAGENET_MEAN: Final = (0.485 * 255, 0.456 * 255, 0.406 * 255)
"""What was subtracted from red, green and blue, in 0..255, when these weights were trained."""

IMAGENET_STD: Final = (0.229 * 255, 0.224 * 255, 0.225 * 255)
"""What they were then divided by."""

Progress = Callable[[int, int], None]

_SITE: Final = "https://download.pytorch.org/models/"
_CHUNK: Final = 2**20
_TIMEOUT: Final = 30.0  # seconds without a byte


class Published(NamedTuple):
    """One published file.

    Attributes:
        url: Where it is; the name ends in the first digits of the file's SHA-256.
        unused: Beginnings of the names in it that a backbone has no use for.
    """

    url: str
    unused: tuple[str, ...]

    @property
    def digits(self) -> str:
        """The first digits of the file's SHA-256."""
        return PurePosixPath(self.url).stem.rpartition("-")[2]

    @property
    def path(self) -> Path:
        """Where it is kept on this computer."""
        folder = user_cache_path("segstudio", appauthor=False) / "weights"
        return folder / PurePosixPath(self.url).name


PUBLISHED: Final[dict[str, Published]] = {
    "vgg16": Published(_SITE + "vgg16-397923af.pth", ("classifier.",)),
    "vgg16-bn": Published(_SITE + "vgg16_bn-6c64b313.pth", ("classifier.",)),
    "vgg19": Published(_SITE + "vgg19-dcbb9e9d.pth", ("classifier.",)),
    "vgg19-bn": Published(_SITE + "vgg19_bn-c79401a0.pth", ("classifier.",)),
    "resnet18": Published(_SITE + "resnet18-f37072fd.pth", ("fc.",)),
    "mobilenet-v2": Published(_SITE + "mobilenet_v2-7ebf99e0.pth", ("classifier.", "features.18.")),
}
"""The files by the names of the backbones."""


def published_for(network: str, backbone: str | None) -> Published:
    """Return the published weights of a network's backbone.

    Raises:
        WeightsError: If there are none.
    """
    if backbone in PUBLISHED:
        return PUBLISHED[backbone]
    name = f"{network}'s backbone {backbone}" if backbone else network
    raise WeightsError(
        f"{name} has no published ImageNet weights",
        hint="Use --weights none, or the checkpoint of an earlier run; "
        f"there are weights of {', '.join(PUBLISHED)}",
    )


def fetch(published: Published, progress: Progress | None = None) -> Path:
    """Return the file on this computer; it is downloaded if it is not there, whole, or right.

    Args:
        published: What to fetch.
        progress: Told (done, total) bytes of a download; total is 0 where it is not known.

    Raises:
        WeightsError: If it cannot be downloaded; says how to do it by hand.
        StorageError: If the folder cannot be made.
    """
    path = published.path
    found = path.is_file()
    if found and _digest(path).startswith(published.digits):
        return path
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(8)}.tmp")
    try:
        digest = _download(published.url, temporary, progress)
        if not digest.startswith(published.digits):
            raise OSError("what came is another file, or not the whole of it")
        temporary.replace(path)
    except (OSError, http.client.HTTPException) as error:
        what = "is damaged, and cannot be downloaded again" if found else "cannot be downloaded"
        reason = getattr(error, "reason", None) or error
        raise WeightsError(
            f"{path.name} {what} ({reason})",
            hint=f"Download {published.url} elsewhere, and save it as {path}",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return path


def load_published(network: nn.Module, published: Published, path: Path) -> None:
    """Fill the backbone of a network with published weights; other layers stay as they are.

    The backbone is the submodule called ``backbone``. A first convolution for another number of
    channels gets the weights of red, green and blue as equal shares of their sum, so that grey
    images give what they gave. A network whose later layers come from the classifier says so in
    ``FROM_CLASSIFIER``, from their names to those in the file; the weights are reshaped.

    Args:
        network: What to fill.
        published: What the file is.
        path: The file.

    Raises:
        WeightsError: If the file is damaged, or does not fit.
    """
    given = _read(path)
    backbone = network.get_submodule("backbone")
    own = backbone.state_dict()
    # Not in files from before PyTorch counted batches.
    wanted = [name for name in own if not name.endswith(".num_batches_tracked")]
    fitted = {
        name: _fitted(given, name, own[name], path, is_first=index == 0)
        for index, name in enumerate(wanted)
    }
    left = [name for name in given if name not in own and not name.startswith(published.unused)]
    if left:
        raise _misfit(path, f"it has {left[0]}, which the backbone lacks")
    backbone.load_state_dict({**own, **fitted})
    _load_classifier(network, given, path)


def _load_classifier(network: nn.Module, given: Mapping[str, Tensor], path: Path) -> None:
    sources: Mapping[str, str] = getattr(network, "FROM_CLASSIFIER", {})
    for target, source in sources.items():
        layer = network.get_submodule(target)
        state: dict[str, Tensor] = {}
        for kind, value in layer.state_dict().items():
            name = f"{source}.{kind}"
            if name not in given or given[name].numel() != value.numel():
                raise _misfit(path, f"its {name} does not fit {target}")
            state[kind] = given[name].reshape(value.shape)
        layer.load_state_dict(state)


def _fitted(
    given: Mapping[str, Tensor], name: str, own: Tensor, path: Path, *, is_first: bool
) -> Tensor:
    if name not in given:
        raise _misfit(path, f"it lacks {name}")
    value = given[name]
    if is_first and value.dim() == 4 and own.dim() == 4 and value.shape[1] != own.shape[1]:
        value = (value.sum(1, keepdim=True) / own.shape[1]).expand(-1, own.shape[1], -1, -1)
    if value.shape != own.shape:
        raise _misfit(path, f"its {name} is {list(value.shape)}, not {list(own.shape)}")
    return value


def _misfit(path: Path, problem: str) -> WeightsError:
    return WeightsError(
        f"{path.name} does not fit the network: {problem}",
        hint="The published weights are for the backbone in its usual widths",
    )


def _read(path: Path) -> dict[str, Tensor]:
    try:
        value: Any = torch.load(path, map_location="cpu", weights_only=True)
    # torch reports damage in the zip file, the pickle or the tensors in as many ways.
    except (OSError, RuntimeError, pickle.UnpicklingError, EOFError, ValueError, KeyError) as error:
        raise WeightsError(f"{path.name} cannot be read ({error})", hint="Delete it") from error
    if not isinstance(value, dict) or not all(isinstance(item, Tensor) for item in value.values()):
        raise WeightsError(f"{path.name} holds no weights by name", hint="Delete it")
    return value


def _download(url: str, path: Path, progress: Progress | None) -> str:
    """Write what is at an address to a file, and return its SHA-256."""
    sha = hashlib.sha256()
    try:
        answer = urllib.request.urlopen(url, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()  # it is an open connection as well
        raise
    with answer as response, path.open("xb") as file:
        total = int(response.headers.get("Content-Length") or 0)
        done = 0
        while chunk := response.read(_CHUNK):
            file.write(chunk)
            sha.update(chunk)
            done += len(chunk)
            if progress:
                progress(done, total)
    return sha.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
