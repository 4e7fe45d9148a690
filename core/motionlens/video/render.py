"""A motion as a shaded, clothed body in front of a wall: pictures that a person detector accepts.

A small ray caster in numpy. Every part of the body is a rounded cone (two spheres and the cone that touches
both), which an affine map may flatten, so that one formula serves thighs, trunks and heads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from ..readers.rotations import unit
from .camera import Camera
from .figure import Look, Part, figure

_LIGHT = unit(np.array([0.35, 0.8, 0.5]))
Box = tuple[slice, slice]
"""Rows and columns of a picture."""


@dataclass(frozen=True)
class Scene:
    """What is behind the person: colours 0..1 (red, green, blue), the wall's distance from the motion, metres."""

    wall: tuple[float, float, float] = (0.78, 0.77, 0.74)
    floor: tuple[float, float, float] = (0.55, 0.47, 0.40)
    wall_behind: float = 3.0
    grain: float = 0.012


def render(
    positions: np.ndarray, camera: Camera, look: Look | None = None, scene: Scene | None = None, seed: int = 0
) -> Iterator[np.ndarray]:
    """Pictures of a motion, one after another.

    Args:
        positions: (T, 22, 3) on the reference skeleton, metres, y up, floor at 0.
        camera: still or with T poses.
        look: the person's build and clothes.
        scene: the room.
        seed: of the sensor's noise.

    Yields:
        (height, width, 3) uint8 RGB.
    """
    scene = scene or Scene()
    rng = np.random.default_rng(seed)
    frames = figure(np.asarray(positions, dtype=float), look or Look())
    middle = positions[:, 0].mean(axis=0)
    grain = _Grain(camera.height, camera.width, scene.grain, rng)
    room: _Room | None = None
    for t, parts in enumerate(frames):
        now = _at(camera, t)
        if room is None or now is not camera:  # a still camera's room stays the same
            room = _Room.seen(now, scene, middle)
        yield grain.over(_cast(parts, now, room))


class _Grain:
    """A sensor's noise: one field, moved about from picture to picture, which costs a tenth of a new one."""

    _ROOM = 64

    def __init__(self, height: int, width: int, size: float, rng: np.random.Generator) -> None:
        self._rng = rng
        shape = (height + self._ROOM, width + self._ROOM, 3)
        self._field = (255.0 * size) * rng.standard_normal(shape, dtype=np.float32) + np.float32(0.5)

    def over(self, picture: np.ndarray) -> np.ndarray:
        """(H, W, 3) uint8 of colours 0..1."""
        y, x = self._rng.integers(self._ROOM, size=2)
        noise = self._field[y : y + picture.shape[0], x : x + picture.shape[1]]
        bright = picture * np.float32(255.0)
        bright += noise
        return np.clip(bright, 0.0, 255.0, out=bright).astype(np.uint8)


def _at(camera: Camera, t: int) -> Camera:
    if camera.eye.ndim == 1 and camera.axes.ndim == 2:
        return camera
    eye = camera.eye if camera.eye.ndim == 1 else camera.eye[t]
    axes = camera.axes if camera.axes.ndim == 2 else camera.axes[t]
    return Camera(camera.width, camera.height, camera.focal, eye, axes)


