"""mediapipe's 33 body landmarks and the 22 canonical joints, both ways.

Ears, nose, heels and toes are no joints of ours, and spine, collars and neck no landmarks of theirs. Both are
placed where they lie on a body of the reference proportions (head after Drillis and Contini's segment lengths,
as in Winter, "Biomechanics and Motor Control of Human Movement"), so that standing upright maps to standing
upright, and ``joints_of(landmarks_of(x))`` is x but for bends within the spine and turns of the head.
"""

from __future__ import annotations

import numpy as np

from ..readers.rotations import frame, turn_between, unit
from ..skeleton import JOINT_INDEX, N_JOINTS, REFERENCE_OFFSETS, rest_positions

LANDMARK_NAMES: tuple[str, ...] = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye", "right_eye_outer",
    "left_ear", "right_ear", "mouth_left", "mouth_right", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_pinky", "right_pinky", "left_index", "right_index",
    "left_thumb", "right_thumb", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
    "right_ankle", "left_heel", "right_heel", "left_foot_index", "right_foot_index",
)  # fmt: skip
LANDMARK_INDEX: dict[str, int] = {name: i for i, name in enumerate(LANDMARK_NAMES)}
N_LANDMARKS = len(LANDMARK_NAMES)


def _other_side(name: str) -> str:
    if "left" in name:
        return name.replace("left", "right")
    return name.replace("right", "left")


LANDMARK_MIRROR: tuple[int, ...] = tuple(LANDMARK_INDEX[_other_side(n)] for n in LANDMARK_NAMES)
"""``landmarks[:, LANDMARK_MIRROR] * (-1, 1, 1)`` is the mirrored body."""

J, L = JOINT_INDEX, LANDMARK_INDEX
_O = REFERENCE_OFFSETS.astype(float)
_SIDES = ("left", "right")
SAME: tuple[str, ...] = tuple(
    f"{s}_{n}" for n in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle") for s in _SIDES
)
"""Joints that are landmarks under the same name."""

HEAD_POINTS_M: dict[str, tuple[float, float, float]] = {
    "nose": (0.0, 0.030, 0.112),
    "left_eye_inner": (0.018, 0.065, 0.088),
    "left_eye": (0.032, 0.066, 0.084),
    "left_eye_outer": (0.046, 0.065, 0.076),
    "left_ear": (0.077, 0.045, 0.0),
    "mouth_left": (0.025, -0.010, 0.088),
}
"""Landmarks of the head from the head joint, in its frame left, up, forward, metres; right ones mirrored."""
for _name in [n for n in HEAD_POINTS_M if "left" in n]:
    _x, _y, _z = HEAD_POINTS_M[_name]
    HEAD_POINTS_M[_other_side(_name)] = (-_x, _y, _z)

_HEAD = _O[J["head"]]
_EARS = _HEAD + np.array([0.0, HEAD_POINTS_M["left_ear"][1], 0.0])
HEEL_M = np.array([0.0, -0.055, -0.05])
"""Heel from the ankle of a foot that points forward, metres."""
TOE_M = np.array([0.03, -0.06, 0.185])
"""Tip of the big toe's side of the left foot from the ankle, metres."""
_HAND_M = {"pinky": (-0.025, 0.080), "index": (0.025, 0.085), "thumb": (0.035, 0.035)}
"""Knuckles from the wrist: towards the thumb's side, and along the forearm, metres."""

_REST = rest_positions().astype(float)
_REST_HIPS = 0.5 * (_REST[J["left_hip"]] + _REST[J["right_hip"]])
_REST_SHOULDERS = 0.5 * (_REST[J["left_shoulder"]] + _REST[J["right_shoulder"]])
_REST_LINE = _REST_SHOULDERS - _REST_HIPS
_UPRIGHT = frame(np.array([1.0, 0.0, 0.0]), _REST_LINE)


