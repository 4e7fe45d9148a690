"""What the "Why" pane is asked: a query and a hit, and which side of the query is explained."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from motionlens.library.interface import Library
from motionlens.model.interface import Encoder
from motionlens.search.query import Example, Query

from ..services import Rows, Searcher
from .items import Item


class WhyState(Enum):
    """What the pane shows."""

    NO_QUERY = "no query"
    NO_HIT = "no hit"
    WAITING = "waiting"  # for model or search
    COMPUTING = "computing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, eq=False)
class Question:
    """A query, a hit, and who can answer."""

    library: Library
    encoder: Encoder
    searcher: Searcher | None
    text: str
    item: Item
    query: Query | None = None
    """The whole query where it has more than words."""
    starts: tuple[float, ...] = ()
    """Seconds at which its examples begin in their videos or motions, where that is known."""

    @property
    def examples(self) -> tuple[Example, ...]:
        """The query's."""
        return self.query.examples if self.query else ()

    def same_query(self, other: Question) -> bool:
        """True when both ask for the same words and examples."""
        return self.text == other.text and self.examples == other.examples

    def same_place(self, other: Question | None) -> bool:
        """True when answers to the other hold for this one's library and model."""
        return other is not None and self.library is other.library and self.encoder is other.encoder


@dataclass(frozen=True)
class Side:
    """The part of a query that is explained: its words, or one of its examples by body parts or windows."""

    text: str = ""
    example: Example | None = None
    rows: Rows = "body part"
    start_s: float = 0.0


@dataclass(frozen=True)
class RankChange:
    """Where the hit stands with and without the struck words; ``after`` None: not among the first ``RANKED``."""

    before: int
    after: int | None
    searched: int
