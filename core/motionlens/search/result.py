"""The one result object that the app, the command line and the tests read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Hit:
    """One moment that answers a query.

    Attributes:
        rank: 1 for the best.
        id: the motion's id in the library.
        moment_id: the moment's id in the library.
        name: the motion's name.
        path: its source file ("" when synthesised).
        start_s, end_s: the moment inside the motion, seconds.
        score: MaxSim score, comparable within one query only; not a probability.
        caption: the best caption known for the moment, "" where there is none.
    """

    rank: int
    id: int
    moment_id: int
    name: str
    path: str
    start_s: float
    end_s: float
    score: float
    caption: str


@dataclass(frozen=True)
class SearchResult:
    """Ranked hits of one query.

    Attributes:
        query: the text as given.
        searched: how many moments were compared (all of them: the search is exact).
        timing_ms: milliseconds by stage: "encode", "score", "total".
        hits: best first.
    """

    query: str
    searched: int
    timing_ms: dict[str, float]
    hits: tuple[Hit, ...]

    def to_dict(self) -> dict[str, Any]:
        """The command line's JSON contract."""
        keys = ("rank", "id", "name", "path", "start_s", "end_s", "score", "caption")
        return {
            "query": self.query,
            "searched": self.searched,
            "timing_ms": self.timing_ms,
            "hits": [{k: getattr(hit, k) for k in keys} for hit in self.hits],
        }
