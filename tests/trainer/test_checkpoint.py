from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from trainer.checkpoint import load_checkpoint, segmenter_of
from trainer.errors import CheckpointError
from trainer.run_folder import LAST
from trainer.session import Session


def test_a_checkpoint_comes_back_as_it_was(start: Callable[..., Session]) -> None:
    session = start()
    session.position.step = 7
    session.position.metrics = {"mean_iou": 0.5, "classes": [{"name": "background", "iou": None}]}

    session.save(LAST)
    path = session.folder / LAST
    checkpoint = load_checkpoint(path)

    assert checkpoint.recipe == session.recipe
    assert checkpoint.label_set == session.label_set
    assert checkpoint.position == session.position
    assert checkpoint.fingerprint == session.found.fingerprint
    weights = segmenter_of(checkpoint, path).state_dict()
    for name, weight in session.segmenter.state_dict().items():
        assert torch.equal(weights[name], weight)


@pytest.mark.parametrize("kept", [0, 100, 5000])
def test_a_damaged_checkpoint_says_so(start: Callable[..., Session], kept: int) -> None:
    session = start()
    session.save(LAST)
    path = session.folder / LAST
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(CheckpointError, match=r"last\.pt: this is not a checkpoint"):
        load_checkpoint(path)


@pytest.mark.parametrize(
    "value", [[], {}, {"version": 99}, {"version": 1}, {"version": 1, "recipe": 3}]
)
def test_what_torch_can_read_but_we_did_not_write_is_refused(tmp_path: Path, value: object) -> None:
    torch.save(value, tmp_path / "x.pt")

    with pytest.raises(CheckpointError):
        load_checkpoint(tmp_path / "x.pt")


def test_code_in_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    torch.save({"version": 1, "recipe": Trap()}, tmp_path / "x.pt")

    with pytest.raises(CheckpointError):
        load_checkpoint(tmp_path / "x.pt")
    assert not (tmp_path / "sprung").exists()
