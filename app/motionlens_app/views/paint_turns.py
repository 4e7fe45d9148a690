"""A window is painted in a turn of the event loop of its own where other work came before."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QAbstractEventDispatcher, QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

LONG_S, PROMPT_S = 0.008, 0.025
"""Processor time of a turn after which the picture waits for the next; the second where somebody waits for it."""
_LATER_MS = 1
_AT_MOST_S = 0.1
"""Longer nothing is left out: a window that has gone is never painted."""


class PaintTurns(QObject):
    """Keeps what an event changes apart from the painting of it.

    Qt asks for the picture of a window at the end of the turn in which something in it changed, so that a key press
    that takes 20 ms and the 30 ms of its picture hold the window still for 50, with no room for input between them.
    Here the request is taken back once and made again a millisecond later.

    Args:
        parent: lives as long; the event loop of the calling thread is the one that is watched.
        prompt: True while somebody waits for the next picture: less is put off.
    """

    def __init__(self, parent: QObject, prompt: Callable[[], bool] = lambda: False) -> None:
        super().__init__(parent)
        self._prompt = prompt
        self._begun = self._before = time.thread_time()
        self._put_off_at = 0.0
        self._late: set[QWidget] = set()
        self._asked: set[QWidget] = set()
        dispatcher = QAbstractEventDispatcher.instance()
        if dispatcher is not None:
            dispatcher.awake.connect(self._begin)  # once a turn

    def share(self, window: QWidget) -> None:
        """Do so for this window or dialog, too."""
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Paints; takes the request back where the turn has been long already, but never twice."""
        if event.type() != QEvent.Type.UpdateRequest or not isinstance(watched, QWidget):
            return False
        short = time.thread_time() - self._before < (PROMPT_S if self._prompt() else LONG_S)
        if watched in self._asked or (short and watched not in self._late):
            self._asked.discard(watched)
            watched.event(event)
            # Painting does not count: what plays would be put off by its own pictures.
            self._begun = self._before = time.thread_time()
            return True
        if watched not in self._late:
            self._late.add(watched)
            self._put_off_at = time.monotonic()
            QTimer.singleShot(_LATER_MS, self, lambda: self._ask(watched))
        return True

    def crowded(self) -> bool:
        """True where a picture of what plays should be left out, as what was done first is to be painted soon."""
        waits = (self._late or self._asked) and time.monotonic() - self._put_off_at < _AT_MOST_S
        return bool(waits) or time.thread_time() - self._begun > LONG_S

    def _ask(self, window: QWidget) -> None:
        self._late.discard(window)
        if isValid(window):
            self._asked.add(window)
            low = Qt.EventPriority.LowEventPriority.value  # as Qt asks itself
            QCoreApplication.postEvent(window, QEvent(QEvent.Type.UpdateRequest), low)

    def _begin(self) -> None:
        # What timers change is painted at the beginning of the next turn: that and the one before count.
        self._before, self._begun = self._begun, time.thread_time()