def _tangents(camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """(W,) and (H,) x and y of the pixels' rays in camera axes, where their depth is 1."""
    x = (np.arange(camera.width) + 0.5 - camera.width / 2) / camera.focal
    y = (np.arange(camera.height) + 0.5 - camera.height / 2) / camera.focal
    return x, y


@dataclass(frozen=True, eq=False)
class _Room:
    """What a camera sees without a person; all float32.

    Attributes:
        depth: (H, W) of floor or wall, along rays whose depth in camera axes is 1.
        picture: (H, W, 3) colours. soft: the same through the lens.
        top: the first row of the picture in which the floor shows.
        points: (H - top, W, 2) x and z on the floor from that row on.
        floor: (H - top, W) the floor is seen there.
    """

    depth: np.ndarray
    picture: np.ndarray
    soft: np.ndarray
    top: int
    points: np.ndarray
    floor: np.ndarray

    @staticmethod
    def seen(camera: Camera, scene: Scene, middle: np.ndarray) -> _Room:
        x, y = (v.astype(np.float32) for v in _tangents(camera))
        axes, eye = camera.axes.astype(np.float32), camera.eye.astype(np.float32)

        def along(direction: np.ndarray) -> np.ndarray:
            """(H, W) the rays' components in a direction of the world."""
            right, down, away = axes @ direction.astype(np.float32)
            out: np.ndarray = x * right + (y * down + away)[:, None]
            return out

        up = along(np.array([0.0, 1.0, 0.0]))
        on_floor = np.where(up < -1e-4, -eye[1] / np.minimum(up, np.float32(-1e-4)), np.float32(np.inf))
        forward = unit(camera.axes[2] * np.array([1.0, 0.0, 1.0]))
        behind = np.float32((middle - camera.eye) @ forward + scene.wall_behind)
        toward = along(forward)
        on_wall = np.where(toward > 1e-3, behind / np.maximum(toward, np.float32(1e-3)), np.float32(np.inf))
        first = on_floor < on_wall
        height = eye[1] + np.minimum(on_wall, np.float32(50.0)) * up
        light = np.clip(np.float32(0.88) + np.float32(0.05) * height, 0.6, 1.05)
        picture = light[..., None] * np.array(scene.wall, np.float32)
        rows = np.flatnonzero(first.any(axis=1))
        top = int(rows[0]) if len(rows) else camera.height
        floor, distance = first[top:], np.where(first[top:], on_floor[top:], np.float32(0.0))
        points = np.stack([eye[k] + distance * along(np.eye(3)[k])[top:] for k in (0, 2)], axis=-1)
        boards = 1.0 + 0.03 * np.sign(np.sin(points[..., 0] * np.float32(2 * np.pi / 0.6)))
        picture[top:][floor] = (boards[..., None] * np.array(scene.floor, np.float32))[floor]
        return _Room(np.minimum(on_floor, on_wall), picture, _soften(picture), top, points, floor)

    def shadow(self, part: Part, camera: Camera) -> tuple[Box, np.ndarray] | None:
        """How a part of a body darkens the floor: where, and (h, w, 1) what is left of the light there."""
        centre = 0.5 * (part.a + part.b)
        height = max(float(centre[1]), 0.0)
        sigma = 0.10 + 0.5 * height
        around = centre[[0, 2]] + 2.5 * sigma * np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
        corners = camera.into(np.insert(around, 1, 0.0, axis=1))
        rows, columns = slice(self.top, camera.height), slice(0, camera.width)
        if corners[:, 2].min() > 0.3:
            pixels = camera.pixels(corners)
            found = _clipped(pixels.min(axis=0), pixels.max(axis=0), camera)
            if found is None:
                return None
            rows, columns = slice(max(found[0].start, self.top), found[0].stop), found[1]
        if rows.start >= rows.stop:
            return None
        inside = (slice(rows.start - self.top, rows.stop - self.top), columns)
        away = self.points[inside] - centre[[0, 2]].astype(np.float32)
        spread = np.exp((away[..., 0] ** 2 + away[..., 1] ** 2) * np.float32(-0.5 / sigma**2))
        left = spread * np.float32(-0.35 / (1.0 + 4.0 * height)) * self.floor[inside] + np.float32(1.0)
        return (rows, columns), left[..., None]


def _cast(parts: list[Part], camera: Camera, room: _Room) -> np.ndarray:
    """(H, W, 3) float32 picture of the parts in the room. Only what they and their shadows cover is drawn."""
    out = room.soft.copy()
    boxes = [_box(part, camera) for part in parts]
    found = [room.shadow(part, camera) for part in parts if part.casts]
    shadows = [one for one in found if one is not None]
    touched = [box for box in (*boxes, *(box for box, _ in shadows)) if box is not None]
    if not touched:
        return out
    # two pixels more: what the lens smears, and what it smears that from
    low = [max(min(box[k].start for box in touched) - 2, 0) for k in (0, 1)]
    high = [min(max(box[k].stop for box in touched) + 2, room.depth.shape[k]) for k in (0, 1)]
    region = slice(low[0], high[0]), slice(low[1], high[1])

    def within(box: Box) -> Box:
        return _moved(box[0], -low[0]), _moved(box[1], -low[1])

    picture, depth = room.picture[region].copy(), room.depth[region].astype(float)
    for box, left in shadows:
        picture[within(box)] *= left
    piece = np.full(depth.shape, -1, dtype=np.int32)
    x, y = _tangents(camera)
    for number, covered in enumerate(boxes):
        if covered is not None:
            distance, which = _intersect(parts[number], camera, x[covered[1]], y[covered[0]])
            here = depth[within(covered)]
            nearer = distance < here
            here[nearer] = distance[nearer]
            piece[within(covered)][nearer] = (3 * number + which)[nearer]
    rows, columns = np.nonzero(piece >= 0)
    hits = piece[rows, columns]
    across, down = x[region[1]][columns, None], y[region[0]][rows, None]
    rays = across * camera.axes[0] + down * camera.axes[1] + camera.axes[2]
    normals = _normals(parts, hits, camera.eye + depth[rows, columns, None] * rays)
    facing = np.abs(np.sum(normals * unit(rays), axis=-1))
    light = 0.60 + 0.14 * normals[:, 1] + 0.48 * np.maximum(normals @ _LIGHT, 0.0)
    colours = np.array([part.colour for part in parts])[hits // 3]
    picture[rows, columns] = colours * (light * (0.72 + 0.28 * facing))[:, None]
    # the region's own edge is the room's, already soft there, but for the picture's edges
    inner = tuple(
        slice(1 if low[k] else 0, high[k] - low[k] - (high[k] < room.depth.shape[k])) for k in (0, 1)
    )
    out[region][inner] = _soften(picture)[inner]
    return out


def _moved(span: slice, by: int) -> slice:
    return slice(span.start + by, span.stop + by)


def _soften(picture: np.ndarray) -> np.ndarray:
    """A lens's slight blur, which also takes the edges' steps away."""
    padded = np.pad(picture, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = 0.25 * (padded[:-2] + padded[2:]) + 0.5 * padded[1:-1]
    out: np.ndarray = 0.25 * (rows[:, :-2] + rows[:, 2:]) + 0.5 * rows[:, 1:-1]
    return out


def _clipped(low: np.ndarray, high: np.ndarray, camera: Camera) -> Box | None:
    """Pixels (x, y) from ``low`` to ``high`` as rows and columns, None where they are outside the picture."""
    x0, y0 = max(int(np.floor(low[0])), 0), max(int(np.floor(low[1])), 0)
    x1, y1 = min(int(np.ceil(high[0])), camera.width), min(int(np.ceil(high[1])), camera.height)
    return (slice(y0, y1), slice(x0, x1)) if x0 < x1 and y0 < y1 else None


def _box(part: Part, camera: Camera) -> Box | None:
    """The pixels that a part can cover, None where it is out of the picture or behind the camera."""
    ends = (np.stack([part.a, part.b]) - camera.eye) @ camera.axes.T
    if ends[:, 2].min() < 0.3:
        return None
    centre = camera.pixels(ends)
    reach = 1.1 * part.reach * camera.focal / (ends[:, 2:] - 0.25 * part.reach) + 2
    return _clipped((centre - reach).min(axis=0), (centre + reach).max(axis=0), camera)


def _intersect(part: Part, camera: Camera, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First hits of a rounded cone.

    The quadratic forms follow from the cone's axis and slant (I. Quilez, "Ray-surface intersectors"). A ray is
    affine in its pixel, so that its products with fixed vectors are too, and its length's square is quadratic:
    no ray is ever written down.

    Args:
        part: the cone.
        camera: with one pose.
        x: (w,) and y: (h,) of the rays, see ``_tangents``.

    Returns:
        (h, w) distances, inf where missed, and (h, w) which piece was hit: 0 and 1 its ends' spheres, 2 the cone.
    """
    squash = part.squash
    origin, axis = squash @ (camera.eye - part.a), squash @ (part.b - part.a)
    basis = camera.axes @ squash.T  # rows: what right, down and away are in the squashed space
    square = basis @ basis.T
    dd = (square[0, 0] * x + 2 * square[0, 2]) * x + square[2, 2]
    dd = dd + ((square[1, 1] * y + 2 * square[1, 2]) * y)[:, None] + (2 * square[0, 1] * y)[:, None] * x

    def with_rays(v: np.ndarray) -> np.ndarray:
        right, down, away = basis @ v
        out: np.ndarray = x * right + (y * down + away)[:, None]
        return out

    def sphere(b: np.ndarray, c: float) -> np.ndarray:
        h = b * b - dd * c
        t = (-b - np.sqrt(np.maximum(h, 0.0))) / dd
        return np.where((h > 0) & (t > 1e-3), t, np.inf)

    do, oo = with_rays(origin), float(origin @ origin)
    best = sphere(do, oo - part.ra**2)
    which = np.zeros(best.shape, dtype=np.int32)
    aa = float(axis @ axis)
    if aa == 0.0:  # a ball
        return best, which
    ad, ao = with_rays(axis), float(axis @ origin)
    other = sphere(do - ad, oo - 2 * ao + aa - part.rb**2)
    which[other < best] = 1
    best = np.minimum(best, other)
    slope = part.ra - part.rb
    d2 = aa - slope * slope
    if d2 <= 1e-9:
        return best, which
    k2 = d2 * dd - ad * ad
    k1 = d2 * do - ad * (ao - slope * part.ra)
    k0 = d2 * oo - ao * ao + 2 * ao * slope * part.ra - aa * part.ra**2
    h = k1 * k1 - k0 * k2
    t = (-k1 - np.sqrt(np.maximum(h, 0.0))) / np.where(np.abs(k2) < 1e-12, 1e-12, k2)
    along = ao - part.ra * slope + t * ad
    side = (h > 0) & (along > 0) & (along < d2) & (t > 1e-3) & (t < best)
    which[side] = 2
    return np.where(side, t, best), which


def _normals(parts: list[Part], hits: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(n, 3) outward unit normals.

    Args:
        parts: of the body.
        hits: (n,) three times the part's number plus the piece, see ``_intersect``.
        points: (n, 3) where it was hit, world.
    """
    squash = np.array([part.squash for part in parts])
    start = np.array([part.a for part in parts])
    axis = np.einsum("pij,pj->pi", squash, np.array([part.b for part in parts]) - start)
    lean = np.array([part.ra * (part.ra - part.rb) for part in parts])
    d2 = np.sum(axis * axis, axis=-1) - np.array([(part.ra - part.rb) ** 2 for part in parts])
    number, piece = hits // 3, hits % 3
    local = np.einsum("nij,nj->ni", squash[number], points - start[number])
    along = np.sum(axis[number] * local, axis=-1) - lean[number]
    share = np.where(piece == 2, along / np.where(d2 > 1e-9, d2, 1.0)[number], piece == 1)
    inner = share[:, None] * axis[number]
    return unit(np.einsum("nij,ni->nj", squash[number], local - inner))


def write_video(
    path: str | Path, frames: Iterable[np.ndarray], fps: float, crf: int = 20, rotation: int = 0
) -> int:
    """Write pictures as an H.264 mp4.

    Args:
        path: ending in .mp4.
        frames: (H, W, 3) uint8 RGB, all of one size with even sides.
        fps: frames a second.
        crf: the encoder's quality, lower is better (18 looks lossless).
        rotation: degrees counterclockwise that a player shall turn the pictures by; goes into the file's
            display matrix.

    Returns:
        The number of frames written.
    """
    import av

    rate = Fraction(fps).limit_denominator(1001)
    count = 0
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": str(crf), "preset": "veryfast"})
        for picture in frames:
            if count == 0:
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
                if rotation:
                    stream.set_display_rotation(rotation)
            for packet in stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")):
                container.mux(packet)
            count += 1
        if count:
            for packet in stream.encode():
                container.mux(packet)
    return count
