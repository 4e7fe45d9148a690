"""The 29 joint angles of the joint-angle motion image paper, for the ablation.

After "Fine-grained Motion Retrieval via Joint-Angle Motion Images and Token-Patch Late Interaction"
(2026): 29 degrees of freedom in 14 body parts, in degrees. Its weak points are kept on purpose, because
this is what our image is compared with: angles wrap at 180 degrees, the flexion of a bone that points
sideways and the rotation about a straight limb are undefined, nothing is said of speed, contact or hands.

Where the paper is silent the choice is ours, and the kind one, so that angles of a standing person are
near 0 and not on the wrap: the pelvis turns by yaw, then roll, then pitch; bones that point up (spine, neck)
are measured from up; a hip's rotation is measured from a shank bent back, a shoulder's from a forearm
bent forward.
"""

from __future__ import annotations

import numpy as np

from ..skeleton import JOINT_INDEX, N_PARTS
from .image import _into, _unit
from .positions import checked, seen_from_first_frame

N_ANGLES = 3
"""Most degrees of freedom of one body part; parts with fewer are filled with zeros."""


def _anatomical(across: np.ndarray, up: np.ndarray) -> np.ndarray:
    """(T, 3, 3) whose rows are forward, up, right: up made orthogonal to across, forward = up x across."""
    right = _unit(across)
    up = _unit(up - (up * right).sum(-1, keepdims=True) * right)
    return np.stack([np.cross(up, right), up, right], axis=1)


def ball_angles(bone: np.ndarray, following: np.ndarray, bend: float) -> np.ndarray:
    """Flexion, adduction and rotation of a ball joint whose bone hangs down at rest.

    flexion = atan2(v_x, -v_y); adduction = the signed angle between v and its projection on the x-y
    plane; rotation = where the following bone points about v once both are undone.

    Args:
        bone, following: (T, 3) in the parent's frame: forward, up, right.
        bend: 1 where the following bone usually bends forward, -1 where backward.

    Returns:
        (T, 3) degrees, each from -180 to 180.

    >>> raised_forward, hand_to_the_right = np.array([[1.0, 0, 0]]), np.array([[0.0, 0, 1]])
    >>> ball_angles(raised_forward, hand_to_the_right, 1).round(3) + 0.0
    array([[90.,  0., 90.]])
    """
    x, y, z = bone[:, 0], bone[:, 1], bone[:, 2]
    flexion = np.arctan2(x, -y)
    adduction = np.arctan2(z, np.hypot(x, y))
    # Undo flexion (about right), then adduction (about forward): the bone points down again.
    cos, sin = np.cos(flexion), np.sin(flexion)
    fx, fy = cos * following[:, 0] + sin * following[:, 1], -sin * following[:, 0] + cos * following[:, 1]
    fz = np.sin(adduction) * fy + np.cos(adduction) * following[:, 2]
    rotation = np.arctan2(bend * fz, bend * fx)
    return np.rad2deg(np.stack([flexion, adduction, rotation], axis=1))


def _upright(v: np.ndarray) -> np.ndarray:
    """A bone that points up, turned so that the formulas for hanging bones apply."""
    return v * np.array([1, -1, 1])


def _hinge(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(T, 1) degrees between two bones."""
    return np.rad2deg(np.arccos(np.clip((_unit(a) * _unit(b)).sum(-1, keepdims=True), -1, 1)))


def _euler(frame: np.ndarray) -> np.ndarray:
    """(T, 3) degrees: yaw to the left, pitch forward, roll to the right of a frame forward, up, right."""
    forward, up, right = frame[:, 0], frame[:, 1], frame[:, 2]
    yaw = np.arctan2(right[:, 2], -right[:, 0])
    roll = np.arcsin(np.clip(-right[:, 1], -1, 1))
    pitch = np.arctan2(-forward[:, 1], up[:, 1])
    return np.rad2deg(np.stack([yaw, pitch, roll], axis=1))


def angle_image(positions: np.ndarray) -> np.ndarray:
    """The paper's 29 degrees of freedom.

    Args:
        positions: (T, 22, 3) metres at 20 fps, y up, floor at 0.

    Returns:
        (T, 14, 3) float32 in the order of ``skeleton.BODY_PARTS``, zero where a part has fewer than three:
        translation in metres seen from the first frame, all else degrees.

    Raises:
        ValueError: wrong shape.
    """
    p = seen_from_first_frame(checked(positions).astype(np.float64))
    at = {name: p[:, i] for name, i in JOINT_INDEX.items()}
    pelvis = _anatomical(at["right_hip"] - at["left_hip"], at["spine1"] - at["pelvis"])
    chest = _anatomical(at["right_shoulder"] - at["left_shoulder"], at["neck"] - at["spine2"])
    out = np.zeros((len(p), N_PARTS, N_ANGLES), dtype=np.float32)
    out[:, 0] = at["pelvis"]
    out[:, 1] = _euler(pelvis)
    for k, side in enumerate(("right", "left")):
        hip, knee, ankle, foot = (at[f"{side}_{n}"] for n in ("hip", "knee", "ankle", "foot"))
        shoulder, elbow, wrist = (at[f"{side}_{n}"] for n in ("shoulder", "elbow", "wrist"))
        thigh, shank, upper, fore = knee - hip, ankle - knee, elbow - shoulder, wrist - elbow
        out[:, 2 + k] = ball_angles(_into(pelvis, thigh), _into(pelvis, shank), -1)
        out[:, 4 + k, :1] = _hinge(thigh, shank)
        out[:, 6 + k, :1] = _hinge(shank, foot - ankle)
        out[:, 10 + k] = ball_angles(_into(chest, upper), _into(chest, fore), 1)
        out[:, 12 + k, :1] = _hinge(upper, fore)
    spine, front = _into(pelvis, at["neck"] - at["spine1"]), _into(pelvis, chest[:, 0])
    out[:, 8] = ball_angles(_upright(spine), _upright(front), 1)
    head = _into(chest, at["head"] - at["neck"])
    out[:, 9, :2] = ball_angles(_upright(head), np.zeros_like(head), 1)[:, :2]
    return out
