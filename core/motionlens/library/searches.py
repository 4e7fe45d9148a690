"""Saved searches and the history of queries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from .marks import tidy
from .rows import Rows, now
from .schema import LibraryError
from .undo import Changes

MOST_HISTORY = 500


class SavedSearch(NamedTuple):
    """A search that the user named; ``query`` is what the caller gave, JSON values."""

    id: int
    name: str
    query: dict[str, Any]


class Searches:
    """Saved searches (with undo) and history (without: it is a record)."""

    def __init__(self, library: Rows, changes: Changes) -> None:
        self._library = library
        self._changes = changes

    def save(self, name: str, query: Mapping[str, Any]) -> int:
        """Save a search, over one of the same name; returns its id.

        Args:
            name: what a list shows.
            query: whatever brings the search back: text, filter, sorting; JSON values.
        """
        name, text = tidy(name, "search"), _text(query)
        known = {saved.name.casefold(): saved for saved in self.saved()}
        with self._changes.change(f"save search “{name}”") as rows:
            before = known.get(name.casefold())
            if before is None:
                return rows.add("saved_searches", (name, text, now()))
            rows.put("saved_searches", (before.id,), (name, text, now()))
            return before.id

    def delete(self, search_id: int) -> None:
        """Delete a saved search."""
        with self._changes.change("delete saved search") as rows:
            if not rows.put("saved_searches", (search_id,), None):
                raise LibraryError(f"There is no saved search {search_id} any more: choose another.")

    def saved(self) -> list[SavedSearch]:
        """All saved searches by name."""
        rows = self._library.rows("SELECT id, name, query FROM saved_searches ORDER BY name COLLATE NOCASE")
        return [SavedSearch(number, name, json.loads(query)) for number, name, query in rows]

    def remember(self, query: Mapping[str, Any]) -> None:
        """Put a query at the head of the history; the oldest beyond 500 go."""
        text = _text(query)
        with self._library.changing() as database:
            found = database.execute("SELECT times FROM query_history WHERE query = ?", (text,)).fetchone()
            database.execute("DELETE FROM query_history WHERE query = ?", (text,))
            times = 1 + (found[0] if found else 0)
            database.execute("INSERT INTO query_history (query, times) VALUES (?, ?)", (text, times))
            database.execute(
                "DELETE FROM query_history WHERE id NOT IN "
                "(SELECT id FROM query_history ORDER BY id DESC LIMIT ?)",
                (MOST_HISTORY,),
            )

    def history(self, n: int = 50) -> list[dict[str, Any]]:
        """The last queries, newest first."""
        rows = self._library.rows("SELECT query FROM query_history ORDER BY id DESC LIMIT ?", n)
        return [json.loads(query) for (query,) in rows]

    def forget_history(self) -> None:
        """Remove the whole history."""
        with self._library.changing() as database:
            database.execute("DELETE FROM query_history")


def _text(query: Mapping[str, Any]) -> str:
    return json.dumps(dict(query), ensure_ascii=False, sort_keys=True)
