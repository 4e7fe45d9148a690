"""The canonical skeleton: SMPL's first 22 joints, the 14 body parts, the reference proportions.

Axes everywhere: metres, y up, a person who faces +z has the left hand at +x (right-handed).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

JOINT_NAMES: tuple[str, ...] = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2",
    "left_ankle", "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar",
    "right_collar", "head", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow",
    "left_wrist", "right_wrist",
)  # fmt: skip
JOINT_INDEX: dict[str, int] = {name: i for i, name in enumerate(JOINT_NAMES)}
N_JOINTS = len(JOINT_NAMES)

PARENTS: tuple[int, ...] = (
    -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19,
)  # fmt: skip

BONES: tuple[tuple[int, int], ...] = tuple((p, j) for j, p in enumerate(PARENTS) if p >= 0)

MIRROR: tuple[int, ...] = tuple(
    JOINT_INDEX[n.replace("left_", "right_") if n.startswith("left_") else n.replace("right_", "left_")]
    for n in JOINT_NAMES
)
"""``positions[:, MIRROR] * (-1, 1, 1)`` is the mirrored motion."""

SIDES: tuple[str, ...] = tuple(
    "left" if n.startswith("left_") else "right" if n.startswith("right_") else "centre" for n in JOINT_NAMES
)


@dataclass(frozen=True)
class BodyPart:
    """One column block of the motion image.

    Attributes:
        name: the glossary's name.
        joints: indices of the joints whose positions this part's degrees of freedom move.
    """

    name: str
    joints: tuple[int, ...]


def _part(name: str, *joints: str) -> BodyPart:
    return BodyPart(name, tuple(JOINT_INDEX[j] for j in joints))


BODY_PARTS: tuple[BodyPart, ...] = (
    BodyPart("translation", tuple(range(N_JOINTS))),
    BodyPart("orientation", tuple(range(N_JOINTS))),
    _part("right hip", "right_knee"),
    _part("left hip", "left_knee"),
    _part("right knee", "right_ankle"),
    _part("left knee", "left_ankle"),
    _part("right ankle", "right_foot"),
    _part("left ankle", "left_foot"),
    _part("lumbar", "spine1", "spine2", "spine3", "neck"),
    _part("neck", "head"),
    _part("right shoulder", "right_elbow"),
    _part("left shoulder", "left_elbow"),
    _part("right elbow", "right_wrist"),
    _part("left elbow", "left_wrist"),
)
N_PARTS = len(BODY_PARTS)

_OFFSETS_M: dict[str, tuple[float, float, float]] = {
    "pelvis": (0.0, 0.0, 0.0),
    "left_hip": (0.085, -0.075, -0.005),
    "left_knee": (0.0, -0.41, 0.0),
    "left_ankle": (0.0, -0.42, -0.0),
    "left_foot": (0.02, -0.055, 0.135),
    "spine1": (0.0, 0.11, -0.02),
    "spine2": (0.0, 0.135, 0.0),
    "spine3": (0.0, 0.06, 0.015),
    "neck": (0.0, 0.21, -0.025),
    "head": (0.0, 0.10, 0.04),
    "left_collar": (0.07, 0.12, -0.015),
    "left_shoulder": (0.105, 0.03, -0.01),
    "left_elbow": (0.265, 0.0, 0.0),
    "left_wrist": (0.25, 0.0, 0.0),
}

REFERENCE_OFFSETS: np.ndarray = np.array(
    [
        _OFFSETS_M[n]
        if n in _OFFSETS_M
        else (-_OFFSETS_M[n.replace("right_", "left_")][0], *_OFFSETS_M[n.replace("right_", "left_")][1:])
        for n in JOINT_NAMES
    ],
    dtype=np.float32,
)
"""(22, 3) metres: each joint from its parent in the T-pose that faces +z; thigh + shank = 0.83 m."""
REFERENCE_OFFSETS.setflags(write=False)

REFERENCE_LEG_M = 0.83
"""Thigh + shank of the reference skeleton, metres."""

REFERENCE_FOOT_HEIGHT_M = 0.02
"""Height of the foot (toe-base) joint when the sole is flat on the floor, metres."""


def rest_positions() -> np.ndarray:
    """(22, 3) float32 metres: the T-pose of the reference skeleton, feet on the floor, facing +z."""
    out = np.zeros((N_JOINTS, 3), dtype=np.float32)
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            out[joint] = out[parent] + REFERENCE_OFFSETS[joint]
    out[:, 1] += REFERENCE_FOOT_HEIGHT_M - out[JOINT_INDEX["left_foot"], 1]
    return out
