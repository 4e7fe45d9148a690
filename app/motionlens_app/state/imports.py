"""Importing in the background: progress, cancel, failures at the end."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from motionlens.errors import CancelledError
from motionlens.model.interface import Encoder

from ..services import ImportOutcome, Services, WorkProgress
from ..worker import Worker

TELL_MS = 80


class ImportState(Enum):
    """What the import strip shows."""

    IDLE = "idle"
    RUNNING = "running"
    CANCELLING = "cancelling"


class ImportController(QObject):
    """One import at a time; more paths dropped meanwhile are taken up afterwards.

    ``changed``: state or progress. ``stored``: some files more are in (at most twice a second).
    ``finished``: an ``ImportOutcome``, or None when ``error`` tells why.
    """

    changed = Signal()
    stored = Signal()
    finished = Signal(object)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._worker = Worker("import", parent=self)
        self._encoder: Encoder | None = None
        self._queue: list[tuple[Path, tuple[Path, ...]]] = []
        self._current: tuple[Path, tuple[Path, ...]] | None = None
        self._clock = QElapsedTimer()
        self._last_stored = self._last_told = 0
        self.state = ImportState.IDLE
        self.progress: WorkProgress | None = None
        self.outcome: ImportOutcome | None = None
        self.error: Exception | None = None

    @property
    def rate(self) -> float:
        """Files a second so far."""
        seconds = self._clock.elapsed() / 1000 if self._clock.isValid() else 0.0
        return self.progress.done / seconds if self.progress and seconds > 0.2 else 0.0

    @property
    def pending(self) -> list[tuple[Path, tuple[Path, ...]]]:
        """What is being imported and what waits: library folder, files and folders."""
        return ([self._current] if self._current else []) + self._queue

    def set_encoder(self, encoder: Encoder | None) -> None:
        """The model is ready: imports that begin from now on index their motions themselves."""
        self._encoder = encoder

    def start(self, folder: Path, paths: Sequence[Path]) -> None:
        """Import paths (files or folders) into the library in ``folder``."""
        self._queue.append((folder, tuple(paths)))
        if self.state is ImportState.IDLE:
            self._next()

    def cancel(self) -> None:
        """Stop after the file at work; what is in stays in."""
        self._queue.clear()
        if self.state is ImportState.RUNNING:
            self.state = ImportState.CANCELLING
            self._worker.request_stop()
            self.changed.emit()

    def close(self) -> None:
        """Cancel and wait: the next start goes on where this one stopped."""
        self._queue.clear()
        self._worker.close()

    def _next(self) -> None:
        if not self._queue:
            self.state = ImportState.IDLE
        else:
            folder, paths = self._current = self._queue.pop(0)
            encoder = self._encoder
            self.state, self.progress, self.error = ImportState.RUNNING, WorkProgress("scan", 0, 0), None
            self._clock.start()
            self._last_stored = self._last_told = 0
            self._worker.submit(
                lambda task: self._services.import_paths(folder, paths, encoder, task.report, task.cancelled),
                self._done,
                self._failed,
                self._progressed,
                supersede=False,
            )
        self.changed.emit()

    def _progressed(self, progress: WorkProgress) -> None:
        now = self._clock.elapsed()
        other = self.progress is None or progress.stage != self.progress.stage
        self.progress = progress
        if other or now - self._last_told >= TELL_MS:  # a progress bar paints all that waits, at once
            self._last_told = now
            self.changed.emit()
        if self._clock.elapsed() - self._last_stored > 700:
            self._last_stored = self._clock.elapsed()
            self.stored.emit()

    def _done(self, outcome: ImportOutcome) -> None:
        self.outcome = outcome
        self._end(outcome)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, CancelledError):
            self._done(ImportOutcome(0, 0, (), cancelled=True))
            return
        self.error = error
        self._end(None)

    def _end(self, outcome: ImportOutcome | None) -> None:
        self.state, self.progress, self._current = ImportState.IDLE, None, None
        self.changed.emit()
        self.finished.emit(outcome)
        self._next()
