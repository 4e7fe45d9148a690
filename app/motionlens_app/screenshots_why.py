"""Pictures of the "Why" pane: ``python -m motionlens_app.screenshots_why OUT_DIR [--library DIR]``.

Both themes, a query of twenty words, a word struck out, two motions compared.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from motionlens.skeleton import JOINT_INDEX

from .main import build, prepare
from .measure_why import QUERY
from .screenshots import Photographer
from .services import LocalServices, Services
from .state.explain import WhyState
from .state.libraries import LibraryChoice, choice_for, starter_choice
from .state.selection import Pick


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


def run(
    out: Path, library: LibraryChoice | None = None, query: str = QUERY, word: str = "left",
    services: Services | None = None,
) -> list[Path]:  # fmt: skip
    """Take all pictures in both themes; returns their paths."""
    out.mkdir(parents=True, exist_ok=True)
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(["motionlens"])
    prepare(application)
    with tempfile.TemporaryDirectory() as folder:
        before = os.environ.get("MOTIONLENS_HOME")
        os.environ["MOTIONLENS_HOME"] = folder
        try:
            app = build(application, services or LocalServices())
            app.window.resize(1440, 900)
            app.window.show()
            shot = Photographer(application, app, out)
            app.session.start(library or starter_choice())
            shot.until(lambda: app.session.search.has_searcher, 600)
            for theme in ("dark", "light"):
                app.window.choose_theme(theme)
                why_tour(shot, query, word, start=f"{theme}-")
            app.window.close()
        finally:
            os.environ.pop("MOTIONLENS_HOME", None)
            if before is not None:
                os.environ["MOTIONLENS_HOME"] = before
    return shot.taken


def main(argv: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m motionlens_app.screenshots_why",
        description="Write pictures of the pane that explains a hit.",
        epilog="example: MOTIONLENS_RENDERER=gl python -m motionlens_app.screenshots_why /tmp/shots",
    )
    parser.add_argument("out", type=Path, metavar="OUT_DIR")
    parser.add_argument("--library", type=Path, metavar="DIR", help="default: the starter library")
    parser.add_argument("--query", default=QUERY, help="default: one of twenty words")
    parser.add_argument("--word", default="left", help="the word that is pointed at (default: left)")
    options = parser.parse_args(argv)
    library = choice_for(options.library) if options.library else None
    for path in run(options.out, library, options.query, options.word):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
