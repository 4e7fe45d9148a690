"""The QPainter renderer: works everywhere, offscreen too."""

from __future__ import annotations

import time
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QRadialGradient,
    QTransform,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from .batches import hulls, polygons
from .body import ANCHOR_JOINT, GLOW_COLOUR, HALO_RADIUS, STYLES
from .colours import actor_colours, mixed
from .painter_ground import KeptPictures, paint_ground, paint_shadow
from .painter_layers import paint_ghosts, paint_prints, paint_trails, trails_of
from .viewport import ViewportModel


class PainterViewport(QWidget):
    """Draws a ``ViewportModel`` with QPainter."""

    kind = "painter"

    def __init__(self, model: ViewportModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self._kept = KeptPictures()
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
        paint_scene(painter, QRectF(self.rect()), self.model, self._kept)
        painter.end()
        self.cost_s += 0.1 * (time.thread_time() - started - self.cost_s)


def paint_scene(
    painter: QPainter, rect: QRectF, model: ViewportModel, kept: KeptPictures | None = None
) -> None:
    """Paint a whole viewport into ``rect``; also used for pictures without a widget.

    Args:
        kept: what the last pictures left for the next ones.
    """
    painter.save()
    painter.translate(rect.topLeft())
    rect = QRectF(0, 0, rect.width(), rect.height())
    paint_ground(painter, rect, model, kept)
    if model.options.contacts:
        for actor in model.actors:
            paint_prints(painter, rect, model, actor)
    for actor in model.actors:
        paint_shadow(painter, rect, model, actor)
    for actor in model.actors:
        paint_ghosts(painter, rect, model, actor, kept)
    trails = [piece for actor in model.actors for piece in trails_of(rect, model, actor)]
    paint_trails(painter, trails, behind=True)
    _paint_bodies(painter, rect, model)
    paint_trails(painter, trails, behind=False)
    _paint_halos(painter, rect, model)
    painter.restore()


def _paint_bodies(painter: QPainter, rect: QRectF, model: ViewportModel) -> None:
    """The capsules of all actors, from far to near."""
    if not model.actors:
        return
    style = STYLES[model.options.body]
    p = model.camera.project(np.stack([actor.points for actor in model.actors]), rect.width(), rect.height())
    a, b = p[:, style.a].reshape(-1, 4), p[:, style.b].reshape(-1, 4)
    ends = np.concatenate([a[:, :2], b[:, :2]], axis=1)
    scales = np.repeat([actor.layers.scale for actor in model.actors], len(style.a))
    thick = np.tile(style.radii, (len(model.actors), 1)) * scales[:, None]
    radii = np.maximum(thick * np.stack([a[:, 3], b[:, 3]], axis=1), style.least_px)
    fills: list[tuple[QBrush, QColor]] = []
    for actor in model.actors:
        of_sides = _fills(*(c.rgba() for c in actor_colours(model.colours, actor)))
        fills += [of_sides[group] for group in style.groups.tolist()]
    hot: dict[int, tuple[float, float]] = {}
    if (model.glow > 0.02).any():
        glow = model.glow[ANCHOR_JOINT[np.stack([style.a, style.b], axis=1)]]  # of the first actor alone
        hot = {i: (ga, gb) for i, (ga, gb) in enumerate(glow.tolist()) if ga > 0.02 or gb > 0.02}
    outlines, places = polygons(hulls(ends, radii)), _shading(ends, radii.max(axis=1)).tolist()
    painter.setPen(Qt.PenStyle.NoPen)
    for i in np.argsort(-(a[:, 2] + b[:, 2]), kind="stable").tolist():
        fill, middle = fills[i]
        if i in hot:
            painter.setBrush(_hot(middle, hot[i], ends[i]))
        else:
            brush = QBrush(fill)
            brush.setTransform(QTransform(*places[i]))
            painter.setBrush(brush)
        painter.drawPolygon(outlines[i])


def _hot(colour: QColor, glow: tuple[float, float], ends: np.ndarray) -> QBrush:
    """Along the limb from one joint's glow to the other's; the shading gives way to it."""
    x1, y1, x2, y2 = ends.tolist()
    along = QLinearGradient(QPointF(x1, y1), QPointF(x2, y2))
    for stop, share in zip((0.0, 1.0), glow, strict=True):
        along.setColorAt(stop, mixed(colour, QColor(GLOW_COLOUR), share))
    return QBrush(along)


def _shades(colours: tuple[QColor, ...]) -> list[tuple[QColor, QColor, QColor]]:
    """Light, middle and dark of left, right and trunk."""
    shades = [(c.lighter(116), c, c.darker(165)) for c in colours]
    # The trunk is many overlapping pieces: a flatter shading hides their seams.
    shades[2] = (colours[2].lighter(106), colours[2], colours[2].darker(122))
    return shades


@lru_cache(maxsize=64)
def _fills(*colours: int) -> list[tuple[QBrush, QColor]]:
    """Of left, right and trunk: the gradient from x = 0 to 1 that is laid across a capsule, and its middle."""
    out = []
    for shades in _shades(tuple(QColor.fromRgba(colour) for colour in colours)):
        gradient = QLinearGradient(QPointF(0, 0), QPointF(1, 0))
        for stop, shade in zip((0.0, 0.45, 1.0), shades, strict=True):
            gradient.setColorAt(stop, shade)
        out.append((QBrush(gradient), shades[1]))
    return out


def _shading(ends: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Light from the upper left: a gradient across each capsule, lit side first.

    Args:
        ends: (N, 4) pixels. radii: (N,) the larger one, pixels.

    Returns:
        (N, 6): m11, m12, m21, m22, dx, dy of what lays a gradient from x = 0 to 1 across it.
    """
    along = ends[:, 2:] - ends[:, :2]
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    across[across @ (-0.6, -0.8) < 0] *= -1
    # Capsules that point at the light have no lit side: turn the gradient towards the light instead.
    n = (across * 0.75 + np.array([-0.6, -0.8]) * 0.25) * radii[:, None]
    middle = (ends[:, :2] + ends[:, 2:]) / 2
    return np.column_stack([-2 * n, 2 * n[:, 1], -2 * n[:, 0], middle + n])


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
