"""What could be meant while somebody types: queries asked before, saved searches, captions of the library."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence
from typing import NamedTuple, Protocol

from .own_captions import merged, own_captions
from .rows import Rows
from .searches import Searches


class Suggestion(NamedTuple):
    """A text to search for; ``source`` is "history", "saved" or "caption"."""

    text: str
    source: str


class _Library(Rows, Protocol):
    def generation(self) -> int: ...


class Suggestions:
    """Suggests texts; safe to use from several threads.

    Args:
        library: a ``LocalLibrary``.
        searches: its history and saved searches, whose queries have their words under "text".
    """

    def __init__(self, library: _Library, searches: Searches) -> None:
        self._library = library
        self._searches = searches
        self._lock = threading.Lock()
        self._captions: tuple[Hashable, list[tuple[str, str]]] | None = None

    def suggest(self, typed: str, n: int = 8) -> list[Suggestion]:
        """Texts in which every typed word begins a word: history first, then saved, then captions, shortest first.

        Nothing typed: the last queries.
        """
        words = typed.casefold().split()
        asked = [str(query.get("text", "")) for query in self._searches.history(500)]
        saved = [str(one.query.get("text", "")) for one in self._searches.saved()]
        found = [Suggestion(text, "history") for text in asked if _begins(words, text)]
        found += [Suggestion(text, "saved") for text in saved if _begins(words, text)]
        if words:
            keys = [f" {word}" for word in words]
            matching = (text for key, text in self._known() if all(word in key for word in keys))
            found += [Suggestion(text, "caption") for text, _ in zip(matching, range(4 * n), strict=False)]
        first: dict[str, Suggestion] = {}
        for one in found:
            if one.text.strip() and one.text.casefold() != typed.strip().casefold():
                first.setdefault(one.text.casefold(), one)
        return list(first.values())[:n]

    def _known(self) -> list[tuple[str, str]]:
        """Captions, each once, shortest first, with what they are matched by."""
        with self._lock:
            key = self._library.generation()
            if self._captions is None or self._captions[0] != key:
                texts = _captions(self._library)
                self._captions = (key, [(f" {text.casefold()}", text) for text in texts])
            return self._captions[1]


def _captions(library: Rows) -> list[str]:
    stated: dict[int, list[str]] = {}
    for motion_id, text in library.rows("SELECT motion_id, text FROM captions ORDER BY motion_id, place"):
        stated.setdefault(motion_id, []).append(text)
    for motion_id, own in own_captions(library).items():
        stated[motion_id] = [text for text, _ in merged(stated.get(motion_id, []), own)]
    return sorted({text for texts in stated.values() for text in texts}, key=lambda text: (len(text), text))


def _begins(words: Sequence[str], text: str) -> bool:
    """Whether every word begins a word of the text.

    >>> _begins(["wa", "left"], "a person waves with the left hand"), _begins(["erson"], "a person")
    (True, False)
    """
    key = f" {text.casefold()}"
    return all(f" {word}" in key for word in words)
