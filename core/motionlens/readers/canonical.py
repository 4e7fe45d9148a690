"""Any skeleton animation -> a canonical ``Motion``: mapping, unit, axes, T-pose, 20 fps, reference skeleton.

``Motion.inferred`` records, JSON-able: ``format``, ``unit_m`` and ``unit_from``, ``up_axis`` and ``up_from``,
``facing_from``, ``fps`` and ``fps_from``, ``dropped_t_pose_frames``, ``joint_map`` (canonical -> the file's name),
``derived`` (canonical joints computed from others), ``stature_m``, ``notes``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import UnreadableFileError
from ..motion import Motion
from ..skeleton import JOINT_INDEX
from . import infer
from .animation import SkeletonAnimation
from .mapping import JointMap, MappingOverrides, map_skeleton
from .points import canonical_points, lateral, leg_length, middle, stature
from .resample import resample_positions
from .retarget import floor_height, place, to_reference, turn_to_front
from .rotations import axis_vector, frame, unit

__all__ = ["MappingOverrides", "place", "to_motion", "to_reference"]

J = JOINT_INDEX
_MIN_FPS, _MAX_FPS = 1.0, 2000.0


def to_motion(animation: SkeletonAnimation, mapping: MappingOverrides | None = None) -> Motion:
    """Read an animation as a person's motion.

    Args:
        animation: named joints with world positions.
        mapping: what the user states; everything else is inferred.

    Raises:
        UnmappableSkeletonError: joints were not found (the message names them).
        UnreadableFileError: positions that are no body's.
    """
    mapping = mapping or MappingOverrides()
    _check(animation)
    joints = map_skeleton(
        animation.joint_names, animation.parents, mapping.joints, animation.source or animation.name
    )
    points = canonical_points(np.asarray(animation.positions, dtype=float), joints)
    rest = _rest_points(animation, joints)
    height = stature(points)
    if not height > 0:
        raise UnreadableFileError(f"{animation.source} has legs of no length: export it with its skeleton.")
    unit_m, unit_from = infer.infer_unit(height, animation.unit_m)
    if mapping.unit_m is not None:
        unit_m, unit_from = mapping.unit_m, "mapping file"
    fps, fps_from = _rate(animation, mapping)

    dropped = 0
    if mapping.drop_t_pose is not False:
        root = np.asarray(animation.positions[:, joints.index["pelvis"]], dtype=float)
        dropped = infer.leading_t_pose(points, root, height)
        points = points[dropped:]
    up, up_from = infer.infer_up(points, rest, animation.up_axis)
    if mapping.up_axis is not None:
        up, up_from = mapping.up_axis.lstrip("+"), "mapping file"
    axes, facing_from, notes = _axes(points, up, mapping.facing)
    points = resample_positions(points, fps) @ axes.T * unit_m
    if rest is not None and np.linalg.det(axes) < 0:
        rest = rest @ axes.T

    canonical = to_reference(points, rest)
    inferred: dict[str, Any] = {
        "format": animation.file_format,
        "unit_m": round(float(unit_m), 8),
        "unit_from": unit_from,
        "up_axis": up,
        "up_from": up_from,
        "facing_from": facing_from,
        "fps": round(float(fps), 6),
        "fps_from": fps_from,
        "dropped_t_pose_frames": dropped,
        "joint_map": {name: animation.joint_names[k] for name, k in joints.index.items()},
        "derived": _derived(joints),
        "stature_m": round(height * unit_m, 3),
        "notes": [*notes, *(f"{k}: {v}" for k, v in animation.notes.items() if k != "fps_from")],
    }
    original = _place_original(points, canonical)
    return Motion(place(canonical), animation.name, animation.source, float(fps), original, inferred)


def _check(animation: SkeletonAnimation) -> None:
    positions = animation.positions
    where = animation.source or animation.name
    if len(positions) == 0:
        raise UnreadableFileError(f"{where} holds no frames: export it again.")
    if not np.isfinite(positions).all():
        raise UnreadableFileError(f"{where} holds positions that are not numbers (NaN): export it again.")
    if np.abs(positions).max() > 1e9:
        raise UnreadableFileError(f"{where} holds impossibly large positions: export it again.")


def _rest_points(animation: SkeletonAnimation, joints: JointMap) -> np.ndarray | None:
    if animation.rest_positions is None or not np.isfinite(animation.rest_positions).all():
        return None
    rest = canonical_points(np.asarray(animation.rest_positions, dtype=float)[None], joints)
    return rest[0] if leg_length(rest) > 0 else None


def _rate(animation: SkeletonAnimation, mapping: MappingOverrides) -> tuple[float, str]:
    if "sampled_fps" in animation.notes:  # the file holds times: a stated rate only asked for samples
        return float(animation.fps), "times in the file"
    if mapping.fps is not None:
        return float(mapping.fps), mapping.fps_from
    if not _MIN_FPS <= animation.fps <= _MAX_FPS:
        raise UnreadableFileError(
            f"{animation.source} states {animation.fps:g} frames a second: give the true rate in a mapping file, "
            '{"fps": 30}.'
        )
    return float(animation.fps), str(animation.notes.get("fps_from", "file"))


def _axes(points: np.ndarray, up: str, stated_facing: str | None) -> tuple[np.ndarray, str, list[str]]:
    """(3, 3) matrix from the file's axes to y up, first frame facing +z; how facing was found; notes."""
    up_vector = axis_vector(up)
    notes: list[str] = []
    flip = infer.toes_against_sides(points)
    if flip:
        notes.append(
            "toes point backwards for the named sides: the file's axes are left-handed and were converted, "
            "left stays the joints named left"
        )
    if stated_facing is not None and abs(axis_vector(stated_facing) @ up_vector) < 0.5:
        forward = axis_vector(stated_facing)
        left = np.cross(up_vector, forward) * (-1.0 if flip else 1.0)
        return np.stack([left, up_vector, forward]), "mapping file", notes
    first = points[0]
    left = lateral(first)
    level = left - up_vector * (left @ up_vector)
    facing_from = "hips and shoulders of the first frame"
    if np.linalg.norm(level) <= 0.35 * np.linalg.norm(left):
        belly = np.cross(left, first[J["neck"]] - middle(first, "hip"))
        level = np.cross(up_vector, belly)
        facing_from = "front of the trunk in the first frame (it lies on its side)"
    basis = frame(level, up_vector)
    if flip:
        basis[:, 2] *= -1.0
    return unit(basis.T), facing_from, notes


def _derived(joints: JointMap) -> list[str]:
    spine = [] if len(joints.trunk) == 4 else ["spine1", "spine2", "spine3"]
    return sorted({*joints.missing, *joints.ends, *spine}, key=JOINT_INDEX.__getitem__)


def _place_original(points: np.ndarray, canonical: np.ndarray) -> np.ndarray:
    """The source's own proportions, turned like the canonical motion, own pelvis over the origin, own floor."""
    turn = turn_to_front(canonical[0])
    out = points - points[0, J["pelvis"]] * np.array([1.0, 0.0, 1.0])
    out = out - np.array([0.0, floor_height(points), 0.0])
    return (out @ turn.T).astype(np.float32)
