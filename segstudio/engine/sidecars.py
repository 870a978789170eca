"""What files beside a model say about it: of X-AnyLabeling, and of Hugging Face's transformers.

Formats:
    https://github.com/CVHub520/X-AnyLabeling/blob/main/docs/en/custom_model.md
    https://huggingface.co/docs/transformers/main_classes/image_processor
    https://huggingface.co/docs/transformers/main_classes/configuration
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from segstudio.core.label_set import LabelSet
from segstudio.core.model_contract import Fit, Normalization
from segstudio.core.strict_json import parse_json

_MAX_BYTES: Final = 2**20
_PREPROCESSOR: Final = "preprocessor_config.json"
_CONFIG: Final = "config.json"


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known about a model from files beside it; all of it may be missing.

    Attributes:
        normalization: What is done to pixels.
        classes: Names, from class 0.
        fit: How images get into a fixed size.
        source: The files' names, for the user.
        unread: Name of a file that is surely about the model, but cannot be read; empty if none.
    """

    normalization: Normalization | None = None
    classes: tuple[str, ...] = ()
    fit: Fit | None = None
    source: str = ""
    unread: str = ""


def hints_beside(model: Path) -> Hints:
    """Return what the files beside a model say; those that make no sense say nothing."""
    hints = Hints()
    for path in _yaml_files(model):
        value = _yaml(path)
        if value is None and path.stem == model.stem:
            hints = Hints(unread=path.name)
        elif value is not None and _names_model(value, path, model):
            return _of_anylabeling(value, path.name)
    # transformers puts the model into a folder "onnx" below its papers, or beside them.
    for folder in (model.parent, model.parent.parent if model.parent.name == "onnx" else None):
        if folder is None:
            continue
        preprocessor = _json(folder / _PREPROCESSOR)
        config = _json(folder / _CONFIG)
        if preprocessor is not None:
            hints = _with_preprocessor(hints, preprocessor)
        if config is not None:
            hints = _with_config(hints, config)
    return hints


# --- X-AnyLabeling


def _yaml_files(model: Path) -> Iterable[Path]:
    try:
        files = sorted(p for p in model.parent.iterdir() if p.suffix.lower() in (".yaml", ".yml"))
    except OSError:
        return []
    return sorted(files, key=lambda path: path.stem != model.stem)[:20]


def _names_model(value: Mapping[str, Any], path: Path, model: Path) -> bool:
    named = value.get("model_path")
    if isinstance(named, str) and named:
        return Path(named.replace("\\", "/")).name == model.name
    return path.stem == model.stem and "classes" in value


def _of_anylabeling(value: Mapping[str, Any], name: str) -> Hints:
    mean, std = value.get("mean"), value.get("std")
    return Hints(
        normalization=_normalization(1 / 255, mean, std) if mean or std else None,
        classes=_names(value.get("classes")),
        source=f"as {name} says",
    )


def _yaml(path: Path) -> Mapping[str, Any] | None:
    """Return the mapping in a YAML file; no aliases, which can grow without end."""
    import yaml

    try:
        if path.stat().st_size > _MAX_BYTES:
            return None
        text = path.read_text("utf-8")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            return None
        value = yaml.safe_load(text)
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return None
    return value if isinstance(value, Mapping) else None


# --- transformers


def _with_preprocessor(hints: Hints, value: Mapping[str, Any]) -> Hints:
    scale = value.get("rescale_factor", 1 / 255) if value.get("do_rescale", True) else 1.0
    mean, std = value.get("image_mean"), value.get("image_std")
    normalizes = value.get("do_normalize", True) and mean and std
    normal = _normalization(scale, mean, std) if normalizes else _normalization(scale, None, None)
    resizes = value.get("do_resize", True) and not value.get("do_pad", False)
    return replace(
        hints,
        normalization=normal,
        # Its authors squeeze whole images into the size; a tile would show objects too large.
        fit=Fit.STRETCH if resizes else None,
        source=f"as {_PREPROCESSOR} says",
    )


def _with_config(hints: Hints, value: Mapping[str, Any]) -> Hints:
    labels = value.get("id2label")
    if not isinstance(labels, Mapping):
        return hints
    try:
        numbered = {int(number): name for number, name in labels.items()}
    except (TypeError, ValueError):
        return hints
    if set(numbered) != set(range(len(numbered))):
        return hints
    names = _names([numbered[number] for number in range(len(numbered))])
    return replace(hints, classes=names, source=hints.source or f"as {_CONFIG} says")


def _json(path: Path) -> Mapping[str, Any] | None:
    try:
        if not path.is_file() or path.stat().st_size > _MAX_BYTES:
            return None
        value = parse_json(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, Mapping) else None


# --- Both


def _normalization(scale: object, mean: object, std: object) -> Normalization | None:
    try:
        return Normalization(
            float(scale),  # type: ignore[arg-type]
            _numbers(mean) or (0.0,),
            _numbers(std) or (1.0,),
        )
    except (TypeError, ValueError):
        return None


def _numbers(value: object) -> tuple[float, ...]:
    if value is None:
        return ()
    if isinstance(value, int | float):
        return (float(value),)
    if isinstance(value, list):
        return tuple(float(number) for number in value)
    raise TypeError("no list of numbers")


def _names(value: object) -> tuple[str, ...]:
    """Return a list of class names, made unique; empty if it is none that we can use."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if not isinstance(value, list) or not value:
        return ()
    names: list[str] = []
    for number, item in enumerate(value):
        name = " ".join(str(item).split())[:180] or f"class {number}"
        names.append(f"{name} ({number})" if name in names else name)
    try:
        return LabelSet.named(names).names
    except ValueError:
        return ()
