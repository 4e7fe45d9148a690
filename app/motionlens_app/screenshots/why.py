"""The "Why" pane: a query of twenty words, a word struck out, two motions compared."""

from __future__ import annotations

from motionlens.skeleton import JOINT_INDEX

from ..state.explain import WhyState
from ..state.libraries import LibraryChoice
from ..state.selection import Pick
from .photographer import THEMES, Photographer


def tour(shot: Photographer, choice: LibraryChoice, query: str, word: str) -> None:
    """All states of the pane in both themes."""
    shot.app.session.start(choice)
    shot.until(lambda: shot.app.session.search.has_searcher, 600)
    for theme in THEMES:
        shot.app.window.choose_theme(theme)
        why_tour(shot, query, word, start=f"{theme}-")


def why_tour(shot: Photographer, query: str, word: str, joint: str = "left_wrist", start: str = "") -> None:
    """Go through the pane's states in the theme that is on.

    Args:
        query: what is searched for. word: one of its words, which is pointed at and struck out.
        start: begins the pictures' names.
    """
    session, window = shot.app.session, shot.app.window
    why, selection = session.why, session.why.selection
    why.set_quantity("similarity")
    window.query.set_text("")
    shot.until(lambda: why.state is WhyState.NO_QUERY, 10)
    shot.wait(0.3)
    shot.take(f"{start}why-1-no-query")
    window.query.set_text(query)
    answered = (WhyState.READY, WhyState.FAILED)
    shot.until(lambda: why.state in answered and why.text == query, 60)
    shot.wait(0.6)
    if why.current is None:
        shot.take(f"{start}why-2-failed")
        return
    session.viewer.playback.pause()
    shot.wait(0.2)
    shot.take(f"{start}why-2-query")
    row = next((row for row, text in enumerate(why.current.words) if text == word), 0)
    selection.hover(Pick(word=row))
    shot.wait(0.2)
    shot.take(f"{start}why-3-word")
    why.set_quantity("interaction")
    shot.wait(0.2)
    shot.take(f"{start}why-4-word-interaction")
    selection.hover(Pick(joint=JOINT_INDEX[joint]))
    shot.wait(0.2)
    shot.take(f"{start}why-5-joint")
    selection.clear()
    why.strike(row)
    shot.until(lambda: why.rank is not None, 20)
    shot.wait(0.3)
    shot.take(f"{start}why-6-struck-out")
    why.restore()
    why.set_quantity("similarity")
    window.viewer.why.pin()
    window.results.grid.select_row(1)
    shot.until(lambda: len(why.panels) == 2, 20)
    selection.pin(Pick(word=row))
    shot.wait(0.5)
    session.viewer.playback.pause()
    shot.take(f"{start}why-7-compare")
    selection.clear()
    window.results.grid.select_row(0)
    shot.until(lambda: why.current is not None, 20)
    window.viewer.why.pin()
    window.viewer.why.help_button.setChecked(True)
    shot.wait(0.3)
    shot.take(f"{start}why-8-how-to-read")
    window.viewer.why.help_button.setChecked(False)
