"""Pose features of a frame: the input of the TMR peer.

HumanML3D's 263 numbers (Guo et al., CVPR 2022) less the 126 of the 6-d joint rotations, which follow
from the positions: 137 are left. Unlike there, velocities are a second's, not a frame's (features are z-scored), the
floor and the heading come from the canonical motion, and the last frame repeats the velocities before it,
so that no frame is lost.
"""

from __future__ import annotations

import numpy as np

from ..motion import FPS
from ..skeleton import JOINT_INDEX, N_JOINTS
from .positions import checked, seen_from_the_person

N_POSE = 1 + 2 + 1 + 3 * (N_JOINTS - 1) + 3 * N_JOINTS + 4
"""137 features."""

_CONTACT_M2 = 0.002
"""A foot is on the floor while its squared way in one frame is below this (HumanML3D's value)."""
_FEET = [JOINT_INDEX[n] for n in ("left_ankle", "left_foot", "right_ankle", "right_foot")]


def _forward_rate(x: np.ndarray) -> np.ndarray:
    """Change to the next frame, a second; the last frame repeats the one before it."""
    if len(x) == 1:
        return np.zeros_like(x)
    step = np.diff(x, axis=0) * np.float32(FPS)
    return np.concatenate([step, step[-1:]])


def pose_features(positions: np.ndarray) -> np.ndarray:
    """Pose features of a motion.

    Args:
        positions: (T, 22, 3) metres at 20 fps, y up, floor at 0.

    Returns:
        (T, 1, 137) float32: yaw rate (rad/s, to the left), pelvis velocity left and forward (m/s), pelvis
        height (m), 21 joints in the heading frame (m), 22 joint velocities in the heading frame (m/s), and
        contact of left ankle, left foot, right ankle, right foot (0 or 1).

    Raises:
        ValueError: wrong shape.
    """
    p = checked(positions)
    local, heading = seen_from_the_person(p)
    yaw = np.unwrap(np.arctan2(heading[:, 2, 0].astype(np.float64), heading[:, 2, 2]))
    moving = _forward_rate(p)
    velocity = np.einsum("tij,tnj->tni", heading, moving)
    contact = np.square(moving[:, _FEET] / FPS).sum(-1) < _CONTACT_M2
    columns = [
        _forward_rate(yaw[:, None]),
        velocity[:, 0, [0, 2]],
        p[:, 0, 1:2],
        local[:, 1:].reshape(len(p), -1),
        velocity.reshape(len(p), -1),
        contact,
    ]
    return np.concatenate(columns, axis=1, dtype=np.float32)[:, None]
