"""Depth of arms and legs, which one camera hardly shows: from proportions, balance and the way one looks.

The tracker shows limbs too flat, and whole legs leaning out of the picture plane. What balance and the trunk's
say in the body's size changed, measured on eight recorded motions rendered from five directions and tracked:
legs from in front 13.8 -> 11.4 cm, from behind 15.6 -> 13.2 cm, knees' angle 22 -> 16 and 28 -> 22 degrees; from
the side no more than a millimetre or two.
"""

from __future__ import annotations

import numpy as np

from ..readers.rotations import unit
from ..skeleton import JOINT_INDEX, REFERENCE_LEG_M, REFERENCE_OFFSETS, rest_positions
from .landmarks import LANDMARK_INDEX

J, L = JOINT_INDEX, LANDMARK_INDEX
_SHORTER = 0.97
"""Bones count so much of their length: nearly all of a bone in the picture plane says nothing of the rest."""
_MOST_LEAN = 0.35
_ENOUGH = 10  # frames on straight legs from which balance can be told
_LEGS = [L[f"{s}_{n}"] for s in ("left", "right") for n in ("knee", "ankle", "heel", "foot_index")]
_REST = rest_positions().astype(float)
_REFERENCE_TRUNK_M = float(
    np.linalg.norm(
        _REST[[J["left_shoulder"], J["right_shoulder"]]].mean(axis=0)
        - _REST[[J["left_hip"], J["right_hip"]]].mean(axis=0)
    )
)


def bone_lengths(body: np.ndarray, side: str, upper: str, lower: str) -> np.ndarray:
    """(T,) lengths between two landmarks of a side, as "hip" and "knee"."""
    return np.linalg.norm(body[:, L[f"{side}_{lower}"]] - body[:, L[f"{side}_{upper}"]], axis=-1)


def leg_lengths(body: np.ndarray) -> np.ndarray:
    """(T,) hip to knee to ankle, mean of both sides."""
    bones = (("hip", "knee"), ("knee", "ankle"))
    return 0.5 * np.sum([bone_lengths(body, s, *b) for s in ("left", "right") for b in bones], axis=0)


def middle(body: np.ndarray, name: str) -> np.ndarray:
    """(T, 3) between the left and the right landmark of a name."""
    return 0.5 * (body[:, L[f"left_{name}"]] + body[:, L[f"right_{name}"]])


def body_scale(body: np.ndarray) -> float:
    """Size of the body over the reference's: the larger of what its trunk and its straightest legs say.

    Legs are shown too short where their depth is; of (T, 33, 3) landmarks on rendered bodies of scale 1 the trunk
    gives 0.97, the legs' median 0.90.
    """
    trunk = np.median(np.linalg.norm(middle(body, "shoulder") - middle(body, "hip"), axis=-1))
    legs = np.quantile(leg_lengths(body), 0.9)
    return float(max(trunk / _REFERENCE_TRUNK_M, legs / REFERENCE_LEG_M))


def limbs_lengthened(body: np.ndarray) -> np.ndarray:
    """Depth of limbs half-way towards what the reference's proportions ask for.

    A bone that looks short is foreshortened, and the tracker shows too little of that. Which way it points in
    depth is the tracker's to say. Legs of somebody who is seen from the side go in depth where they go sideways,
    which is little: the less the body faces the camera or its back, the less they are moved.

    Args:
        body: (T, 33, 3) metres around the hips, z towards the camera.
    """
    scale = _SHORTER * body_scale(body)
    across = sum(body[:, L[f"left_{n}"]] - body[:, L[f"right_{n}"]] for n in ("hip", "shoulder"))
    faces = np.abs(unit(np.cross(across, np.array([0.0, 1.0, 0.0])))[:, 2])
    out = body.copy()
    for upper, lower in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist")):
        length = scale * float(np.linalg.norm(REFERENCE_OFFSETS[J[f"left_{lower}"]]))
        share = 0.5 * faces if lower in ("knee", "ankle") else 0.5
        for side in ("left", "right"):
            a, b = L[f"{side}_{upper}"], L[f"{side}_{lower}"]
            bone = body[:, b] - body[:, a]
            asked = np.sqrt(np.maximum(length**2 - (bone[:, :2] ** 2).sum(axis=-1), 0.0))
            depth = bone[:, 2] + share * (np.copysign(asked, bone[:, 2]) - bone[:, 2])
            moved = out[:, a, 2] + depth - out[:, b, 2]
            for k in _carried(f"{side}_{lower}"):
                out[:, k, 2] += moved
    return out


def _carried(name: str) -> tuple[int, ...]:
    """A landmark and those further out on the hand or foot, which keep their place against it."""
    side, _, joint = name.partition("_")
    ends = {"ankle": ("heel", "foot_index"), "wrist": ("pinky", "index", "thumb")}
    return (L[name], *(L[f"{side}_{end}"] for end in ends.get(joint, ())))


def legs_balanced(body: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Legs turned in depth about the hips, once for the clip, so that the feet are below the hips on average.

    Who stands or walks has the feet below the body. That of frames on straight legs alone: who sits, kneels or
    lies is left as they are.

    Args:
        body: (T, 33, 3) metres around the hips, y up, z towards the camera.
        up: (3,) upwards in these axes, where the camera is not level.
    """
    feet = middle(body, "ankle")
    drop = -feet[:, 1]
    standing = drop > 0.8 * np.median(leg_lengths(body))
    if standing.sum() < _ENOUGH:
        return body
    off = feet[standing, 2] + drop[standing] * up[2] / max(float(up[1]), 0.1)
    lean = float(np.clip(np.median(off / drop[standing]), -_MOST_LEAN, _MOST_LEAN))
    out = body.copy()
    out[:, _LEGS, 2] -= lean * np.maximum(-body[:, _LEGS, 1], 0.0)
    return out
