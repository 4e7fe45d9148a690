"""Pictures of queries with a video: ``python -m motionlens_app.screenshots_query OUT_DIR VIDEO [--library DIR]``.

Drives the real window on the real engine; the library is read, nothing is written to it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from .main import App, build, prepare
from .screenshots import Photographer
from .services import LocalServices
from .state.explain import WhyState
from .state.libraries import LibraryChoice, choice_for, starter_choice
from .state.search import SearchPhase
from .state.video import VideoState

WORDS, AVOID = "jumps down", "walking"


def tour(shot: Photographer, app: App, video: Path, choice: LibraryChoice) -> None:
    """Go through the states of a query with a video."""
    session, window = app.session, app.window
    session.start(choice)
    shot.until(lambda: session.search.has_searcher, 300)
    shot.wait(0.5)
    window.queries.search_by_video(video)
    shot.until(lambda: bool(session.video.progress) and len(session.video.frames.times) > 20, 60)
    shot.take("01-following")
    shot.until(lambda: session.video.state is not VideoState.TRACKING, 600)
    shot.until(lambda: session.search.phase is SearchPhase.RESULTS and session.video.frames.complete, 60)
    shot.wait(1.5)
    _both(shot, "02-by-video")
    window.query.set_text(WORDS)
    window.query.avoid.setText(AVOID)
    shot.wait(2.0)
    _both(shot, "03-with-words-and-avoid")
    session.why.choose_side(1)
    shot.until(lambda: session.why.state is WhyState.READY, 20)
    shot.wait(0.5)
    _both(shot, "04-why-body-parts")
    session.why.set_rows("segment")
    shot.wait(1.5)
    _both(shot, "05-why-windows")
    half = session.video.duration_s / 2
    session.video.set_span(0.9 * half, session.video.duration_s)
    shot.wait(1.5)
    session.video.ask_people()
    shot.until(lambda: session.video.people is not None or window.messages.isVisible(), 60)
    _both(shot, "06-people")
    session.video.choose(None)
    window.messages.hide()
    window.queries.more_like()
    shot.wait(2.0)
    _both(shot, "07-more-like-this")
    window.queries.search_by_video(Path(__file__))
    shot.until(window.messages.isVisible, 30)
    _both(shot, "08-no-video")


def _both(shot: Photographer, name: str) -> None:
    """Dark and light, large and small."""
    window = shot.app.window
    for theme, size in (
        ("dark", (1440, 900)),
        ("light", (1440, 900)),
        ("light", (1280, 720)),
        ("dark", (1280, 720)),
    ):
        window.choose_theme(theme)
        window.resize(*size)
        shot.wait(0.5)
        shot.take(f"{name}-{theme}-{size[0]}x{size[1]}")


def run(out: Path, video: Path, library: Path | None) -> list[Path]:
    """Take all pictures; returns their paths."""
    out.mkdir(parents=True, exist_ok=True)
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(["motionlens"])
    prepare(application)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("MOTIONLENS_HOME", folder)
        app = build(application, LocalServices())
        app.window.resize(1440, 900)
        app.window.choose_theme("dark")
        app.window.show()
        shot = Photographer(application, app, out)
        tour(shot, app, video, starter_choice() if library is None else choice_for(library))
        app.window.close()
    return shot.taken


def main(argv: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m motionlens_app.screenshots_query",
        description="Write pictures of the app searching by a video.",
        epilog="example: python -m motionlens_app.screenshots_query /tmp/shots walk.mp4 --library ~/Motions/library",
    )
    parser.add_argument("out", type=Path, metavar="OUT_DIR")
    parser.add_argument("video", type=Path, metavar="VIDEO")
    parser.add_argument("--library", type=Path, metavar="DIR", help="default: the starter library")
    options = parser.parse_args(argv)
    for path in run(options.out, options.video, options.library):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
