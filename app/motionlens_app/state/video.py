"""A video as part of the query: opened, the person in it followed and lifted, trimmed. All of it elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from motionlens.errors import CancelledError, MotionLensError
from motionlens.motion import FPS
from motionlens.search.query import Example
from motionlens.video import Person, VideoInfo

from ..services import Services, VideoReader
from ..worker import Task, Worker
from .followed import Followed, Frames, example_of
from .playback import Playback

LONG_S = 30.0
"""Of a longer clip this much is followed at first; the handles choose another part."""
SHORTEST_S = 0.4
"""A range has at least this length."""
FRAME_SIDE = 320
_FRAMES = 360
"""Pictures kept for the strip: at 320 x 180 some 60 MB."""
_FRAME_RATE = 20.0


class VideoState(Enum):
    """What is being done."""

    NONE = "none"
    TRACKING = "tracking"
    READY = "ready"


@dataclass(frozen=True)
class _Step:
    """How far it is: all that is known so far, as earlier reports may have been dropped."""

    info: VideoInfo | None
    span: tuple[float, float]
    share: float | None = None


class VideoController(QObject):
    """One video at a time. ``changed``: state, progress or range; ``frames_changed``: more pictures;
    ``made``: there is another example; ``failed``: what could not be done (the clip has gone unless one is left)."""

    changed = Signal()
    frames_changed = Signal()
    made = Signal()
    failed = Signal(object)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._worker = Worker("video", parent=self)
        self._viewer = Worker("video pictures", parent=self)
        self._peeker = Worker("video picture", parent=self)
        self._readers: list[VideoReader] = []
        self._making = threading.Lock()
        self.playback = Playback(self)
        self._reset()

    def _reset(self) -> None:
        self.state = VideoState.NONE
        self.path: Path | None = None
        self.info: VideoInfo | None = None
        self.thumbnail: np.ndarray | None = None
        self.frames = Frames()
        self.followed: Followed | None = None
        self.example: Example | None = None
        self.span = (0.0, 0.0)
        """The range that is searched by, seconds."""
        self.progress: float | None = None
        self.people: tuple[Person, ...] | None = None
        """Whom the user may choose from; None while nobody is asked."""
        self.finding = False
        self._framed: tuple[float, float] | None = None
        self._peeked: np.ndarray | None = None

    # -- what views read -------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name if self.path else ""

    @property
    def duration_s(self) -> float:
        """Length of the video as far as it is known."""
        if self.info is not None and self.info.duration_s > 0:
            return self.info.duration_s
        return max(self.span[1], self.frames.times[-1] if self.frames.times else 0.0)

    @property
    def others(self) -> int:
        """People beside the one who is followed."""
        return len(self.followed.track.info.get("others", ())) if self.followed else 0

    @property
    def note(self) -> str:
        """One sentence on how far the person is known; "" where all is."""
        sentences = []
        if self.followed is not None:
            # That jitter was smoothed is nothing that anybody can do something about.
            sentences = [note for note in self.followed.lifted.notes if not note.startswith("Jitter")]
            known = self.example.known if self.example is not None else None
            if known is not None and known.mean() < 0.8:
                sentences.insert(
                    0, f"{100 * (1 - float(known.mean())):.0f} % of the body is hidden or out of the picture."
                )
        if self.info is not None and self.duration_s > LONG_S and self.span == (0.0, LONG_S):
            sentences.insert(
                0, f"A long clip: its first {LONG_S:.0f} s are used; drag the handles for another part."
            )
        return " ".join(sentences)

    # -- what the user does ----------------------------------------------------------------------

    def warm(self) -> None:
        """A video is about to come: load the tracker."""
        if self._readers:
            self._readers[0].warm()
        else:
            self._worker.submit(lambda task: self._reader(0).warm(), supersede=False)

    def open(self, path: Path) -> None:
        """Follow the person in a file; what was open before is given up."""
        for worker in (self._worker, self._viewer, self._peeker):
            worker.cancel()
        self._reset()
        self.path, self.state = path, VideoState.TRACKING
        self.playback.unload()

        def job(task: Task) -> Followed:
            with _given_up_quietly(task):
                info = self._reader(0).probe(path, task.cancelled)
            end = info.duration_s if 0 < info.duration_s <= LONG_S * 1.2 else LONG_S
            task.report(_Step(info, (0.0, end)))
            return self._follow(task, path, info, (0.0, end), None, False)

        self._worker.submit(job, self._tracked, self._gave_up, self._progressed)
        self.changed.emit()

    def set_span(self, start: float, end: float) -> None:
        """Search by another range; what was not tracked before is tracked now."""
        if self.path is None or self.state is VideoState.NONE:
            return
        end = min(max(end, SHORTEST_S), self.duration_s)
        start = min(max(start, 0.0), max(end - SHORTEST_S, 0.0))
        if (start, end) == self.span:
            return
        before, self.span = self.span, (start, end)
        followed = self.followed
        if self.state is VideoState.READY and followed is not None and self._covers(followed.span):
            try:
                self._take(followed)
            except MotionLensError as error:
                self.span = before
                self.failed.emit(error)
        else:
            self._again(followed.person if followed else None, followed.mirror if followed else False)
        self.changed.emit()

    def set_mirror(self, on: bool) -> None:
        """Left and right of the picture are exchanged, as in a selfie."""
        followed, services = self.followed, self._services
        if followed is None or followed.mirror == on or self.state is not VideoState.READY:
            return

        def job(task: Task) -> Followed:
            return replace(followed, mirror=on, lifted=services.lift(followed.track, on))

        self._worker.submit(job, self._tracked, self._gave_up)

    def picture_at(self, seconds: float) -> np.ndarray | None:
        """The small picture of a moment, as near as there is one."""
        if self._peeked is not None and not self._is_framed(seconds):
            return self._peeked
        at = self.frames.at(seconds)
        return self.frames.pictures[at] if at >= 0 else None

    def peek(self, seconds: float) -> None:
        """Fetch the picture of a moment outside the range; ``frames_changed`` tells when it is there."""
        path = self.path
        if path is not None and not self._is_framed(seconds):
            self._peeker.submit(
                lambda task: self._reader(1).thumbnail(path, seconds, FRAME_SIDE, task.cancelled),
                self._peeked_at, self._no_frames,
            )  # fmt: skip

    def _is_framed(self, seconds: float) -> bool:
        return self._framed is None or self._framed[0] - 0.1 <= seconds <= self._framed[1] + 0.1

    def _peeked_at(self, picture: np.ndarray) -> None:
        self._peeked = picture
        self.frames_changed.emit()

    def ask_people(self) -> None:
        """Look who is there at the start of the range, for the user to choose from."""
        path, start = self.path, self.span[0]
        if path is None or self.finding:
            return
        self.finding = True
        self._viewer.submit(
            lambda task: tuple(self._reader(1).find_people(path, start, task.cancelled)),
            self._found, self._not_found, supersede=False,
        )  # fmt: skip
        self.changed.emit()

    def choose(self, person: Person | None) -> None:
        """Follow this one; None: leave it as it is."""
        self.people = None
        if person is not None:
            left, top, right, bottom = person.box
            point = (left + right) / 2, (top + bottom) / 2
            self._again(point, self.followed.mirror if self.followed else False)
        self.changed.emit()

    def cancel(self) -> None:
        """Give up what is being tracked: back to what was there before, else the clip goes."""
        if self.state is not VideoState.TRACKING:
            return
        self._worker.cancel()
        self._fall_back()

    def clear(self) -> None:
        """No video."""
        if self.path is None:
            return
        for worker in (self._worker, self._viewer, self._peeker):
            worker.cancel()
        self._reset()
        self.playback.unload()
        self.changed.emit()

    def close(self) -> None:
        """End the processes and wait for the threads."""
        self.playback.pause()
        for reader in self._readers:
            reader.close()
        for worker in (self._worker, self._viewer, self._peeker):
            worker.close()
        for reader in self._readers:  # one that was made meanwhile
            reader.close()

    # -- work ------------------------------------------------------------------------------------

    def _reader(self, number: int) -> VideoReader:
        """One for tracking, one for pictures; made in a background thread."""
        with self._making:
            while len(self._readers) <= number:
                self._readers.append(self._services.video_reader())
            return self._readers[number]

    def _follow(
        self, task: Task, path: Path, info: VideoInfo | None, span: tuple[float, float],
        person: tuple[float, float] | None, mirror: bool,
    ) -> Followed:  # fmt: skip
        def progress(done: int, total: int) -> None:
            task.report(_Step(info, span, done / max(total, 1)))

        with _given_up_quietly(task):
            # To the end, where it is the end: one and the same track however the end is measured. Else a
            # little more than the range, so that its last picture is in it.
            to_end = info is not None and 0 < info.duration_s <= span[1] + 0.05
            end = None if to_end else span[1] + 0.05
            track = self._reader(0).track(path, span[0], end, person, progress, task.cancelled)
        return Followed(span, person, mirror, track, self._services.lift(track, mirror))

    def _again(self, person: tuple[float, float] | None, mirror: bool) -> None:
        path, info, span = self.path, self.info, self.span
        if path is None:
            return
        self.state, self.progress = VideoState.TRACKING, None

        def job(task: Task) -> Followed:
            return self._follow(task, path, info, span, person, mirror)

        self._worker.submit(job, self._tracked, self._gave_up, self._progressed)
        self._load_frames()

    def _covers(self, span: tuple[float, float]) -> bool:
        return span[0] - 0.05 <= self.span[0] and self.span[1] <= span[1] + 0.05

    def _progressed(self, step: _Step) -> None:
        if self.info is None:
            self.info, self.span = step.info, step.span
            self.playback.load(round((self.span[1] - self.span[0]) * FPS), play=True)
            self._load_frames()
        self.progress = step.share
        self.changed.emit()

    def _tracked(self, followed: Followed) -> None:
        last = float(followed.track.times[-1])
        if followed.span[1] > last + 0.5:  # the file said nothing about its length, or too much
            followed = replace(followed, span=(followed.span[0], last))
        if self.span == (0.0, 0.0) or not self._covers(followed.span):
            self.span = followed.span
        before = self.followed
        self.state, self.progress, self.followed = VideoState.READY, None, followed
        self._load_frames()
        try:
            self._take(followed)
        except MotionLensError as error:
            self.followed = before
            self._gave_up(error)
            return
        self.changed.emit()

    def _take(self, followed: Followed) -> None:
        self.example = example_of(self.name, followed, self.span)
        self.playback.load(len(self.example.positions), play=self.playback.playing)
        self.made.emit()

    def _gave_up(self, error: Exception) -> None:
        if isinstance(error, CancelledError):
            return
        self.failed.emit(error)
        self._fall_back()

    def _fall_back(self) -> None:
        """What was there before is there again; where nothing was, the clip goes."""
        if self.followed is None:
            self.clear()
            return
        self.state, self.progress = VideoState.READY, None
        self.span = self.followed.span
        self._take(self.followed)
        self._load_frames()
        self.changed.emit()

    def _load_frames(self) -> None:
        """Small pictures of the range, as many as the strip needs."""
        path, span = self.path, self.span
        if path is None or self._framed == span:
            return
        if self._framed is not None and self._framed[0] <= span[0] and span[1] <= self._framed[1]:
            return
        self._framed, self.finding = span, False
        frames = self.frames = Frames()
        rate = min(_FRAME_RATE, _FRAMES / max(span[1] - span[0], 1e-3))

        def job(task: Task) -> None:
            with _given_up_quietly(task):
                pictures = self._reader(1).read_frames(
                    path, span[0], span[1] + 0.05, rate, FRAME_SIDE, task.cancelled
                )
                with closing(pictures):
                    for time, picture in pictures:
                        frames.pictures.append(picture)
                        frames.times.append(time)
                        task.report(len(frames.times))

        self._viewer.submit(
            job, lambda _all: self._more_frames(last=True), self._no_frames, self._more_frames
        )

    def _more_frames(self, _number: int = 0, last: bool = False) -> None:
        n = len(self.frames.times)
        self.frames.complete = last
        if n and (self.thumbnail is None or last):
            self.thumbnail = self.frames.pictures[n // 3 if last else 0]
            self.changed.emit()
        self.frames_changed.emit()

    def _no_frames(self, error: Exception) -> None:
        """The tracking of the same file says it too."""

    def _found(self, people: tuple[Person, ...]) -> None:
        self.finding, self.people = False, people
        if len(people) < 2:
            self.people = None
            self.failed.emit(
                MotionLensError(
                    f"{self.name} shows nobody else at {self.span[0]:.1f} s: start the range where others can be seen."
                )
            )
        self.changed.emit()

    def _not_found(self, error: Exception) -> None:
        self.finding = False
        self.failed.emit(error)
        self.changed.emit()


@contextmanager
def _given_up_quietly(task: Task) -> Iterator[None]:
    """Whatever a request that nobody waits for any more ends with, it is no failure."""
    try:
        yield
    except Exception as error:
        if task.cancelled():
            raise CancelledError("This is not wanted any more.") from error
        raise
