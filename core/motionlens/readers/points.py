"""The 22 canonical points of a source skeleton, missing ones derived, still in the file's unit and axes."""

from __future__ import annotations

import numpy as np

from ..skeleton import JOINT_INDEX, N_JOINTS, REFERENCE_OFFSETS
from .mapping import JointMap
from .rotations import frame, unit

J = JOINT_INDEX
_TRUNK_LENGTHS = np.linalg.norm(
    REFERENCE_OFFSETS[[J["spine1"], J["spine2"], J["spine3"], J["neck"]]], axis=-1
)
SPINE_FRACTIONS: np.ndarray = (np.cumsum(_TRUNK_LENGTHS) / _TRUNK_LENGTHS.sum())[:3]
"""Where spine1, spine2 and spine3 lie between pelvis and neck on the reference skeleton, by arc length."""


def along(polyline: np.ndarray, fraction: float) -> np.ndarray:
    """Point at a fraction of a polyline's length (lengths averaged over frames: bones do not stretch).

    Args:
        polyline: (F, K, 3).
        fraction: 0 to 1.

    >>> along(np.array([[[0, 0, 0], [0, 1, 0], [0, 3.0, 0]]]), 0.5).tolist()
    [[0.0, 1.5, 0.0]]
    """
    lengths = np.linalg.norm(np.diff(polyline, axis=1), axis=-1).mean(axis=0)
    ends = np.concatenate([[0.0], np.cumsum(lengths)])
    at = fraction * ends[-1]
    k = int(np.clip(np.searchsorted(ends, at, side="right") - 1, 0, len(lengths) - 1))
    weight = (at - ends[k]) / lengths[k] if lengths[k] > 0 else 0.0
    return polyline[:, k] * (1 - weight) + polyline[:, k + 1] * weight


def _spine(polyline: np.ndarray) -> list[np.ndarray]:
    steps = np.linalg.norm(np.diff(polyline, axis=1), axis=-1).mean(axis=0)
    if polyline.shape[1] == 5 and steps.min() > 0.02 * steps.sum():
        return [polyline[:, k] for k in (1, 2, 3)]
    return [along(polyline, f) for f in SPINE_FRACTIONS]


def canonical_points(positions: np.ndarray, joints: JointMap) -> np.ndarray:
    """(F, 22, 3) points from (F, J, 3) positions; derived points turn and scale with the body."""
    out = np.zeros((len(positions), N_JOINTS, 3))
    for name, source in joints.index.items():
        out[:, J[name]] = positions[:, source]
    shoulders = 0.5 * (out[:, J["left_shoulder"]] + out[:, J["right_shoulder"]])
    if "neck" not in joints.index:
        out[:, J["neck"]] = shoulders + 0.25 * (out[:, J["head"]] - shoulders)
    chain = [positions[:, k] for k in joints.trunk if k != joints.index["pelvis"]]
    if not chain:
        chain = [0.5 * (out[:, J["pelvis"]] + out[:, J["neck"]])]
    polyline = np.stack([out[:, J["pelvis"]], *chain, out[:, J["neck"]]], axis=1)
    for name, point in zip(("spine1", "spine2", "spine3"), _spine(polyline), strict=True):
        if name not in joints.index:
            out[:, J[name]] = point
    if "head" not in joints.index:
        trunk = out[:, J["neck"]] - out[:, J["pelvis"]]
        out[:, J["head"]] = out[:, J["neck"]] + 0.2 * trunk
    base = 0.4 * out[:, J["spine3"]] + 0.6 * out[:, J["neck"]]
    for side in ("left", "right"):
        if f"{side}_collar" not in joints.index:
            out[:, J[f"{side}_collar"]] = base + 0.35 * (out[:, J[f"{side}_shoulder"]] - base)
        if f"{side}_foot" not in joints.index:
            out[:, J[f"{side}_foot"]] = out[:, J[f"{side}_ankle"]] + _foot_offset(out, side)
    return out


def _foot_offset(points: np.ndarray, side: str) -> np.ndarray:
    """A foot at a right angle to the shank, as on the reference skeleton, where the file has no toes."""
    shank = points[:, J[f"{side}_knee"]] - points[:, J[f"{side}_ankle"]]
    across = points[:, J["left_hip"]] - points[:, J["right_hip"]]
    scale = np.linalg.norm(shank, axis=-1).mean() / np.linalg.norm(REFERENCE_OFFSETS[J[f"{side}_ankle"]])
    offset = REFERENCE_OFFSETS[J[f"{side}_foot"]] * scale
    return np.einsum("fij,j->fi", frame(across, shank), offset)


def middle(points: np.ndarray, joint: str) -> np.ndarray:
    """Mean of a left and a right joint: ``middle(points, "hip")``."""
    return 0.5 * (points[..., J[f"left_{joint}"], :] + points[..., J[f"right_{joint}"], :])


def leg_length(points: np.ndarray) -> float:
    """Thigh + shank, mean of the sides, median over frames, in the points' unit."""
    total = sum(
        np.linalg.norm(points[:, J[f"{s}_{a}"]] - points[:, J[f"{s}_{b}"]], axis=-1)
        for s in ("left", "right")
        for a, b in (("hip", "knee"), ("knee", "ankle"))
    )
    return float(np.median(total)) / 2


def stature(points: np.ndarray) -> float:
    """Body height in the points' unit, from the legs' bone lengths: right in any pose.

    Thigh + shank is 0.491 of a body's height (Drillis and Contini's segment proportions, as in Winter,
    "Biomechanics and Motor Control of Human Movement"). Trunks are no help: rigs leave vertebrae out.
    """
    return leg_length(points) / 0.491


def lateral(points: np.ndarray) -> np.ndarray:
    """(..., 3) right-to-left direction of the body, from hips and shoulders."""
    hips = points[..., J["left_hip"], :] - points[..., J["right_hip"], :]
    shoulders = points[..., J["left_shoulder"], :] - points[..., J["right_shoulder"], :]
    return unit(hips) + unit(shoulders)
