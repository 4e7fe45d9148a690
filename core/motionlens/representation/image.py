"""The joint-angle motion image: frames x body parts x channels.

Follows the idea of "Fine-grained Motion Retrieval via Joint-Angle Motion Images and Token-Patch Late
Interaction" (2026): one column block per body part, so that a 16-frame patch is one body part during
0.8 s. Unlike the paper, angles are never stored as degrees: a ball joint is the unit direction of its
bone in the frame of the bone above it (no wrap, no singular pose), a hinge is the sine and cosine of
its flexion. Each part also carries the velocity of its angles and where its end is.
"""

from __future__ import annotations

import numpy as np

from ..motion import FPS
from ..skeleton import JOINT_INDEX, N_JOINTS, N_PARTS

N_CHANNELS = 12
"""Channels of a body part in one frame; parts with fewer are filled with zeros."""

_UP = np.array([0.0, 1.0, 0.0], dtype=np.float32)


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-6)


def _rate(x: np.ndarray) -> np.ndarray:
    """Change a second along the frames (central differences)."""
    return np.gradient(x, axis=0) * np.float32(FPS) if len(x) > 1 else np.zeros_like(x)


def _frame(across: np.ndarray, up: np.ndarray) -> np.ndarray:
    """(T, 3, 3) whose rows are the axes left, up, forward of a body frame."""
    x = _unit(across)
    y = _unit(up - (up * x).sum(-1, keepdims=True) * x)
    return np.stack([x, y, np.cross(x, y)], axis=1)


def _into(frame: np.ndarray, v: np.ndarray) -> np.ndarray:
    """World vectors (T, 3) seen in the frame (T, 3, 3)."""
    return np.einsum("tij,tj->ti", frame, v)


def heading_frames(positions: np.ndarray) -> np.ndarray:
    """(T, 3, 3) rows left, up, forward of the level frame that turns with the person.

    From hips and shoulders across; while the body lies on its side and that line is upright, the
    heading of the last clear frame is kept.
    """
    p, j = positions, JOINT_INDEX
    across = p[:, j["left_hip"]] - p[:, j["right_hip"]] + p[:, j["left_shoulder"]] - p[:, j["right_shoulder"]]
    flat = across * np.array([1, 0, 1], dtype=np.float32)
    clear = np.linalg.norm(flat, axis=-1) > 0.15 * np.maximum(np.linalg.norm(across, axis=-1), 1e-6)
    if not clear.any():
        flat[:] = (1, 0, 0)
    else:
        last = np.maximum.accumulate(np.where(clear, np.arange(len(p)), -1))
        last[last < 0] = np.argmax(clear)
        flat = flat[last]
    return _frame(flat, np.broadcast_to(_UP, flat.shape))


def motion_image(positions: np.ndarray) -> np.ndarray:
    """Joint-angle motion image of a clip.

    Args:
        positions: (T, 22, 3) metres at 20 fps, y up, floor at 0, reference skeleton.

    Returns:
        (T, 14, 12) float32, columns in the order of ``skeleton.BODY_PARTS``, not normalised.

    Raises:
        ValueError: wrong shape.
    """
    p = np.asarray(positions, dtype=np.float32)
    if p.ndim != 3 or p.shape[1:] != (N_JOINTS, 3) or not len(p):
        raise ValueError(f"positions must be (T, 22, 3), not {p.shape}")
    at = {name: p[:, i] for name, i in JOINT_INDEX.items()}
    heading = heading_frames(p)
    pelvis = _frame(at["left_hip"] - at["right_hip"], at["spine1"] - (at["left_hip"] + at["right_hip"]) / 2)
    chest = _frame(at["left_shoulder"] - at["right_shoulder"], at["neck"] - at["spine2"])
    out = np.zeros((len(p), N_PARTS, N_CHANNELS), dtype=np.float32)
    _put(out, 0, _translation(at, heading))
    _put(out, 1, _orientation(pelvis, heading))
    for right, side in ((True, "right"), (False, "left")):
        other = "left" if right else "right"
        k = 0 if right else 1
        _put(out, 2 + k, _hip(at, side, pelvis))
        _put(out, 4 + k, _knee(at, side, heading))
        _put(out, 6 + k, _ankle(at, side, other, heading))
        _put(out, 10 + k, _shoulder(at, side, chest))
        _put(out, 12 + k, _elbow(at, side, other, chest))
    _put(out, 8, _lumbar(pelvis, chest))
    _put(out, 9, _neck(at, chest, heading))
    return out


def _put(out: np.ndarray, part: int, columns: list[np.ndarray]) -> None:
    values = np.concatenate([c[:, None] if c.ndim == 1 else c for c in columns], axis=1)
    out[:, part, : values.shape[1]] = values


