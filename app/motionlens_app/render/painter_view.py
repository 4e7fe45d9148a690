"""The QPainter renderer: works everywhere, offscreen too."""

from __future__ import annotations

import time
from functools import lru_cache
from math import hypot

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QImage,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QRadialGradient,
    QTransform,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from .body import ANCHOR_JOINT, ANCHORS, GLOW_COLOUR, HALO_RADIUS, STYLES
from .camera import Camera
from .colours import actor_colours, mixed
from .painter_layers import hull, paint_ghosts, paint_prints, paint_trails
from .viewport import ViewportModel

GRID_REACH = 6
"""Metres of ground grid on each side of what is looked at."""
SHADOW_ANCHORS = tuple(
    ANCHORS[n] for n in ("pelvis", "spine3", "left_knee", "right_knee", "left_foot", "right_foot",
                         "left_ankle", "right_ankle", "left_wrist", "right_wrist", "head")
)  # fmt: skip
SHADOW_RADII = (0.30, 0.26, 0.15, 0.15, 0.12, 0.12, 0.11, 0.11, 0.09, 0.09, 0.14)


@lru_cache(maxsize=4)
def _grid_pieces(reach: int) -> np.ndarray:
    """(N, 2, 3) one-metre pieces round the origin."""
    steps = np.arange(-reach, reach + 1)
    lines = []
    for fixed in steps:
        for along in steps[:-1]:
            lines.append(((along, 0, fixed), (along + 1, 0, fixed)))
            lines.append(((fixed, 0, along), (fixed, 0, along + 1)))
    return np.array(lines, dtype=np.float64)


def grid_segments(camera: Camera, reach: int = GRID_REACH) -> tuple[np.ndarray, np.ndarray]:
    """One-metre pieces of the ground grid near the target.

    Returns:
        (N, 2, 3) end points in metres and (N,) opacity 0..1, fading with distance.
    """
    x, _, z = camera.target
    segments = _grid_pieces(reach) + np.array([round(x), 0.0, round(z)])
    middle = segments.mean(axis=1)
    away = np.hypot(middle[:, 0] - x, middle[:, 2] - z)
    opacity = np.clip(1 - away / reach, 0, 1) ** 1.3
    seen = opacity > 0.04
    return segments[seen], opacity[seen]


class PainterViewport(QWidget):
    """Draws a ``ViewportModel`` with QPainter."""

    kind = "painter"

    def __init__(self, model: ViewportModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.cost_s = 0.008
        """Processor time of a picture, seconds, of late."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Viewer: the motion as a body on a metric grid")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        model.changed.connect(self.update)

    def resizeEvent(self, event) -> None:
        """The framing follows the shape of the widget."""
        self.model.aspect = max(self.width(), 1) / max(self.height(), 1)
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, path, shadow, body."""
        started = time.thread_time()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_scene(painter, QRectF(self.rect()), self.model)
        painter.end()
        self.cost_s += 0.1 * (time.thread_time() - started - self.cost_s)


def paint_scene(painter: QPainter, rect: QRectF, model: ViewportModel) -> None:
    """Paint a whole viewport into ``rect``; also used for pictures without a widget."""
    colours, options = model.colours, model.options
    gradient = QLinearGradient(rect.topLeft(), rect.bottomLeft())
    gradient.setColorAt(0, QColor(colours.top))
    gradient.setColorAt(1, QColor(colours.bottom))
    painter.fillRect(rect, gradient)
    painter.save()
    painter.translate(rect.topLeft())
    rect = QRectF(0, 0, rect.width(), rect.height())
    if options.grid:
        _paint_grid(painter, rect, model)
    for actor in model.actors:
        if options.path:
            if (
                actor.layers.span[1] - actor.layers.span[0] < actor.layers.n_frames
            ):  # else the moment's covers it
                _paint_path(painter, rect, model, actor.layers.path, QColor(colours.path), 2.0)
            tint = QColor(actor.tint or colours.accent)
            _paint_path(painter, rect, model, actor.layers.moment_path, tint, 2.5)
        if options.contacts:
            paint_prints(painter, rect, model, actor)
    for actor in model.actors:
        _paint_shadow(painter, rect, model, actor.points, actor.layers.scale * (1 - 0.5 * actor.faded))
    for actor in model.actors:
        paint_ghosts(painter, rect, model, actor)
    for actor in model.actors:
        paint_trails(painter, rect, model, actor, behind=True)
    _paint_bodies(painter, rect, model)
    for actor in model.actors:
        paint_trails(painter, rect, model, actor, behind=False)
    _paint_halos(painter, rect, model)
    painter.restore()


def _paint_grid(painter: QPainter, rect: QRectF, model: ViewportModel) -> None:
    segments, opacity = grid_segments(model.camera)
    p = model.camera.project(segments, rect.width(), rect.height())
    x, y = p[..., 0], p[..., 1]
    seen = (p[..., 2] > 0.2).all(axis=1)
    seen &= (x.max(axis=1) > 0) & (x.min(axis=1) < rect.width())
    seen &= (y.max(axis=1) > 0) & (y.min(axis=1) < rect.height())
    level = np.ceil(opacity * 5).astype(int)
    for step in range(1, 6):
        chosen = p[seen & (level == step)][..., :2].reshape(-1, 4).tolist()
        colour = QColor(model.colours.grid)
        colour.setAlphaF(step / 5)
        painter.setPen(QPen(colour, 1.0))
        painter.drawLines([QLineF(*line) for line in chosen])


def _paint_path(
    painter: QPainter, rect: QRectF, model: ViewportModel, path: np.ndarray, colour: QColor, width: float
) -> None:
    if len(path) < 2 or np.ptp(path, axis=0).max() < 0.15:
        return
    ground = np.zeros((len(path), 3))
    ground[:, ::2] = path
    ground[:, 1] = 0.004
    p = model.camera.project(ground, rect.width(), rect.height())
    painter.setPen(
        QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.BevelJoin)
    )
    if p[:, 2].min() > 0.2:
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in p[:, :2].tolist()]))
        return
    run: list[QPointF] = []
    for x, y, depth, _ in p.tolist():
        if depth > 0.2:
            run.append(QPointF(x, y))
        elif run:
            painter.drawPolyline(QPolygonF(run))
            run = []
    painter.drawPolyline(QPolygonF(run))


