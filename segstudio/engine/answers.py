"""The worker's answers: checked before anything believes them, and its refusals in our words."""

import math
import re
from pathlib import Path
from typing import Final, NamedTuple, Self

from segstudio.engine.channel import Answer
from segstudio.engine.contract import Port
from segstudio.errors import ModelError, WorkerError

OTHER_MODEL: Final = "Use another model, or export this one again"


class GpuMemoryError(ModelError):
    """The GPU's memory does not suffice; the computer's may."""


class Runtime(NamedTuple):
    """What the worker process runs models with.

    Attributes:
        version: Of onnxruntime.
        available: Providers it was built with; not those that work on this machine.
        has_driver: Whether the library of NVIDIA's driver can be loaded.
        is_confined: Whether the kernel keeps the process to its own files.
    """

    version: str
    available: tuple[str, ...]
    has_driver: bool
    is_confined: bool = False


class Look(NamedTuple):
    """What an output looked like when the model ran on noise.

    Attributes:
        name: Its name.
        element: Its element type as numpy writes it; "other" if it holds no numbers, "nan" if some
            are none.
        shape: Its axes.
        least, largest: Range of its values.
        is_whole: Whether all values are whole.
        sums: The axes along which the values sum to 1.
    """

    name: str
    element: str
    shape: tuple[int, ...]
    least: float
    largest: float
    is_whole: bool
    sums: tuple[int, ...]


