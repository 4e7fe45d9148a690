"""Text in, ranked moments out."""

from .engine import SearchEngine
from .result import Hit, SearchResult

__all__ = ["Hit", "SearchEngine", "SearchResult"]
