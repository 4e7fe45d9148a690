"""Five kinematic chains as a pseudo-image: the input of the patch-image peer.

After the idea of "Exploring Vision Transformers for 3D Human Motion-Language Models with Motion
Patches" (2024), written from its description: each chain of joints is resampled to as many points as a
patch has frames, so that 16 frames of a chain are a 16 x 16 picture with x, y, z for red, green, blue.
"""

from __future__ import annotations

import numpy as np

from ..skeleton import JOINT_INDEX
from .positions import checked, seen_from_first_frame

CHAINS: tuple[tuple[str, ...], ...] = (
    ("pelvis", "right_hip", "right_knee", "right_ankle", "right_foot"),
    ("pelvis", "left_hip", "left_knee", "left_ankle", "left_foot"),
    ("pelvis", "spine1", "spine2", "spine3", "neck", "head"),
    ("spine3", "right_collar", "right_shoulder", "right_elbow", "right_wrist"),
    ("spine3", "left_collar", "left_shoulder", "left_elbow", "left_wrist"),
)
N_POINTS = 16
"""Points of a chain."""


def resampled(points: np.ndarray, n: int) -> np.ndarray:
    """(T, K, 3) joints of a chain -> (T, n, 3) points evenly spaced in joint number.

    >>> resampled(np.array([[[0.0, 0, 0], [1, 0, 0], [1, 2, 0]]]), 5)[0].tolist()
    [[0.0, 0.0, 0.0], [0.5, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 2.0, 0.0]]
    """
    at = np.linspace(0, points.shape[1] - 1, n)
    low = np.minimum(at.astype(int), points.shape[1] - 2)
    share = (at - low)[:, None]
    return points[:, low] * (1 - share) + points[:, low + 1] * share


def chain_image(positions: np.ndarray) -> np.ndarray:
    """Chains of a motion, seen from its first frame.

    Args:
        positions: (T, 22, 3) metres at 20 fps, y up, floor at 0.

    Returns:
        (T, 5, 48) float32 metres: chains in the order of ``CHAINS``, 16 points of x, y, z.

    Raises:
        ValueError: wrong shape.
    """
    p = seen_from_first_frame(checked(positions))
    chains = [resampled(p[:, [JOINT_INDEX[name] for name in chain]], N_POINTS) for chain in CHAINS]
    return np.stack(chains, axis=1).reshape(len(p), len(CHAINS), -1).astype(np.float32)
