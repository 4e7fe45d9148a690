"""Recorded motions a little changed, so that their captions stay true; and the bones they are changed by."""

from __future__ import annotations

import numpy as np

from ..skeleton import JOINT_NAMES, N_JOINTS, PARENTS, REFERENCE_OFFSETS
from ..windows import MAX_CLIP_FRAMES, PATCH_FRAMES

_LENGTH_M = np.linalg.norm(REFERENCE_OFFSETS, axis=-1).astype(np.float32)
_DEGREES = {"elbow": 5.0, "wrist": 7.0, "head": 4.0, "neck": 2.0, "knee": 1.5, "ankle": 1.5, "foot": 2.0}
"""Standard deviation of a bone's lasting tilt by the joint at its end; bones not named (pelvis, trunk,
shoulder girdle) stay. Legs move little: feet would slide."""
_TREMBLE = 0.4
"""Standard deviation of the slow wandering of a tilt, as a share of its lasting part."""


def bones(positions: np.ndarray) -> np.ndarray:
    """(T, 22, 3) unit directions of each joint from its parent; the root's are zeros."""
    out = np.zeros_like(positions, dtype=np.float32)
    parents = np.array(PARENTS[1:])
    out[:, 1:] = positions[:, 1:] - positions[:, parents]
    return out / np.maximum(np.linalg.norm(out, axis=-1, keepdims=True), 1e-6)


def from_bones(root: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """(T, 22, 3) positions on the reference skeleton from the root's (T, 3) path and bone directions.

    Lengths are the reference skeleton's, whatever became of the directions' own.
    """
    unit = directions / np.maximum(np.linalg.norm(directions, axis=-1, keepdims=True), 1e-6)
    out = np.empty((len(root), N_JOINTS, 3), dtype=np.float32)
    out[:, 0] = root
    for joint in range(1, N_JOINTS):
        out[:, joint] = out[:, PARENTS[joint]] + unit[:, joint] * _LENGTH_M[joint]
    return out


def _at(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Rows of ``values`` at fractional frames, by linear interpolation."""
    low = np.floor(times).astype(int)
    high = np.minimum(low + 1, len(values) - 1)
    share = (times - low).reshape(-1, *(1,) * (values.ndim - 1)).astype(np.float32)
    return values[low] * (1 - share) + values[high] * share


def _tilts(n: int, rng: np.random.Generator) -> np.ndarray:
    """(T, 22, 3) rotation vectors in radians: a lasting part and one that wanders within about 1.5 s."""
    scale = np.zeros(N_JOINTS, dtype=np.float32)
    for joint, name in enumerate(JOINT_NAMES):
        scale[joint] = np.deg2rad(_DEGREES.get(name.split("_")[-1], 0.0))
    knots = rng.normal(size=(n // 30 + 3, N_JOINTS, 3)).astype(np.float32) * _TREMBLE
    lasting = rng.normal(size=(1, N_JOINTS, 3)).astype(np.float32)
    # per axis: divided by sqrt 3, so that the angle itself has the table's size
    wander = _at(knots, np.linspace(0, len(knots) - 1.001, n))
    return (lasting + wander) * scale[None, :, None] / np.float32(np.sqrt(3))


def tilt_bones(directions: np.ndarray, tilts: np.ndarray) -> np.ndarray:
    """Rotate each bone by the rotation vectors of itself and all above it (Rodrigues, small angles)."""
    total = tilts.copy()
    for joint in range(1, N_JOINTS):  # a forearm goes with its upper arm
        total[:, joint] += total[:, PARENTS[joint]]
    angle = np.linalg.norm(total, axis=-1, keepdims=True)
    axis = total / np.maximum(angle, 1e-9)
    dot = (axis * directions).sum(-1, keepdims=True)
    turned = directions * np.cos(angle) + np.cross(axis, directions) * np.sin(angle)
    return turned + axis * dot * (1 - np.cos(angle))


def augment(positions: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A real motion a little faster or slower, cut at either end, its limbs held a little otherwise.

    Speed 0.88 to 1.14; the whole-clip caption stays true, so no more than an eighth is cut from each end.

    Args:
        positions: (T, 22, 3) on the reference skeleton.

    Returns:
        (T', 22, 3) float32 on the reference skeleton, at most 224 frames.
    """
    directions, root = bones(positions), np.asarray(positions[:, 0], dtype=np.float32)
    n = max(PATCH_FRAMES, round(len(positions) / rng.uniform(0.88, 1.14)))
    times = np.linspace(0, len(positions) - 1, n)
    cut = n // 8
    times = times[rng.integers(0, cut + 1) : n - rng.integers(0, cut + 1)]
    if len(times) > MAX_CLIP_FRAMES:
        start = rng.integers(0, len(times) - MAX_CLIP_FRAMES + 1)
        times = times[start : start + MAX_CLIP_FRAMES]
    return from_bones(_at(root, times), tilt_bones(_at(directions, times), _tilts(len(times), rng)))
