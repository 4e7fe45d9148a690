"""Many points at once from NumPy to Qt.

A ``QPointF`` made in Python costs more than painting it. Qt reads whole polygons from its own stream format
(Qt's documentation, "Serializing Qt Data Types": a count, then each point as two doubles) at a sixth of that.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream
from PySide6.QtGui import QPolygonF

_SHARP_PX = 24
"""A circle of this radius shows the corners of the rough half circle."""


def _half_circle(corners: int) -> np.ndarray:
    """(corners, 2) that end a capsule lying along x."""
    angles = np.linspace(-np.pi / 2, np.pi / 2, corners)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


_ROUGH, _SMOOTH = _half_circle(9), _half_circle(17)


def polygons(points: np.ndarray) -> list[QPolygonF]:
    """Polygons of (N, P, 2) points.

    >>> square, = polygons(np.array([[[0, 0], [1, 0], [1, 1], [0, 1]]]))
    >>> square.count(), square.boundingRect().width()
    (4, 1.0)
    """
    number, corners = points.shape[:2]
    rows = np.empty(number, np.dtype([("count", "<u4"), ("points", "<f8", (corners, 2))]))
    rows["count"], rows["points"] = corners, points
    return _read(rows.tobytes(), number)


def polylines(lines: Sequence[np.ndarray]) -> list[QPolygonF]:
    """Polygons of (P, 2) points each, P its own.

    >>> [line.count() for line in polylines([np.zeros((2, 2)), np.zeros((5, 2))])]
    [2, 5]
    """
    rows = b"".join(len(line).to_bytes(4, "little") + line.astype("<f8").tobytes() for line in lines)
    return _read(rows, len(lines))


def _read(rows: bytes, number: int) -> list[QPolygonF]:
    held = QByteArray(rows)  # the stream does not keep it alive
    stream = QDataStream(held)
    stream.setByteOrder(QDataStream.ByteOrder.LittleEndian)
    out = [QPolygonF() for _ in range(number)]
    for polygon in out:
        stream >> polygon
    return out


def hulls(ends: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Outlines of round cones on screen: two half circles joined by tangents (near enough as chords).

    Args:
        ends: (N, 4) x and y of one end, x and y of the other, pixels.
        radii: (N, 2) at the ends, pixels.

    Returns:
        (N, P, 2), P = 18, or 34 where one is large. Where one end hides within the other it is the larger end's circle.

    >>> outline = hulls(np.array([[0.0, 0.0, 10.0, 0.0]]), np.array([[1.0, 2.0]]))[0]
    >>> (outline.min(axis=0) + 0.0).round(3).tolist(), outline.max(axis=0).round(3).tolist()
    ([-1.0, -2.0], [12.0, 2.0])
    """
    a, b = ends[:, :2], ends[:, 2:]
    along = b - a
    length = np.hypot(along[:, 0], along[:, 1])
    inside = length < np.abs(radii[:, 0] - radii[:, 1]) + 0.5
    if inside.any():
        first = radii[:, 0] > radii[:, 1]
        a = np.where((inside & ~first)[:, None], b, a)
        b = np.where((inside & first)[:, None], a, b)
        radii = np.where(inside[:, None], radii.max(axis=1, keepdims=True), radii)
    turn = np.where(length[:, None] > 1e-9, along / np.maximum(length, 1e-9)[:, None], (1.0, 0.0))
    c, s = turn[:, :1], turn[:, 1:]
    half = _SMOOTH if radii.size and radii.max() > _SHARP_PX else _ROUGH
    arc = np.stack([c * half[:, 0] - s * half[:, 1], s * half[:, 0] + c * half[:, 1]], axis=2)
    reach = radii[:, :, None, None] * arc[:, None]
    return np.concatenate([b[:, None] + reach[:, 1], a[:, None] - reach[:, 0]], axis=1)
