"""Which patches of a lifted person's motion image were really seen."""

from __future__ import annotations

import numpy as np

from ..skeleton import BODY_PARTS, JOINT_INDEX, N_PARTS
from ..windows import PATCH_FRAMES

_TRUNK = ("left_hip", "right_hip", "left_shoulder", "right_shoulder")
_LIMB = {
    "hip": ("hip", "knee", "ankle"),
    "knee": ("hip", "knee", "ankle"),
    "ankle": ("knee", "ankle", "foot"),
    "shoulder": ("shoulder", "elbow", "wrist"),
    "elbow": ("shoulder", "elbow", "wrist"),
}


def _needed(part: str) -> list[int]:
    side, _, limb = part.partition(" ")
    names = {"translation": ("left_hip", "right_hip"), "neck": ("left_shoulder", "right_shoulder", "head")}
    found = [f"{side}_{n}" for n in _LIMB[limb]] if limb else names.get(part, _TRUNK)
    return [JOINT_INDEX[n] for n in found]


_NEEDS = [_needed(part.name) for part in BODY_PARTS]


def known_parts(known: np.ndarray) -> np.ndarray:
    """Frames in which all the joints that a body part is measured from are known.

    Args:
        known: (T, 22) bool.

    Returns:
        (T, 14) bool, in the order of ``skeleton.BODY_PARTS``.
    """
    known = np.asarray(known, dtype=bool)
    return np.stack([known[:, needs].all(axis=1) for needs in _NEEDS], axis=1)


def known_patches(known: np.ndarray) -> np.ndarray:
    """Patches of which at least half of the frames show all the joints that the body part is measured from.

    Args:
        known: (T, 22) bool.

    Returns:
        (ceil(T / 16), 14) bool, as a motion image's patches.

    A hidden left wrist takes the patches of left shoulder (which hold the forearm's direction) and elbow away:

    >>> known = np.ones((16, 22), dtype=bool); known[:9, JOINT_INDEX["left_wrist"]] = False
    >>> [BODY_PARTS[i].name for i in np.flatnonzero(~known_patches(known)[0])]
    ['left shoulder', 'left elbow']
    """
    parts = known_parts(known)
    out = np.zeros((-(-len(known) // PATCH_FRAMES), N_PARTS), dtype=bool)
    for w in range(len(out)):
        out[w] = parts[w * PATCH_FRAMES : (w + 1) * PATCH_FRAMES].mean(axis=0) >= 0.5
    return out
