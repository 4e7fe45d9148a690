"""Videos as items of a library: the person in them is tracked and lifted to a motion.

Tracking takes longer than the clip, so videos are imported only when the user asks for them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ..errors import CancelledError, MotionLensError
from ..motion import FPS, Motion
from ..video.types import Track, VideoInfo
from .reading import Job
from .worker import ReadResult, content_hash

VIDEO_SUFFIXES = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".gif"})
LIFT_VERSION = 1
"""Raised whenever ``video.lifting`` gives other figures than before: videos are then lifted again."""


STALL_S = 60.0
"""Seconds without a word after which a video is given up; an import may run beside other work."""


class Tracker(Protocol):
    """What is needed of ``video.remote.VideoProcess``."""

    @property
    def pid(self) -> int | None:
        """None where there is no process, as after one that had to be ended."""
        ...

    def probe(self, path: str | Path, cancelled: Callable[[], bool] | None = None) -> VideoInfo: ...

    def track(
        self,
        path: str | Path,
        start_s: float = 0.0,
        end_s: float | None = None,
        person: tuple[float, float] | None = None,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Track: ...

    def close(self) -> None: ...


def is_video(path: str | Path) -> bool:
    """Whether the name says video.

    >>> [is_video(name) for name in ("Jump.MP4", "jump.bvh", "mp4")]
    [True, False, False]
    """
    return Path(path).suffix.lower() in VIDEO_SUFFIXES


def video_version() -> str:
    """Changes whenever a video would become another motion."""
    from ..video import cache

    return f"{cache.VERSION}.{LIFT_VERSION}"


def read_videos(
    jobs: Sequence[Job],
    cancelled: Callable[[], bool],
    progress: Callable[[Path, float], None],
    tracker: Callable[[], Tracker] | None = None,
) -> Iterator[tuple[Job, ReadResult]]:
    """Track and lift videos one after the other; ends early when cancelled.

    Args:
        jobs: what to read.
        cancelled: asked often, also while a video is tracked.
        progress: called with the file and the share of it that is tracked, in this thread.
        tracker: makes the process that tracks; None = ``video.remote.VideoProcess``.
    """
    process: Tracker | None = None
    try:
        for job in jobs:
            if cancelled():
                return
            known = _unchanged(job)
            if known is not None:
                yield job, known
                continue
            if process is None:
                process = tracker() if tracker is not None else _video_process()
            try:
                result = read_video(job.path, process, cancelled, progress)
            except CancelledError:
                return
            yield job, result
    finally:
        if process is not None:
            process.close()


def _video_process() -> Tracker:
    from ..video.remote import VideoProcess

    return VideoProcess(STALL_S)


def _unchanged(job: Job) -> ReadResult | None:
    if not job.known_hash:
        return None
    try:
        found = content_hash(job.path)
    except OSError:
        return None  # said by the reading that follows
    return ReadResult(found, unchanged=True) if found == job.known_hash else None


def read_video(
    path: Path,
    process: Tracker,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[Path, float], None] = lambda _path, _share: None,
) -> ReadResult:
    """Track and lift one video; what is wrong with it is the result's message.

    Raises:
        CancelledError: ``cancelled`` said so.
    """
    found = ""
    try:
        found = content_hash(path)
        track = process.track(
            path,
            progress=lambda done, total: progress(path, done / total if total else 0.0),
            cancelled=cancelled,
        )
        motion, known = lifted_motion(path, track, process.probe(path, cancelled))
        return ReadResult(found, (motion,), known=(known,))
    except CancelledError:
        raise
    except MotionLensError as error:
        # A process that was given up may do better the next time: without a hash the file is tried again.
        gave_up = process.pid is None
        return ReadResult("" if gave_up else found, message=str(error))
    except OSError as error:
        return ReadResult(found, message=f"{path} could not be opened ({error.strerror}): check the file.")
    except Exception as error:  # a fault of the tracker must not stop the batch
        kind = type(error).__name__
        return ReadResult(found, message=f"{path} could not be tracked ({kind}: {error}): export it again.")


def lifted_motion(path: Path, track: Track, video: VideoInfo) -> tuple[Motion, np.ndarray]:
    """The tracked person as a motion, and (T, 22) bool which joints were seen.

    Raises:
        UnreadableFileError: nobody is known for long enough.
    """
    from ..video.lifting import lift

    lifted = lift(track)
    shown = {key: value for key, value in asdict(video).items() if key != "path"}
    inferred: dict[str, Any] = {
        "format": "video",
        "video": shown,
        "start_s": round(lifted.start_s, 4),  # frame f of the motion is at start_s + f / 20 in the video
        "known_share": round(float(lifted.known.mean()), 4),
        "travel_share": round(float(lifted.travel_known.mean()), 4),
        "people": 1 + len(track.info.get("others", ())),
        "notes": list(lifted.notes),
    }
    positions = np.ascontiguousarray(lifted.positions, np.float32)
    fps = video.fps if math.isfinite(video.fps) and video.fps > 0 else FPS
    return Motion(positions, path.stem, str(path), fps, None, inferred), lifted.known
