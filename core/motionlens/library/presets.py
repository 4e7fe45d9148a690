"""Corrections that hold for every file of a kind: what the user said once, for all alike.

A preset file is JSON; the mapping is that of a mapping file (``readers.mapping``)::

    {"motionlens_import_presets": 1,
     "kinds": {"bvh:0a1b2c3d4e5f": {"label": "BVH, 31 joints", "mapping": {"up_axis": "z", "fps": 60}}}}

An empty mapping says that everything is to be inferred, and undoes an earlier correction.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from ..errors import MotionLensError
from ..files import write_atomic
from ..readers.heads import read_head
from ..readers.mapping import MappingOverrides

_FORMAT = "motionlens_import_presets"


def correction_dict(mapping: MappingOverrides) -> dict[str, Any]:
    """The keys of a mapping file that say something.

    >>> correction_dict(MappingOverrides(up_axis="z", fps=60))
    {'up_axis': 'z', 'fps': 60}
    """
    values: dict[str, Any] = {
        "joints": dict(mapping.joints) or None, "unit_m": mapping.unit_m, "up_axis": mapping.up_axis,
        "facing": mapping.facing, "fps": mapping.fps, "drop_t_pose": mapping.drop_t_pose,
    }  # fmt: skip
    return {key: value for key, value in values.items() if value is not None}


@dataclass(frozen=True)
class Preset:
    """What the user said about one kind of file."""

    label: str
    mapping: MappingOverrides


@dataclass(frozen=True)
class Presets:
    """Corrections by the signature of the kind (``readers.heads``)."""

    kinds: Mapping[str, Preset] = field(default_factory=dict)

    @classmethod
    def load(cls, path: str | Path) -> Presets:
        """Read a preset file.

        Raises:
            MotionLensError: it cannot be opened, or is none.
        """
        path = Path(path)
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise MotionLensError(f"The preset file {path} cannot be opened ({error.strerror}).") from error
        except (ValueError, RecursionError) as error:
            raise MotionLensError(
                f"The preset file {path} is not valid JSON ({error}): correct it, or make it anew."
            ) from error
        kinds = data.get("kinds") if isinstance(data, dict) and data.get(_FORMAT) == 1 else None
        if not isinstance(kinds, dict) or not all(isinstance(v, dict) for v in kinds.values()):
            raise MotionLensError(
                f'The preset file {path} lacks "{_FORMAT}": 1 and "kinds": make it with '
                "motionlens import DIR --preview --json, or in the app."
            )
        return cls(
            {
                key: Preset(
                    str(value.get("label", key)),
                    MappingOverrides.from_dict(value.get("mapping", {}), f"{path}, kind {key}"),
                )
                for key, value in kinds.items()
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """As in the file."""
        return {
            _FORMAT: 1,
            "kinds": {
                key: {"label": preset.label, "mapping": correction_dict(preset.mapping)}
                for key, preset in self.kinds.items()
            },
        }

    def save(self, path: Path) -> None:
        """Write the file whole or not at all."""
        write_atomic(path, (json.dumps(self.to_dict(), indent=1) + "\n").encode())

    def merged(self, other: Presets) -> Presets:
        """These, and those of ``other``, which win."""
        return Presets({**self.kinds, **other.kinds})

    def mapping_of(self, path: Path) -> tuple[str, MappingOverrides] | None:
        """Signature and correction of a file's kind; None where nothing was said about it."""
        suffix = path.suffix.lower().lstrip(".")
        formats = {key.split(":")[0] for key in self.kinds}
        if ("gltf" if suffix == "glb" else suffix) not in formats:
            return None  # saves opening the file
        key = read_head(path).signature
        return (key, self.kinds[key].mapping) if key in self.kinds else None


def user_presets_path() -> Path:
    """Where the user's corrections are kept: beside the app's settings."""
    home = os.environ.get("MOTIONLENS_HOME")
    folder = Path(home) if home else Path(platformdirs.user_config_dir("MotionLens", False))
    return folder / "import-presets.json"


def load_user_presets(path: Path | None = None) -> Presets:
    """The user's saved corrections; none where the file is missing.

    Raises:
        MotionLensError: the file is damaged.
    """
    path = path or user_presets_path()
    return Presets.load(path) if path.exists() else Presets()


def save_user_presets(new: Presets, path: Path | None = None) -> None:
    """Add corrections to the user's; a damaged file is kept beside as ``.damaged``."""
    path = path or user_presets_path()
    try:
        before = load_user_presets(path)
    except MotionLensError:
        path.replace(path.with_suffix(".damaged"))
        before = Presets()
    before.merged(new).save(path)
