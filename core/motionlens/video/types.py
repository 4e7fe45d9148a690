"""What the video modules hand to each other and to the rest; needs numpy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

N_LANDMARKS = 33
"""Landmarks of BlazePose, in its order: 0 nose, 11/12 left/right shoulder, 23/24 hips, 31/32 foot tips.
Left is the person's own left."""
VISIBLE = 0.5
"""A landmark below this visibility is a guess: hidden, or outside the picture."""
_EDGE = 0.02
"""So far outside the picture a landmark can be for its trembling, fractions of its sides."""
TRACK_FPS = 20.0
"""Pictures a second that are looked at, as many as motions have. At 30 the lifted body is no nearer to the motion
filmed (7.9 cm against 7.8, four recorded motions at 30 a second) and takes half as long again."""


@dataclass(frozen=True)
class VideoInfo:
    """What a video file is, without having read it all.

    Attributes:
        path: the file.
        width, height: in pixels as displayed: rotation and pixel shape applied.
        fps: mean pictures a second, 0 where it is not known.
        duration_s: length in seconds, 0 where it is not known.
        rotation: degrees counterclockwise by which the stored pictures are turned for display (0, 90, 180
            or 270).
        mirrored: the stored pictures are also mirrored for display.
        codec: name of the codec, as "h264".
    """

    path: str
    width: int
    height: int
    fps: float
    duration_s: float
    rotation: int
    mirrored: bool
    codec: str


@dataclass(frozen=True)
class Person:
    """Somebody seen in a picture.

    Attributes:
        box: (left, top, right, bottom) of the landmarks, fractions of width and height.
        score: mean visibility of the landmarks, 0..1.
    """

    box: tuple[float, float, float, float]
    score: float

    @property
    def area(self) -> float:
        """Share of the picture that the box covers.

        >>> Person((0.0, 0.0, 0.5, 0.5), 1.0).area
        0.25
        """
        left, top, right, bottom = self.box
        return max(0.0, right - left) * max(0.0, bottom - top)


@dataclass(frozen=True, eq=False)
class Track:
    """One person followed through a video.

    All arrays have one entry a tracked picture. Where nobody is known (``present`` False) the landmarks
    are NaN and the visibility 0.

    Attributes:
        times: (T,) float64, seconds from the start of the file, increasing; as uneven as the file's.
        world: (T, 33, 3) float32, metres from the middle of the hips; x to the right of the *picture*, y
            down, z away from the camera (mediapipe's axes, unchanged).
        image: (T, 33, 3) float32, x and y as fractions of the displayed picture's width and height (y
            down, outside 0..1 where the body leaves the picture), z as a fraction of the width.
        visibility: (T, 33) float32, 0..1: that the landmark is in the picture and not hidden.
        present: (T,) bool, the person is known here: seen, or in a gap short enough to be filled.
        filled: (T,) bool, of those, interpolated.
        info: figures about the tracking, all plain JSON values: "path", "width", "height", "fps" (of the
            tracked pictures), "duration_s", "start_s", "end_s", "rotation", "mirrored", "person", "seen"
            (share of pictures), "filled", "turned" (pictures whose sides were put right), "tracker", "others" (people beside the one followed, at the
            start), "cpu_s" and "wall_s".
    """

    times: np.ndarray
    world: np.ndarray
    image: np.ndarray
    visibility: np.ndarray
    present: np.ndarray
    filled: np.ndarray
    info: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.times)
        shapes = {
            "times": (n,),
            "world": (n, N_LANDMARKS, 3),
            "image": (n, N_LANDMARKS, 3),
            "visibility": (n, N_LANDMARKS),
            "present": (n,),
            "filled": (n,),
        }
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} is {getattr(self, name).shape}, not {shape}")

    @property
    def visible(self) -> np.ndarray:
        """(T, 33) bool: landmarks that were really seen, not guessed.

        The tracker calls feet below the picture's edge visible more often than not.
        """
        place = self.image[..., :2]
        inside = ((place > -_EDGE) & (place < 1.0 + _EDGE)).all(axis=-1)
        seen: np.ndarray = self.present[:, None] & inside & (self.visibility >= VISIBLE)
        return seen


TRACK_ARRAYS: Mapping[str, str] = {
    "times": "<f8",
    "world": "<f4",
    "image": "<f4",
    "visibility": "<f4",
    "present": "|b1",
    "filled": "|b1",
}
"""Arrays of a ``Track`` and how they are stored and sent."""