def trunk_frames(
    left_hip: np.ndarray, right_hip: np.ndarray, left_shoulder: np.ndarray, right_shoulder: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Rotations of pelvis and chest, (..., 3, 3) with columns left, up, forward, identity for the rest pose.

    Both take their up from the line between the middles of hips and shoulders: four points tell a
    trunk's lean and twist, not how it bends in between.
    """
    line = 0.5 * (left_shoulder + right_shoulder) - 0.5 * (left_hip + right_hip)
    pelvis = frame(left_hip - right_hip, line) @ _UPRIGHT.T
    chest = frame(left_shoulder - right_shoulder, line) @ _UPRIGHT.T
    return pelvis, chest


def _turn(rotation: np.ndarray, vector: np.ndarray) -> np.ndarray:
    return rotation @ vector


def joint_frames(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(T, 3, 3) rotations of chest and head of (T, 22, 3) positions; a head turns with the chest."""
    p = positions
    up = p[:, J["neck"]] - p[:, J["spine2"]]
    still = _REST[J["neck"]] - _REST[J["spine2"]]
    across = p[:, J["left_shoulder"]] - p[:, J["right_shoulder"]]
    chest = frame(across, up) @ frame(np.array([1.0, 0.0, 0.0]), still).T
    bone = p[:, J["head"]] - p[:, J["neck"]]
    head = np.stack([turn_between(chest @ _HEAD, bone, chest[..., k]) for k in range(3)], axis=-1)
    return chest, head


def foot_frames(positions: np.ndarray, side: str) -> np.ndarray:
    """(T, 3, 3) rotation of a foot, identity where it stands flat and points forward."""
    bone = positions[:, J[f"{side}_foot"]] - positions[:, J[f"{side}_ankle"]]
    shank = positions[:, J[f"{side}_knee"]] - positions[:, J[f"{side}_ankle"]]
    rest = _O[J[f"{side}_foot"]]
    still = frame(np.cross([0.0, 1.0, 0.0], rest), rest)
    # where shank and foot are in line, the knee's side does not show: a little of the hips' across helps
    across = unit(np.cross(shank, bone)) + 0.05 * unit(
        positions[:, J["left_hip"]] - positions[:, J["right_hip"]]
    )
    return frame(across - unit(bone) * np.sum(across * unit(bone), axis=-1, keepdims=True), bone) @ still.T


def landmarks_of(positions: np.ndarray) -> np.ndarray:
    """Where the 33 landmarks of a body are.

    Args:
        positions: (T, 22, 3) on the reference skeleton, metres, y up.

    Returns:
        (T, 33, 3) in the same axes.
    """
    p = np.asarray(positions, dtype=float)
    out = np.empty((len(p), N_LANDMARKS, 3))
    for name in SAME:
        out[:, L[name]] = p[:, J[name]]
    chest, head = joint_frames(p)
    for name, offset in HEAD_POINTS_M.items():
        out[:, L[name]] = p[:, J["head"]] + _turn(head, np.array(offset))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        foot = foot_frames(p, side)
        flip = np.array([sign, 1.0, 1.0])
        out[:, L[f"{side}_heel"]] = p[:, J[f"{side}_ankle"]] + _turn(foot, HEEL_M * flip)
        out[:, L[f"{side}_foot_index"]] = p[:, J[f"{side}_ankle"]] + _turn(foot, TOE_M * flip)
        fore = unit(p[:, J[f"{side}_wrist"]] - p[:, J[f"{side}_elbow"]])
        for name, point in hand_points(p[:, J[f"{side}_wrist"]], fore, chest).items():
            out[:, L[f"{side}_{name}"]] = point
    return out


def hand_points(wrist: np.ndarray, fore: np.ndarray, chest: np.ndarray) -> dict[str, np.ndarray]:
    """(T, 3) knuckles of a straight wrist; thumbs lead forward on hanging arms, up on arms held out."""
    thumb = chest[..., 2] + 0.7 * chest[..., 1]
    thumb = unit(thumb - fore * np.sum(thumb * fore, axis=-1, keepdims=True))
    return {name: wrist + a * thumb + b * fore for name, (a, b) in _HAND_M.items()}


def joints_of(landmarks: np.ndarray) -> np.ndarray:
    """The 22 joints of 33 landmarks, those that are no landmarks in the reference's proportions.

    Args:
        landmarks: (T, 33, 3), y up, right-handed, any unit.

    Returns:
        (T, 22, 3) in the same unit; limbs as the landmarks have them (``readers.retarget.to_reference`` gives
        them the reference's lengths).
    """
    m = np.asarray(landmarks, dtype=float)
    out = np.empty((len(m), N_JOINTS, 3))
    for name in SAME:
        out[:, J[name]] = m[:, L[name]]
    corners = [m[:, L[n]] for n in ("left_hip", "right_hip", "left_shoulder", "right_shoulder")]
    pelvis, chest = trunk_frames(*corners)
    hips, shoulders = 0.5 * (corners[0] + corners[1]), 0.5 * (corners[2] + corners[3])
    scale = float(np.median(np.linalg.norm(shoulders - hips, axis=-1)) / np.linalg.norm(_REST_LINE))
    for name in ("pelvis", "spine1"):
        out[:, J[name]] = hips + scale * _turn(pelvis, _REST[J[name]] - _REST_HIPS)
    for name in ("spine2", "spine3", "neck", "left_collar", "right_collar"):
        out[:, J[name]] = shoulders + scale * _turn(chest, _REST[J[name]] - _REST_SHOULDERS)
    ears = 0.5 * (m[:, L["left_ear"]] + m[:, L["right_ear"]]) - out[:, J["neck"]]
    local = np.einsum("tji,tj->ti", chest, unit(ears))
    head = np.einsum("tij,tj->ti", chest, turn_between(_EARS, local, _HEAD))
    out[:, J["head"]] = out[:, J["neck"]] + scale * head
    for side in _SIDES:
        out[:, J[f"{side}_foot"]] = out[:, J[f"{side}_ankle"]] + scale * _foot(m, side)
    return out


def _foot(landmarks: np.ndarray, side: str) -> np.ndarray:
    """Ankle to toe base: the triangle ankle, heel, toe laid on the reference's."""
    flip = np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])
    ankle, heel, toe = (landmarks[:, L[f"{side}_{n}"]] for n in ("ankle", "heel", "foot_index"))
    still = frame(TOE_M * flip - HEEL_M * flip, -0.5 * (TOE_M + HEEL_M) * flip)
    # the ankle is above the sole, but with a straight foot seen from the front the three can be in line
    return frame(toe - heel, ankle - 0.5 * (heel + toe)) @ still.T @ _O[J[f"{side}_foot"]]


def sources(joint: str) -> tuple[int, ...]:
    """Landmarks that a joint's position needs."""
    if joint in SAME:
        return (L[joint],)
    if joint == "head":
        return (L["left_ear"], L["right_ear"])
    if joint.endswith("_foot"):
        side = joint.removesuffix("_foot")
        return (L[f"{side}_ankle"], L[f"{side}_heel"], L[f"{side}_foot_index"])
    trunk = {"pelvis": ("hip",), "spine1": ("hip",), "spine2": ("hip", "shoulder")}
    return tuple(L[f"{s}_{n}"] for n in trunk.get(joint, ("shoulder",)) for s in _SIDES)