@lru_cache(maxsize=1)
def _blob() -> QImage:
    """A soft round spot, black in its middle: stretched over the ground it is a shadow."""
    size = 64
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    gradient = QRadialGradient(QPointF(size / 2, size / 2), size / 2)
    for stop, share in ((0.0, 1.0), (0.5, 0.55), (1.0, 0.0)):
        gradient.setColorAt(stop, QColor(0, 0, 0, round(255 * share)))
    painter = QPainter(image)
    painter.fillRect(image.rect(), QBrush(gradient))
    painter.end()
    return image


def _paint_shadow(
    painter: QPainter, rect: QRectF, model: ViewportModel, points: np.ndarray, scale: float
) -> None:
    strength = 0.30 if model.colours.dark else 0.17
    at = points[list(SHADOW_ANCHORS)].astype(np.float64)
    high = np.maximum(at[:, 1], 0.0)
    spread = np.array(SHADOW_RADII) * (1 + 0.45 * high) * scale
    probe = np.repeat(at[:, None, :], 3, axis=1)  # the blob's middle, and its reach along x and z
    probe[:, :, 1] = 0.0
    probe[:, 1, 0] += spread
    probe[:, 2, 2] += spread
    on_screen = model.camera.project(probe, rect.width(), rect.height())[..., :2].tolist()
    image, before = _blob(), painter.transform()
    target = QRectF(-1.0, -1.0, 2.0, 2.0)
    for (c, a, b), alpha in zip(on_screen, (strength / (1 + 2.2 * high)).tolist(), strict=True):
        painter.setTransform(
            QTransform(a[0] - c[0], a[1] - c[1], b[0] - c[0], b[1] - c[1], c[0], c[1]) * before
        )
        painter.setOpacity(alpha)
        painter.drawImage(target, image)
    painter.setOpacity(1.0)
    painter.setTransform(before)


