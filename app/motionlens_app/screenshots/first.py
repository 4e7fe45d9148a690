"""Start, results, import, failures: what a new user meets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from motionlens.model.interface import Encoder

from ..services import LocalServices
from ..state.imports import ImportState
from ..state.libraries import LibraryState, choice_for, own_choice, starter_choice
from ..state.model import ModelState
from ..state.search import SearchPhase
from .photographer import SIZES, Photographer
from .takes import write_takes

QUERY = "a person waves with the left hand"


class HeldModel(LocalServices):
    """The real engine, whose model stays in loading until it is released: that state is a picture too."""

    def __init__(self) -> None:
        super().__init__()
        self.release = threading.Event()

    def load_encoder(self) -> Encoder:
        """The default model, later."""
        self.release.wait(120)
        return super().load_encoder()


def tour(photographer: Photographer, work: Path, release: Callable[[], None]) -> None:
    """Go through the states; ``release`` lets the model load."""
    app, shot = photographer.app, photographer
    session, window = app.session, app.window
    session.start(starter_choice())
    window.query.set_text(QUERY)
    shot.until(lambda: session.libraries.state is LibraryState.MAKING, 20)
    window.help.tour.start()
    shot.both("01-first-run")
    window.help.tour.end()
    shot.both("01-first-start")
    shot.until(lambda: session.items.rowCount() > 0)
    shot.wait(1.0)
    if session.search.phase is SearchPhase.WAITING:
        shot.both("02-loading-model")
    release()
    shot.until(lambda: session.model.state in (ModelState.READY, ModelState.FAILED), 120)
    shot.until(lambda: session.search.phase is SearchPhase.RESULTS, 120)
    shot.wait(1.5)
    shot.both("03-results", *SIZES)
    window.resize(*SIZES[0])
    window.help.tour.start()
    for step in ("04-tour-1", "04-tour-2", "04-tour-3"):
        shot.wait(0.5)
        shot.both(step)
        window.help.tour.go_on()
    window.help.open_palette()
    shot.wait(0.3)
    shot.both("05-palette")
    window.help.palette.close_palette()
    for number, title in enumerate(("Library", "Search", "Edit", "View", "Play", "Why", "Help"), 1):
        shot.menu(f"05-menu-{number}-{title.lower()}", title)
    window.resize(*SIZES[1])
    window.query.set_text("")
    shot.wait(1.0)
    window.viewer.scene.preset("front")
    window.results.grid.select_row(min(40, session.items.rowCount() - 1))
    shot.wait(1.2)
    shot.both("06-browse")
    window.resize(*SIZES[0])
    _import_states(shot, work)
    _failure_states(shot, work)


def _import_states(shot: Photographer, work: Path) -> None:
    session, window = shot.app.session, shot.app.window
    write_takes(work / "takes", session.libraries.library)
    window.open_library(own_choice())
    shot.until(lambda: session.libraries.state is LibraryState.READY)
    shot.wait(0.4)
    shot.both("07-empty-library")
    window.import_paths([work / "takes"])
    shot.until(lambda: session.items.rowCount() > 11 or session.imports.state is ImportState.IDLE, 60)
    shot.wait(0.3)
    shot.both("08-import-in-progress")
    shot.until(lambda: session.imports.state is ImportState.IDLE, 120)
    shot.wait(0.8)
    shot.both("09-import-failures")
    shot.close_dialog()
    shot.wait(0.6)
    shot.both("10-after-import")


def _failure_states(shot: Photographer, work: Path) -> None:
    session, window = shot.app.session, shot.app.window
    damaged = work / "old library"
    damaged.mkdir()
    (damaged / "notes.txt").write_text("not a library")
    window.open_library(choice_for(damaged))
    shot.until(lambda: session.libraries.state is LibraryState.FAILED, 20)
    shot.wait(0.4)
    shot.both("11-error")
    messages = window.messages
    try:
        raise RuntimeError("what a programming error says")
    except RuntimeError as error:
        messages.show_failure("The search did not work", error)
    messages.more.click()
    shot.both("12-fault-with-details")
    messages.show_note("Importing 320 files", "BVH, 31 joints: centimetre, y up, 120 fps, height 1.72 m.",
                       ("Review…", messages.hide))  # fmt: skip
    shot.both("13-note")
    messages.hide()
