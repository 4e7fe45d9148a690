"""Settings of models and runs from JSON and YAML."""

from __future__ import annotations

import difflib
import json
import typing
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar

from ..errors import MotionLensError

T = TypeVar("T")


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file; raises MotionLensError where there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MotionLensError(f"{path} is not a model configuration ({error}): train again.") from error
    if not isinstance(found, dict):
        raise MotionLensError(f"{path} is not a model configuration (no object): train again.")
    return found


def no_such_key(key: str, known: Iterable[str], where: str) -> MotionLensError:
    """One sentence that names the nearest known key.

    >>> print(no_such_key("layer", ["layers", "width"], "x.yaml"))
    x.yaml: there is no setting "layer", did you mean "layers"?
    """
    known = sorted(known)
    near = difflib.get_close_matches(key, known, 1, 0.5)
    hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(known)}."
    return MotionLensError(f'{where}: there is no setting "{key}", {hint}')


def from_mapping(kind: type[T], values: Mapping[str, Any], where: str, prefix: str = "") -> T:
    """A dataclass from what a JSON or YAML file says.

    Args:
        kind: the dataclass. values: field name -> value; nested dataclasses take mappings.
        where: the file, for messages. prefix: what stands before the names in messages ("model.").

    Raises:
        MotionLensError: an unknown name (the nearest known one is named) or a value of a wrong type.
    """
    hints = typing.get_type_hints(kind)
    known = {f.name for f in fields(kind) if f.init}  # type: ignore[arg-type]
    for key in values:
        if key not in known:
            raise no_such_key(f"{prefix}{key}", [prefix + k for k in known], where)
    ready = {k: _fitting(v, hints[k], where, f"{prefix}{k}") for k, v in values.items()}
    try:
        return kind(**ready)
    except MotionLensError as error:  # the class checks its values and does not know the file
        raise MotionLensError(f"{where}: {error}") from error
    except (TypeError, ValueError) as error:
        raise MotionLensError(f"{where}: {prefix.rstrip('.') or 'settings'}: {error}.") from error


def _fitting(value: Any, hint: Any, where: str, name: str) -> Any:
    """The value as the type wants it: whole numbers as floats, lists as tuples, texts as paths."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, UnionType):
        if value is None and NoneType in args:
            return None
        inner = [a for a in args if a is not NoneType]
        return _fitting(value, inner[0], where, name) if len(inner) == 1 else value
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__") and isinstance(value, Mapping):
        return from_mapping(hint, value, where, f"{name}.")
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint is float and isinstance(value, str):  # YAML takes 1e-3 for a text
        try:
            return float(value)
        except ValueError:
            pass
    if hint is Path and isinstance(value, str):
        return Path(value).expanduser()
    if (hint is tuple or origin is tuple) and isinstance(value, list):
        element = args[0] if len(args) == 2 and args[1] is Ellipsis else Any
        return tuple(_fitting(v, element, where, f"{name}[{i}]") for i, v in enumerate(value))
    plain = origin or hint
    wrong = isinstance(plain, type) and not isinstance(value, plain)
    if wrong or (isinstance(value, bool) and hint in (int, float)):
        raise MotionLensError(f"{where}: {name} must be {getattr(plain, '__name__', plain)}, not {value!r}.")
    return value
