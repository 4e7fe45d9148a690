"""Suggestions for the query field: history, saved searches, captions of the library."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from ..worker import Worker

if TYPE_CHECKING:
    from motionlens.library.suggestions import Suggestion, Suggestions

PAUSE_MS = 220
"""Longer than between two letters: looking through the captions takes time from the search for them."""


class SuggestionController(QObject):
    """``ready`` carries what was typed and the suggestions for it."""

    ready = Signal(str, list)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = Worker("suggestions", parent=self)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._library: Any = None
        self._lock = threading.Lock()
        self._made: Suggestions | None = None
        self._typed = ""

    @property
    def available(self) -> bool:
        """False where there is nothing to suggest from."""
        return self._library is not None

    def set_library(self, library: Any) -> None:
        """Another library."""
        library = library if hasattr(library, "curation") else None
        if library is not self._library:
            self.cancel()
            with self._lock:
                self._library, self._made = library, None

    def ask(self, typed: str, soon: bool = True) -> None:
        """Suggest for this; ``soon``: the user is typing."""
        self._typed = typed
        if soon:
            self._pause.start()
        else:
            self._ask()

    def cancel(self) -> None:
        """No suggestion is wanted any more."""
        self._pause.stop()
        self._worker.cancel()

    def _ask(self) -> None:
        self._pause.stop()
        if self._library is None:
            return
        typed = self._typed
        self._worker.submit(
            lambda task: self._suggest(typed), lambda found: self.ready.emit(typed, found), lambda error: None
        )

    def _suggest(self, typed: str) -> list[Suggestion]:
        from motionlens.library.suggestions import Suggestions

        with self._lock:
            if self._library is None:
                return []
            if self._made is None:
                self._made = Suggestions(self._library, self._library.curation().searches)
            made = self._made
        return made.suggest(typed)

    def close(self) -> None:
        """Wait for the thread."""
        self._pause.stop()
        self._worker.close()
