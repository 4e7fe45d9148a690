"""Trails, onion skin and footprints, painted with QPainter."""

from __future__ import annotations

from math import atan2, cos, hypot, sin

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from .body import JOINT_GROUP, STYLES
from .colours import actor_colours, side_colours
from .layers import ghosts_at, prints_at, sole, trail_at
from .viewport import Actor, ViewportModel

TRAIL_M = 0.030
"""Width of a trail at the playhead, metres."""
_PIECES = 8
"""Pieces of one strength that a trail is painted in."""

_ARC = [(cos(a), sin(a)) for a in np.linspace(-np.pi / 2, np.pi / 2, 9).tolist()]
_COARSE = _ARC[::2]


def hull(
    x1: float, y1: float, r1: float, x2: float, y2: float, r2: float, coarse: bool = False
) -> list[QPointF]:
    """Outline of a round cone on screen: two arcs joined by the outer tangents (near enough as chords)."""
    angle = atan2(y2 - y1, x2 - x1)
    c, s = cos(angle), sin(angle)
    turned = [(a * c - b * s, a * s + b * c) for a, b in (_COARSE if coarse else _ARC)]
    return [QPointF(x2 + r2 * x, y2 + r2 * y) for x, y in turned] + [
        QPointF(x1 - r1 * x, y1 - r1 * y) for x, y in turned
    ]


def paint_trails(
    painter: QPainter, rect: QRectF, model: ViewportModel, actor: Actor, *, behind: bool
) -> None:
    """The chosen joints' trails: the parts farther than the body's middle, or those nearer."""
    if not model.options.trails:
        return
    colours = side_colours(model.colours)
    camera, size = model.camera, (rect.width(), rect.height())
    middle = float(camera.project(actor.points[0], *size)[2])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for joint in model.options.trails:
        points, strength = trail_at(actor.layers, joint, actor.frame, model.options.body == "body")
        if len(points) < 2:
            continue
        p = camera.project(points, *size)
        colour = QColor(colours[JOINT_GROUP[joint]])
        p, strength = np.concatenate([p[:-1:2], p[-1:]]), np.concatenate([strength[:-1:2], strength[-1:]])
        step = max(-(-(len(p) - 1) // _PIECES), 1)
        for first in range(0, len(p) - 1, step):
            piece = p[first : first + step + 1]
            if (float(piece[:, 2].mean()) > middle) != behind or piece[:, 2].min() < 0.2:
                continue
            share = float(strength[first : first + step + 1].mean())
            colour.setAlphaF(0.92 * share * (1 - 0.6 * actor.faded))
            width = max(TRAIL_M * actor.layers.scale * float(piece[:, 3].mean()) * (0.35 + 0.65 * share), 1.2)
            painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in piece[:, :2].tolist()]))


def paint_ghosts(painter: QPainter, rect: QRectF, model: ViewportModel, actor: Actor) -> None:
    """The poses round the playhead, flat and see-through.

    Each is painted solid into a picture of its own, which is then laid over the scene as a whole: no limb
    shines through another.
    """
    chosen = ghosts_at(actor.layers, actor.frame, model.options.ghosts)
    if not chosen:
        return
    style = STYLES[model.options.body]
    # Soft edges suit a ghost's body, and cost a third; rods would vanish.
    share = 0.6 if model.options.body == "body" else 1.0
    share *= painter.device().devicePixelRatioF()
    poses = model.camera.project(
        actor.layers.points[[frame for frame, _ in chosen]], rect.width(), rect.height()
    )
    colours = actor_colours(model.colours, actor)
    for p, (_, strength) in zip(poses, chosen, strict=True):
        ends = np.concatenate([p[style.a][:, [0, 1, 3]], p[style.b][:, [0, 1, 3]]], axis=1)
        radii = np.maximum(style.radii * actor.layers.scale * ends[:, [2, 5]], style.least_px)
        room = _bounds(ends, radii).intersected(rect)
        if room.isEmpty() or p[:, 2].min() < 0.2:
            continue
        order = np.argsort(-(p[style.a, 2] + p[style.b, 2]))
        picture = QImage(
            max(round(room.width() * share), 1), max(round(room.height() * share), 1),
            QImage.Format.Format_ARGB32_Premultiplied,
        )  # fmt: skip
        picture.fill(Qt.GlobalColor.transparent)
        solid = QPainter(picture)
        solid.setRenderHint(QPainter.RenderHint.Antialiasing)
        solid.setPen(Qt.PenStyle.NoPen)
        solid.scale(picture.width() / room.width(), picture.height() / room.height())
        solid.translate(-room.topLeft())
        for line, (r1, r2), group in zip(
            ends[order].tolist(), radii[order].tolist(), style.groups[order].tolist(), strict=True
        ):
            solid.setBrush(colours[group])
            solid.drawPolygon(_capsule(line[0], line[1], r1, line[3], line[4], r2))
        solid.end()
        painter.setOpacity(0.46 * strength)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(room, picture)
    painter.setOpacity(1.0)


def _bounds(ends: np.ndarray, radii: np.ndarray) -> QRectF:
    """Where on screen capsules lie."""
    xs, ys, r = ends[:, [0, 3]], ends[:, [1, 4]], radii.max() + 2
    left, top = float(xs.min() - r), float(ys.min() - r)
    return QRectF(left, top, float(xs.max() + r) - left, float(ys.max() + r) - top)


def _capsule(x1: float, y1: float, r1: float, x2: float, y2: float, r2: float) -> QPolygonF:
    if hypot(x2 - x1, y2 - y1) < abs(r1 - r2) + 0.5:
        x, y, r = (x1, y1, r1) if r1 > r2 else (x2, y2, r2)
        x1, x2, y1, y2, r1, r2 = x - 0.01, x + 0.01, y, y, r, r
    return QPolygonF(hull(x1, y1, r1, x2, y2, r2, coarse=True))


def paint_prints(painter: QPainter, rect: QRectF, model: ViewportModel, actor: Actor) -> None:
    """Soles on the ground where the feet stand and stood."""
    prints = actor.layers.prints
    colours = side_colours(model.colours)
    for i, strength in prints_at(actor.layers, actor.frame):
        outline = np.zeros((14, 3))
        outline[:, ::2] = sole(prints.heel[i], prints.toe[i], actor.layers.scale)
        p = model.camera.project(outline, rect.width(), rect.height())
        if p[:, 2].min() < 0.2:
            continue
        colour = QColor(colours[prints.side[i]])
        colour.setAlphaF(PRINT_ALPHA[model.colours.dark] * strength)
        painter.setBrush(colour)
        edge = QColor(colours[prints.side[i]])
        edge.setAlphaF(0.8 * strength)
        painter.setPen(QPen(edge, 1.2))
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in p[:, :2].tolist()]))


PRINT_ALPHA = {True: 0.42, False: 0.38}
"""How strong a footprint is while the foot stands, on dark and on light."""