def _translation(at: dict[str, np.ndarray], heading: np.ndarray) -> list[np.ndarray]:
    root = at["pelvis"]
    velocity = _rate(root)
    local = _into(heading, velocity)
    travelled = (root - root[0]) @ heading[0].T
    lowest = np.min([at[n][:, 1] for n in ("left_foot", "right_foot", "left_ankle", "right_ankle")], axis=0)
    return [
        local,
        root[:, 1],
        np.linalg.norm(velocity[:, [0, 2]], axis=-1),
        travelled[:, [0, 2]],
        lowest,
        _yaw_rate(heading),
    ]


def _yaw_rate(heading: np.ndarray) -> np.ndarray:
    yaw = np.unwrap(np.arctan2(heading[:, 2, 0], heading[:, 2, 2])).astype(np.float32)
    return _rate(yaw)


def _orientation(pelvis: np.ndarray, heading: np.ndarray) -> list[np.ndarray]:
    up = _into(heading, pelvis[:, 1])
    turned = heading[:, 2] @ heading[0].T  # forward now, seen from the first frame: sine and cosine of yaw
    return [up, pelvis[:, 2, 1], pelvis[:, 0, 1], turned[:, [0, 2]], _yaw_rate(heading), _rate(up)]


def _hip(at: dict[str, np.ndarray], side: str, pelvis: np.ndarray) -> list[np.ndarray]:
    thigh = _into(pelvis, _unit(at[f"{side}_knee"] - at[f"{side}_hip"]))
    shank = _into(pelvis, _unit(at[f"{side}_ankle"] - at[f"{side}_knee"]))
    return [thigh, _rate(thigh), shank, at[f"{side}_knee"][:, 1]]


def _flexion(a: np.ndarray, b: np.ndarray) -> list[np.ndarray]:
    """Sine, cosine and rate of the angle between two neighbouring bones (0 = straight)."""
    cos = np.clip((_unit(a) * _unit(b)).sum(-1), -1, 1)
    angle = np.arccos(cos)
    return [np.sin(angle), cos, _rate(angle)]


def _knee(at: dict[str, np.ndarray], side: str, heading: np.ndarray) -> list[np.ndarray]:
    hip, knee, ankle = (at[f"{side}_{n}"] for n in ("hip", "knee", "ankle"))
    return [
        *_flexion(knee - hip, ankle - knee),
        _into(heading, ankle - at["pelvis"]),
        _into(heading, _rate(ankle)),
        ankle[:, 1],
    ]


def _ankle(at: dict[str, np.ndarray], side: str, other: str, heading: np.ndarray) -> list[np.ndarray]:
    ankle, foot = at[f"{side}_ankle"], at[f"{side}_foot"]
    speed = np.linalg.norm(_rate(foot), axis=-1)
    planted = np.exp(-np.square(speed / 0.4)) * np.exp(-np.square(np.maximum(foot[:, 1] - 0.02, 0) / 0.05))
    return [
        _into(heading, _unit(foot - ankle)),
        foot[:, 1],
        speed,
        planted,
        _into(heading, foot - at[f"{other}_foot"]),
    ]


def _lumbar(pelvis: np.ndarray, chest: np.ndarray) -> list[np.ndarray]:
    up, forward = _into(pelvis, chest[:, 1]), _into(pelvis, chest[:, 2])
    return [up, forward, _rate(up), _rate(forward)[:, [0]], chest[:, 1, 1], chest[:, 2, 1]]


def _neck(at: dict[str, np.ndarray], chest: np.ndarray, heading: np.ndarray) -> list[np.ndarray]:
    head = _into(chest, _unit(at["head"] - at["neck"]))
    return [head, _rate(head), _into(heading, at["head"] - at["pelvis"]), at["head"][:, 1]]


def _shoulder(at: dict[str, np.ndarray], side: str, chest: np.ndarray) -> list[np.ndarray]:
    upper = _unit(at[f"{side}_elbow"] - at[f"{side}_shoulder"])
    fore = _unit(at[f"{side}_wrist"] - at[f"{side}_elbow"])
    local = _into(chest, upper)
    return [local, _rate(local), _into(chest, fore), upper[:, 1], at[f"{side}_elbow"][:, 1]]


def _elbow(at: dict[str, np.ndarray], side: str, other: str, chest: np.ndarray) -> list[np.ndarray]:
    shoulder, elbow, wrist = (at[f"{side}_{n}"] for n in ("shoulder", "elbow", "wrist"))
    reach = _into(chest, wrist - at["neck"])
    return [
        *_flexion(elbow - shoulder, wrist - elbow),
        reach,
        _rate(reach),
        np.linalg.norm(wrist - at["head"], axis=-1),
        np.linalg.norm(wrist - at[f"{other}_wrist"], axis=-1),
        wrist[:, 1],
    ]
