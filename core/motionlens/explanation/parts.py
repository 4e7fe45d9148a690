"""Body parts, the joints they show at, and views of maps over them."""

from __future__ import annotations

import numpy as np

from ..skeleton import BODY_PARTS, JOINT_INDEX, N_JOINTS

_AT: dict[str, tuple[str, ...]] = {
    "translation": ("pelvis", "left_hip", "right_hip"),
    "orientation": ("pelvis", "left_hip", "right_hip"),
    "lumbar": ("spine1", "spine2", "spine3"),
    "neck": ("neck", "head"),
} | {
    f"{side} {part}": tuple(f"{side}_{joint}" for joint in joints)
    for side in ("left", "right")
    for part, joints in (
        ("hip", ("hip", "knee")),
        ("knee", ("knee", "ankle")),
        ("ankle", ("ankle", "foot")),
        ("shoulder", ("collar", "shoulder", "elbow")),
        ("elbow", ("elbow", "wrist")),
    )
}

PART_NAMES: tuple[str, ...] = tuple(part.name for part in BODY_PARTS)

PART_JOINTS: tuple[tuple[int, ...], ...] = tuple(
    tuple(JOINT_INDEX[j] for j in _AT[name]) for name in PART_NAMES
)
"""Joints at which each body part shows: where its angle is and what it moves first."""

_SHOWS = np.zeros((len(PART_NAMES), N_JOINTS), dtype=bool)
for _part, _joints in enumerate(PART_JOINTS):
    _SHOWS[_part, list(_joints)] = True
_SHOWS.setflags(write=False)


def parts_together(values: np.ndarray) -> np.ndarray:
    """Body parts -> joints: each joint has the sum of the parts that show at it.

    Joints of one part have the same value by ``at_joints``; this tells which of them more than one part means.

    Args:
        values: (..., 14, W).

    Returns:
        (..., 22, W).

    >>> arm = np.zeros((14, 1)); arm[PART_NAMES.index("left elbow")] = arm[PART_NAMES.index("left shoulder")] = 1.0
    >>> from motionlens.skeleton import JOINT_NAMES
    >>> JOINT_NAMES[int(parts_together(arm)[:, 0].argmax())]
    'left_elbow'
    """
    values = np.asarray(values)
    return np.asarray(np.swapaxes(np.swapaxes(values, -1, -2) @ _SHOWS, -1, -2))


def at_joints(values: np.ndarray) -> np.ndarray:
    """Body parts -> joints: each joint has the largest value among the parts that show at it.

    Args:
        values: (..., 14, W).

    Returns:
        (..., 22, W).

    >>> values = np.zeros((14, 1)); values[PART_NAMES.index("left elbow")] = 2.0
    >>> from motionlens.skeleton import JOINT_NAMES
    >>> [name for name, v in zip(JOINT_NAMES, at_joints(values)[:, 0]) if v]
    ['left_elbow', 'left_wrist']
    """
    values = np.asarray(values)
    out = np.empty((*values.shape[:-2], N_JOINTS, values.shape[-1]), dtype=values.dtype)
    for joint in range(N_JOINTS):
        out[..., joint, :] = values[..., _SHOWS[:, joint], :].max(axis=-2)
    return out
