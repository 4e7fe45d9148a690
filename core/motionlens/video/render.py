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
    room: _Room | None = None
    for t, parts in enumerate(frames):
        now = _at(camera, t)
        if room is None or now is not camera:  # a still camera's rays and room stay the same
            room = _Room.seen(now, scene, middle)
        picture = _cast(parts, now, room)
        noise = rng.normal(0.0, scene.grain, picture.shape)
        yield (np.clip(picture + noise, 0, 1) * 255 + 0.5).astype(np.uint8)


def _at(camera: Camera, t: int) -> Camera:
    if camera.eye.ndim == 1 and camera.axes.ndim == 2:
        return camera
    eye = camera.eye if camera.eye.ndim == 1 else camera.eye[t]
    axes = camera.axes if camera.axes.ndim == 2 else camera.axes[t]
    return Camera(camera.width, camera.height, camera.focal, eye, axes)


def _rays(camera: Camera) -> np.ndarray:
    """(H, W, 3) directions in the world with a depth of 1."""
    x = (np.arange(camera.width) + 0.5 - camera.width / 2) / camera.focal
    y = (np.arange(camera.height) + 0.5 - camera.height / 2) / camera.focal
    local = np.stack([*np.meshgrid(x, y), np.ones((camera.height, camera.width))], axis=-1)
    return local @ camera.axes


@dataclass(frozen=True, eq=False)
class _Room:
    """Rays of a camera, and what they hit without a person.

    Attributes:
        rays: (H, W, 3) directions in the world with a depth of 1.
        depth: (H, W) of floor or wall.
        picture: (H, W, 3) colours.
        floor: the rows of the picture in which the floor shows.
        points: (rows, W, 2) x and z on the floor there.
        shadowed: (rows, W) the floor is seen there.
    """

    rays: np.ndarray
    depth: np.ndarray
    picture: np.ndarray
    floor: slice
    points: np.ndarray
    shadowed: np.ndarray

    @staticmethod
    def seen(camera: Camera, scene: Scene, middle: np.ndarray) -> _Room:
        rays = _rays(camera)
        down = rays[..., 1] < -1e-4
        on_floor = np.where(down, -camera.eye[1] / np.where(down, rays[..., 1], -1.0), np.inf)
        forward = unit(camera.axes[2] * np.array([1.0, 0.0, 1.0]))
        behind = (middle - camera.eye) @ forward + scene.wall_behind
        toward = rays @ forward
        on_wall = np.where(toward > 1e-3, behind / np.maximum(toward, 1e-3), np.inf)
        first = on_floor < on_wall
        height = camera.eye[1] + np.minimum(on_wall, 50.0) * rays[..., 1]
        picture = np.array(scene.wall) * np.clip(0.88 + 0.05 * height, 0.6, 1.05)[..., None]
        points = (camera.eye + np.where(first, on_floor, 0.0)[..., None] * rays)[..., [0, 2]]
        boards = 1.0 + 0.03 * np.sign(np.sin(points[..., 0] * 2 * np.pi / 0.6))
        picture[first] = (np.array(scene.floor) * boards[..., None])[first]
        rows = np.flatnonzero(first.any(axis=1))
        floor = slice(rows[0], rows[-1] + 1) if len(rows) else slice(0, 0)
        return _Room(rays, np.minimum(on_floor, on_wall), picture, floor, points[floor], first[floor])

    def with_shadow(self, parts: list[Part]) -> np.ndarray:
        """The room's picture; the floor darkens softly under the person."""
        picture = self.picture.copy()
        shade = np.ones(self.shadowed.shape)
        for part in parts:
            if part.casts:
                centre = 0.5 * (part.a + part.b)
                height = max(float(centre[1]), 0.0)
                away = ((self.points - centre[[0, 2]]) ** 2).sum(axis=-1)
                shade *= 1.0 - 0.35 * np.exp(-away / (2 * (0.10 + 0.5 * height) ** 2)) / (1.0 + 4.0 * height)
        picture[self.floor] *= np.where(self.shadowed, shade, 1.0)[..., None]
        return picture


