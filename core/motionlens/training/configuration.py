"""Configurations of runs: YAML or JSON files with the sections model, data and train; some by name.

Nothing here imports torch until a model's section is read.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MotionLensError
from ..model.config import from_mapping, no_such_key
from .settings import TrainSettings

if TYPE_CHECKING:
    from .data import DataSettings

_FOLDER = Path(__file__).parent / "configs"
SECTIONS = ("model", "data", "train")


@dataclass(frozen=True)
class RunConfig:
    """What a run is told.

    Attributes:
        model: the configuration dataclass of the model's architecture.
    """

    model: Any
    data: DataSettings
    train: TrainSettings


def config_names() -> list[str]:
    """Names of the configurations that come with MotionLens."""
    return sorted(p.stem for p in _FOLDER.glob("*.yaml"))


def config_file(given: str) -> Path:
    """The file of a configuration by name or path.

    Raises:
        MotionLensError: there is none; the nearest name is named.
    """
    path = Path(given)
    if path.suffix or path.exists():
        return path
    named = _FOLDER / f"{given}.yaml"
    if named.exists():
        return named
    near = difflib.get_close_matches(given, config_names(), 1, 0.5)
    hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(config_names())}."
    raise MotionLensError(f'There is no configuration "{given}", {hint}')


def _parsed(text: str, where: str, as_json: bool) -> Any:
    if as_json:
        try:
            return json.loads(text)
        except ValueError as error:
            raise MotionLensError(f"{where} is no JSON ({error}): correct it.") from error
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        told = " ".join(str(error).split())
        raise MotionLensError(f"{where} is no YAML ({told}): correct it.") from error


def read_sections(path: Path) -> dict[str, dict[str, Any]]:
    """The sections of a file, an empty one where the file has none.

    Raises:
        MotionLensError: not readable, or with another section.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MotionLensError(f"{path} could not be read ({error}): give --config FILE or a name.") from error
    found = _parsed(text, str(path), path.suffix == ".json") or {}
    if not isinstance(found, dict) or any(not isinstance(v, dict | None) for v in found.values()):
        raise MotionLensError(f"{path} must have the sections {', '.join(SECTIONS)} with settings in them.")
    for key in found:
        if key not in SECTIONS:
            raise no_such_key(str(key), SECTIONS, str(path))
    return {section: dict(found.get(section) or {}) for section in SECTIONS}


def override(sections: dict[str, dict[str, Any]], pairs: Iterable[str]) -> None:
    """Apply ``section.name=value`` (deeper names reach into mappings); values are read as YAML.

    >>> sections = {"model": {}, "data": {"weights": {"kit": 0.1}}, "train": {}}
    >>> override(sections, ["train.steps=5", "data.weights.kit=0"])
    >>> sections
    {'model': {}, 'data': {'weights': {'kit': 0}}, 'train': {'steps': 5}}
    """
    for pair in pairs:
        name, equals, value = pair.partition("=")
        first, *rest = name.split(".")
        if not equals or not rest:
            raise MotionLensError(f"--set {pair}: write it as section.name=value, such as train.steps=3000.")
        if first not in SECTIONS:
            raise no_such_key(first, SECTIONS, "--set")
        place = sections[first]
        for part in rest[:-1]:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise MotionLensError(f"--set {pair}: {part} is no mapping.")
        place[rest[-1]] = _parsed(value, f"--set {pair}", False)


def read_config(
    given: str, pairs: Iterable[str] = (), more: Mapping[str, Mapping[str, Any]] | None = None
) -> RunConfig:
    """A configuration by name or path, with overrides.

    Args:
        pairs: ``section.name=value``. more: section -> settings that win over all others.

    Raises:
        MotionLensError: an unknown file, section, setting (the nearest known one is named) or value.
    """
    from ..model.build import config_from
    from .data import DataSettings

    path = config_file(given)
    sections = read_sections(path)
    override(sections, pairs)
    for section, values in (more or {}).items():
        sections[section] |= values
    where = str(path)
    data = sections["data"]
    if isinstance(data.get("weights"), dict):  # a file names the shares that differ
        base = next(f for f in fields(DataSettings) if f.name == "weights").default_factory
        if callable(base):
            data["weights"] = {**base(), **data["weights"]}
    return RunConfig(
        config_from(sections["model"], where, "model."),
        from_mapping(DataSettings, data, where, "data."),
        from_mapping(TrainSettings, sections["train"], where, "train."),
    )