def _paint_bodies(painter: QPainter, rect: QRectF, model: ViewportModel) -> None:
    """The capsules of all actors, from far to near."""
    if not model.actors:
        return
    style = STYLES[model.options.body]
    strokes: list[tuple] = []
    for number, actor in enumerate(model.actors):
        p = model.camera.project(actor.points, rect.width(), rect.height())
        ends = np.concatenate([p[style.a][:, [0, 1, 3]], p[style.b][:, [0, 1, 3]]], axis=1)
        radii = np.maximum(style.radii * actor.layers.scale * ends[:, [2, 5]], style.least_px)
        depth = (p[style.a, 2] + p[style.b, 2]) / 2
        glow = model.glow[ANCHOR_JOINT[np.stack([style.a, style.b], axis=1)]] * (number == 0)
        shades = _shades(actor_colours(model.colours, actor))
        fills = [(_across(*(shade.rgba() for shade in three)), three[1]) for three in shades]
        groups = [fills[g] for g in style.groups.tolist()]
        strokes += zip(
            depth.tolist(), ends.tolist(), radii.tolist(), glow.tolist(), groups, strict=True
        )  # fmt: skip
    painter.setPen(Qt.PenStyle.NoPen)
    hot = QColor(GLOW_COLOUR)
    for _, (x1, y1, _s1, x2, y2, _s2), (r1, r2), (ga, gb), (fill, mid) in sorted(
        strokes, key=lambda s: -s[0]
    ):
        if ga > 0.02 or gb > 0.02:
            # Along the limb from one joint's glow to the other's; the shading gives way to it.
            along = QLinearGradient(QPointF(x1, y1), QPointF(x2, y2))
            along.setColorAt(0.0, mixed(mid, hot, ga))
            along.setColorAt(1.0, mixed(mid, hot, gb))
            painter.setBrush(QBrush(along))
        else:
            painter.setBrush(_shading(x1, y1, x2, y2, max(r1, r2), fill))
        if hypot(x2 - x1, y2 - y1) < abs(r1 - r2) + 0.5:
            x, y, r = (x1, y1, r1) if r1 > r2 else (x2, y2, r2)
            painter.drawEllipse(QPointF(x, y), r, r)
        else:
            painter.drawPolygon(QPolygonF(hull(x1, y1, r1, x2, y2, r2, coarse=max(r1, r2) < 7)))


def _shades(colours: tuple[QColor, QColor, QColor]) -> list[tuple[QColor, QColor, QColor]]:
    """Light, middle and dark of left, right and trunk."""
    shades = [(c.lighter(116), c, c.darker(165)) for c in colours]
    # The trunk is many overlapping pieces: a flatter shading hides their seams.
    shades[2] = (colours[2].lighter(106), colours[2], colours[2].darker(122))
    return shades


def _paint_halos(painter: QPainter, rect: QRectF, model: ViewportModel) -> None:
    """Light round glowing joints, over the body: a hidden joint shows too."""
    if model.pose is None or not (model.glow > 0.02).any():
        return
    painter.setPen(Qt.PenStyle.NoPen)
    p = model.camera.project(model.pose, rect.width(), rect.height())
    for joint in np.flatnonzero(model.glow > 0.02).tolist():
        x, y, _, scale = p[joint].tolist()
        strength = float(model.glow[joint])
        radius = HALO_RADIUS * (0.6 + 0.4 * strength) * model.scale * scale
        gradient = QRadialGradient(QPointF(x, y), radius)
        for stop, share in ((0.0, 0.85), (0.35, 0.5), (0.7, 0.14), (1.0, 0.0)):
            colour = QColor(GLOW_COLOUR)
            colour.setAlphaF(share * strength)
            gradient.setColorAt(stop, colour)
        painter.setBrush(QBrush(gradient))
        painter.drawEllipse(QPointF(x, y), radius, radius)


def _shading(x1: float, y1: float, x2: float, y2: float, r: float, fill: QBrush) -> QBrush:
    """Light from the upper left: a gradient across the capsule, lit side first."""
    dx, dy = x2 - x1, y2 - y1
    length = hypot(dx, dy) or 1.0
    nx, ny = -dy / length, dx / length
    if nx * -0.6 + ny * -0.8 < 0:
        nx, ny = -nx, -ny
    # Capsules that point at the light have no lit side: turn the gradient towards the light instead.
    nx, ny = nx * 0.75 - 0.6 * 0.25, ny * 0.75 - 0.8 * 0.25
    cx, cy = (x1 + x2) / 2, (y1 + y2) / 2
    brush = QBrush(fill)
    brush.setTransform(
        QTransform(-2 * nx * r, -2 * ny * r, 2 * ny * r, -2 * nx * r, cx + nx * r, cy + ny * r)
    )
    return brush


@lru_cache(maxsize=64)
def _across(light: int, mid: int, dark: int) -> QBrush:
    """The gradient from x = 0 to 1 that ``_shading`` lays across a capsule."""
    gradient = QLinearGradient(QPointF(0, 0), QPointF(1, 0))
    for stop, colour in ((0.0, light), (0.45, mid), (1.0, dark)):
        gradient.setColorAt(stop, QColor.fromRgba(colour))
    return QBrush(gradient)
