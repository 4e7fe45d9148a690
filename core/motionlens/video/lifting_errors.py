"""How far a lifted person is from the motion that was filmed: centimetres and degrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..readers.rotations import unit
from ..representation.image import heading_frames
from ..skeleton import JOINT_INDEX
from .landmarks import trunk_frames
from .lifting import FPS, Lifted

J = JOINT_INDEX
GROUPS: Mapping[str, tuple[str, ...]] = {
    "trunk": (
        "spine1",
        "spine2",
        "spine3",
        "neck",
        "left_shoulder",
        "right_shoulder",
        "left_hip",
        "right_hip",
    ),
    "head": ("head",),
    "arms": ("left_elbow", "right_elbow", "left_wrist", "right_wrist"),
    "legs": ("left_knee", "right_knee", "left_ankle", "right_ankle", "left_foot", "right_foot"),
}
ANGLES: tuple[str, ...] = ("shoulder", "elbow", "hip", "knee", "lean", "heading")
"""Upper arm in the chest, elbow, thigh in the pelvis, knee, trunk against up, heading less the clip's mean."""


@dataclass(frozen=True)
class LiftingErrors:
    """Errors of one clip, means over frames and sides.

    Attributes:
        joint_cm: by group of ``GROUPS`` and "all" (21 joints), pelvis on pelvis, one turn about y a clip.
        angle_deg: by name of ``ANGLES``.
        travel_cm: error of the pelvis' way over the whole clip, end point, nan where it is not shown.
        way_cm: how far the pelvis really goes.
        swapped: share of frames in which mixed up sides would fit better.
        known: share of joints known.
        seen: share of the clip that was lifted.
    """

    joint_cm: dict[str, float]
    angle_deg: dict[str, float]
    travel_cm: float
    way_cm: float
    swapped: float
    known: float
    seen: float


def turned_alike(lifted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(3, 3) rotation about y that brings root-aligned positions closest (least squares, in closed form).

    >>> x = np.array([[[0.0, 0, 0], [1.0, 0, 0]]])
    >>> y = np.array([[[0.0, 0, 0], [0.0, 0, -1.0]]])
    >>> (turned_alike(x, y) @ [1.0, 0, 0]).round(6).tolist()
    [0.0, 0.0, -1.0]
    """
    a, b = lifted - lifted[:, :1], truth - truth[:, :1]
    cos = np.sum(a[..., 0] * b[..., 0] + a[..., 2] * b[..., 2])
    sin = np.sum(a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2])
    angle = np.arctan2(sin, cos)
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def lifting_errors(lifted: Lifted, truth: np.ndarray) -> LiftingErrors:
    """Compare with the filmed motion.

    Args:
        lifted: of a video whose first picture is the motion's first frame.
        truth: (T, 22, 3) metres, 20 fps.
    """
    first = round(lifted.start_s * FPS)
    n = min(len(lifted.positions), len(truth) - first)
    x, y = lifted.positions[:n].astype(float), truth[first : first + n].astype(float)
    x = x @ turned_alike(x, y).T
    a, b = x - x[:, :1], y - y[:, :1]
    distance = 100 * np.linalg.norm(a - b, axis=-1)
    other = a.copy()
    for name, k in J.items():
        if name.startswith("left_"):
            m = J[name.replace("left_", "right_")]
            other[:, [k, m]] = a[:, [m, k]]
    limbs = [J[j] for j in (*GROUPS["arms"], *GROUPS["legs"])]
    mixed = np.linalg.norm(other - b, axis=-1)[:, limbs].mean(axis=1) * 100 < distance[:, limbs].mean(axis=1)
    joint = {g: float(distance[:, [J[j] for j in names]].mean()) for g, names in GROUPS.items()}
    joint["all"] = float(distance[:, 1:].mean())
    flat = [0, 2]
    way = y[-1, 0, flat] - y[0, 0, flat]
    travel = float(100 * np.linalg.norm(x[-1, 0, flat] - x[0, 0, flat] - way))
    return LiftingErrors(
        joint,
        angle_errors(x, y),
        travel if lifted.travel_known[:n].mean() > 0.5 else float("nan"),
        float(100 * np.linalg.norm(way)),
        float(mixed.mean()),
        float(lifted.known[:n].mean()),
        n / len(truth),
    )


def _between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Degrees between directions."""
    return np.rad2deg(np.arccos(np.clip(np.sum(unit(a) * unit(b), axis=-1), -1, 1)))


def angle_errors(x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Mean absolute angle errors in degrees of (T, 22, 3) positions against others, by ``ANGLES``."""
    frames = []
    for p in (x, y):
        corners = [p[:, J[j]] for j in ("left_hip", "right_hip", "left_shoulder", "right_shoulder")]
        frames.append(trunk_frames(*corners))
    out: dict[str, list[float]] = {name: [] for name in ANGLES}

    def inside(frame: np.ndarray, v: np.ndarray) -> np.ndarray:
        return np.einsum("tji,tj->ti", frame, v)

    for side in ("left", "right"):
        for ball, hinge, end, which in (("shoulder", "elbow", "wrist", 1), ("hip", "knee", "ankle", 0)):
            upper = [p[:, J[f"{side}_{hinge}"]] - p[:, J[f"{side}_{ball}"]] for p in (x, y)]
            lower = [p[:, J[f"{side}_{end}"]] - p[:, J[f"{side}_{hinge}"]] for p in (x, y)]
            local = [inside(frames[k][which], upper[k]) for k in (0, 1)]
            out[ball].append(float(_between(local[0], local[1]).mean()))
            bends = [_between(upper[k], lower[k]) for k in (0, 1)]
            out[hinge].append(float(np.abs(bends[0] - bends[1]).mean()))
    up = np.array([0.0, 1.0, 0.0])
    leans = [_between(p[:, J["neck"]] - p[:, J["pelvis"]], up) for p in (x, y)]
    out["lean"].append(float(np.abs(leans[0] - leans[1]).mean()))
    headings = [heading_frames(p)[:, 2] for p in (x, y)]
    out["heading"].append(float(_between(headings[0], headings[1]).mean()))
    return {name: float(np.mean(values)) for name, values in out.items()}


def mean_errors(rows: Sequence[LiftingErrors]) -> LiftingErrors:
    """Mean over clips; travel over those that show it."""
    shown = [r.travel_cm for r in rows if np.isfinite(r.travel_cm)]
    return LiftingErrors(
        {k: float(np.mean([r.joint_cm[k] for r in rows])) for k in rows[0].joint_cm},
        {k: float(np.mean([r.angle_deg[k] for r in rows])) for k in rows[0].angle_deg},
        float(np.mean(shown)) if shown else float("nan"),
        float(np.mean([r.way_cm for r in rows])),
        float(np.mean([r.swapped for r in rows])),
        float(np.mean([r.known for r in rows])),
        float(np.mean([r.seen for r in rows])),
    )
