"""Joint positions as a motion image, and what every image of positions needs."""

from __future__ import annotations

import numpy as np

from ..skeleton import BODY_PARTS, JOINT_INDEX, N_JOINTS, N_PARTS
from .image import heading_frames

N_POSITION_CHANNELS = 12
"""Channels of a body part: the xyz of at most four joints."""

_FLOOR = np.array([1.0, 0.0, 1.0], dtype=np.float32)


def checked(positions: np.ndarray) -> np.ndarray:
    """Positions (T, 22, 3) as float32; raises ValueError for another shape or no frame."""
    p = np.asarray(positions, dtype=np.float32)
    if p.ndim != 3 or p.shape[1:] != (N_JOINTS, 3) or not len(p):
        raise ValueError(f"positions must be (T, 22, 3), not {p.shape}")
    return p


def seen_from_first_frame(positions: np.ndarray) -> np.ndarray:
    """(T, 22, 3) moved and turned so that the first pelvis is over the origin and faces +z; heights kept.

    A whole motion is so already; a crop of one is not.
    """
    heading = heading_frames(positions[:1])[0]
    return (positions - positions[0, 0] * _FLOOR) @ heading.T


def seen_from_the_person(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each frame seen from the floor under the pelvis, facing where the person faces.

    Returns:
        (T, 22, 3) positions (left, height, forward) and the (T, 3, 3) heading frames.
    """
    heading = heading_frames(positions)
    local = positions - positions[:, :1] * _FLOOR
    return np.einsum("tij,tnj->tni", heading, local), heading


def _joints_of_parts() -> tuple[tuple[int, ...], ...]:
    """The joints whose positions a part shows; every joint but the pelvis in one part.

    A part shows the joints that it moves. Hips go to the orientation, which turns them; collars and
    shoulders to the shoulder of their side. The translation shows the pelvis itself.
    """
    j = JOINT_INDEX
    out = [part.joints for part in BODY_PARTS]
    out[0], out[1] = (), (j["right_hip"], j["left_hip"])
    for part, side in ((10, "right"), (11, "left")):
        out[part] = (j[f"{side}_collar"], j[f"{side}_shoulder"], *out[part])
    return tuple(out)


_JOINTS = _joints_of_parts()


def position_image(positions: np.ndarray) -> np.ndarray:
    """Joint positions in the heading frame of each frame, laid out over the body parts.

    Args:
        positions: (T, 22, 3) metres at 20 fps, y up, floor at 0.

    Returns:
        (T, 14, 12) float32 metres in the order of ``skeleton.BODY_PARTS``. Translation: the pelvis seen
        from the first frame (left, height, forward). Orientation: hips, then sine and cosine of the
        heading seen from the first frame (it is lost in the frame's own heading). Other parts: their joints.

    Raises:
        ValueError: wrong shape.
    """
    p = checked(positions)
    local, heading = seen_from_the_person(p)
    out = np.zeros((len(p), N_PARTS, N_POSITION_CHANNELS), dtype=np.float32)
    for part, joints in enumerate(_JOINTS):
        if joints:
            out[:, part, : 3 * len(joints)] = local[:, list(joints)].reshape(len(p), -1)
    out[:, 0, :3] = seen_from_first_frame(p)[:, 0]
    out[:, 1, 6:8] = (heading[:, 2] @ heading[0].T)[:, [0, 2]]
    return out
