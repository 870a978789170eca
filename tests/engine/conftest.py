from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from onnx_models import write_model

from segstudio.core.label_map import RgbImage
from segstudio.engine.worker import Worker


@pytest.fixture(scope="session")
def contract_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that predicts class 1 where red is above 127."""
    return write_model(tmp_path_factory.mktemp("models") / "red.onnx")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """A worker that the tests of a file share, because a new one takes a third of a second."""
    with Worker() as worker:
        yield worker


@pytest.fixture
def image() -> RgbImage:
    return np.random.default_rng(0).integers(0, 256, (37, 53, 3), np.uint8)


@pytest.fixture(scope="module")
def loaded(worker: Worker, contract_model: Path) -> Worker:
    worker.load(contract_model)
    return worker
