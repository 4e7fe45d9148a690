"""The search: at every key, one at a time, newest next; the query is kept while the model loads."""

from __future__ import annotations

import time
from dataclasses import replace
from enum import Enum

import numpy as np
from PySide6.QtCore import QObject, Signal

from motionlens.search.query import Query
from motionlens.search.result import SearchResult

from ..services import Searcher
from ..worker import Task, Worker

FIRST_HITS = 120
"""Hits fetched first; the rest comes when asked for, and the list says so."""
TYPING_S = 0.3
"""After a key the next is waited for this long."""
PATIENCE_S = 0.25
"""After this long an answer is late."""


class SearchPhase(Enum):
    """What the result area shows."""

    BROWSE = "browse"
    WAITING = "waiting"  # a query is kept until model and library are ready
    SEARCHING = "searching"
    RESULTS = "results"
    NOTHING = "nothing"
    FAILED = "failed"


def same(a: Query | None, b: Query | None) -> bool:
    """Whether two queries have the same answer.

    >>> same(Query("walks"), Query("walks")), same(Query("walks"), None)
    (True, False)
    """
    if a is None or b is None:
        return a is b
    combined = bool(a.text and a.examples)
    return (
        (a.text, a.avoid) == (b.text, b.avoid)
        and len(a.examples) == len(b.examples)
        and all(x is y for x, y in zip(a.examples, b.examples, strict=True))
        and (a.text_weight == b.text_weight or not combined)
    )


class SearchController(QObject):
    """Query in, phases and results out. The last result stays while the next is being computed.

    Typing searches at once where nothing is under way; else the search at work is finished and shown, as its text
    is the beginning of what is typed, and of the keys pressed meanwhile only the last state is searched for. So a
    fast typist sees results too. Anything but typing takes the place of what is under way.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = Worker("search", parent=self, prompt=True)
        self._typed_on = False  # the text has changed since the search under way began
        self._typed_at = self._asked_at = -1.0
        self._searcher: Searcher | None = None
        self._asked: tuple[Query, int, np.ndarray | None] | None = None
        self._within: np.ndarray | None = None
        self.query = Query()
        self.answered: Query | None = None
        """What ``result`` answers."""
        self.limit = FIRST_HITS
        self.phase = SearchPhase.BROWSE
        self.result: SearchResult | None = None
        self.error: Exception | None = None

    @property
    def text(self) -> str:
        """The query's words."""
        return self.query.text

    @property
    def asks(self) -> bool:
        """True when there is something to find; what to avoid alone is no question."""
        return bool(self.query.text or self.query.examples)

    @property
    def busy(self) -> bool:
        """True while an answer is computed."""
        return self._worker.busy

    @property
    def answer_due(self) -> bool:
        """True while an answer is computed and not late: other work waits."""
        return self.busy and time.monotonic() - self._asked_at < PATIENCE_S

    @property
    def comes_first(self) -> bool:
        """True while one types or an answer is due: what plays holds still, as painting it takes the answer's time."""
        return time.monotonic() - self._typed_at < TYPING_S or self.answer_due

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
        self.ask(replace(self.query, text=text.strip()), soon=True)

    def ask(self, query: Query, soon: bool = False) -> None:
        """Another query; ``soon``: it is still being typed."""
        if same(query, self.query):
            self.query = query
            return
        if soon:
            self._typed_at = time.monotonic()
        same_examples = query.examples == self.query.examples
        self.query, self.limit = query, FIRST_HITS
        if soon and self.asks and same_examples and self._worker.busy:
            self._typed_on = True
        else:
            self.submit()

    def set_within(self, moment_ids: np.ndarray | None) -> None:
        """Find these moments only; None: all."""
        if moment_ids is not self._within:
            self._within = moment_ids
            self.submit()

    def ask_again(self) -> None:
        """The answer may be another now: captions were written."""
        self._asked = None
        self.submit()

    def show_all(self) -> None:
        """Fetch every hit of the present query."""
        self.limit = 1_000_000
        self.submit()

    def submit(self) -> None:
        """Search now, instead of what is under way."""
        self._typed_on = False
        if not self.asks:
            self._worker.cancel()
            self._asked, self.result, self.answered = None, None, None
            self._enter(SearchPhase.BROWSE)
            return
        searcher, query, limit, within = self._searcher, self.query, self.limit, self._within
        if searcher is None:
            self._enter(SearchPhase.WAITING)
            return
        asked = self._asked
        repeated = asked is not None and same(asked[0], query) and asked[1] == limit and asked[2] is within
        if repeated and self.phase is not SearchPhase.FAILED:
            return
        self._asked, self._asked_at = (query, limit, within), time.monotonic()
        plain = not (query.examples or query.avoid) and within is None

        def job(task: Task) -> tuple[Query, SearchResult] | None:
            if task.cancelled():
                return None
            if plain:
                return query, searcher.search(query.text, limit)
            return query, searcher.search_query(query, limit, True, within)

        self._worker.submit(job, self._answered, self._failed)
        self._enter(SearchPhase.SEARCHING)

    def close(self) -> None:
        """No more answers; wait for the thread."""
        self._worker.close()

    def _answered(self, answer: tuple[Query, SearchResult] | None) -> None:
        typed_on = self._typed_on
        if typed_on:
            self.submit()  # at work while the older answer is painted
        if answer is None or not (typed_on or same(answer[0], self.query)):
            return
        self.answered, self.result = answer
        self._enter(SearchPhase.RESULTS if self.result.hits else SearchPhase.NOTHING)
        if self._worker.busy:
            self.phase = SearchPhase.SEARCHING

    def _failed(self, error: Exception) -> None:
        if self._typed_on:  # perhaps the rest of the words can be searched for
            self.submit()
            return
        self._asked, self.error, self.result, self.answered = None, error, None, None
        self._enter(SearchPhase.FAILED)

    def _enter(self, phase: SearchPhase) -> None:
        self.phase = phase
        if phase is not SearchPhase.FAILED:
            self.error = None
        self.changed.emit()
