"""What every file reader produces before the skeleton is mapped: named joints with positions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class SkeletonAnimation:
    """World positions of a skeleton with any naming, in the file's own unit and axes.

    Attributes:
        joint_names: J names as the file spells them; end sites may be included.
        parents: (J,) index of each joint's parent, -1 for a root; parents come before children.
        positions: (F, J, 3) float, the file's unit and axes.
        fps: frames a second that the file states (or that the caller overrides).
        rest_positions: (J, 3) bind or rest pose, same unit; None where the format has none.
        name: what a list shows (file stem, or the clip's name inside the file).
        source: path of the file.
        file_format: "bvh", "amc", "gltf", ….
        unit_m: metres per unit where the format states it (glTF 1.0, ASF by its length), else None.
        up_axis: "x", "y" or "z" where the format states it, else None.
        notes: JSON-able facts for ``Motion.inferred`` (for example {"approximate": "…"}).
    """

    joint_names: tuple[str, ...]
    parents: tuple[int, ...]
    positions: np.ndarray
    fps: float
    rest_positions: np.ndarray | None
    name: str
    source: str
    file_format: str
    unit_m: float | None = None
    up_axis: str | None = None
    notes: dict[str, Any] = field(default_factory=dict)
