"""``data.yaml``, in which Ultralytics' data sets name their classes and folders.

Source: https://docs.ultralytics.com/datasets/segment and /datasets/semantic.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from segstudio.core.label_set import LabelSet
from segstudio.core.splits import TRAIN, VALIDATION
from segstudio.errors import FormatError
from segstudio.storage.fresh_files import write_fresh

_NAMES: Final = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
_MOST_BYTES: Final = 2**20


def find_data_yaml(root: Path) -> Path | None:
    """Return the YAML file of a data set, if there is one."""
    return next((root / name for name in _NAMES if (root / name).is_file()), None)


def read_data_yaml(root: Path) -> tuple[Path, Mapping[str, Any]]:
    """Read the YAML file of a data set.

    Returns:
        The file and its values.

    Raises:
        FormatError: If there is none, or it is wrong.
    """
    path = find_data_yaml(root)
    if path is None:
        raise FormatError(
            root, "there is no data.yaml", hint="It names the classes: names: [cell, wall]"
        )
    import yaml

    try:
        if path.stat().st_size > _MOST_BYTES:
            raise FormatError(path, "it is too large for a list of classes")
        text = path.read_text(encoding="utf-8-sig")
        _refuse_doubled(yaml.compose(text, yaml.SafeLoader))
        value = yaml.safe_load(text)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        told = " ".join(str(error).split())[:100]
        raise FormatError(path, f"it cannot be read ({told})", hint="Correct the file") from error
    if not isinstance(value, dict):
        raise FormatError(path, "it names no classes", hint="It needs: names: [cell, wall]")
    return path, value


def _refuse_doubled(node: Any) -> None:  # noqa: ANN401 - yaml has no types
    """Raise a ``ValueError`` if a key stands twice at the top, or in a value of the top."""
    tables = [node, *(value for _, value in _pairs(node))]
    for table in tables:
        seen: set[str] = set()
        for key, _ in _pairs(table):
            name = key.value if isinstance(key.value, str) else ""
            if name and name in seen:
                raise ValueError(f"the key {name[:40]!r} stands twice")
            seen.add(name)


def _pairs(node: Any) -> list[Any]:  # noqa: ANN401
    import yaml

    return node.value if isinstance(node, yaml.MappingNode) else []


def names_of(path: Path, value: Mapping[str, Any]) -> list[str]:
    """Return the names of the classes, in the order of their numbers.

    Raises:
        FormatError: If they are no names numbered from 0 on.
    """
    names = value.get("names")
    if isinstance(names, dict) and set(names) == set(range(len(names))):
        names = [names[number] for number in range(len(names))]
    # A list within a list may be one of YAML's short ways to write a text without end.
    is_list = isinstance(names, list) and all(isinstance(name, str | int | float) for name in names)
    if not is_list or not names:
        raise FormatError(
            path, "it does not name the classes from 0 on", hint="It needs: names: [cell, wall]"
        )
    return [str(name).strip() for name in names]


def write_data_yaml(out: Path, label_set: LabelSet, first: int, more: Mapping[str, Any]) -> None:
    """Write ``data.yaml``.

    Args:
        out: The folder of the export.
        label_set: The classes.
        first: Class index of the class with number 0.
        more: Further keys.

    Raises:
        StorageError: If it cannot be written.
    """
    import yaml

    value = {
        "path": ".",
        "train": f"images/{TRAIN}",
        "val": f"images/{VALIDATION}",
        "names": dict(enumerate(label_set.names[first:])),
        **more,
    }
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True)
    write_fresh(out / _NAMES[0], text.encode("utf-8"))
