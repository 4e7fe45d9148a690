"""What is known of a video that is searched by: a person followed through a range of it, small pictures."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from motionlens.errors import MotionLensError
from motionlens.motion import FPS
from motionlens.search.query import Example
from motionlens.video import Track

if TYPE_CHECKING:
    from motionlens.video.lifting import Lifted


@dataclass(frozen=True, eq=False)
class Followed:
    """A person followed through a range of the video.

    Attributes:
        span: the range that was tracked, seconds.
        person: where the user pointed, None: the largest.
        mirror: taken as mirrored.
    """

    span: tuple[float, float]
    person: tuple[float, float] | None
    mirror: bool
    track: Track
    lifted: Lifted


@dataclass
class Frames:
    """Small pictures of a range, filled by the thread that reads them; times increase. ``complete``: that is all."""

    times: list[float] = field(default_factory=list)
    pictures: list[np.ndarray] = field(default_factory=list)
    complete: bool = False

    def at(self, seconds: float) -> int:
        """Number of the picture shown at a time, -1 while there is none.

        >>> Frames([0.0, 0.1, 0.2]).at(0.16)
        1
        """
        n = len(self.times)
        return min(max(bisect_right(self.times, seconds + 1e-3, 0, n) - 1, 0), n - 1)


def example_of(name: str, followed: Followed, span: tuple[float, float]) -> Example:
    """The part of a followed person that lies in ``span`` (seconds of the video).

    Raises:
        MotionLensError: nobody is known there for long enough.
    """
    lifted = followed.lifted
    first = max(round((span[0] - lifted.start_s) * FPS), 0)
    last = min(round((span[1] - lifted.start_s) * FPS) + 1, len(lifted.positions))
    known = lifted.known[first:last]
    if last - first < 2 or not known.any():
        raise MotionLensError(
            f"{name} shows no person between {span[0]:.1f} and {span[1]:.1f} s: choose another part."
        )
    label = f"{name} {span[0]:.1f}–{span[1]:.1f} s"
    return Example(lifted.positions[first:last], label, "video", known)
