"""Thumbnails: prepared off the GUI thread as flat strokes, painted by QPainter in well under a millisecond."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from .body import (
    CARD,
    LEFT,
    LEFT_COLOUR,
    RIGHT,
    RIGHT_COLOUR,
    TRUNK,
    body_scale,
    telling_frame,
)
from .body import anchors as body_anchors
from .camera import Camera

_MAX_FRAMES = 1200
"""A card plays at most a minute of a take."""

_KEPT_PATHS = 48
_PATH_REACH = 1500.0
"""Pixels: no picture of a path is larger than twice this."""
_WIDTHS = CARD.radii.mean(axis=1) * 2
_GROUPS: list[int] = CARD.groups.tolist()


@dataclass(frozen=True, eq=False)
class ThumbnailClip:
    """A motion ready to be painted.

    Attributes:
        lines: (T, S, 4) float32: x1, y1, x2, y2 in units of the card's height, y down, origin at its
            middle on the ground line.
        order: (T, S) uint8: strokes from far to near.
        near: (T, S) bool: strokes on the near half of the body, painted in full colour.
        widths: (S,) float32, the same unit.
        path: (P, 2) float32: the pelvis' path on the ground, for frame 0's framing.
        slide: (T,) float32: how far the ground has moved under a camera that had to follow.
        still: frame shown at rest.
        metre: card heights a metre.
    """

    lines: np.ndarray
    order: np.ndarray
    near: np.ndarray
    widths: np.ndarray
    path: np.ndarray
    slide: np.ndarray
    still: int
    metre: float

    @property
    def n_frames(self) -> int:
        """T."""
        return len(self.lines)


def _smooth(values: np.ndarray, frames: int = 15) -> np.ndarray:
    if len(values) < 3:
        return values
    width = min(frames, len(values))
    padded = np.pad(values, (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")


def prepare(positions: np.ndarray, aspect: float = 4 / 3) -> ThumbnailClip:
    """Project (T, 22, 3) metres with the one camera rule of all cards: three-quarter view, framed on the
    whole path; where the path is so long that the body would be a speck the camera follows instead.

    Args:
        positions: metres, y up.
        aspect: the card's width over its height.
    """
    positions = np.asarray(positions[:_MAX_FRAMES], dtype=np.float32)
    scale = body_scale(positions)
    points = body_anchors(positions, scale)
    right, up, back = Camera(azimuth=35.0, elevation=12.0).axes()
    x, y, depth = points @ right, points @ up, points @ back
    ground = positions[:, 0].copy()
    ground[:, 1] = 0.0
    path_x, path_y = ground @ right, ground @ up
    low_x, high_x = x.min() - 0.12, x.max() + 0.12
    low_y, high_y = min(y.min(), path_y.min()) - 0.10, y.max() + 0.14
    metre = min(0.86 * aspect / (high_x - low_x), 0.86 / (high_y - low_y), 0.86 / 1.9)
    floor = 0.86 / 2.9 / scale  # the body never becomes smaller than this
    if metre < floor:
        metre = floor
        centre_x, centre_y = _smooth(path_x), _smooth(path_y) + 0.88 * scale
    else:
        centre_x = np.full(len(x), (low_x + high_x) / 2)
        centre_y = np.full(len(y), (low_y + high_y) / 2)
    shown = np.stack([(x - centre_x[:, None]) * metre, -(y - centre_y[:, None]) * metre], axis=-1)
    lines = np.concatenate([shown[:, CARD.a], shown[:, CARD.b]], axis=-1).astype(np.float32)
    mid = (depth[:, CARD.a] + depth[:, CARD.b]) / 2
    path = np.stack([_smooth(path_x, 11) * metre, -_smooth(path_y, 11) * metre], axis=-1).astype(np.float32)
    offset = np.stack([-centre_x * metre, centre_y * metre], axis=-1).astype(np.float32)
    return ThumbnailClip(
        lines=lines,
        order=np.argsort(mid, axis=1).astype(np.uint8),
        near=mid >= np.median(mid, axis=1, keepdims=True) - 0.05,
        widths=(_WIDTHS * scale * metre).astype(np.float32),
        path=path[:: max(len(path) // 60, 1)],
        slide=offset,
        still=telling_frame(positions),
        metre=float(metre),
    )


@dataclass(frozen=True)
class ThumbnailColours:
    """Pens' colours for one theme; the limbs' hues never change with it."""

    background: str
    ground: str
    trunk: str
    path: str


class ThumbnailPainter:
    """Paints clips; keeps its pens between calls."""

    def __init__(self, colours: ThumbnailColours) -> None:
        self.set_colours(colours)

    def set_colours(self, colours: ThumbnailColours) -> None:
        """Take a theme's colours."""
        self.colours = colours
        self._pens: dict[tuple[int, bool, int], QPen] = {}
        self._paths: OrderedDict[tuple, tuple[ThumbnailClip, QPointF, QPixmap]] = OrderedDict()
        background = QColor(colours.background)
        self._fill: dict[tuple[int, bool], QColor] = {}
        for group, name in ((LEFT, LEFT_COLOUR), (RIGHT, RIGHT_COLOUR), (TRUNK, colours.trunk)):
            near = QColor(name)
            self._fill[group, True] = near
            self._fill[group, False] = _mixed(near, background, 0.24)

    def _pen(self, group: int, near: bool, width: float) -> QPen:
        key = (group, near, round(width * 2))
        pen = self._pens.get(key)
        if pen is None:
            pen = QPen(self._fill[group, near], max(key[2] / 2, 1.2))
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            self._pens[key] = pen
        return pen

    def paint(self, painter: QPainter, rect: QRectF, clip: ThumbnailClip, at: float) -> None:
        """Paint a (fractional) frame into ``rect`` (the caller clips and fills the background)."""
        at = min(max(at, 0.0), clip.n_frames - 1.0)
        frame = int(at)
        after, share = min(frame + 1, clip.n_frames - 1), np.float32(at - frame)
        height, cx, cy = rect.height(), rect.center().x(), rect.center().y()
        slide_x, slide_y = ((clip.slide[frame] * (1 - share) + clip.slide[after] * share) * height).tolist()
        self._ground(painter, rect, clip, cx + slide_x, cy + slide_y)
        pose = clip.lines[frame] * (1 - share) + clip.lines[after] * share
        lines = (pose * height + np.array([cx, cy, cx, cy])).tolist()
        widths = (clip.widths * height).tolist()
        near = clip.near[frame].tolist()
        for stroke in clip.order[frame].tolist():
            painter.setPen(self._pen(_GROUPS[stroke], near[stroke], widths[stroke]))
            x1, y1, x2, y2 = lines[stroke]
            painter.drawLine(QPointF(x1, y1), QPointF(x2, y2))

    def _ground(self, painter: QPainter, rect: QRectF, clip: ThumbnailClip, x0: float, y0: float) -> None:
        """Ground line, and the path from a picture of it: stroking it anew costs as much as the body."""
        height = rect.height()
        y = y0 + float(clip.path[:, 1].mean()) * height
        painter.fillRect(QRectF(rect.left(), round(y), rect.width(), 1.0), QColor(self.colours.ground))
        if np.ptp(clip.path, axis=0).max() <= 0.15 * clip.metre:
            return
        ratio = painter.device().devicePixelRatioF()
        key = (id(clip), height, ratio)
        kept = self._paths.get(key)
        if kept is None:
            kept = self._paths[key] = (clip, *self._path_picture(clip, height, ratio))
            while len(self._paths) > _KEPT_PATHS:
                self._paths.popitem(last=False)
        else:
            self._paths.move_to_end(key)
        _, corner, picture = kept  # the clip is held, so that its id stays its own
        painter.drawPixmap(QPointF(x0, y0) + corner, picture)

    def _path_picture(self, clip: ThumbnailClip, height: float, ratio: float) -> tuple[QPointF, QPixmap]:
        """The path alone, and where its upper left corner lies from the path's origin."""
        points = np.clip(clip.path * height, -_PATH_REACH, _PATH_REACH)
        low, high = points.min(axis=0) - 2, points.max(axis=0) + 2
        pixmap = QPixmap(*np.ceil((high - low) * ratio).astype(int).tolist())
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.colours.path), 1.5))
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in (points - low).tolist()]))
        painter.end()
        return QPointF(*low.tolist()), pixmap


def _mixed(a: QColor, b: QColor, share: float) -> QColor:
    return QColor(
        round(a.red() + (b.red() - a.red()) * share),
        round(a.green() + (b.green() - a.green()) * share),
        round(a.blue() + (b.blue() - a.blue()) * share),
    )
