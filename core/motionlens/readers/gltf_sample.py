"""Sampling of glTF animation channels and node transforms, as mathematics on arrays.

After the glTF 2.0 specification, appendix C (animation sampler interpolation modes) and section
3.5.3 (transformations: a node's matrix is T * R * S, quaternions are x, y, z, w).
"""

from __future__ import annotations

import numpy as np


def sample_track(
    times: np.ndarray, values: np.ndarray, mode: str, at: np.ndarray, rotation: bool
) -> np.ndarray:
    """Values of one channel at given times, clamped to its first and last key.

    Args:
        times: (K,) seconds, increasing.
        values: (K, C), or (3 K, C) for "CUBICSPLINE": in-tangent, value, out-tangent a key.
        mode: "LINEAR", "STEP" or "CUBICSPLINE".
        at: (F,) seconds.
        rotation: quaternions: LINEAR is spherical, results have unit length.

    Returns:
        (F, C).

    >>> t, v = np.array([0.0, 1.0]), np.array([[0.0], [2.0]])
    >>> sample_track(t, v, "LINEAR", np.array([-1.0, 0.25, 5.0]), False).ravel().tolist()
    [0.0, 0.5, 2.0]
    >>> sample_track(t, v, "STEP", np.array([0.9, 1.0]), False).ravel().tolist()
    [0.0, 2.0]
    """
    keys = len(times)
    points = values[1::3] if mode == "CUBICSPLINE" else values
    if rotation:
        points = _unit(points)
    if keys == 1:
        return np.repeat(points[:1], len(at), axis=0)
    at = np.clip(at, times[0], times[-1])
    left = np.clip(np.searchsorted(times, at, side="right") - 1, 0, keys - 2)
    step = times[left + 1] - times[left]
    u = ((at - times[left]) / np.where(step > 0, step, 1.0))[:, None]
    p0, p1 = points[left], points[left + 1]
    if mode == "STEP":
        return np.where(u >= 1.0, p1, p0)
    if mode == "CUBICSPLINE":
        m0 = values[2::3][left] * step[:, None]
        m1 = values[0::3][left + 1] * step[:, None]
        u2, u3 = u * u, u * u * u
        out = (2 * u3 - 3 * u2 + 1) * p0 + (u3 - 2 * u2 + u) * m0 + (3 * u2 - 2 * u3) * p1 + (u3 - u2) * m1
        return _unit(out) if rotation else out
    return slerp(p0, p1, u) if rotation else p0 + u * (p1 - p0)


def _unit(quaternions: np.ndarray) -> np.ndarray:
    """Quaternions of length one; a zero quaternion becomes the identity."""
    length = np.linalg.norm(quaternions, axis=-1, keepdims=True)
    return np.where(
        length > 1e-9, quaternions / np.where(length > 1e-9, length, 1.0), np.array([0.0, 0, 0, 1])
    )


def slerp(q0: np.ndarray, q1: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Shorter-way spherical interpolation of unit quaternions (F, 4), u (F, 1).

    >>> half = slerp(np.array([[0, 0, 0, 1.0]]), np.array([[0, 0, 1.0, 0]]), np.array([[0.5]]))
    >>> half.round(4).tolist()
    [[0.0, 0.0, 0.7071, 0.7071]]
    """
    dot = np.sum(q0 * q1, axis=1, keepdims=True)
    q1 = np.where(dot < 0, -q1, q1)
    angle = np.arccos(np.clip(np.abs(dot), 0.0, 1.0))
    sine = np.sin(angle)
    near = sine < 1e-6
    safe = np.where(near, 1.0, sine)
    a = np.where(near, 1 - u, np.sin((1 - u) * angle) / safe)
    b = np.where(near, u, np.sin(u * angle) / safe)
    return _unit(a * q0 + b * q1)


def rotation_matrices(q: np.ndarray) -> np.ndarray:
    """(F, 3, 3) matrices of unit quaternions (F, 4) in the order x, y, z, w.

    >>> (rotation_matrices(np.array([[0, 0, 2**-0.5, 2**-0.5]]))[0] @ [1, 2, 3]).round(3).tolist()
    [-2.0, 1.0, 3.0]
    """
    x, y, z, w = np.moveaxis(q, -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def sampling_rate(tracks: list[np.ndarray]) -> float:
    """Frames a second at which keys are dense: the highest of the tracks' median rates, 20..240.

    Tracks of few keys (reduced curves) say nothing when a denser one is there. A rate below 20 is
    multiplied by a whole number, so that every key stays a frame and the way between is curved as the
    file says.

    >>> sampling_rate([np.arange(10) / 30, np.array([0.0, 2.0])])
    30.0
    >>> sampling_rate([np.arange(5) / 12.0])
    24.0
    """
    dense = [t for t in tracks if len(t) >= 4] or [t for t in tracks if len(t) >= 2]
    steps = [float(np.median(np.diff(t))) for t in dense]
    steps = [s for s in steps if s > 0]
    if not steps:
        return 20.0
    rate = 1.0 / min(steps)
    if abs(rate - round(rate)) < 0.05 and rate > 5:  # key times are stored as float32
        rate = float(round(rate))
    if rate < 20:
        rate *= float(np.ceil(20 / max(rate, 1e-3)))
    return float(min(rate, 240.0))
