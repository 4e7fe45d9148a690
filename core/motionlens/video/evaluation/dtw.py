"""Motions compared by their poses alone: joint angles, and dynamic time warping with what is unknown left out.

A baseline for retrieval that learns nothing. Where a body is and which way it faces are put aside.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...representation.image import heading_frames, motion_image
from ...representation.known import known_parts
from ...skeleton import BODY_PARTS, BONES

_LEAST_SEEN = 1.0 / 3.0
"""Frames of which less is known are left out of the comparison."""
_FARTHEST = 2.0
"""Distance where nothing can be compared: that of opposite directions."""

# Channels of a motion image that are angles: unit directions of a bone in the frame of the one above it, sine and
# cosine of a hinge; neither velocities nor heights.
_ANGLES: dict[str, tuple[slice, ...]] = {
    "orientation": (slice(0, 3),),  # up in the level frame that turns with the person
    "hip": (slice(0, 3),),
    "knee": (slice(0, 2),),
    "ankle": (slice(0, 3),),
    "lumbar": (slice(0, 3), slice(3, 6)),  # up and forward of the chest in the pelvis
    "neck": (slice(0, 3),),
    "shoulder": (slice(0, 3),),
    "elbow": (slice(0, 2),),
}


def joint_angles(positions: np.ndarray, known: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Poses as unit vectors: bones in the frame of the one above, hinges as sine and cosine; no place, no heading.

    Args:
        positions: (T, 22, 3) metres, y up, reference skeleton.
        known: (T, 22) bool; None: all.

    Returns:
        (T, 14, 3) unit vectors and (T, 14) bool, which of them are known.
    """
    image = motion_image(positions)
    sure = known_parts(np.ones(positions.shape[:2], dtype=bool) if known is None else known)
    vectors, seen = [], []
    for number, part in enumerate(BODY_PARTS):
        for span in _ANGLES.get(part.name.rpartition(" ")[2], ()):
            values = image[:, number, span]
            vectors.append(np.pad(values, ((0, 0), (0, 3 - values.shape[1]))))
            seen.append(sure[:, number])
    return np.stack(vectors, axis=1), np.stack(seen, axis=1)


def bone_directions(positions: np.ndarray, known: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Poses as directions of the 21 bones, seen in the level frame that turns with the person.

    Args and returns as ``joint_angles``: (T, 21, 3) and (T, 21).
    """
    parents, joints = np.array(BONES).T
    bones = positions[:, joints] - positions[:, parents]
    local = np.einsum("tij,tbj->tbi", heading_frames(positions), bones)
    local /= np.maximum(np.linalg.norm(local, axis=-1, keepdims=True), 1e-9)
    if known is None:
        return local, np.ones(local.shape[:2], dtype=bool)
    return local, known[:, joints] & known[:, parents]


FEATURES = {"joint angles": joint_angles, "bone directions": bone_directions}


def pose_distances(
    filmed: tuple[np.ndarray, np.ndarray], motions: Sequence[tuple[np.ndarray, np.ndarray]]
) -> np.ndarray:
    """Distance of one filmed person from whole motions.

    Two frames are as far apart as 1 less the cosine, on average over what is known of the filmed one. Of time only
    the order counts (``warped_distance``).

    Args:
        filmed: as ``joint_angles`` gives it.
        motions: of the same kind; all that they have counts as known.

    Returns:
        (len(motions),), 0 for the same poses, 2 for opposite ones or where nothing is known.
    """
    vectors, seen = filmed
    enough = seen.mean(axis=1) > _LEAST_SEEN
    if not enough.any():
        return np.full(len(motions), _FARTHEST)
    vectors, seen = vectors[enough], seen[enough].astype(np.float32)
    share = (seen / seen.sum(axis=1, keepdims=True))[..., None]
    asked = (vectors * share).reshape(len(vectors), -1).astype(np.float32)
    lengths = [len(m) for m, _ in motions]
    cost = np.full((len(motions), len(asked), max(lengths)), _FARTHEST, np.float32)
    for row, (other, _), n in zip(cost, motions, lengths, strict=True):
        row[:, :n] = 1.0 - asked @ other.reshape(n, -1).astype(np.float32).T
    return warped_distance(cost, lengths)


def warped_distance(cost: np.ndarray, columns: Sequence[int] | None = None) -> np.ndarray:
    """Dynamic time warping distances, whole against whole, a step of weight 1 and a diagonal one of 2.

    H. Sakoe and S. Chiba, "Dynamic programming algorithm optimization for spoken word recognition", 1978, the
    symmetric form: divided by the two lengths' sum it is a mean of the cost along the path, whatever the path.

    Args:
        cost: (B, n, m) finite, how far frame i of the one is from frame j of the other.
        columns: of each pair, how many of the m frames there are; None: all.

    Returns:
        (B,) distances.

    The second frame waits for one that comes late; a constant cost stays what it is:

    >>> late = np.abs(np.array([0.0, 1.0])[:, None] - np.array([0.0, 0.0, 0.0, 1.0]))
    >>> warped_distance(late[None]).tolist(), warped_distance(np.full((1, 3, 5), 0.5)).tolist()
    ([0.0], [0.5])
    >>> backwards = np.abs(np.array([0.0, 1.0])[:, None] - np.array([1.0, 0.0]))
    >>> warped_distance(backwards[None]).tolist()  # (2 * 1 + 0 + 1) / 4, by the corner where both are 0
    [0.75]
    """
    batch, n, m = cost.shape
    ends = np.full(batch, m) if columns is None else np.asarray(columns)
    # along antidiagonals: row i of the buffers is cell (i, d - i)
    far = np.inf
    before, last = (
        np.full((batch, n + 1), far),
        np.full((batch, n + 1), far),
    )  # d - 2 and d - 1, cells shifted by one
    out = np.full(batch, far)
    rows = np.arange(n)
    for d in range(n + m - 1):
        low, high = max(0, d - m + 1), min(n, d + 1)
        own = rows[low:high]
        here = cost[:, own, d - own]
        now = np.full((batch, n + 1), far)
        diagonal = before[:, low:high] + 2 * here  # from (i - 1, j - 1)
        if d == 0:
            diagonal = 2 * here
        stepped = np.minimum(last[:, low:high], last[:, low + 1 : high + 1]) + here
        now[:, low + 1 : high + 1] = np.minimum(diagonal, stepped)
        over = ends == d - n + 2
        out[over] = now[over, n]
        before, last = last, now
    distances: np.ndarray = out / (n + ends)
    return distances
