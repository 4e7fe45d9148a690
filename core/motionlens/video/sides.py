"""Left and right kept through a track: moments in which the tracker takes a body for one that faces the
other way.

Somebody seen from the front and somebody seen from behind can fill the same pixels; the tracker, which looks
at one picture at a time, now and then changes its mind for a few pictures (in a crouch, after a jump, behind
motion blur). Then all left landmarks sit on the right limbs and depth is turned inside out. A body does not turn
round within one picture, so what is inconsistent in time is turned back: of two readings of every picture, as
tracked and with sides changed, the path with the least jumps is taken (Viterbi). Trunk with head, legs and
arms are decided one by one: the tracker also mixes up legs alone.
"""

from __future__ import annotations

import numpy as np

from .landmarks import LANDMARK_INDEX, LANDMARK_MIRROR, LANDMARK_NAMES

L = LANDMARK_INDEX
_SWITCH = 0.03
"""Cost of changing the reading, body sizes a landmark: trembling alone must not do it."""
_DOUBT_PER_S = 0.08
"""Cost of a second in which the tracker is not believed: it is right more often than not."""
_MOST = 0.25
"""A jump counts no more than this, body sizes: somebody else, or a cut in the film."""
_LIMBS = ("elbow", "wrist", "pinky", "index", "thumb"), ("knee", "ankle", "heel", "foot_index")


def _group(parts: tuple[str, ...]) -> np.ndarray:
    return np.array([k for k, name in enumerate(LANDMARK_NAMES) if name.partition("_")[2] in parts])


ARMS, LEGS = (_group(parts) for parts in _LIMBS)
TRUNK = np.setdiff1d(np.arange(len(LANDMARK_NAMES)), np.concatenate([ARMS, LEGS]))
"""Landmarks that change sides together; the trunk's hold the head's."""
_TELLING = {
    "trunk": [L[f"{s}_{n}"] for n in ("shoulder", "hip") for s in ("left", "right")],
    "arms": [L[f"{s}_{n}"] for n in ("elbow", "wrist") for s in ("left", "right")],
    "legs": [L[f"{s}_{n}"] for n in ("knee", "ankle") for s in ("left", "right")],
}
_ALL = {"trunk": TRUNK, "arms": ARMS, "legs": LEGS}


def least_jumps(stay: np.ndarray, change: np.ndarray, doubt: np.ndarray) -> np.ndarray:
    """The cheapest path through two readings of each picture (Viterbi).

    Args:
        stay: (T - 1,) cost of the same reading in a picture and the next.
        change: (T - 1,) cost of the other one in the next.
        doubt: (T,) cost of the second reading.

    Returns:
        (T,) bool, True = the second reading.

    >>> stay, change = np.array([0.0, 1.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0, 1.0])
    >>> least_jumps(stay, change, np.full(5, 0.1)).tolist()
    [False, False, True, False, False]
    """
    cost = np.array([0.0, doubt[0]])
    came = np.zeros((len(doubt), 2), int)
    for t in range(1, len(doubt)):
        step = np.array([[stay[t - 1], change[t - 1]], [change[t - 1], stay[t - 1]]])
        total = cost[:, None] + step  # from, to
        came[t] = total.argmin(axis=0)
        cost = total.min(axis=0) + np.array([0.0, doubt[t]])
    state = int(cost.argmin())
    path = np.zeros(len(doubt), bool)
    for t in range(len(doubt) - 1, -1, -1):
        path[t] = bool(state)
        state = came[t, state]
    return path


def turned_round(times: np.ndarray, image: np.ndarray, aspect: float) -> dict[str, np.ndarray]:
    """Pictures in which the sides are mixed up, by "trunk", "arms" and "legs".

    Args:
        times: (T,) seconds, increasing.
        image: (T, 33, 3) of pictures in which the person was seen.
        aspect: width over height of the picture.

    Returns:
        (T,) bool each.
    """
    flat = image[..., :2] * np.array([aspect, 1.0])
    size = float(np.median(np.ptp(flat, axis=1).max(axis=-1)))
    steps = np.diff(times, prepend=times[0])
    # after a gap anything may have moved
    trust = np.exp(-np.maximum(steps[1:] - 0.1, 0.0) / 0.2)
    out = {}
    for name, marks in _TELLING.items():
        here = flat[:, marks]
        there = flat[:, np.array(LANDMARK_MIRROR)[marks]]
        costs = [np.linalg.norm(b[1:] - here[:-1], axis=-1) / max(size, 1e-6) for b in (here, there)]
        stay, change = (np.minimum(c, _MOST).mean(axis=1) * trust for c in costs)
        out[name] = least_jumps(stay, change + _SWITCH, _DOUBT_PER_S * steps)
    return out


def sides_kept(
    times: np.ndarray,
    world: np.ndarray,
    image: np.ndarray,
    visibility: np.ndarray,
    seen: np.ndarray,
    aspect: float,
) -> int:
    """Undo such moments, in place.

    Args:
        times: (T,) seconds.
        world, image: (T, 33, 3), visibility: (T, 33), as in ``Track``.
        seen: (T,) bool; other rows are left alone.
        aspect: width over height of the picture.

    Returns:
        Number of pictures that were changed.
    """
    at = np.flatnonzero(seen)
    if len(at) < 3:
        return 0
    mixed = turned_round(times[at], image[at], aspect)
    mirror = np.array(LANDMARK_MIRROR)
    for name, wrong in mixed.items():
        rows, marks = at[wrong][:, None], _ALL[name][None]
        for values in (world, image, visibility):
            values[rows, marks] = values[rows, mirror[marks]]
        world[rows, marks, 2] *= -1.0
        image[rows, marks, 2] *= -1.0
    return int(np.any(list(mixed.values()), axis=0).sum())
