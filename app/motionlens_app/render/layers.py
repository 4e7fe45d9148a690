"""What is drawn of a whole motion: anchors of every frame, trails, ground paths, where the feet stand.

Computed once a motion, off the GUI thread; both renderers draw slices of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionlens.motion import FPS
from motionlens.skeleton import JOINT_INDEX as J

from .body import ANCHORS, LEFT, RIGHT
from .body import anchors as body_anchors

SUB = 4
"""Trail points a frame."""
TRAIL_S = 1.2
"""A trail fades out over this long."""
GHOST_STEP = 5
"""Frames between the poses of the onion skin: a quarter of a second."""
_SLOW = 0.45
"""A foot that stands moves slower than this, metres a second on the reference skeleton."""
_LOW = 0.055
"""And is not higher over the lowest it comes than this, metres."""
PRINTS_S = 4.0
"""A footprint has faded this long after the foot left it."""

_TRAIL_ANCHOR = np.array([*range(22), ANCHORS["left_palm"], ANCHORS["right_palm"]])
_PALM_OF = {J["left_wrist"]: 22, J["right_wrist"]: 23}
"""A body's hand leaves the trail, a skeleton's wrist does."""


@dataclass(frozen=True, eq=False)
class Footprints:
    """Where feet stood, N times.

    Attributes:
        start: (N,) first frame. end: (N,) last frame.
        side: (N,) ``LEFT`` or ``RIGHT``.
        heel: (N, 2) x and z, metres. toe: (N, 2).
    """

    start: np.ndarray
    end: np.ndarray
    side: np.ndarray
    heel: np.ndarray
    toe: np.ndarray


@dataclass(frozen=True, eq=False)
class Layers:
    """A motion ready to be drawn.

    Attributes:
        points: (T, len(ANCHORS), 3) float32 metres.
        trails: (24, (T - 1) * SUB + 1, 3) float32: the way of each joint, then of both palms, smooth between
            the frames.
        path: (P, 2) float32: the pelvis' way on the ground. moment_path: the moment's part of it.
        prints: where the feet stood.
        span: [start, end) frames of the moment.
        scale: thickness factor of the body.
    """

    points: np.ndarray
    trails: np.ndarray
    path: np.ndarray
    moment_path: np.ndarray
    prints: Footprints
    span: tuple[int, int]
    scale: float

    @property
    def n_frames(self) -> int:
        """T."""
        return len(self.points)

    def at(self, frame: float) -> np.ndarray:
        """(len(ANCHORS), 3) at a fractional frame, clamped to the motion."""
        frame = min(max(frame, 0.0), len(self.points) - 1.0)
        low = int(frame)
        high = min(low + 1, len(self.points) - 1)
        share = np.float32(frame - low)
        out: np.ndarray = self.points[low] * (1 - share) + self.points[high] * share
        return out


def smoothed_track(positions: np.ndarray, frames: int = 21) -> np.ndarray:
    """(T, 3) the pelvis' way on the ground, steadied so that a following camera does not bob."""
    track = positions[:, 0].astype(np.float64).copy()
    track[:, 1] = 0.0
    if len(track) < 3:
        return track
    width = min(frames, len(track))
    kernel = np.ones(width) / width
    before = width // 2
    padded = np.pad(track, ((before, width - 1 - before), (0, 0)), mode="edge")
    for axis in (0, 2):
        track[:, axis] = np.convolve(padded[:, axis], kernel, mode="valid")
    return track


def make_layers(positions: np.ndarray, scale: float, span: tuple[int, int]) -> Layers:
    """Everything that is drawn of (T, 22, 3) metres; ``span`` [start, end) is the moment."""
    points = body_anchors(positions, scale)
    ground = smoothed_track(positions, 11)[:, ::2].astype(np.float32)
    return Layers(
        points,
        curve(points[:, _TRAIL_ANCHOR], SUB).swapaxes(0, 1).copy(),
        thinned(ground),
        thinned(ground[span[0] : span[1]]),
        footprints(points, scale),
        span,
        scale,
    )


