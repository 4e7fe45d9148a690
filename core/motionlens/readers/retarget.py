"""Positions of any body -> the reference skeleton, and the placing of a motion in the world.

Limb bones keep the source's directions and take the reference's lengths. Pelvis and chest are rigid
frames, and the spine bends evenly between them. How a rig's joints lie within pelvis, chest, head, shoulder
and foot differs from rig to rig, and would tell rigs apart; where the file has a rest pose that stands
upright, it calibrates them, so that every rig's rest pose becomes the reference's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from ..skeleton import JOINT_INDEX, N_JOINTS, REFERENCE_FOOT_HEIGHT_M, REFERENCE_LEG_M, REFERENCE_OFFSETS
from .infer import upright_axis
from .points import along, lateral, leg_length, middle
from .rotations import axis_vector, frame, turn_between, unit

J = JOINT_INDEX
_OFFSETS = REFERENCE_OFFSETS.astype(float)
_HIP_MIDDLE = 0.5 * (_OFFSETS[J["left_hip"]] + _OFFSETS[J["right_hip"]])

# How far the ground is from a joint of a body that lies or leans on it, metres.
_FLESH_M = np.full(N_JOINTS, 0.09)
for _name, _metres in (("foot", 0.02), ("ankle", 0.05), ("knee", 0.05), ("elbow", 0.04), ("wrist", 0.03)):
    _FLESH_M[[J[f"left_{_name}"], J[f"right_{_name}"]]] = _metres


@dataclass(frozen=True)
class BodyFrames:
    """Rotations of pelvis and chest, (F, 3, 3), columns left, up, forward."""

    pelvis: np.ndarray
    chest: np.ndarray


def _trunk_line(points: np.ndarray) -> np.ndarray:
    return np.stack([points[:, J[n]] for n in ("pelvis", "spine1", "spine2", "spine3", "neck")], axis=1)


def _raw_frames(points: np.ndarray, low: bool) -> BodyFrames:
    """Frames by geometry alone.

    Args:
        points: (F, 22, 3).
        low: take the pelvis' up from the lowest usable point of the spine (needs calibration), otherwise
            from the spine's middle (roughly upright by itself).
    """
    hips = middle(points, "hip")
    leg = leg_length(points)
    across = points[:, J["left_hip"]] - points[:, J["right_hip"]]
    if np.linalg.norm(across, axis=-1).mean() < 0.05 * leg:
        # hips that sit at the root have no direction: the shoulders' has to do
        across = points[:, J["left_shoulder"]] - points[:, J["right_shoulder"]]
    trunk = _trunk_line(points)
    up = along(trunk, 0.45) - hips
    if low:
        for name in ("pelvis", "spine1"):
            candidate = points[:, J[name]] - hips
            off_axis = candidate - unit(across) * np.sum(candidate * unit(across), axis=-1, keepdims=True)
            if np.linalg.norm(off_axis, axis=-1).mean() > 0.06 * leg:
                up = candidate
                break
    shoulders = points[:, J["left_shoulder"]] - points[:, J["right_shoulder"]]
    return BodyFrames(frame(across, up), frame(shoulders, points[:, J["neck"]] - along(trunk, 0.55)))


def _standing_frame(rest: np.ndarray) -> np.ndarray | None:
    """(3, 3) left, up, forward of a rest pose that stands; None where it does not."""
    name = upright_axis(rest)
    if name is None:
        return None
    up = axis_vector(name)
    left = lateral(rest)
    left = left - up * (left @ up)
    return frame(left, up)


def _foot(points: np.ndarray, side: str, rest: np.ndarray | None) -> np.ndarray:
    """Foot direction; its pitch corrected by how the rest pose's flat foot lies against the reference's."""
    shank = points[..., J[f"{side}_ankle"], :] - points[..., J[f"{side}_knee"], :]
    foot = unit(points[..., J[f"{side}_foot"], :] - points[..., J[f"{side}_ankle"], :])
    if rest is None:
        return foot
    still = unit(rest[J[f"{side}_foot"]] - rest[J[f"{side}_ankle"]])
    up = axis_vector(upright_axis(rest) or "y")
    reference = unit(_OFFSETS[J[f"{side}_foot"]])
    pitch = np.arcsin(np.clip(still @ up, -1, 1)) - np.arcsin(reference[1])
    if abs(pitch) > np.deg2rad(45):  # a rest pose on tiptoe or with bent feet says nothing about the sole
        return foot
    # towards the sole: turn about the axis square to shank and foot
    side_axis = unit(np.cross(foot, shank))
    return foot * np.cos(pitch) + np.cross(side_axis, foot) * np.sin(pitch)


def _held(
    frames: np.ndarray, direction: np.ndarray, reference: np.ndarray, still: np.ndarray | None
) -> np.ndarray:
    """Direction of a bone carried by the chest: the turn from its rest direction, applied to the reference's.

    Args:
        frames: (F, 3, 3) chest.
        direction: (F, 3) the source bone in the world.
        reference: (3,) the reference bone in the chest frame.
        still: (3,) the source bone in the chest frame at rest; None: take ``direction`` as it is.
    """
    if still is None:
        return unit(direction)
    local = np.einsum("fji,fj->fi", frames, unit(direction))
    turned = turn_between(still, local, unit(reference))
    return np.einsum("fij,fj->fi", frames, turned)


def to_reference(points: np.ndarray, rest: np.ndarray | None = None) -> np.ndarray:
    """Put a motion on the reference skeleton.

    Args:
        points: (F, 22, 3) metres, y up, right-handed.
        rest: (22, 3) rest pose of the same body (any axes, any unit); used when it stands upright.

    Returns:
        (F, 22, 3) float64, reference bone lengths; root translation scaled by reference leg / source leg.
    """
    standing = _standing_frame(rest) if rest is not None else None
    frames = _raw_frames(points, low=standing is not None)
    still: BodyFrames | None = None
    if standing is not None and rest is not None:
        still = _raw_frames(rest[None], low=True)
        frames = BodyFrames(
            frames.pelvis @ (still.pelvis[0].T @ standing), frames.chest @ (still.chest[0].T @ standing)
        )
    out = np.zeros((len(points), N_JOINTS, 3))
    scale = REFERENCE_LEG_M / leg_length(points)

    def put(joint: str, parent: str, rotation: np.ndarray) -> None:
        out[:, J[joint]] = out[:, J[parent]] + rotation @ _OFFSETS[J[joint]]

    def point(joint: str, parent: str, direction: np.ndarray) -> None:
        out[:, J[joint]] = out[:, J[parent]] + direction * np.linalg.norm(_OFFSETS[J[joint]])

    out[:, J["pelvis"]] = middle(points, "hip") * scale - frames.pelvis @ _HIP_MIDDLE
    for joint in ("left_hip", "right_hip", "spine1"):
        put(joint, "pelvis", frames.pelvis)
    bend = Rotation.from_matrix(np.swapaxes(frames.pelvis, -1, -2) @ frames.chest).as_rotvec()
    put("spine2", "spine1", frames.pelvis @ Rotation.from_rotvec(bend / 3).as_matrix())
    put("spine3", "spine2", frames.pelvis @ Rotation.from_rotvec(bend * 2 / 3).as_matrix())
    for joint in ("neck", "left_collar", "right_collar"):
        put(joint, "spine3", frames.chest)

    def carried(joint: str, source_parent: np.ndarray, rest_parent: np.ndarray | None) -> np.ndarray:
        local = None
        if standing is not None and rest is not None and rest_parent is not None:
            local = standing.T @ unit(rest[J[joint]] - rest_parent)
        return _held(frames.chest, points[:, J[joint]] - source_parent, _OFFSETS[J[joint]], local)

    point("head", "neck", carried("head", points[:, J["neck"]], None if rest is None else rest[J["neck"]]))
    top = along(_trunk_line(points), 0.8)
    rest_top = None if rest is None else along(_trunk_line(rest[None]), 0.8)[0]
    for side in ("left", "right"):
        point(f"{side}_shoulder", f"{side}_collar", carried(f"{side}_shoulder", top, rest_top))
        for joint, parent in (("elbow", "shoulder"), ("wrist", "elbow"), ("knee", "hip"), ("ankle", "knee")):
            bone = points[:, J[f"{side}_{joint}"]] - points[:, J[f"{side}_{parent}"]]
            point(f"{side}_{joint}", f"{side}_{parent}", unit(bone))
        point(f"{side}_foot", f"{side}_ankle", _foot(points, side, rest if standing is not None else None))
    return out


def floor_height(positions: np.ndarray) -> float:
    """Height of the ground under (T, 22, 3) positions, metres: where the feet are when they are down.

    The 5th percentile over frames of the lower foot, so that single frames below (noise) do not count. Where
    another part of the body reaches lower for long (someone who lies with the feet up), that part lies on it.
    """
    feet = np.minimum(positions[:, J["left_foot"], 1], positions[:, J["right_foot"], 1])
    ground = float(np.quantile(feet, 0.05)) - REFERENCE_FOOT_HEIGHT_M
    body = float(np.quantile((positions[..., 1] - _FLESH_M).min(axis=1), 0.05))
    return body if body < ground - 0.02 else ground


def facing(points: np.ndarray) -> np.ndarray:
    """(3,) horizontal unit vector in which a body (22, 3), y up, faces: across hips and shoulders x up.

    A body that lies on its side has no level line across: its belly's direction counts then.
    """
    across = lateral(points)
    level = np.array([across[0], 0.0, across[2]])
    if np.linalg.norm(level) > 0.35 * np.linalg.norm(across):
        return unit(np.cross(level, [0.0, 1.0, 0.0]))
    belly = np.cross(across, points[J["neck"]] - middle(points, "hip"))
    belly[1] = 0.0
    return unit(belly)


def turn_to_front(points: np.ndarray) -> np.ndarray:
    """(3, 3) rotation about y that makes the body (22, 3) face +z."""
    forward = facing(points)
    return np.stack([np.cross([0.0, 1.0, 0.0], forward), [0.0, 1.0, 0.0], forward])


def place(positions: np.ndarray, floor: float | None = None) -> np.ndarray:
    """Canonical placement: first pelvis over the origin, facing +z, floor at 0.

    Args:
        positions: (T, 22, 3), y up, metres.
        floor: height of the floor in these positions; None: found by ``floor_height``.

    Returns:
        (T, 22, 3) float32.
    """
    out = positions.astype(float) - np.array([0.0, floor_height(positions) if floor is None else floor, 0.0])
    out -= positions[0, J["pelvis"]] * np.array([1.0, 0.0, 1.0])
    return (out @ turn_to_front(positions[0]).T).astype(np.float32)
