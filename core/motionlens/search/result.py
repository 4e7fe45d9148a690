"""The one result object that the app, the command line and the tests read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TEXT, AVOID = "text", "avoid"
"""Names of the parts of a query that are no examples."""
OWN_CAPTION = "own caption"
"""Name under which a hit tells how alike the text is to a caption that the user wrote; in hits that have one."""


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
        score: comparable within one query only; not a probability. The MaxSim score where the query has one
            part, else what ``combining.combine`` makes of the parts' scores.
        caption: the best caption known for the moment, "" where there is none.
        parts: the MaxSim score of each part of the query by the part's name; and ``OWN_CAPTION``, which has
            lifted the text's (``captions.lift``).
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
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class SearchResult:
    """Ranked hits of one query.

    Attributes:
        query: the text as given, "" where there was none.
        searched: how many moments were compared: all of them, in large libraries most by one token (``shortlist``).
        timing_ms: milliseconds by stage: "encode", "score", "total".
        hits: best first.
        parts: names of the query's parts: "text", the examples' names, "avoid", as far as there are.
    """

    query: str
    searched: int
    timing_ms: dict[str, float]
    hits: tuple[Hit, ...]
    parts: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The command line's JSON contract; a text alone is its own only part, which is not repeated."""
        keys = ["rank", "id", "name", "path", "start_s", "end_s", "score", "caption"]
        out: dict[str, Any] = {"query": self.query, "searched": self.searched, "timing_ms": self.timing_ms}
        if self.parts not in ((), (TEXT,)):
            keys.append("parts")
            out["parts"] = list(self.parts)
        hits = [{k: getattr(hit, k) for k in keys} for hit in self.hits]
        return {
            **out,
            "hits": [{**hit, "parts": dict(hit["parts"])} if "parts" in hit else hit for hit in hits],
        }