def thinned(path: np.ndarray) -> np.ndarray:
    """A (P, 2) path without points that are nearer than 3 cm, or a 150th of the way, to the one before.

    >>> thinned(np.array([[0, 0], [0.01, 0], [0.02, 0], [1, 0], [1, 0.01]])).tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 0.01]]
    """
    along = np.cumsum(np.hypot(*np.diff(path, axis=0, prepend=path[:1]).T))
    step = max(0.03, float(along[-1]) / 150) if len(path) else 0.03
    kept = np.diff(np.floor(along / step), prepend=-1) > 0
    kept[-1:] = True
    out: np.ndarray = path[kept]
    return out


def curve(points: np.ndarray, sub: int) -> np.ndarray:
    """Catmull-Rom spline through (T, ...) points: ((T - 1) * sub + 1, ...), the points among them.

    >>> curve(np.array([[0.0], [1.0], [2.0], [3.0]]), 2).ravel().tolist()
    [0.0, 0.4375, 1.0, 1.5, 2.0, 2.5625, 3.0]
    """
    if len(points) < 2:
        return points
    around = np.concatenate([points[:1], points, points[-1:]])
    p0, p1, p2, p3 = around[:-3], around[1:-2], around[2:-1], around[3:]
    out = np.empty(((len(points) - 1) * sub + 1, *points.shape[1:]), points.dtype)
    for i in range(sub):
        t = i / sub
        out[i:-1:sub] = 0.5 * (
            2 * p1
            + (p2 - p0) * t
            + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
            + (3 * p1 - p0 - 3 * p2 + p3) * t**3
        )
    out[-1] = points[-1]
    return out


def feet_down(points: np.ndarray, scale: float) -> np.ndarray:
    """When the feet stand: slow, and as low as they come.

    Args:
        points: (T, len(ANCHORS), 3) metres.
        scale: thickness factor of the body, which is its size over the reference's.

    Returns:
        (T, 2) bool: left, right. A foot stands when its heel or its toe does; gaps of one frame are closed
        and single frames dropped.
    """
    out = np.zeros((len(points), 2), dtype=bool)
    if len(points) < 3:
        return out
    for column, side in enumerate(("left", "right")):
        for name in (f"{side}_heel", f"{side}_foot"):
            at = points[:, ANCHORS[name]]
            speed = np.linalg.norm(np.gradient(at, axis=0), axis=1) * FPS
            floor = np.percentile(at[:, 1], 5)
            out[:, column] |= (speed < _SLOW * scale) & (at[:, 1] < floor + _LOW * scale)
    # Never both a gap and a foot of one frame: first close, then drop.
    closed = out.copy()
    closed[1:-1] |= out[:-2] & out[2:]
    kept = closed.copy()
    kept[1:-1] &= closed[:-2] | closed[2:]
    return kept


