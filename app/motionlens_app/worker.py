"""The one way to do slow work: off the GUI thread, answered on it, newer requests superseding older."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QThreadPool, QTimer, Signal, Slot
from shiboken6 import isValid

log = logging.getLogger(__name__)

LANE = "lane "
"""How the names of these threads begin, as debuggers and the system show them."""


_TURN_MS = 4
"""Between two answers: time enough for what else is due."""


class Task:
    """What a job sees of the request it works for: may it go on, and how far is it."""

    def __init__(self, request_id: int, emit_progress: Callable[[Task], None]) -> None:
        self.id = request_id
        self._emit_progress = emit_progress
        self._cancel = threading.Event()
        self._lock = threading.Lock()
        self._latest: Any = None
        self._announced = False

    def cancelled(self) -> bool:
        """True once nobody wants the answer any more; jobs look often."""
        return self._cancel.is_set()

    def cancel(self) -> None:
        """Ask the job to stop."""
        self._cancel.set()

    def report(self, value: Any) -> None:
        """Hand a progress value over. Values that the GUI had no time for are dropped, not queued."""
        with self._lock:
            self._latest = value
            if self._announced:
                return
            self._announced = True
        self._emit_progress(self)

    def take_progress(self) -> Any:
        """The newest progress value (GUI thread)."""
        with self._lock:
            self._announced = False
            return self._latest


@dataclass
class _Request:
    task: Task
    done: Callable[[Any], None] | None
    failed: Callable[[Exception], None] | None
    progress: Callable[[Any], None] | None


class Turns(QObject):
    """Calls what is handed to it one by one, each in a turn of the event loop of its own.

    Events that are posted are worked off in one go, and what is painted for them in the same: several answers that
    come together would hold the window still for as long as all of them take.
    """

    _one: Turns | None = None

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[Callable[[], None]] = deque()
        self._timer = QTimer(self, interval=_TURN_MS)
        self._timer.timeout.connect(self._next)

    @classmethod
    def shared(cls) -> Turns:
        """Those of the application."""
        if cls._one is None or not isValid(cls._one):
            cls._one = Turns(QCoreApplication.instance())
        return cls._one

    def take(self, call: Callable[[], None]) -> None:
        """Call this when its turn comes."""
        self._waiting.append(call)
        if not self._timer.isActive():
            self._timer.start()

    def _next(self) -> None:
        call = self._waiting.popleft()
        if not self._waiting:
            self._timer.stop()
        call()


class Worker(QObject):
    """A lane of background work.

    ``submit`` returns a request id at once; ``done``, ``failed`` and ``progress`` are called on the
    thread that made the worker. With ``supersede`` (the default) a new request cancels the earlier
    ones and their late answers are never delivered.

    Answers of all workers are delivered one in a turn of the event loop, with room for input and painting between
    them; those of a ``prompt`` worker at once, as somebody waits for them.
    """

    _finished = Signal(int, object)
    _failed = Signal(int, object)
    _progressed = Signal(int)

    def __init__(
        self, name: str, threads: int = 1, parent: QObject | None = None, prompt: bool = False
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._turns = None if prompt else Turns.shared()
        self._pool = QThreadPool(self)
        self._pool.setObjectName(f"{LANE}{name}")
        self._pool.setMaxThreadCount(threads)
        self._pool.setExpiryTimeout(-1)  # threads keep their database connections
        self._ids = itertools.count(1)
        self._requests: dict[int, _Request] = {}
        self._closed = False
        self._finished.connect(self._on_finished)
        self._failed.connect(self._on_failed)
        self._progressed.connect(self._on_progressed)

    @property
    def busy(self) -> bool:
        """True while a request is waiting for its answer."""
        return bool(self._requests)

    def submit(
        self,
        job: Callable[[Task], Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        progress: Callable[[Any], None] | None = None,
        *,
        supersede: bool = True,
    ) -> int:
        """Run ``job(task)`` in the background and return the request's id."""
        if supersede:
            self.cancel()
        task = Task(next(self._ids), lambda t: self._progressed.emit(t.id))
        if self._closed:
            return task.id
        self._requests[task.id] = _Request(task, done, failed, progress)
        self._pool.start(lambda: self._run(task, job))
        return task.id

    def cancel(self) -> None:
        """Give up every request: none of them will be answered."""
        for request in self._requests.values():
            request.task.cancel()
        self._requests.clear()

    def request_stop(self) -> None:
        """Ask the running jobs to stop, and still deliver what they answer."""
        for request in self._requests.values():
            request.task.cancel()

    def close(self, timeout_ms: int = 30_000) -> bool:
        """Cancel everything and wait for the threads; True when all have ended."""
        self._closed = True
        self.cancel()
        self._pool.clear()
        return self._pool.waitForDone(timeout_ms)

    def finish(self, timeout_ms: int = 5_000) -> bool:
        """Let everything that was asked for be done, unanswered, and end the threads."""
        self._closed = True
        self._requests.clear()
        done = self._pool.waitForDone(timeout_ms)
        return self.close() and done

    def _run(self, task: Task, job: Callable[[Task], Any]) -> None:
        if task.cancelled() and task.id not in self._requests:
            return
        try:
            answer = job(task)
        except Exception as error:  # every failure is handed to the one who asked
            self._failed.emit(task.id, error)
        else:
            self._finished.emit(task.id, answer)

    @Slot(int, object)
    def _on_finished(self, request_id: int, answer: Any) -> None:
        if self._turns is None:
            self._deliver(request_id, answer)
        elif request_id in self._requests:
            self._turns.take(partial(self._deliver, request_id, answer))

    def _deliver(self, request_id: int, answer: Any) -> None:
        request = self._requests.pop(request_id, None)
        if request and request.done:
            request.done(answer)

    @Slot(int, object)
    def _on_failed(self, request_id: int, error: Exception) -> None:
        request = self._requests.pop(request_id, None)
        if request is None:
            return
        if request.failed:
            request.failed(error)
        else:
            log.error("%s: %s", self.objectName(), error, exc_info=error)

    @Slot(int)
    def _on_progressed(self, request_id: int) -> None:
        request = self._requests.get(request_id)
        if request and request.progress:
            request.progress(request.task.take_progress())
