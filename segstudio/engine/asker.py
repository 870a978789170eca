"""Asking the loaded model about parts of one image, mirrored and resized as wished."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from segstudio.core.label_map import RgbImage
from segstudio.core.model_contract import Fit, ModelContract
from segstudio.core.resample import resized_image, resized_scores
from segstudio.engine.asking import OutputError, class_map_of, probabilities_of
from segstudio.engine.tiles import Probabilities, Tile, tile_side, tiles_of

_PLAIN: Final = (slice(None), slice(None))
_ACROSS: Final = (slice(None), slice(None, None, -1))
_DOWN: Final = (slice(None, None, -1), slice(None))
_BOTH: Final = (slice(None, None, -1), slice(None, None, -1))
_FLIPS: Final = {1: (_PLAIN,), 2: (_PLAIN, _ACROSS), 4: (_PLAIN, _ACROSS, _DOWN, _BOTH)}


class Model(Protocol):
    """What runs the loaded model."""

    def try_own(self, image: RgbImage, run_options: object) -> None:
        """Run one of our models on an image and forget the answer."""

    def one_output(
        self, contract: ModelContract, feed: NDArray[Any], run_options: object
    ) -> object:
        """Return the output that a contract names."""


class Asker:
    """Asks about one image.

    Args:
        model: The loaded model.
        contract: How it is asked; None for one of ours that gives no scores.
        run_options: Of onnxruntime; they stop a run.
        flips: Mirror images whose answers are averaged, 1, 2 or 4.
        scales: Sizes whose answers are averaged.

    Attributes:
        passes: How often the model runs for each part.
    """

    def __init__(
        self,
        model: Model,
        contract: ModelContract | None,
        run_options: object,
        flips: int,
        scales: Sequence[float],
    ) -> None:
        self._model = model
        self._contract = contract
        self._run_options = run_options
        self._flips = flips
        self._scales = list(scales)
        self.passes = flips * len(self._scales)

    @property
    def is_free_size(self) -> bool:
        """Whether the model takes parts of any size."""
        return self._contract is None or self._contract.fixed_size is None

    def try_out(self, image: RgbImage) -> None:
        """Ask once and forget the answer."""
        if self._contract is None:
            self._model.try_own(image, self._run_options)
        elif self._contract.kind.is_scores:
            self._once(image)
        else:
            self.class_map(image)

    def probabilities(self, image: RgbImage, tell: Callable[[int], None]) -> Probabilities:
        """Return the mean of the answers to all views of an image."""
        height, width = image.shape[:2]
        if self.passes == 1 and self._scales == [1.0]:
            return self._once(image)
        total: Probabilities | None = None
        passes = 0
        for scale in self._scales:
            sized = resized_image(
                np.ascontiguousarray(image),
                max(round(height * scale), 1),
                max(round(width * scale), 1),
            )
            for flip in _FLIPS[self._flips]:
                answer = self._once(np.ascontiguousarray(sized[flip]))
                answer = resized_scores(np.ascontiguousarray(answer[:, *flip]), height, width)
                total = answer if total is None else total + answer
                passes += 1
                if passes < self.passes:
                    tell(passes)
        assert total is not None
        return total / np.float32(self.passes)

    def class_map(self, image: RgbImage) -> NDArray[np.uint8]:
        """Return the classes of an image, from a model that gives no scores."""
        assert self._contract is not None
        if self.passes > 1:
            raise OutputError("it gives no scores, so its answers cannot be averaged")
        return class_map_of(self._contract, image, self._ask)

    def _once(self, image: RgbImage) -> Probabilities:
        assert self._contract is not None
        return probabilities_of(self._contract, image, self._ask)

    def _ask(self, feed: NDArray[Any]) -> object:
        assert self._contract is not None
        return self._model.one_output(self._contract, feed, self._run_options)


def tiles_for(contract: ModelContract, height: int, width: int, most: int) -> list[Tile]:
    """Return the tiles in which a model is asked about an image, of at most so many pixels."""
    fades = contract.kind.is_scores
    size = contract.fixed_size
    if size is not None and contract.fit is not Fit.TILE:
        return tiles_of(height, width, (height, width))
    if size is not None:
        return tiles_of(height, width, size, stride=contract.stride, fades=fades)
    if height * width <= most:
        return tiles_of(height, width, (height, width))
    side = tile_side(most, contract.stride)
    return tiles_of(height, width, (side, side), stride=contract.stride, fades=fades)
