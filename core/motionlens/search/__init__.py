"""Queries in, ranked moments out."""

from .encoded import EncodedQuery
from .engine import SearchEngine
from .query import Example, Query, Span
from .result import Hit, SearchResult

__all__ = ["EncodedQuery", "Example", "Hit", "Query", "SearchEngine", "SearchResult", "Span"]