def footprints(points: np.ndarray, scale: float) -> Footprints:
    """One print for each time that a foot stands: the median place of its heel and its toe."""
    down = feet_down(points, scale)
    rows: list[tuple[int, int, int]] = []
    for column, side in enumerate((LEFT, RIGHT)):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], down[:, column].astype(int), [0]])))
        rows += [(int(a), int(b) - 1, side) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    rows.sort()
    heel, toe = np.zeros((len(rows), 2), np.float32), np.zeros((len(rows), 2), np.float32)
    for i, (start, end, side) in enumerate(rows):
        name = "left" if side == LEFT else "right"
        heel[i] = np.median(points[start : end + 1, ANCHORS[f"{name}_heel"]][:, ::2], axis=0)
        toe[i] = np.median(points[start : end + 1, ANCHORS[f"{name}_toe"]][:, ::2], axis=0)
    start_end_side = np.array(rows, dtype=int).reshape(-1, 3)
    return Footprints(start_end_side[:, 0], start_end_side[:, 1], start_end_side[:, 2], heel, toe)


def trail_at(layers: Layers, joint: int, frame: float, palms: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """A joint's trail up to a frame; with ``palms`` a wrist's is that of its palm.

    Returns:
        (P, 3) points, oldest first, and (P,) how strong each is, 0 at the oldest to 1 at the playhead.
    """
    way = layers.trails[_PALM_OF.get(joint, joint) if palms else joint]
    end = min(max(frame * SUB, 0.0), len(way) - 1.0)
    start = max(end - TRAIL_S * FPS * SUB, 0.0)
    first, last = int(np.ceil(start)), int(end)
    points = way[first : last + 1]
    if end > last:  # the playhead lies between two points of the spline
        tip = way[last] + (way[last + 1] - way[last]) * np.float32(end - last)
        points = np.concatenate([points, tip[None]])
    age = np.linspace(first, end, len(points)) if len(points) > 1 else np.full(len(points), end)
    strength = 1 - (end - age) / (TRAIL_S * FPS * SUB)
    return points, np.clip(strength, 0, 1) ** 1.2


def ghosts_at(layers: Layers, frame: float, choice: str) -> list[tuple[int, float]]:
    """The poses of the onion skin at a frame.

    They stand still at whole multiples of ``GHOST_STEP`` and grow and fade as the playhead comes by; with
    "moment" they are spread over the moment and stay.

    Returns:
        Frames, the faintest first, and how strong each is, 0..1.
    """
    last = layers.n_frames - 1
    start, end = layers.span[0], min(layers.span[1] - 1, last)
    if choice == "moment":
        n = int(np.clip((end - start) // GHOST_STEP + 1, 2, 8))
        frames = np.unique(np.linspace(start, end, n).round().astype(int))
        return [(int(f), 0.5 * _near(f - frame)) for f in frames if _near(f - frame) > 0.02]
    if choice == "off":
        return []
    reach = int(choice) / 2 * GHOST_STEP
    first = int(np.ceil((frame - reach) / GHOST_STEP)) * GHOST_STEP
    out = []
    for f in range(max(first, 0), min(int(frame + reach), last) + 1, GHOST_STEP):
        strength = _near(f - frame) * (1 - abs(f - frame) / reach) * (0.8 if f < frame else 0.55)
        if strength > 0.02:
            out.append((f, strength))
    return sorted(out, key=lambda pair: pair[1])


def _near(away: float) -> float:
    """No ghost where the body itself stands: it would only thicken its outline."""
    return min(max((abs(away) - 1.0) / 2.0, 0.0), 1.0)


def prints_at(layers: Layers, frame: float) -> list[tuple[int, float]]:
    """Footprints made by a frame: their number, and how strong each is: 1 while the foot stands, then fading."""
    prints = layers.prints
    out = []
    for i in np.flatnonzero(prints.start <= frame + 1e-6).tolist():
        gone = (frame - float(prints.end[i]) - 1) / FPS
        strength = 1.0 if gone <= 0 else 0.55 * (1 - gone / PRINTS_S)
        if strength > 0.02:
            out.append((i, strength))
    return out


_SOLE = np.array(
    [(-0.20, 0.0), (-0.16, 0.33), (0.04, 0.44), (0.45, 0.40), (0.74, 0.55), (1.00, 0.48), (1.13, 0.16)]
)
"""Half a sole: along from heel to toe, and to the side in half widths."""
_OUTLINE = np.concatenate([_SOLE, _SOLE[::-1] * (1, -1)])


def sole(heel: np.ndarray, toe: np.ndarray, scale: float) -> np.ndarray:
    """Outline of a footprint on the ground, (14, 2) x and z metres, convex enough for a fan from its first point."""
    along = (toe - heel).astype(np.float64)
    length = float(np.hypot(*along))
    if length < 0.05 * scale:  # the foot stood on its tip
        along = along / max(length, 1e-6) * 0.05 * scale
    side = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-6) * 0.115 * scale
    out: np.ndarray = heel + _OUTLINE[:, :1] * along + _OUTLINE[:, 1:] * side
    return out
