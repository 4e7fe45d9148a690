"""Control tracks and their solution: from pelvis, soles, wrists and spine angles to 22 joints.

A track is an (n, N) array at 20 fps; the columns are named by the slices below. Ground-fixed columns
(pelvis, soles, planted hands) are in metres in the frame of the action (y up, start facing +z),
angles in radians. Sign rules: yaw, twist and look are positive to the person's left; pitch, bend and
nod forward; roll, side and tilt to the left; foot pitch is positive with the heel up.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ..skeleton import JOINT_INDEX, N_JOINTS, REFERENCE_OFFSETS
from .arms_base import arm_pole
from .ik import two_bone_ik

FPS = 20.0
DT = 1.0 / FPS

POS = slice(0, 3)
ROT = slice(3, 6)  # yaw, pitch, roll
SPINE = slice(6, 9)  # bend, side, twist
NECK = slice(9, 12)  # nod, tilt, look
SOLE = (slice(12, 15), slice(15, 18))  # left, right: point under the ankle, height = lift of the sole
FYAW = (18, 19)
FPITCH = (20, 21)
SPLAY = (22, 23)  # knee outwards
WRIST = (slice(24, 27), slice(27, 30))  # from the shoulder, chest frame, in arm lengths
SWIVEL = (30, 31)
HAND = (slice(32, 35), slice(35, 38))  # where a planted hand is, action frame
HANDW = (38, 39)  # how much the hand is planted
SHRUG = (40, 41)
N = 42

ANKLE_HEIGHT = 0.075
ARM = 0.515
THIGH, SHANK = 0.41, 0.42
UPPER, FORE = 0.265, 0.25
STAND_HEIGHT = 0.972
"""Height of the pelvis of a standing person, metres."""

_O = REFERENCE_OFFSETS.astype(np.float64)
_J = JOINT_INDEX
_SIDE = ("left", "right")
_LEG_SOFT, _LEG_REACH = 0.994, 0.9965
_UP_ANKLE = np.array([0.0, ANKLE_HEIGHT, 0.0])
_HEEL = np.array([0.0, ANKLE_HEIGHT, 0.045])  # ankle from the heel's edge


def _mirror_table() -> tuple[np.ndarray, np.ndarray]:
    order, sign = np.arange(N), np.ones(N)
    for pair in (SOLE, WRIST, HAND):
        order[pair[0]], order[pair[1]] = np.arange(N)[pair[1]], np.arange(N)[pair[0]]
        sign[pair[0].start] = sign[pair[1].start] = -1
    for left, right in (FYAW, FPITCH, SPLAY, SWIVEL, HANDW, SHRUG):
        order[left], order[right] = right, left
    sign[list(FYAW)] = -1
    sign[[POS.start, ROT.start, ROT.start + 2, SPINE.start + 1, SPINE.start + 2, NECK.start + 1]] = -1
    sign[NECK.start + 2] = -1
    return order, sign


_ORDER, _SIGN = _mirror_table()


def mirror(track: np.ndarray) -> np.ndarray:
    """The same track done with the other side, (..., N)."""
    return track[..., _ORDER] * _SIGN


def rotation(yaw: np.ndarray, pitch: np.ndarray, roll: np.ndarray) -> np.ndarray:
    """(..., 3, 3): lean to the left by roll, then forward by pitch, then turn left by yaw (radians).

    >>> np.round(rotation(np.pi / 2, 0.0, 0.0) @ [0, 0, 1]).tolist()
    [1.0, 0.0, 0.0]
    """
    cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    cr, sr = np.cos(roll), -np.sin(roll)
    out = np.empty((*np.shape(cy), 3, 3))
    out[..., 0, 0] = cy * cr + sy * sp * sr
    out[..., 0, 1] = -cy * sr + sy * sp * cr
    out[..., 0, 2] = sy * cp
    out[..., 1, 0] = cp * sr
    out[..., 1, 1] = cp * cr
    out[..., 1, 2] = -sp
    out[..., 2, 0] = -sy * cr + cy * sp * sr
    out[..., 2, 1] = sy * sr + cy * sp * cr
    out[..., 2, 2] = cy * cp
    return out


def heading_vector(yaw: np.ndarray | float) -> np.ndarray:
    """(..., 3) unit vector that a person of that yaw faces; +x is its left at yaw 0."""
    return np.stack([np.sin(yaw), np.zeros_like(yaw, dtype=float), np.cos(yaw)], axis=-1)


Along = float | np.ndarray


def place(track: np.ndarray, x: Along, y: Along, z: Along, yaw: Along) -> np.ndarray:
    """Turn a track by yaw about the origin and move it by (x, y, z); each a number or one per frame."""
    out = track.copy()
    c, s = np.cos(yaw), np.sin(yaw)
    for part in (POS, *SOLE, *HAND):
        px, pz = track[..., part.start].copy(), track[..., part.start + 2].copy()
        out[..., part.start] = c * px + s * pz + x
        out[..., part.start + 1] += y
        out[..., part.start + 2] = -s * px + c * pz + z
    out[..., ROT.start] += yaw
    for column in FYAW:
        out[..., column] += yaw
    return out


def ankle_of(sole: np.ndarray, yaw: np.ndarray, pitch: np.ndarray, side: int) -> np.ndarray:
    """(n, 3) ankle of a foot that rolls over its ball (heel up) or its heel (toes up)."""
    zero = np.zeros_like(yaw)
    flat = rotation(yaw, zero, zero)
    tilted = rotation(yaw, pitch, zero)
    toe = _O[_J[f"{_SIDE[side]}_foot"]]
    ball = sole + flat @ (toe + _UP_ANKLE) - tilted @ toe
    heel = sole - flat @ (_HEEL * [0, 0, 1]) + tilted @ _HEEL
    return np.where((pitch > 0)[:, None], ball, heel)


def _swing(rest: np.ndarray, to: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """Turn ``vector`` by the shortest rotation from unit ``rest`` to unit ``to``."""
    axis = np.cross(rest, to)
    cos = (to @ rest)[:, None]
    along = np.einsum("ni,ni->n", axis, vector)[:, None]
    return vector * cos + np.cross(axis, vector) + axis * along / np.maximum(1 + cos, 1e-3)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-9)


def _apply(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    return np.einsum("nij,nj->ni", matrix, vector)


def _lower_to_reach(track: np.ndarray, frame: np.ndarray, ankles: list[np.ndarray]) -> np.ndarray:
    """Pelvis positions let down, smoothly, where the legs would otherwise be too short."""
    pos = track[:, POS].copy()
    reach = _LEG_REACH * (THIGH + SHANK)
    for sigma in (1.5, 0.6):
        excess = np.zeros(len(track))
        for side in (0, 1):
            hip = pos + frame @ _O[1 + side]
            gap = hip - ankles[side]
            flat = np.minimum(gap[:, 0] ** 2 + gap[:, 2] ** 2, (0.95 * reach) ** 2)
            excess = np.maximum(excess, gap[:, 1] - np.sqrt(reach**2 - flat))
        if excess.max() < 1e-4:
            break
        pos[:, 1] -= gaussian_filter1d(maximum_filter1d(excess, 5, mode="nearest"), sigma, mode="nearest")
    return pos


def _leg(out: np.ndarray, track: np.ndarray, frame: np.ndarray, ankle: np.ndarray, side: int) -> None:
    hip = out[:, 1 + side]
    yaw = track[:, FYAW[side]]
    local = _unit(np.einsum("nji,nj->ni", frame, ankle - hip))
    relative = np.clip((yaw - track[:, ROT.start] + np.pi) % (2 * np.pi) - np.pi, -0.8, 0.8)
    angle = 0.5 * relative + track[:, SPLAY[side]] * (1 if side == 0 else -1)
    pole = _swing(np.array([0.0, -1.0, 0.0]), local, heading_vector(angle))
    knee, end = two_bone_ik(hip, ankle, THIGH, SHANK, _apply(frame, pole), _LEG_SOFT)
    out[:, 4 + side], out[:, 7 + side] = knee, end
    out[:, 10 + side] = end + rotation(yaw, track[:, FPITCH[side]], np.zeros(len(yaw))) @ _O[10 + side]


def _arm(out: np.ndarray, track: np.ndarray, chest: np.ndarray, side: int) -> None:
    sign = np.array([1.0 if side == 0 else -1.0, 1.0, 1.0])
    wrist = track[:, WRIST[side]]
    up = np.clip(wrist[:, 1], 0, 1)
    lift = track[:, SHRUG[side]] + 0.28 * up
    forward = 0.22 * np.clip(wrist[:, 2] - 0.25, -0.2, 0.8)
    zero = np.zeros(len(track))
    girdle = rotation(-forward * sign[0], zero, -lift * sign[0])
    collar, shoulder = 13 + side, 16 + side
    out[:, shoulder] = out[:, collar] + _apply(chest, girdle @ _O[shoulder])
    target = out[:, shoulder] + _apply(chest, wrist * ARM)
    planted = track[:, HANDW[side], None]
    if planted.any():
        target = target * (1 - planted) + track[:, HAND[side]] * planted
    axis = _unit(target - out[:, shoulder])
    local = np.einsum("nji,nj->ni", chest, axis)
    pole = arm_pole(_SIDE[side], local, track[:, SWIVEL[side]])
    out[:, 18 + side], out[:, 20 + side] = two_bone_ik(
        out[:, shoulder], target, UPPER, FORE, _apply(chest, pole)
    )


def solve(track: np.ndarray) -> np.ndarray:
    """(n, N) controls -> (n, 22, 3) float64 joint positions on the reference skeleton, metres."""
    n = len(track)
    out = np.empty((n, N_JOINTS, 3))
    frame = rotation(track[:, 3], track[:, 4], track[:, 5])
    ankles = [ankle_of(track[:, SOLE[s]], track[:, FYAW[s]], track[:, FPITCH[s]], s) for s in (0, 1)]
    out[:, 0] = _lower_to_reach(track, frame, ankles)
    for side in (0, 1):
        out[:, 1 + side] = out[:, 0] + frame @ _O[1 + side]
        _leg(out, track, frame, ankles[side], side)
    bend = track[:, SPINE] / 3.0
    part = rotation(bend[:, 2], bend[:, 0], bend[:, 1])
    turned, parent = frame, 0
    for joint in (_J["spine1"], _J["spine2"], _J["spine3"]):
        out[:, joint] = out[:, parent] + turned @ _O[joint]
        turned, parent = turned @ part, joint
    for joint in (_J["neck"], _J["left_collar"], _J["right_collar"]):
        out[:, joint] = out[:, parent] + turned @ _O[joint]
    head = turned @ rotation(track[:, 11], track[:, 9], track[:, 10])
    out[:, _J["head"]] = out[:, _J["neck"]] + head @ _O[_J["head"]]
    for side in (0, 1):
        _arm(out, track, turned, side)
    return out
