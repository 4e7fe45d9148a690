"""The query: as one types, newest wins, kept while the model loads."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QObject, QTimer, Signal

from motionlens.search.result import SearchResult

from ..services import Searcher
from ..worker import Task, Worker

DEBOUNCE_MS = 150
FIRST_HITS = 120
"""Hits fetched first; the rest comes when asked for, and the list says so."""


class SearchPhase(Enum):
    """What the result area shows."""

    BROWSE = "browse"
    WAITING = "waiting"  # a query is kept until model and library are ready
    SEARCHING = "searching"
    RESULTS = "results"
    NOTHING = "nothing"
    FAILED = "failed"


class SearchController(QObject):
    """Text in, phases and results out. The last result stays while the next is being computed."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None, debounce_ms: int = DEBOUNCE_MS) -> None:
        super().__init__(parent)
        self._worker = Worker("search", parent=self)
        self._debounce = QTimer(self, singleShot=True, interval=debounce_ms)
        self._debounce.timeout.connect(self.submit)
        self._searcher: Searcher | None = None
        self._asked: tuple[str, int] | None = None
        self.text = ""
        self.limit = FIRST_HITS
        self.phase = SearchPhase.BROWSE
        self.result: SearchResult | None = None
        self.error: Exception | None = None

    @property
    def has_searcher(self) -> bool:
        """True when queries can be answered."""
        return self._searcher is not None

    @property
    def searcher(self) -> Searcher | None:
        """Who answers; None while nobody can."""
        return self._searcher

    def set_searcher(self, searcher: Searcher | None) -> None:
        """Model and library are ready (or not any more): ask again what was asked."""
        self._searcher = searcher
        self._asked = None
        if searcher is None:
            self._worker.cancel()
            self.result = None
        self.submit()

    def set_text(self, text: str) -> None:
        """The user types: search soon."""
        if text.strip() == self.text:
            return
        self.text, self.limit = text.strip(), FIRST_HITS
        if self.text:
            self._debounce.start()
        else:
            self.submit()

    def show_all(self) -> None:
        """Fetch every hit of the present query."""
        self.limit = 1_000_000
        self.submit()

    def submit(self) -> None:
        """Search now."""
        self._debounce.stop()
        if not self.text:
            self._worker.cancel()
            self._asked, self.result = None, None
            self._enter(SearchPhase.BROWSE)
            return
        searcher, question = self._searcher, (self.text, self.limit)
        if searcher is None:
            self._enter(SearchPhase.WAITING)
            return
        if question == self._asked and self.phase is not SearchPhase.FAILED:
            return
        self._asked = question

        def job(task: Task) -> SearchResult | None:
            return None if task.cancelled() else searcher.search(*question)

        self._worker.submit(job, self._answered, self._failed)
        self._enter(SearchPhase.SEARCHING)

    def close(self) -> None:
        """No more answers; wait for the thread."""
        self._debounce.stop()
        self._worker.close()

    def _answered(self, result: SearchResult | None) -> None:
        if result is None or result.query.strip() != self.text:
            return
        self.result = result
        self._enter(SearchPhase.RESULTS if result.hits else SearchPhase.NOTHING)

    def _failed(self, error: Exception) -> None:
        self._asked, self.error, self.result = None, error, None
        self._enter(SearchPhase.FAILED)

    def _enter(self, phase: SearchPhase) -> None:
        self.phase = phase
        if phase is not SearchPhase.FAILED:
            self.error = None
        self.changed.emit()
