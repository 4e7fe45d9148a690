"""Rounds of the event loop, how long each took, and memory."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from .watchdog import Watchdog

_ELLIPSES = 96


def resident_mb(pid: int | None = None) -> float:
    """Memory that a process (None: this one) holds now, MB; Linux only, elsewhere 0."""
    try:
        pages = int(Path(f"/proc/{pid or 'self'}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        return 0.0


def fixed_work_ms() -> float:
    """Processor time of the same painting every time, milliseconds: how fast this machine is right now.

    Where it wavers by half, so does the longest of any thousand things that are timed beside it.
    """
    picture = QImage(320, 320, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(0)
    began = time.thread_time()
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor("#3d9be9"))
    for number in range(_ELLIPSES):
        painter.drawEllipse(QRectF(8 + number % 7, 8 + number % 5, 260, 200))
    painter.end()
    return 1e3 * (time.thread_time() - began)


class GapMeter:
    """Runs the event loop and notes how long each round of it took, by phase: wall and CPU, seconds."""

    def __init__(self, application: QApplication) -> None:
        self._application = application
        self._watch = Watchdog(application)
        self.phase = "start"
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    def __enter__(self) -> GapMeter:
        self._watch.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._watch.__exit__(*error)

    @property
    def phase(self) -> str:
        """What is being measured."""
        return self._watch.phase

    @phase.setter
    def phase(self, name: str) -> None:
        self._watch.phase = name

    def print_stalls(self) -> None:
        """Where the longest stall of each phase was."""
        for phase, longest in self._watch.by_phase().items():
            print(f"--- {phase}: {longest.wall:.0f} ms by the clock, {longest.cpu:.0f} ms of processor time")
            print(self._watch.where_in(phase), end="")

    def round(self) -> None:
        """One round of the event loop."""
        with self.timed():
            self._application.processEvents()
        time.sleep(0.001)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count what is done inside as one gap."""
        wall, cpu = time.perf_counter(), time.thread_time()
        yield
        wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
        self.wall[self.phase] = max(self.wall.get(self.phase, 0.0), wall)
        self.cpu[self.phase] = max(self.cpu.get(self.phase, 0.0), cpu)

    def until(self, reached: Callable[[], bool], seconds: float) -> float:
        """Run until a state is reached or the time is over; seconds that it took."""
        begin = time.perf_counter()
        while not reached() and time.perf_counter() - begin < seconds:
            self.round()
        return time.perf_counter() - begin

    def wait(self, seconds: float) -> None:
        """Run for a time."""
        self.until(lambda: False, seconds)

    def figures(self) -> dict[str, float]:
        """Longest gaps in milliseconds by phase."""
        return {f"gap_{name}_ms": 1e3 * value for name, value in self.wall.items()} | {
            f"gap_{name}_cpu_ms": 1e3 * value for name, value in self.cpu.items()
        }
