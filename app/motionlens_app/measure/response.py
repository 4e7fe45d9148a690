"""From a key press to the results on the screen: a part of ``motionlens_app.measure``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtTest import QTest

if TYPE_CHECKING:
    from ..main import App
    from .meter import GapMeter

QUERIES = (
    "a person waves with the left hand",
    "someone walks in a circle",
    "jumps up twice",
    "kicks with the right leg",
    "a tired old man walks slowly",
)
REPEATS = 6
PACE_S = 0.12
"""Between two key presses: 100 words a minute."""


class PaintedResults(QObject):
    """Notes for which query the cards on the screen were painted last."""

    def __init__(self, app: App) -> None:
        grid = app.window.results.grid
        super().__init__(grid)
        self._app, self._grid = app, grid
        self._text = self._last = ""
        grid.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Before the cards are painted: what they answer."""
        search = self._app.session.search
        if event.type() == QEvent.Type.Paint and search.result is not None and search.answered is not None:
            self._last = search.answered.text
        return False

    def forget(self) -> None:
        """Nothing was painted yet."""
        self._text = self._last = ""

    @property
    def text(self) -> str:
        """The query of the cards that were last painted whole, words and all."""
        if self._grid.written:
            self._text = self._last
        return self._text


def entered(meter: GapMeter, app: App, seen: PaintedResults, text: str, phase: str = "search") -> float:
    """Seconds from Enter after a whole query until its results are painted."""
    meter.phase = phase
    app.window.query.set_text(text)
    begin = time.perf_counter()
    with meter.timed():
        app.session.search.submit()  # Enter
    meter.until(lambda: seen.text == text, 20)
    taken = time.perf_counter() - begin
    meter.wait(0.6)  # until the answer's first card is shown and explained
    return taken


def typed(meter: GapMeter, app: App, seen: PaintedResults, text: str) -> list[float]:
    """Type a query at ``PACE_S``; for each key press the seconds until results that know it are painted.

    Those are the results for the text with that letter, or with more letters; a space alone asks nothing new.
    """
    edit = app.window.query.edit
    meter.phase = "search"
    app.window.query.clear_all()
    meter.wait(0.3)
    seen.forget()
    pressed: list[tuple[str, float]] = []
    taken: list[float] = []

    def collect() -> None:
        now = time.perf_counter()
        while pressed and len(seen.text) >= len(pressed[0][0]) and text.startswith(seen.text):
            taken.append(now - pressed.pop(0)[1])

    for at, letter in enumerate(text):
        next_key = time.perf_counter() + PACE_S
        if letter != " ":
            pressed.append((text[: at + 1], time.perf_counter()))
        with meter.timed():
            QTest.keyClicks(edit, letter)
        while time.perf_counter() < next_key:
            meter.round()
            collect()
    end = time.perf_counter() + 10
    while pressed and time.perf_counter() < end:
        meter.round()
        collect()
    return taken


def measure_response(meter: GapMeter, app: App) -> dict[str, float]:
    """Milliseconds by name."""
    seen = PaintedResults(app)
    enters = [entered(meter, app, seen, QUERIES[n % len(QUERIES)]) for n in range(REPEATS * len(QUERIES))]
    keys = [seconds for text in QUERIES for seconds in typed(meter, app, seen, text)]
    app.window.query.set_text("")
    meter.wait(0.2)
    figures = {}
    for name, values in (("enter", enters[len(QUERIES) :]), ("key", keys)):
        ordered = sorted(1e3 * value for value in values)
        figures[f"{name}_to_painted_p50_ms"] = ordered[len(ordered) // 2]
        figures[f"{name}_to_painted_p95_ms"] = ordered[int(0.95 * (len(ordered) - 1))]
    return figures
