"""What is computed of a motion once: how far it travels, and a signature that finds its copies."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from ..representation.image import heading_frames
from ..skeleton import MIRROR, N_JOINTS
from .rows import Rows

TIMES = 12
"""Moments of a motion, evenly spaced, that its signature looks at."""
ROW = 3 * N_JOINTS + 2
_COMMIT = 256  # motions a transaction: an importer waits no longer than for these


class Facts(NamedTuple):
    """Of one motion: metres from its start to where it is farthest from it, and its signature."""

    travel_m: float
    signature: np.ndarray


def facts_of(positions: np.ndarray) -> Facts:
    """Travel and signature of a motion, (T, 22, 3) metres, T >= 1."""
    floor = positions[:, 0, [0, 2]]
    return Facts(float(np.linalg.norm(floor - floor[0], axis=1).max()), signature(positions))


def signature(positions: np.ndarray) -> np.ndarray:
    """What a motion looks like, whichever way it faces and wherever it is.

    Args:
        positions: (T, 22, 3) metres, y up, reference skeleton.

    Returns:
        (12, 68) float32 metres: the joints left of, above and before the pelvis's place on the floor, and the way
        since the time before, to the left and forward.
    """
    at = np.linspace(0.0, len(positions) - 1.0, TIMES)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, len(positions) - 1)
    part = (at - low).astype(np.float32)[:, None, None]
    poses = (1 - part) * positions[low] + part * positions[high]
    frames = heading_frames(poses)  # rows left, up, forward
    floor = poses[:, :1] * np.array([1, 0, 1], np.float32)
    joints = np.einsum("tab,tjb->tja", frames, poses - floor)
    way = np.zeros((TIMES, 3), np.float32)
    way[1:] = np.einsum("tab,tb->ta", frames[:-1], floor[1:, 0] - floor[:-1, 0])
    return np.concatenate([joints.reshape(TIMES, -1), way[:, [0, 2]]], axis=1).astype(np.float32)


def mirrored_signatures(signatures: np.ndarray) -> np.ndarray:
    """Signatures (..., 12, 68) of the mirrored motions.

    >>> one = np.zeros((1, 12, 68), np.float32)
    >>> one[0, :, -2] = 0.5  # steps to the left
    >>> float(mirrored_signatures(one)[0, 1, -2])
    -0.5
    """
    joints = signatures[..., : 3 * N_JOINTS].reshape(*signatures.shape[:-1], N_JOINTS, 3)
    joints = joints[..., list(MIRROR), :] * np.array([-1, 1, 1], signatures.dtype)
    way = signatures[..., 3 * N_JOINTS :] * np.array([-1, 1], signatures.dtype)
    return np.concatenate([joints.reshape(*signatures.shape[:-1], 3 * N_JOINTS), way], axis=-1)


def put_facts(database: sqlite3.Connection, motion_id: int, position_row: int, facts: Facts) -> None:
    """Store the facts of this version of a motion."""
    blob = facts.signature.astype("<f2").tobytes()
    database.execute(
        "INSERT OR REPLACE INTO motion_facts VALUES (?, ?, ?, ?)",
        (motion_id, position_row, facts.travel_m, blob),
    )


def read_signature(blob: bytes) -> np.ndarray:
    """(12, 68) float32 from what ``put_facts`` stored."""
    return np.frombuffer(blob, "<f2").reshape(TIMES, ROW).astype(np.float32)


class MotionRows(Rows, Protocol):
    """A library's rows and the positions of its motions."""

    def positions(self, motion_id: int, original: bool = False) -> np.ndarray: ...


def update_facts(
    library: MotionRows,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Compute the facts that an older MotionLens left out; returns of how many motions. Resumable.

    Args:
        library: a ``LocalLibrary``.
        progress: called with done and total.
        cancelled: asked between motions.
    """
    missing = library.rows(
        "SELECT id, position_row FROM motions m WHERE NOT EXISTS (SELECT 1 FROM motion_facts f "
        "WHERE f.motion_id = m.id AND f.position_row = m.position_row) ORDER BY position_row"
    )
    done = 0
    for first in range(0, len(missing), _COMMIT):
        ready = []
        for motion_id, row in missing[first : first + _COMMIT]:
            if cancelled():
                break
            ready.append((motion_id, row, facts_of(library.positions(motion_id))))
        with library.changing() as database:
            for motion_id, row, facts in ready:
                # An import may have replaced or removed the motion meanwhile.
                if database.execute(
                    "SELECT 1 FROM motions WHERE id = ? AND position_row = ?", (motion_id, row)
                ).fetchone():
                    put_facts(database, motion_id, row, facts)
                    done += 1
        if progress is not None:
            progress(first + len(ready), len(missing))
        if cancelled():
            break
    return done
