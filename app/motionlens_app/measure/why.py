"""How long the "Why" pane takes: a part of ``motionlens_app.measure``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from motionlens.explanation.result import QUANTITIES

from ..state.explain import WhyState
from ..state.selection import Pick

if TYPE_CHECKING:
    from ..main import App
    from .meter import GapMeter

QUERY = (
    "a person walks forward slowly then stops and waves with the left hand twice before turning around and "
    "jogging away"
)
"""20 words."""
_HITS = 24


def measure_why(meter: GapMeter, app: App, work: Path) -> dict[str, float]:
    """Milliseconds from the click on a hit until its explanation is painted, and the longest gaps meanwhile.

    Empty where the model cannot explain.

    Args:
        work: a folder to export to.
    """
    session, panel = app.session, app.window.viewer.why
    why = session.why
    meter.phase = "why_first"
    with meter.timed():
        app.window.query.set_text(QUERY)
    meter.until(lambda: why.current is not None or why.state is WhyState.FAILED, 30)
    if why.current is None:
        return {}
    meter.wait(1.0)
    taken = []
    for row in range(1, min(_HITS, session.items.rowCount())):
        meter.phase = "why"
        begin = time.perf_counter()
        with meter.timed():
            app.window.results.grid.select_row(row)
        key = session.items.items[row].key
        meter.until(lambda key=key: why.current is not None and why.current.item.key == key, 10)  # type: ignore[misc]
        meter.round()
        taken.append(1e3 * (time.perf_counter() - begin))
        meter.wait(0.15)
    meter.phase = "why_hover"
    answer = why.current
    assert answer is not None
    for quantity in QUANTITIES:
        with meter.timed():
            why.set_quantity(quantity)
        meter.round()
        for word in range(len(answer.rows)):
            with meter.timed():
                why.selection.hover(Pick(word=word, joint=word % 22))
            meter.round()
    meter.phase = "why_strike"
    with meter.timed():
        why.strike(len(answer.rows) // 2)
    meter.until(lambda: why.rank is not None, 20)
    meter.phase = "why_export"
    for suffix in (".csv", ".png"):
        path = work / f"why{suffix}"
        panel.ask_path = lambda _name, _suffix, path=path: str(path)  # type: ignore[misc]
        with meter.timed():
            panel.export(suffix)
        meter.until(path.exists, 60)
    why.selection.clear()
    with meter.timed():
        why.restore()
    taken.sort()
    return {"why_p50_ms": taken[len(taken) // 2], "why_p95_ms": taken[int(0.95 * (len(taken) - 1))]}