class LoadAnswer(NamedTuple):
    """The worker's answer to ``load``, checked."""

    inputs: list[Port]
    outputs: list[Port]
    card: str | None
    providers: list[str]
    producer: str = ""
    makers: dict[str, str] = {}  # noqa: RUF012 - never written to
    takers: list[str] = []  # noqa: RUF012
    is_bound: bool = False

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Return the checked answer."""
        card = answer.get("card")
        if card is not None and not isinstance(card, str):
            raise ValueError("the card is no text")
        makers = answer.get("makers", {})
        if not isinstance(makers, dict) or not all(isinstance(v, str) for v in makers.values()):
            raise ValueError("makers is not a table of names")
        return cls(
            _ports(answer, "inputs"),
            _ports(answer, "outputs"),
            card,
            _texts(answer, "providers"),
            text_of(answer, "producer") if "producer" in answer else "",
            makers,
            _texts(answer, "takers") if "takers" in answer else [],
            answer.get("bound") is True,
        )


def _ports(answer: Answer, key: str) -> list[Port]:
    rows = answer.get(key)
    if not isinstance(rows, list):
        raise ValueError(f"{key} is not a list")
    ports = []
    for row in rows:
        match row:
            case [str(name), str(kind), [*axes]] if all(map(_is_axis, axes)):
                ports.append(Port(name, kind, tuple(axes)))
            case _:
                raise ValueError(f"{key} is not a list of name, type and shape")
    return ports


def looks_of(answer: Answer) -> list[Look]:
    """Return the checked answer to ``probe``."""
    rows = answer.get("looks")
    if not isinstance(rows, list):
        raise ValueError("looks is not a list")
    looks = []
    for row in rows:
        match row:
            case [str(name), str(element), [*shape], float(low), float(high), bool(whole), [*sums]]:
                if all(isinstance(n, int) and n >= 0 for n in (*shape, *sums)):
                    looks.append(Look(name, element, tuple(shape), low, high, whole, tuple(sums)))
                    continue
        raise ValueError("looks is not a list of outputs")
    return looks


def _is_axis(size: object) -> bool:
    return size is None or isinstance(size, int | str)


def _texts(answer: Answer, key: str) -> list[str]:
    values = answer.get(key)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"{key} is not a list of names")
    return values


def text_of(answer: Answer, key: str) -> str:
    """Return a field that is a text."""
    value = answer.get(key)
    if not isinstance(value, str):
        raise ValueError(f"{key} is no text")
    return value


def milliseconds_of(answer: Answer) -> float:
    """Return how long the run took."""
    value = answer.get("milliseconds")
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("milliseconds is no number")
    return float(value)


def runtime_of(answer: Answer) -> Runtime:
    """Return what a new process says about itself; ValueError if it could not start."""
    if "failed" in answer:
        raise ValueError(text_of(answer, "failed"))
    return Runtime(
        text_of(answer, "onnxruntime"),
        tuple(_texts(answer, "available")),
        answer.get("has_driver") is True,
        answer.get("confined") is True,
    )


def load_error(path: Path, kind: str, message: str) -> ModelError:
    """Return what to tell the user when the worker could not load a model."""
    if kind == "InvalidProtobuf" or "No graph was found" in message:
        return ModelError(
            path,
            "this is not an ONNX model, or the file is damaged",
            hint="Copy it again from its source, or export it again",
        )
    if kind == "Outside":
        return ModelError(
            path, message, hint="Put all files of the model into one folder, as regular files"
        )
    if kind == "Operator":
        return ModelError(
            path,
            f"it needs {message}, which is no part of onnxruntime",
            hint="Use another model; plug-ins are not loaded, because they are programs",
        )
    if kind == "Code":
        return ModelError(
            path,
            f"it needs {message}, which holds compiled code for one device",
            hint="Use the model that it was compiled from",
        )
    if kind == "MemoryError":
        return ModelError(path, "there is not enough memory for this model", hint=OTHER_MODEL)
    return ModelError(path, f"onnxruntime refuses it: {_first_line(message)}", hint=OTHER_MODEL)


def run_error(path: Path, kind: str, message: str) -> ModelError:
    """Return what to tell the user when the worker could not run a model."""
    if kind == "Output":
        return ModelError(path, message, hint=OTHER_MODEL)
    return ModelError(path, f"it failed on this image: {_first_line(message)}", hint=OTHER_MODEL)


def too_large(path: Path, *, is_gpu: bool = False) -> ModelError:
    """Return what to tell the user when the memory does not suffice."""
    if is_gpu:
        return GpuMemoryError(
            path,
            "the GPU has not enough memory to run it on this image, even in small parts",
            hint="Close other programs that use the GPU, or run it on the CPU",
        )
    return ModelError(
        path, "there is not enough memory to run it on this image", hint="Use a smaller image"
    )


def did_not_load(path: Path, seconds: float) -> ModelError:
    """Return what to tell the user when a model takes too long to load."""
    return ModelError(path, f"it did not load within {seconds:g} s", hint=OTHER_MODEL)


def hung(path: Path, seconds: float) -> WorkerError:
    """Return what to tell the user when a model runs and runs."""
    return WorkerError(
        f"{path.name}: the model did not answer for {seconds:g} s",
        hint="Use a smaller model or a smaller image, or allow more time with --limit",
    )


def crashed_on_load(path: Path, reason: str) -> ModelError:
    """Return what to tell the user when the process died of loading a model."""
    return ModelError(path, f"the model made the runtime crash ({reason})", hint=OTHER_MODEL)


def crashed_on_run(path: Path, reason: str) -> WorkerError:
    """Return what to tell the user when the process died of running a model."""
    return WorkerError(
        f"{path.name}: the model made the runtime crash ({reason})",
        hint="Run it again; if that fails too, use another model or a smaller image",
    )


def nonsense(path: Path) -> WorkerError:
    """Return what to tell the user when the worker broke the rules of the pipe."""
    return WorkerError(
        f"{path.name}: the process that runs models answered with nonsense and was ended",
        hint="Use this model only if you trust where it comes from",
    )


def _first_line(message: str) -> str:
    """Return what onnxruntime says, without its codes and the path, on one line."""
    text = message.split("\n", 1)[0]
    if text.startswith("[ONNXRuntimeError]"):
        text = text.split(" : ", 3)[-1]
    text = re.sub(r"^Load model from .* failed:", "", text)
    return text.strip().rstrip(".")[:300]
