"""Queries with a video."""

from __future__ import annotations

from pathlib import Path

from ..state.explain import WhyState
from ..state.libraries import LibraryChoice
from ..state.search import SearchPhase
from ..state.video import VideoState
from .photographer import SIZES, Photographer

WORDS, AVOID = "jumps down", "walking"


def tour(shot: Photographer, video: Path, choice: LibraryChoice) -> None:
    """Go through the states of a query with a video."""
    session, window = shot.app.session, shot.app.window
    session.start(choice)
    shot.until(lambda: session.search.has_searcher, 300)
    shot.wait(0.5)
    window.queries.search_by_video(video)
    shot.until(lambda: bool(session.video.progress) and len(session.video.frames.times) > 20, 60)
    shot.both("01-following")
    shot.until(lambda: session.video.state is not VideoState.TRACKING, 600)
    shot.until(lambda: session.search.phase is SearchPhase.RESULTS and session.video.frames.complete, 60)
    shot.wait(1.5)
    shot.both("02-by-video", *SIZES)
    window.query.set_text(WORDS)
    window.query.avoid.setText(AVOID)
    shot.wait(2.0)
    shot.both("03-with-words-and-avoid", *SIZES)
    session.why.choose_side(1)
    shot.until(lambda: session.why.state is WhyState.READY, 20)
    shot.wait(0.5)
    shot.both("04-why-body-parts", *SIZES)
    session.why.set_rows("segment")
    shot.wait(1.5)
    shot.both("05-why-windows", *SIZES)
    half = session.video.duration_s / 2
    session.video.set_span(0.9 * half, session.video.duration_s)
    shot.wait(1.5)
    session.video.ask_people()
    shot.until(lambda: session.video.people is not None or window.messages.isVisible(), 60)
    shot.both("06-people", *SIZES)
    session.video.choose(None)
    window.messages.hide()
    window.queries.more_like()
    shot.wait(2.0)
    shot.both("07-more-like-this", *SIZES)
    window.queries.search_by_video(Path(__file__))
    shot.until(window.messages.isVisible, 30)
    shot.both("08-no-video", *SIZES)