def _cast(parts: list[Part], camera: Camera, room: _Room) -> np.ndarray:
    rays, depth, picture = room.rays, room.depth.copy(), room.with_shadow(parts)
    normals = np.zeros_like(rays)
    hit = np.zeros(depth.shape, dtype=bool)
    for part in parts:
        box = _box(part, camera)
        if box is None:
            continue
        distance, normal = _intersect(part, camera.eye, rays[box])
        nearer = distance < depth[box]
        depth[box][nearer] = distance[nearer]
        normals[box][nearer] = normal[nearer]
        picture[box][nearer] = part.colour
        hit[box] |= nearer
    n = normals[hit]
    facing = np.abs(np.sum(n * unit(rays[hit]), axis=-1))
    light = 0.50 + 0.14 * n[:, 1] + 0.48 * np.maximum(n @ _LIGHT, 0.0)
    picture[hit] *= (light * (0.72 + 0.28 * facing))[:, None]
    return _soften(picture)


def _soften(picture: np.ndarray) -> np.ndarray:
    """A lens's slight blur, which also takes the edges' steps away."""
    padded = np.pad(picture, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    return 0.25 * rows[:, :-2] + 0.5 * rows[:, 1:-1] + 0.25 * rows[:, 2:]


def _box(part: Part, camera: Camera) -> tuple[slice, slice] | None:
    """The pixels that a part can cover, None where it is out of the picture or behind the camera."""
    ends = (np.stack([part.a, part.b]) - camera.eye) @ camera.axes.T
    if ends[:, 2].min() < 0.3:
        return None
    centre = camera.pixels(ends)
    reach = 1.1 * part.reach * camera.focal / (ends[:, 2:] - 0.25 * part.reach) + 2
    low = np.floor((centre - reach).min(axis=0)).astype(int)
    high = np.ceil((centre + reach).max(axis=0)).astype(int)
    x0, y0 = max(low[0], 0), max(low[1], 0)
    x1, y1 = min(high[0], camera.width), min(high[1], camera.height)
    return (slice(y0, y1), slice(x0, x1)) if x0 < x1 and y0 < y1 else None


def _intersect(part: Part, eye: np.ndarray, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First hit of a rounded cone: distance (inf where missed) and outward unit normal.

    The quadratic forms follow from the cone's axis and slant (I. Quilez, "Ray-surface intersectors").
    """
    squash = part.squash
    origin, d = (eye - part.a) @ squash.T, rays @ squash.T
    axis = (part.b - part.a) @ squash.T
    slope = part.ra - part.rb
    aa, ao, oo = axis @ axis, axis @ origin, origin @ origin
    ad, do, dd = d @ axis, d @ origin, np.sum(d * d, axis=-1)
    best = np.full(rays.shape[:2], np.inf)
    normal = np.zeros_like(rays)

    def take(t: np.ndarray, valid: np.ndarray, inner: np.ndarray) -> None:
        nearer = valid & (t > 1e-3) & (t < best)
        best[nearer] = t[nearer]
        normal[nearer] = (origin + t[nearer, None] * d[nearer]) - inner[nearer]

    for centre, radius in ((np.zeros(3), part.ra), (axis, part.rb)):
        o = origin - centre
        b, c = d @ o, o @ o - radius * radius
        h = b * b - dd * c
        t = (-b - np.sqrt(np.maximum(h, 0.0))) / dd
        take(t, h > 0, np.broadcast_to(centre, rays.shape))
    d2 = aa - slope * slope
    if d2 > 1e-9:
        k2 = d2 * dd - ad * ad
        k1 = d2 * do - ao * ad + ad * slope * part.ra
        k0 = d2 * oo - ao * ao + 2 * ao * slope * part.ra - aa * part.ra**2
        h = k1 * k1 - k0 * k2
        t = (-np.sqrt(np.maximum(h, 0.0)) - k1) / np.where(np.abs(k2) < 1e-12, 1e-12, k2)
        y = ao - part.ra * slope + t * ad
        take(t, (h > 0) & (y > 0) & (y < d2), (y / d2)[..., None] * axis)
    return best, unit(normal @ squash)


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
