"""Examples made from motions: a hit, a range of it, a file. In the background, each for the chip that waits for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from motionlens.library.interface import Library
from motionlens.motion import FPS
from motionlens.search.query import Example, Span

from ..render.body import telling_frame
from ..render.thumbnail import prepare
from ..services import Services
from ..worker import Task, Worker
from .query import QueryModel

_ASPECT = 4 / 3


class ExampleController(QObject):
    """Puts motion chips into the query. ``failed``: a chip could not be made and has gone again."""

    failed = Signal(object)

    def __init__(self, services: Services, query: QueryModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services, self._query = services, query
        self._worker = Worker("examples", parent=self)

    def from_library(
        self,
        library: Library,
        motion_id: int,
        name: str,
        start: int,
        end: int,
        whole: bool,
        alone: bool = True,
    ) -> int:
        """Frames [start, end) of a motion of the library become a chip; returns its id.

        Args:
            whole: these are all of its frames: the chip needs no seconds.
        """
        span = None if whole else (start / FPS, end / FPS)
        number = self._query.add("motion", name, alone, span=span)
        label = self._label(number)

        def job(task: Task) -> tuple[Example, Any]:
            clip = np.array(library.positions(motion_id)[start:end], np.float32)
            source = Span(motion_id, start, start + len(clip))
            seen = library.known(motion_id)
            if seen is None:
                return Example(clip, label, source=source), _picture(clip)
            return Example(clip, label, "video", seen[start:end], source), _picture(clip)

        self._make(number, job)
        return number

    def from_file(self, path: Path, alone: bool = True) -> int:
        """A motion file becomes a chip; returns its id."""
        number = self._query.add("motion", path.name, alone)

        def job(task: Task) -> tuple[Example, Any]:
            clip = self._services.read_motion(path)
            return Example(clip, path.name), _picture(clip)

        self._make(number, job)
        return number

    def close(self) -> None:
        """Wait for the thread."""
        self._worker.close()

    def _label(self, number: int) -> str:
        chip = self._query.chip(number)
        return chip.label if chip else ""

    def _make(self, number: int, job: Callable[[Task], tuple[Example, Any]]) -> None:
        def done(made: tuple[Example, Any]) -> None:
            self._query.update(number, example=made[0], picture=made[1])

        def failed(error: Exception) -> None:
            there = self._query.chip(number) is not None
            self._query.remove(number)
            if there:
                self.failed.emit(error)

        self._worker.submit(job, done, failed, supersede=False)


def _picture(clip: np.ndarray) -> Any:
    """Its most telling pose, as large as a chip allows."""
    at = telling_frame(clip)
    return prepare(clip[at : at + 1], _ASPECT)
