"""Background, grid, ways on the ground and shadows, painted with QPainter."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QLinearGradient, QPainter, QPen, QRadialGradient, QTransform

from .batches import polylines
from .body import ANCHORS
from .camera import Camera
from .viewport import Actor, ViewportModel

GRID_REACH = 6
"""Metres of ground grid on each side of what is looked at."""
_LEVELS = 5
"""Strengths that the grid is painted in."""
NEAR = 0.2
"""Nothing but the body is painted nearer to the eye than this, metres."""
SHADOW_ANCHORS = tuple(
    ANCHORS[n] for n in ("pelvis", "spine3", "left_knee", "right_knee", "left_foot", "right_foot",
                         "left_ankle", "right_ankle", "left_wrist", "right_wrist", "head")
)  # fmt: skip
SHADOW_RADII = (0.30, 0.26, 0.15, 0.15, 0.12, 0.12, 0.11, 0.11, 0.09, 0.09, 0.14)
_SHADOW_SHARPNESS = 64
"""Pixels a metre that a soft shadow needs at least."""


@dataclass(eq=False)
class KeptPictures:
    """Pictures that a widget lays down again while nothing that they show changes.

    Attributes:
        ground: background, grid and ways, None until it was wanted twice: under a camera that goes along
            it never is.
        ground_key: what it shows.
        ghosts: poses of the onion skin and where they lie, by what they show.
    """

    ground: QImage | None = None
    ground_key: tuple | None = None
    ghosts: dict[tuple, tuple[QRectF, QImage]] = field(default_factory=dict)


def paint_ground(
    painter: QPainter, rect: QRectF, model: ViewportModel, kept: KeptPictures | None = None
) -> None:
    """All that does not move with the bodies; from ``kept`` where that holds it."""
    if kept is None:
        _paint_ground(painter, rect, model)
        return
    ratio = painter.device().devicePixelRatioF()
    ways = tuple((actor.layers, actor.tint) for actor in model.actors)
    options = model.options
    key = (model.camera, rect.width(), rect.height(), ratio, model.colours, options.grid, options.path, ways)
    if key != kept.ground_key:
        kept.ground_key, kept.ground = key, None
        _paint_ground(painter, rect, model)
        return
    if kept.ground is None:
        size = round(rect.width() * ratio), round(rect.height() * ratio)
        kept.ground = QImage(*size, QImage.Format.Format_RGB32)
        kept.ground.setDevicePixelRatio(ratio)
        inner = QPainter(kept.ground)
        inner.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_ground(inner, rect, model)
        inner.end()
    painter.drawImage(QPointF(0, 0), kept.ground)


def _paint_ground(painter: QPainter, rect: QRectF, model: ViewportModel) -> None:
    colours = model.colours
    gradient = QLinearGradient(rect.topLeft(), rect.bottomLeft())
    gradient.setColorAt(0, QColor(colours.top))
    gradient.setColorAt(1, QColor(colours.bottom))
    painter.fillRect(rect, gradient)
    if model.options.grid:
        _paint_grid(painter, rect, model)
    if model.options.path:
        for actor in model.actors:
            layers = actor.layers
            if layers.span[1] - layers.span[0] < layers.n_frames:  # else the moment's covers it
                _paint_path(painter, rect, model, layers.path, QColor(colours.path), 2.0)
            tint = QColor(actor.tint or colours.accent)
            _paint_path(painter, rect, model, layers.moment_path, tint, 2.5)


@lru_cache(maxsize=4)
def _crossings(reach: int) -> np.ndarray:
    """(n, n, 3) where the lines of the grid round the origin meet: by x, then by z."""
    steps = np.arange(-reach, reach + 1, dtype=np.float64)
    x, z = np.meshgrid(steps, steps, indexing="ij")
    return np.stack([x, np.zeros_like(x), z], axis=-1)


def _strengths(camera: Camera, reach: int) -> np.ndarray:
    """(2, n, n - 1) how strong each one-metre piece is, 0..1, fading with distance.

    First those that lie along z, by the line's x; then those along x, by the line's z.
    """
    x, _, z = camera.target
    steps = np.arange(-reach, reach + 1)
    at = steps + round(x) - x, steps + round(z) - z
    middles = at[0][:-1] + 0.5, at[1][:-1] + 0.5
    away = np.stack([
        np.hypot(at[0][:, None], middles[1][None]),
        np.hypot(at[1][:, None], middles[0][None]),
    ])  # fmt: skip
    strength: np.ndarray = np.clip(1 - away / reach, 0, 1) ** 1.3
    return strength


def grid_lines(camera: Camera, width: float, height: float, reach: int = GRID_REACH) -> list[np.ndarray]:
    """The ground grid on screen: for each strength from faint to full, (N, 2, 2) ends of lines, pixels.

    Neighbouring pieces of a line that have the same strength are one line.

    >>> [len(lines) > 0 for lines in grid_lines(Camera(), 400, 400)]
    [True, True, True, True, True]
    """
    x, _, z = camera.target
    corners = _crossings(reach) + np.array([round(x), 0.0, round(z)])
    p = camera.project(corners, width, height)
    lines = np.stack([p, p.swapaxes(0, 1)])  # (2, n, n, 4): along z, along x
    a, b = lines[:, :, :-1], lines[:, :, 1:]
    strength = _strengths(camera, reach)
    seen = (np.minimum(a[..., 2], b[..., 2]) > NEAR) & (strength > 0.04)
    for axis, end in ((0, width), (1, height)):
        seen &= (np.maximum(a[..., axis], b[..., axis]) > 0) & (np.minimum(a[..., axis], b[..., axis]) < end)
    level = np.zeros((2, a.shape[1], a.shape[2] + 2), dtype=np.int8)
    level[:, :, 1:-1] = np.where(seen, np.ceil(strength * _LEVELS), 0)
    starts = level[:, :, 1:-1] != level[:, :, :-2]
    ends = level[:, :, 1:-1] != level[:, :, 2:]
    inner = level[:, :, 1:-1]
    out = []
    for step in range(1, _LEVELS + 1):
        of_step = inner == step
        out.append(np.stack([a[of_step & starts][:, :2], b[of_step & ends][:, :2]], axis=1))
    return out


def _paint_grid(painter: QPainter, rect: QRectF, model: ViewportModel) -> None:
    levels = grid_lines(model.camera, rect.width(), rect.height())
    ends = polylines([lines.reshape(-1, 2) for lines in levels])
    for pen, pairs in zip(_grid_pens(model.colours.grid), ends, strict=True):
        painter.setPen(pen)
        painter.drawLines(pairs)  # type: ignore[call-overload]  # a polygon is a list of points


@lru_cache(maxsize=8)
def _grid_pens(colour: str) -> list[QPen]:
    pens = []
    for step in range(1, _LEVELS + 1):
        shade = QColor(colour)
        shade.setAlphaF(step / _LEVELS)
        pens.append(QPen(shade, 1.0))
    return pens


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
    before = p[:, 2] > NEAR
    pieces = [p[:, :2]]
    if not before.all():  # only the runs that lie before the eye
        cuts = np.flatnonzero(np.diff(before.astype(int))) + 1
        pieces = [
            piece[:, :2] for piece in np.split(p, cuts) if piece[0, 2] > NEAR and len(piece) > 1
        ]  # fmt: skip
    for line in polylines(pieces):
        painter.drawPolyline(line)


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


def paint_shadow(painter: QPainter, rect: QRectF, model: ViewportModel, actor: Actor) -> None:
    """Soft spots under a body, gathered in a small picture that is laid over the ground as a whole.

    They have no edges, so that a few pixels hold them, and every pixel of the screen is blended once.
    """
    strength = 0.30 if model.colours.dark else 0.17
    at = actor.points[list(SHADOW_ANCHORS)].astype(np.float64)
    high = np.maximum(at[:, 1], 0.0)
    spread = np.array(SHADOW_RADII) * (1 + 0.45 * high) * actor.layers.scale * (1 - 0.5 * actor.faded)
    probe = np.repeat(at[:, None, :], 3, axis=1)  # the spot's middle, and its reach along x and z
    probe[:, :, 1] = 0.0
    probe[:, 1, 0] += spread
    probe[:, 2, 2] += spread
    p = model.camera.project(probe, rect.width(), rect.height())
    if p[..., 2].min() < NEAR:
        return
    middle = p[:, 0, :2]
    reach = p[:, 1:, :2] - middle[:, None]
    half = np.hypot(reach[:, 0], reach[:, 1])
    low, high_corner = (middle - half).min(axis=0), (middle + half).max(axis=0)
    ratio = painter.device().devicePixelRatioF()
    share = min(max(ratio / 5, _SHADOW_SHARPNESS / float(p[:, 0, 3].min())), ratio)
    room = QRectF(QPointF(*low.tolist()), QPointF(*high_corner.tolist())).intersected(rect)
    if room.isEmpty():
        return
    margin = 1.5 / share
    room.adjust(-margin, -margin, margin, margin)
    picture = QImage(
        int(room.width() * share) + 1, int(room.height() * share) + 1,
        QImage.Format.Format_ARGB32_Premultiplied,
    )  # fmt: skip
    picture.fill(Qt.GlobalColor.transparent)
    spots = QPainter(picture)
    corner = np.array([room.left(), room.top()])
    places = np.concatenate([reach.reshape(-1, 4), middle - corner], axis=1) * share
    target, blob = QRectF(-1.0, -1.0, 2.0, 2.0), _blob()
    for place, alpha in zip(places.tolist(), (strength / (1 + 2.2 * high)).tolist(), strict=True):
        spots.setTransform(QTransform(*place))
        spots.setOpacity(alpha)
        spots.drawImage(target, blob)
    spots.end()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(
        QRectF(room.left(), room.top(), picture.width() / share, picture.height() / share), picture
    )
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
