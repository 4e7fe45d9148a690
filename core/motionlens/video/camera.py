"""A pinhole camera, still or moving, shared by the renderer, the simulated tracker and the lifting.

World: metres, y up, right-handed, as everywhere. Camera axes are mediapipe's: x to the picture's right, y
down, z away from the camera. Pixels count from the picture's upper left corner.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..readers.rotations import unit

TYPICAL_FOCAL = 0.85
"""Focal length over the picture's longer side where nothing is known: a phone's main camera filming (about
31 mm for a 36 mm wide picture; phones lie between 0.72 and 0.95)."""


@dataclass(frozen=True, eq=False)
class Camera:
    """A camera.

    Attributes:
        width, height: pixels.
        focal: pixels.
        eye: (3,) or (T, 3) metres in the world.
        axes: (3, 3) or (T, 3, 3): rows right, down, away in the world.
    """

    width: int
    height: int
    focal: float
    eye: np.ndarray
    axes: np.ndarray

    def into(self, points: np.ndarray) -> np.ndarray:
        """(T, N, 3) world -> (T, N, 3) metres in camera axes."""
        eye = self.eye if self.eye.ndim == 1 else self.eye[:, None]
        return (points - eye) @ np.swapaxes(self.axes, -1, -2)

    def pixels(self, seen: np.ndarray) -> np.ndarray:
        """(..., 3) in camera axes -> (..., 2) pixels; what is behind the camera lands far outside."""
        depth = np.maximum(seen[..., 2:], 0.05)
        return seen[..., :2] / depth * self.focal + 0.5 * np.array([self.width, self.height])


def look_at(eye: np.ndarray, target: np.ndarray, roll: float | np.ndarray = 0.0) -> np.ndarray:
    """(..., 3, 3) axes of a camera at ``eye`` that looks at ``target``.

    Args:
        eye, target: (..., 3) world.
        roll: radians, clockwise as the camera man sees it.

    >>> look_at(np.array([0.0, 1, 3]), np.array([0.0, 1, 0])).round(6).tolist()
    [[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0]]
    """
    away = unit(np.asarray(target, dtype=float) - eye)
    right = unit(np.cross(away, np.array([0.0, 1.0, 0.0])))
    down = np.cross(away, right)
    c, s = np.cos(roll)[..., None], np.sin(roll)[..., None]
    return np.stack([c * right + s * down, c * down - s * right, away], axis=-2) + 0.0


def around(
    target: np.ndarray,
    azimuth_deg: float,
    distance: float,
    height: float,
    *,
    width: int = 360,
    image_height: int = 480,
    focal: float = TYPICAL_FOCAL,
    level: bool = True,
) -> Camera:
    """A still camera on a circle about a point of the floor.

    Args:
        target: (3,) what it looks at.
        azimuth_deg: 0 in front of a person who faces +z, 90 at the person's left.
        distance: metres, horizontally.
        height: of the lens above the floor, metres.
        focal: over the longer side.
        level: the camera looks horizontally (its centre at its own height), else at the target.
    """
    a = np.deg2rad(azimuth_deg)
    eye = np.array([target[0] + distance * np.sin(a), height, target[2] + distance * np.cos(a)])
    at = np.array([target[0], height if level else target[1], target[2]])
    return Camera(width, image_height, focal * max(width, image_height), eye, look_at(eye, at))


def framing(
    points: np.ndarray,
    azimuth_deg: float,
    height: float = 1.2,
    *,
    width: int = 360,
    image_height: int = 480,
    focal: float = TYPICAL_FOCAL,
    aimed: bool = False,
    margin: float = 0.06,
) -> Camera:
    """The nearest still camera from a direction that has all points in its picture.

    Args:
        points: (..., 3) metres in the world.
        azimuth_deg, height, focal: as in ``around``.
        aimed: at the middle of the points, else level with a shifted height where need be.
        margin: share of the picture left free on every side.
    """
    flat = points.reshape(1, -1, 3)
    middle = 0.5 * (flat.min(axis=(0, 1)) + flat.max(axis=(0, 1)))
    if not aimed:
        height = float(np.clip(height, middle[1] - 0.4, middle[1] + 0.4))
    size = np.array([width, image_height])
    distance = 2.2
    while True:
        camera = around(
            middle, azimuth_deg, distance, height, width=width, image_height=image_height, focal=focal,
            level=not aimed,
        )  # fmt: skip
        seen = camera.into(flat)
        share = camera.pixels(seen) / size
        inside = (share > margin) & (share < 1 - margin)
        if ((seen[..., 2] > 0.5).all() and inside.all()) or distance > 40:
            return camera
        distance *= 1.06


def enlarged(camera: Camera, factor: float) -> Camera:
    """The same view with more pixels; sides stay even, as video encoders want them."""
    width, height = (2 * round(factor * side / 2) for side in (camera.width, camera.height))
    return replace(camera, width=width, height=height, focal=camera.focal * width / camera.width)
