"""Where in a motion the viewer is: play, loop, speed, step, scrub. Time comes in through ``advance``."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from motionlens.motion import FPS

MIN_SPEED = 0.1
MAX_SPEED = 4.0
SPEEDS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 4.0)
"""The steps that the speed menu offers."""


class Playback(QObject):
    """The playhead of one motion.

    ``frame`` is a float so that slow motion and fast screens stay smooth; frames are 20 a second.
    The loop range is [start, end] in whole frames, both shown.
    """

    frame_changed = Signal(float)
    state_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.n_frames = 0
        self.frame = 0.0
        self.playing = False
        self.looping = True
        self.speed = 1.0
        self.span = (0, 0)
        self.range = (0, 0)

    @property
    def last(self) -> int:
        """Index of the last frame (0 when nothing is loaded)."""
        return max(self.n_frames - 1, 0)

    def load(self, n_frames: int, span: tuple[int, int] | None = None, play: bool = True) -> None:
        """Take a motion of ``n_frames``; ``span`` [start, end) is the moment, and the first loop range."""
        self.n_frames = n_frames
        start, end = span or (0, n_frames)
        start = min(max(start, 0), self.last)
        self.span = (start, min(max(end, start + 1), max(n_frames, 1)))
        self.range = (start, self.span[1] - 1)
        self.playing = play and n_frames > 1
        self._move(float(start), force=True)
        self.state_changed.emit()

    def unload(self) -> None:
        """Nothing to play."""
        self.load(0, play=False)

    def play(self) -> None:
        """Start, from the range's start when the playhead stands at its end."""
        if self.n_frames < 2 or self.playing:
            return
        if self.frame >= self.range[1]:
            self._move(float(self.range[0]))
        self.playing = True
        self.state_changed.emit()

    def pause(self) -> None:
        """Stop where it is."""
        if self.playing:
            self.playing = False
            self.state_changed.emit()

    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def step(self, frames: int) -> None:
        """Go to the next or previous whole frame and stop there."""
        self.pause()
        self._move(min(max(round(self.frame) + frames, 0), self.last))

    def seek(self, frame: float) -> None:
        """Put the playhead somewhere; playing goes on from there."""
        self._move(min(max(frame, 0.0), float(self.last)))

    def set_speed(self, speed: float) -> None:
        """0.1 to 4 times; applies at once."""
        self.speed = min(max(speed, MIN_SPEED), MAX_SPEED)
        self.state_changed.emit()

    def nudge_speed(self, direction: int) -> None:
        """The next faster (1) or slower (-1) of ``SPEEDS``."""
        if direction > 0:
            self.set_speed(next((s for s in SPEEDS if s > self.speed + 1e-6), SPEEDS[-1]))
        else:
            self.set_speed(next((s for s in reversed(SPEEDS) if s < self.speed - 1e-6), SPEEDS[0]))

    def set_looping(self, on: bool) -> None:
        """Go round in the range, or stop at its end."""
        self.looping = on
        self.state_changed.emit()

    def set_range_start(self, frame: int | None = None) -> None:
        """Loop from here (default: the playhead)."""
        start = min(max(round(self.frame) if frame is None else frame, 0), max(self.last - 1, 0))
        self.range = (start, max(self.range[1], min(start + 1, self.last)))
        self.state_changed.emit()

    def set_range_end(self, frame: int | None = None) -> None:
        """Loop up to here (default: the playhead)."""
        end = min(max(round(self.frame) if frame is None else frame, min(1, self.last)), self.last)
        self.range = (min(self.range[0], max(end - 1, 0)), end)
        self.state_changed.emit()

    def set_range(self, start: int, end: int) -> None:
        """Loop from one frame to another, and go there when the playhead stands elsewhere."""
        start = min(max(start, 0), max(self.last - 1, 0))
        self.range = (start, min(max(end, start + 1), self.last))
        if not self.range[0] <= self.frame <= self.range[1]:
            self._move(float(start))
        self.state_changed.emit()

    def loop_whole(self) -> None:
        """Loop over the whole take."""
        self.range = (0, self.last)
        self.state_changed.emit()

    def loop_moment(self) -> None:
        """Loop over the moment that was found."""
        self.range = (self.span[0], max(self.span[1] - 1, self.span[0]))
        self.state_changed.emit()

    def advance(self, seconds: float) -> None:
        """Let time pass. Outside the range (after a scrub) it plays on to the end of the take."""
        if not self.playing:
            return
        start, end = self.range if self.range[0] <= self.frame <= self.range[1] else (0, self.last)
        frame = self.frame + seconds * self.speed * FPS
        if frame > end:
            if not self.looping:
                self._move(float(end))
                self.pause()
                return
            if (start, end) != self.range:
                start, end = self.range
                frame = float(start)
            else:
                frame = start + (frame - start) % max(end - start, 1)
        self._move(frame)

    def _move(self, frame: float, force: bool = False) -> None:
        if force or frame != self.frame:
            self.frame = float(frame)
            self.frame_changed.emit(self.frame)


QUICK_MS, CALM_MS = 16, 33
"""Sixty pictures a second, or thirty where sixty would take most of the processor."""
REST_MS = 2
"""At least this long the next picture waits, so that pointer and keys come in between."""


class PlaybackClock(QObject):
    """Feeds real time to a playback while it plays; no timer runs while it does not.

    Args:
        interval_ms: between two pictures, where they are cheap.
        cost_s: says what a picture costs at present, seconds of the processor.

    Attributes:
        calm: True while the picture should hold still; the motion goes on from there.
        crowded: True where this picture should be left out; the next shows where the motion is then.
    """

    def __init__(
        self, playback: Playback, interval_ms: int = QUICK_MS, parent: QObject | None = None,
        cost_s: Callable[[], float] = lambda: 0.0,
    ) -> None:  # fmt: skip
        super().__init__(parent or playback)
        self._playback = playback
        self._cost_s, self._quickest = cost_s, interval_ms
        self.calm: Callable[[], bool] = lambda: False
        self.crowded: Callable[[], bool] = lambda: False
        self._elapsed = QElapsedTimer()
        self._interval = interval_ms
        self._due = 0.0
        # Not a repeating timer: one that comes late waits a whole interval again, and a picture that takes
        # 17 ms would be followed by the next after 33.
        self._timer = QTimer(self, singleShot=True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        playback.state_changed.connect(self._follow)

    def _follow(self) -> None:
        if self._playback.playing and not self._timer.isActive():
            self._elapsed.restart()
            self._due = time.perf_counter()
            self._arm()
        elif not self._playback.playing:
            self._timer.stop()

    def _arm(self) -> None:
        """The next tick, an interval after this one was due; lost time is not made up for."""
        now = time.perf_counter()
        self._due = max(self._due + self._interval / 1e3, now + REST_MS / 1e3)
        self._timer.start(round(1e3 * (self._due - now)))

    def _tick(self) -> None:
        self._arm()
        if self.crowded():
            return
        if self.calm():
            self._elapsed.restart()
            return
        # A stalled screen must not make the motion jump by more than a tenth of a second.
        self._playback.advance(min(self._elapsed.restart() / 1000.0, 0.1))
        share = 1000.0 * self._cost_s() / QUICK_MS
        # Between the two bounds it stays as it is, so that it does not waver.
        if share > 0.75:
            self._interval = max(CALM_MS, self._quickest)
        elif share < 0.6:
            self._interval = self._quickest

    @property
    def interval_ms(self) -> int:
        """Between two pictures."""
        return self._interval

    def stop(self) -> None:
        """No more ticks (at quit)."""
        self._timer.stop()
