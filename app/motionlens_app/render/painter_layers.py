"""Trails, onion skin and footprints, painted with QPainter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from .batches import hulls, polygons, polylines
from .body import JOINT_GROUP, STYLES
from .colours import actor_colours, side_colours
from .layers import ghosts_at, prints_at, sole, trail_at
from .painter_ground import NEAR, KeptPictures
from .viewport import Actor, ViewportModel

TRAIL_M = 0.030
"""Width of a trail at the playhead, metres."""
_PIECES = 8
"""Pieces of one strength that a trail is painted in."""
_KEPT_GHOSTS = 40
"""Pictures of poses that a widget keeps: four motions' onion skins, and those that come next."""


@dataclass(frozen=True, eq=False)
class TrailPiece:
    """A part of a trail that has one strength.

    Attributes:
        behind: it is farther from the eye than the body's middle.
    """

    line: QPolygonF
    pen: QPen
    behind: bool


def trails_of(rect: QRectF, model: ViewportModel, actor: Actor) -> list[TrailPiece]:
    """The chosen joints' trails on screen, in pieces."""
    if not model.options.trails:
        return []
    colours = side_colours(model.colours)
    camera, size = model.camera, (rect.width(), rect.height())
    middle = float(camera.project(actor.points[0], *size)[2])
    lines: list[np.ndarray] = []
    looks: list[tuple[QPen, bool]] = []
    for joint in model.options.trails:
        points, strength = trail_at(actor.layers, joint, actor.frame, model.options.body == "body")
        if len(points) < 2:
            continue
        thin = np.append(np.arange(0, len(points) - 1, 2), len(points) - 1)
        p, strength = camera.project(points[thin], *size), strength[thin]
        colour = QColor(colours[JOINT_GROUP[joint]])
        step = max(-(-(len(p) - 1) // _PIECES), 1)
        for first in range(0, len(p) - 1, step):
            piece = p[first : first + step + 1]
            if piece[:, 2].min() < NEAR:
                continue
            share = float(strength[first : first + step + 1].mean())
            _, _, depth, metre = piece.mean(axis=0).tolist()
            colour.setAlphaF(0.92 * share * (1 - 0.6 * actor.faded))
            width = max(TRAIL_M * actor.layers.scale * metre * (0.35 + 0.65 * share), 1.2)
            pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
            lines.append(piece[:, :2])
            looks.append((pen, depth > middle))
    return [
        TrailPiece(line, pen, behind) for line, (pen, behind) in zip(polylines(lines), looks, strict=True)
    ]


def paint_trails(painter: QPainter, pieces: list[TrailPiece], *, behind: bool) -> None:
    """The parts farther than the body's middle, or those nearer."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for piece in pieces:
        if piece.behind == behind:
            painter.setPen(piece.pen)
            painter.drawPolyline(piece.line)


def paint_ghosts(
    painter: QPainter, rect: QRectF, model: ViewportModel, actor: Actor, kept: KeptPictures | None = None
) -> None:
    """The poses round the playhead, flat and see-through.

    Each is painted solid into a picture of its own, which is then laid over the scene as a whole: no limb
    shines through another.
    """
    chosen = ghosts_at(actor.layers, actor.frame, model.options.ghosts)
    if not chosen:
        return
    # Soft edges suit a ghost's body, and cost a third; rods would vanish.
    share = 0.6 if model.options.body == "body" else 1.0
    share *= painter.device().devicePixelRatioF()
    colours = actor_colours(model.colours, actor)
    pictures = kept.ghosts if kept is not None else {}
    look = (
        actor.layers, model.camera, rect.width(), rect.height(), share, model.options.body,
        tuple(c.rgba() for c in colours),
    )  # fmt: skip
    missing = [frame for frame, _ in chosen if (*look, frame) not in pictures]
    if missing:
        for frame, made in zip(missing, _ghosts(rect, model, actor, missing, share, colours), strict=True):
            pictures[*look, frame] = made
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for frame, strength in chosen:
        room, picture = pictures[*look, frame]
        if not picture.isNull():
            painter.setOpacity(0.46 * strength)
            painter.drawImage(room, picture)
    painter.setOpacity(1.0)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    for old in list(pictures)[: max(len(pictures) - _KEPT_GHOSTS, 0)]:
        del pictures[old]


def _ghosts(
    rect: QRectF,
    model: ViewportModel,
    actor: Actor,
    frames: list[int],
    share: float,
    colours: tuple[QColor, QColor, QColor],
) -> list[tuple[QRectF, QImage]]:
    """Where each pose lies and its picture, ``share`` times the screen's size; null where it is not seen."""
    style = STYLES[model.options.body]
    p = model.camera.project(actor.layers.points[frames], rect.width(), rect.height())
    a, b = p[:, style.a], p[:, style.b]
    ends = np.concatenate([a[..., :2], b[..., :2]], axis=-1)
    radii = style.radii * actor.layers.scale * np.stack([a[..., 3], b[..., 3]], axis=-1)
    radii = np.maximum(radii, style.least_px)
    outlines = hulls(ends.reshape(-1, 4), radii.reshape(-1, 2)).reshape(*radii.shape[:2], -1, 2)
    orders = np.argsort(-(a[..., 2] + b[..., 2]), axis=1)
    return [
        (QRectF(), QImage())
        if pose[:, 2].min() < NEAR
        else _solid(rect, outline[order], [colours[g] for g in style.groups[order].tolist()], share)
        for pose, outline, order in zip(p, outlines, orders, strict=True)
    ]


def _solid(rect: QRectF, outlines: np.ndarray, colours: list[QColor], share: float) -> tuple[QRectF, QImage]:
    """(N, P, 2) outlines, filled one after another."""
    low, high = outlines.min(axis=(0, 1)) - 2, outlines.max(axis=(0, 1)) + 2
    room = QRectF(*low.tolist(), *(high - low).tolist()).intersected(rect)
    if room.isEmpty():
        return QRectF(), QImage()
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
    for colour, outline in zip(colours, polygons(outlines), strict=True):
        solid.setBrush(colour)
        solid.drawPolygon(outline)
    solid.end()
    return room, picture


def paint_prints(painter: QPainter, rect: QRectF, model: ViewportModel, actor: Actor) -> None:
    """Soles on the ground where the feet stand and stood."""
    prints = actor.layers.prints
    colours = side_colours(model.colours)
    seen = prints_at(actor.layers, actor.frame)
    if not seen:
        return
    ground = np.zeros((len(seen), 14, 3))
    for outline, (i, _) in zip(ground, seen, strict=True):
        outline[:, ::2] = sole(prints.heel[i], prints.toe[i], actor.layers.scale)
    p = model.camera.project(ground, rect.width(), rect.height())
    near = (p[..., 2].min(axis=1) < NEAR).tolist()
    for (i, strength), shape, hidden in zip(seen, polygons(p[..., :2]), near, strict=True):
        if hidden:
            continue
        colour = QColor(colours[prints.side[i]])
        colour.setAlphaF(PRINT_ALPHA[model.colours.dark] * strength)
        painter.setBrush(colour)
        edge = QColor(colours[prints.side[i]])
        edge.setAlphaF(0.8 * strength)
        painter.setPen(QPen(edge, 1.2))
        painter.drawPolygon(shape)


PRINT_ALPHA = {True: 0.42, False: 0.38}
"""How strong a footprint is while the foot stands, on dark and on light."""
