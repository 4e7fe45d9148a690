"""How long the window's thread could not react, and where it was meanwhile.

    with Watchdog(application) as watch:
        ...  # drive the window
    watch.longest_ms.cpu, watch.where

A timer of the event loop ticks every few milliseconds; the time from one tick to the next is how long a key press
would have waited. A second thread looks at the window thread's stack while a tick is late.
"""

from __future__ import annotations

import faulthandler
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import IO, NamedTuple

from PySide6.QtCore import QCoreApplication, Qt, QThread, QTimer

_TICK_MS = 2
_SAMPLE_S = 0.004
_KEPT = 200
_TELL_S = 0.001


class _Looks:
    """Where a thread is, without holding its frames.

    Whoever holds frames while the watched thread goes on lets go of their local variables in the wrong thread, and
    Qt's objects do not survive that. The list of all threads is not safe either while Qt makes some. So the watched
    thread writes its own stack down, in C, when a signal tells it to. Where there are no such signals there are no
    looks.
    """

    _pad: IO[bytes] | None = None

    def __init__(self) -> None:
        # Once and for good: a signal that came after its handler had gone would end the process.
        if _Looks._pad is None and hasattr(faulthandler, "register"):
            _Looks._pad = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - as long as the process
            faulthandler.register(signal.SIGUSR2, _Looks._pad, all_threads=False)

    def at(self, ident: int) -> str:
        """Calls of a thread, innermost last; "" when it did not tell."""
        pad = _Looks._pad
        if pad is None:
            return ""
        pad.seek(0)
        pad.truncate()
        signal.pthread_kill(ident, signal.SIGUSR2)
        time.sleep(_TELL_S)
        pad.seek(0)
        calls = [
            line for line in pad.read().decode(errors="replace").splitlines() if line.startswith("  File")
        ]
        return "".join(f"{call}\n" for call in reversed(calls))


class Longest(NamedTuple):
    """Milliseconds by the clock and of the window thread's own processor time; each the longest of its kind."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Stall:
    """One time without a tick.

    Attributes:
        wall_ms: by the clock.
        cpu_ms: processor time of the window's thread, which other programs do not lengthen.
        where: stack most often seen meanwhile, innermost call last; empty when there was no look at it.
        phase: what ``Watchdog.phase`` was.
    """

    wall_ms: float
    cpu_ms: float
    where: str
    phase: str


class Watchdog:
    """Watches the event loop of the thread that makes it, between ``__enter__`` and ``__exit__``.

    Args:
        application: whose event loop is watched; must live in the calling thread.
        threshold_ms: stalls from here on are kept in ``stalls`` (by either measure).
    """

    def __init__(self, application: QCoreApplication, threshold_ms: float = 50.0) -> None:
        if application.thread() is not QThread.currentThread():
            raise RuntimeError("the watchdog must be made in the application's own thread")
        self.threshold_ms = threshold_ms
        self.phase = ""
        self.stalls: list[Stall] = []
        """From the threshold on, in order; the newest ``200``."""
        self._longest: dict[str, tuple[Stall, Stall]] = {}  # by wall, by CPU
        self._timer = QTimer(interval=_TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._ident = threading.get_ident()
        self._number = 0
        self._wall = self._cpu = 0.0
        self._seen: Counter[str] = Counter()
        self._over = threading.Event()
        self._sampler: threading.Thread | None = None

    def __enter__(self) -> Watchdog:
        self._over.clear()
        self._begin()
        self._timer.start()
        self._sampler = threading.Thread(target=self._sample, name="watchdog", daemon=True)
        self._sampler.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tick()  # a stall that has not ended yet counts as well
        self._timer.stop()
        self._over.set()
        if self._sampler is not None:
            self._sampler.join()
            self._sampler = None

    @property
    def longest_ms(self) -> Longest:
        """The longest of all phases."""
        pairs = self._longest.values()
        return Longest(
            max((wall.wall_ms for wall, _ in pairs), default=0.0),
            max((cpu.cpu_ms for _, cpu in pairs), default=0.0),
        )

    @property
    def where(self) -> str:
        """Stack during the stall that took the most processor time; empty while there was none."""
        by_cpu = [cpu for _, cpu in self._longest.values()]
        return max(by_cpu, key=lambda stall: stall.cpu_ms).where if by_cpu else ""

    def by_phase(self) -> dict[str, Longest]:
        """The longest of each phase."""
        return {
            phase: Longest(wall.wall_ms, cpu.cpu_ms) for phase, (wall, cpu) in sorted(self._longest.items())
        }

    def where_in(self, phase: str) -> str:
        """Stack during the phase's stall that took the most processor time."""
        return self._longest[phase][1].where if phase in self._longest else ""

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What the driver itself does inside (waiting, reading files) is not counted."""
        self._tick()
        self._timer.stop()
        try:
            yield
        finally:
            self._begin()
            self._timer.start()

    def _begin(self) -> None:
        self._number += 1
        self._seen = Counter()
        self._wall, self._cpu = time.perf_counter(), time.thread_time()

    def _tick(self) -> None:
        if not self._timer.isActive():
            return
        wall_ms = 1e3 * (time.perf_counter() - self._wall)
        cpu_ms = 1e3 * (time.thread_time() - self._cpu)
        seen = self._seen
        best = self._longest.get(self.phase)
        if (
            best is None
            or wall_ms > best[0].wall_ms
            or cpu_ms > best[1].cpu_ms
            or self._long(wall_ms, cpu_ms)
        ):
            looks = dict(seen)  # in one go: the other thread may be adding to it
            where = max(looks, key=looks.__getitem__) if looks else ""
            stall = Stall(wall_ms, cpu_ms, where, self.phase)
            by_wall, by_cpu = best or (stall, stall)
            self._longest[self.phase] = (
                stall if wall_ms > by_wall.wall_ms else by_wall,
                stall if cpu_ms > by_cpu.cpu_ms else by_cpu,
            )
            if self._long(wall_ms, cpu_ms):
                self.stalls = [*self.stalls[1 - _KEPT :], stall]
        self._begin()

    def _long(self, wall_ms: float, cpu_ms: float) -> bool:
        return max(wall_ms, cpu_ms) >= self.threshold_ms

    def _sample(self) -> None:
        """Second thread: note the stack of the first while its tick is late."""
        late_s = self.threshold_ms / 4e3
        looks = _Looks()
        while not self._over.wait(_SAMPLE_S):
            number, seen = self._number, self._seen
            if time.perf_counter() - self._wall < late_s:
                continue
            where = looks.at(self._ident)
            if where and number == self._number:
                seen[where] += 1
