"""The orbit camera: pure mathematics, shared by both renderers and the thumbnails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

FOV_Y = np.radians(32.0)
"""Vertical field of view: long enough a lens that limbs near the camera do not swell."""

PRESETS: dict[str, tuple[float, float]] = {
    "three-quarter": (35.0, 14.0),
    "front": (0.0, 6.0),
    "side": (90.0, 6.0),
    "top": (0.0, 88.0),
}
"""Azimuth and elevation in degrees. Front: the camera stands where a +z facing person looks, so the
person's left hand is on the right of the picture; side looks at the person's left."""


@lru_cache(maxsize=64)
def _axes(azimuth: float, elevation: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    a, e = np.radians(azimuth), np.radians(elevation)
    back = np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
    right = np.array([np.cos(a), 0.0, -np.sin(a)])
    return right, np.cross(back, right), back


@lru_cache(maxsize=64)
def _turn(azimuth: float, elevation: float) -> np.ndarray:
    """(3, 3) that turns rows of world vectors to right, up, away from the eye."""
    right, up, back = _axes(azimuth, elevation)
    return np.stack([right, up, -back], axis=1)


@dataclass(frozen=True)
class Camera:
    """A camera that looks at ``target`` from azimuth and elevation (degrees) and distance (metres)."""

    target: tuple[float, float, float] = (0.0, 0.9, 0.0)
    azimuth: float = 35.0
    elevation: float = 14.0
    distance: float = 4.2

    def axes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Unit vectors right, up, back (towards the eye).

        >>> [(axis.round(6) + 0.0).tolist() for axis in Camera(azimuth=0, elevation=0).axes()]
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
        """
        return _axes(self.azimuth, self.elevation)

    def eye(self) -> np.ndarray:
        """(3,) where the camera stands."""
        return np.asarray(self.target) + self.axes()[2] * self.distance

    def view(self) -> np.ndarray:
        """(4, 4) world to camera."""
        matrix = np.eye(4)
        matrix[:3, :3] = np.stack(self.axes())
        matrix[:3, 3] = -matrix[:3, :3] @ self.eye()
        return matrix

    def projection(self, aspect: float) -> np.ndarray:
        """(4, 4) camera to clip space, OpenGL's convention."""
        near, far = 0.05, 200.0
        f = 1.0 / np.tan(FOV_Y / 2)
        matrix = np.zeros((4, 4))
        matrix[0, 0], matrix[1, 1] = f / aspect, f
        matrix[2, 2], matrix[2, 3] = (far + near) / (near - far), 2 * far * near / (near - far)
        matrix[3, 2] = -1.0
        return matrix

    def project(self, points: np.ndarray, width: float, height: float) -> np.ndarray:
        """World (..., 3) to (..., 4): pixel x, pixel y, depth in metres, pixels a metre at that depth.

        >>> Camera(target=(0, 1, 0), azimuth=0, elevation=0).project(np.array([0.0, 1, 0]), 200, 100)[:3]
        array([100. ,  50. ,   4.2])
        """
        points = np.asarray(points, dtype=np.float64)
        local = (points.reshape(-1, 3) - self.target) @ _turn(self.azimuth, self.elevation)
        depth = np.maximum(local[:, 2] + self.distance, 1e-3)
        scale = height / (2 * np.tan(FOV_Y / 2)) / depth
        out = np.empty((len(local), 4))
        out[:, 0] = width / 2 + local[:, 0] * scale
        out[:, 1] = height / 2 - local[:, 1] * scale
        out[:, 2], out[:, 3] = depth, scale
        return out.reshape(*points.shape[:-1], 4)

    def orbited(self, d_azimuth: float, d_elevation: float) -> Camera:
        """Turned round the target; never over the pole."""
        return replace(
            self,
            azimuth=(self.azimuth + d_azimuth + 180) % 360 - 180,
            elevation=float(np.clip(self.elevation + d_elevation, -8, 89)),
        )

    def zoomed(self, factor: float) -> Camera:
        """Nearer (factor below 1) or farther."""
        return replace(self, distance=float(np.clip(self.distance * factor, 0.6, 60.0)))

    def panned(self, dx: float, dy: float, height: float) -> Camera:
        """Moved so that what is under the pointer follows it by (dx, dy) pixels."""
        right, up, _ = self.axes()
        metres = 2 * np.tan(FOV_Y / 2) * self.distance / max(height, 1.0)
        return self.looking_at(np.asarray(self.target) + (-dx * right + dy * up) * metres)

    def looking_at(self, target: np.ndarray) -> Camera:
        """The same direction and distance, another target."""
        return replace(self, target=(float(target[0]), float(target[1]), float(target[2])))

    def preset(self, name: str) -> Camera:
        """One of ``PRESETS``."""
        azimuth, elevation = PRESETS[name]
        return replace(self, azimuth=azimuth, elevation=elevation)

    def fitted(self, positions: np.ndarray, aspect: float = 1.0, margin: float = 1.06) -> Camera:
        """Moved so that all of (T, 22, 3) positions is in the picture."""
        points = positions[:: max(len(positions) // 60, 1)].reshape(-1, 3)
        low, high = points.min(axis=0), points.max(axis=0)
        low[1] = min(low[1], 0.0)
        right, up, back = self.axes()
        centre = (low + high) / 2
        local = points - centre
        # Hands and head reach some 0.15 m beyond their joints.
        half = np.maximum(np.abs(local @ up), np.abs(local @ right) / max(aspect, 0.2)) + 0.15
        distance = (local @ back + half * margin / np.tan(FOV_Y / 2)).max()
        return replace(self.looking_at(centre), distance=float(np.clip(distance, 1.5, 60.0)))
