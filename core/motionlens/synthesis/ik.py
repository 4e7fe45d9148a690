"""Two-bone inverse kinematics: the place of knees and elbows from hips, shoulders, ankles and wrists."""

from __future__ import annotations

import numpy as np

_SOFT = 0.97  # share of full reach from which the limb resists: without it a knee pops when it straightens
_FOLD_COS = float(np.cos(np.radians(32.0)))  # the tightest angle between the two bones


def two_bone_ik(
    root: np.ndarray, target: np.ndarray, l1: float, l2: float, pole: np.ndarray, soft: float = _SOFT
) -> tuple[np.ndarray, np.ndarray]:
    """Place the middle joint of a chain of two bones (law of cosines, vectorised).

    Args:
        root: (..., 3) metres, hip or shoulder.
        target: (..., 3) metres, where the ankle or wrist should be.
        l1, l2: bone lengths, metres.
        pole: (..., 3) direction towards which the middle joint bends; need not be unit or square to
            the limb.
        soft: share of the full reach beyond which distances are compressed towards it (1 = none).

    Returns:
        (mid, end), each (..., 3). Bone lengths are exact; ``end`` is the target unless it is out of
        reach or too close, then it lies on the line from the root to the target.

    >>> mid, end = two_bone_ik(np.zeros(3), np.array([0, -1.0, 0]), 0.6, 0.8, np.array([0, 0, 1.0]))
    >>> bool(mid[2] > 0), bool(np.allclose(end, [0, -1, 0]))
    (True, True)
    """
    root, target, pole = np.broadcast_arrays(root, target, pole)
    axis = target - root
    distance = np.sqrt(np.einsum("...i,...i->...", axis, axis))[..., None]
    axis = axis / np.maximum(distance, 1e-9)
    reach = l1 + l2
    knee = soft * reach
    slack = max(reach - knee, 1e-9)
    over = np.maximum(distance - knee, 0.0)
    distance = np.where(over > 0, knee + slack * (1.0 - np.exp(-over / slack)), distance)
    nearest = np.sqrt(l1 * l1 + l2 * l2 - 2 * l1 * l2 * _FOLD_COS)
    distance = np.clip(distance, nearest, reach * (1 - 1e-6))
    along = (l1 * l1 - l2 * l2 + distance**2) / (2 * distance)
    across = np.sqrt(np.maximum(l1 * l1 - along**2, 0.0))
    bend = pole - axis * np.einsum("...i,...i->...", pole, axis)[..., None]
    bend = bend / np.maximum(np.sqrt(np.einsum("...i,...i->...", bend, bend))[..., None], 1e-9)
    return root + axis * along + bend * across, root + axis * distance
