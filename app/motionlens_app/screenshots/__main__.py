"""Pictures of the app: ``python -m motionlens_app.screenshots OUT_DIR [first | keep | query | why]``.

Drives the real window with settings, library and model's process of its own in a temporary folder, so nothing of
the user's is touched, and writes one PNG a state. Needs a screen (or Xvfb) for the OpenGL viewer;
QT_SCALE_FACTOR=2 takes them as a screen of twice the density shows them.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from ..main import build, prepare
from ..measure.why import QUERY as LONG_QUERY
from ..render.factory import gl_works
from ..services import LocalServices
from ..settings import Settings
from ..state.libraries import choice_for, starter_choice
from . import first, keep, query, why
from .photographer import Photographer

_EXAMPLES = """examples:
  python -m motionlens_app.screenshots shots
  QT_SCALE_FACTOR=2 python -m motionlens_app.screenshots shots keep --library ~/Motions/library
  python -m motionlens_app.screenshots shots query --video walk.mp4"""


def run(options: argparse.Namespace, work: Path) -> list[Path]:
    """Take the pictures of one tour; returns their paths."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(["motionlens"])
    prepare(application)
    if gl_works():  # also where it is too slow to be the app's own choice
        os.environ.setdefault("MOTIONLENS_RENDERER", "gl")
    held = first.HeldModel() if options.tour == "first" else None
    app = build(application, held or LocalServices(), Settings())
    app.window.resize(1440, 900)
    app.window.choose_theme("dark")
    app.window.show()
    shot = Photographer(application, app, options.out)
    choice = choice_for(options.library) if options.library else starter_choice()
    if held is not None:
        first.tour(shot, work, held.release.set)
    elif options.tour == "keep":
        keep.tour(shot, choice, work)
    elif options.tour == "query":
        query.tour(shot, options.video, choice)
    else:
        why.tour(shot, choice, options.query, options.word)
    app.window.close()
    return shot.taken


def main(argv: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m motionlens_app.screenshots",
        description="Write pictures of the app's states.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("out", type=Path, metavar="OUT_DIR")
    parser.add_argument("tour", nargs="?", choices=("first", "keep", "query", "why"), default="first")
    parser.add_argument(
        "--library", type=Path, metavar="DIR", help="not for first; default: the starter library"
    )
    parser.add_argument("--video", type=Path, metavar="FILE", help="for query")
    parser.add_argument("--query", default=LONG_QUERY, help="for why; default: one of twenty words")
    parser.add_argument("--word", default="left", help="for why: the word that is pointed at (default: left)")
    options = parser.parse_args(argv)
    if options.tour == "query" and options.video is None:
        parser.error("query needs --video FILE")
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MOTIONLENS_HOME"] = folder
        for path in run(options, Path(folder)):
            print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
