"""Small rotation mathematics for the readers: frames from two directions, Euler chains, axes."""

from __future__ import annotations

import numpy as np

_EPS = 1e-9


def unit(vectors: np.ndarray) -> np.ndarray:
    """(..., 3) scaled to length 1; the zero vector stays zero.

    >>> unit(np.array([0.0, 0.0, 2.0])).tolist()
    [0.0, 0.0, 1.0]
    """
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(length, _EPS)


def frame(across: np.ndarray, up: np.ndarray) -> np.ndarray:
    """(..., 3, 3) rotation whose columns are left, up, forward: x along ``across``, y towards ``up``.

    >>> frame(np.array([1.0, 0, 0]), np.array([0.3, 1.0, 0])).round(6).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    x = unit(across)
    z = unit(np.cross(x, up))
    return np.stack([x, np.cross(z, x), z], axis=-1)


def turn_between(start: np.ndarray, end: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Apply to ``vectors`` the smallest rotation that takes ``start`` to ``end`` (Rodrigues' formula).

    Args:
        start, end, vectors: broadcastable to (..., 3).

    >>> turn_between(np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), np.array([0, 1.0, 0])).round(6).tolist()
    [-1.0, 0.0, 0.0]
    """
    a, b = unit(start), unit(end)
    axis = np.cross(a, b)
    cosine = np.sum(a * b, axis=-1, keepdims=True)
    first = np.cross(axis, vectors)
    # opposite directions have no smallest rotation: the floor on 1 + cos keeps the result finite
    return vectors + first + np.cross(axis, first) / np.maximum(1.0 + cosine, 1e-4)


def euler_matrices(angles: np.ndarray, axes: str) -> np.ndarray:
    """(..., 3, 3) product of rotations in the order of ``axes``, the first one leftmost.

    Args:
        angles: (..., len(axes)) radians.
        axes: letters from "xyz".

    >>> euler_matrices(np.array([np.pi / 2]), "z").round(6)[0].tolist()
    [0.0, -1.0, 0.0]
    """
    out: np.ndarray | None = None
    for k, axis in enumerate(axes):
        c, s = np.cos(angles[..., k]), np.sin(angles[..., k])
        matrix = np.zeros((*angles.shape[:-1], 3, 3))
        i = "xyz".index(axis)
        j, m = (i + 1) % 3, (i + 2) % 3
        matrix[..., i, i] = 1.0
        matrix[..., j, j] = c
        matrix[..., m, m] = c
        matrix[..., j, m] = -s
        matrix[..., m, j] = s
        out = matrix if out is None else out @ matrix
    return np.broadcast_to(np.eye(3), (*angles.shape[:-1], 3, 3)).copy() if out is None else out


def axis_vector(axis: str) -> np.ndarray:
    """Unit vector of "x", "+y", "-z", ….

    >>> axis_vector("-z").tolist()
    [0.0, 0.0, -1.0]
    """
    out = np.zeros(3)
    out["xyz".index(axis[-1])] = -1.0 if axis.startswith("-") else 1.0
    return out


def axis_name(vector: np.ndarray) -> str:
    """The nearest of "x", "-x", "y", ….

    >>> axis_name(np.array([0.1, -0.9, 0.2]))
    '-y'
    """
    k = int(np.argmax(np.abs(vector)))
    return ("-" if vector[k] < 0 else "") + "xyz"[k]
