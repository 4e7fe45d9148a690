"""Pictures of the app's states: ``python -m motionlens_app.screenshots OUT_DIR``.

Drives the real window on a library of its own in a temporary folder, so nothing of the user's is
touched, and writes one PNG a state. Needs a screen (or Xvfb) for the OpenGL viewer.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from motionlens.model.interface import Encoder

from .main import App, build, prepare
from .render.factory import gl_works
from .services import LocalServices, Services
from .state.imports import ImportState
from .state.libraries import LibraryState, choice_for, own_choice, starter_choice
from .state.model import ModelState
from .state.search import SearchPhase

QUERY = "a person waves with the left hand"
_IMPORTED = 320


class HeldModel(LocalServices):
    """The real engine, whose model stays in loading until it is released: that state is a picture too."""

    def __init__(self) -> None:
        super().__init__()
        self.release = threading.Event()

    def load_encoder(self) -> Encoder:
        """The default model, later."""
        self.release.wait(120)
        return super().load_encoder()


class Photographer:
    """Waits for states and saves what the window shows."""

    def __init__(self, application: QApplication, app: App, out: Path) -> None:
        self._application, self.app, self._out = application, app, out
        self.taken: list[Path] = []

    def wait(self, seconds: float) -> None:
        """Let the app run."""
        self.until(lambda: False, seconds)

    def until(self, reached: Callable[[], bool], seconds: float = 60.0) -> bool:
        """Let the app run until a state is reached; False when it was not."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._application.processEvents()
            if reached():
                return True
            time.sleep(0.004)
        return False

    def take(self, name: str) -> None:
        """Save the window, or the dialog in front of it."""
        dialog = QApplication.activeModalWidget()
        path = self._out / f"{name}.png"
        (dialog or self.app.window).grab().save(str(path))
        self.taken.append(path)


def write_takes(folder: Path, library) -> None:
    """Motion files to import: starter motions in our own format, and three damaged ones."""
    from motionlens.motion import save_motion

    folder.mkdir(parents=True, exist_ok=True)
    for record in list(library.motions())[:_IMPORTED]:
        motion = library.load(record.id)
        save_motion(motion, folder / f"{record.name.replace(' ', '_').replace(',', '')}.npz")
    (folder / "cut_short.bvh").write_text("HIERARCHY\nROOT Hips\n{\n OFFSET 0 0 0\n CHANNELS 6 Xposition")
    (folder / "empty.npz").write_bytes(b"")
    (folder / "not_a_motion.glb").write_bytes(bytes(range(256)) * 4)


def tour(photographer: Photographer, work: Path, release: Callable[[], None]) -> None:
    """Go through the states; ``release`` lets the model load."""
    app, shot = photographer.app, photographer
    session, window = app.session, app.window
    session.start(starter_choice())
    window.query.set_text(QUERY)
    shot.until(lambda: session.libraries.state is LibraryState.MAKING, 20)
    shot.wait(0.15)
    shot.take("01-first-start")
    shot.until(lambda: session.items.rowCount() > 0)
    shot.wait(1.0)
    if session.search.phase is SearchPhase.WAITING:
        shot.take("02-loading-model")
    release()
    shot.until(lambda: session.model.state in (ModelState.READY, ModelState.FAILED), 120)
    shot.until(lambda: session.search.phase is SearchPhase.RESULTS, 120)
    shot.wait(1.5)
    shot.take("03-results-dark")
    window.choose_theme("light")
    shot.wait(0.5)
    shot.take("04-results-light")
    window.resize(1280, 720)
    shot.wait(0.5)
    shot.take("05-results-light-1280x720")
    window.choose_theme("dark")
    window.query.set_text("")
    shot.wait(1.0)
    window.viewer.scene.preset("front")
    window.results.grid.select_row(min(40, session.items.rowCount() - 1))
    shot.wait(1.2)
    shot.take("06-browse-dark-1280x720")
    window.resize(1440, 900)
    _import_states(shot, work)
    _failure_states(shot, work)


def _import_states(shot: Photographer, work: Path) -> None:
    session, window = shot.app.session, shot.app.window
    write_takes(work / "takes", session.libraries.library)
    window.open_library(own_choice())
    shot.until(lambda: session.libraries.state is LibraryState.READY)
    shot.wait(0.4)
    shot.take("07-empty-library")
    window.import_paths([work / "takes"])
    shot.until(lambda: session.items.rowCount() > 11 or session.imports.state is ImportState.IDLE, 60)
    shot.wait(0.3)
    shot.take("08-import-in-progress")
    shot.until(lambda: session.imports.state is ImportState.IDLE, 120)
    shot.wait(0.8)
    shot.take("09-import-failures")
    dialog = QApplication.activeModalWidget()
    if dialog is not None:
        dialog.close()
    shot.wait(0.6)
    shot.take("10-after-import")


def _failure_states(shot: Photographer, work: Path) -> None:
    session, window = shot.app.session, shot.app.window
    damaged = work / "old library"
    damaged.mkdir()
    (damaged / "notes.txt").write_text("not a library")
    window.open_library(choice_for(damaged))
    shot.until(lambda: session.libraries.state is LibraryState.FAILED, 20)
    shot.wait(0.4)
    shot.take("11-error-dark")
    window.choose_theme("light")
    shot.wait(0.4)
    shot.take("12-error-light")


def run(out: Path, services: Services | None = None) -> list[Path]:
    """Take all pictures; returns their paths. ``services`` replaces the real engine."""
    out.mkdir(parents=True, exist_ok=True)
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(["motionlens"])
    prepare(application)
    with tempfile.TemporaryDirectory() as folder:
        names = ("MOTIONLENS_HOME", "MOTIONLENS_RENDERER")
        before = {name: os.environ.get(name) for name in names}
        os.environ["MOTIONLENS_HOME"] = folder
        if gl_works():  # also where it is too slow to be the app's own choice
            os.environ["MOTIONLENS_RENDERER"] = before["MOTIONLENS_RENDERER"] or "gl"
        try:
            held = HeldModel()
            app = build(application, services or held)
            app.window.resize(1440, 900)
            app.window.choose_theme("dark")
            app.window.show()
            photographer = Photographer(application, app, out)
            tour(photographer, Path(folder), held.release.set)
            app.window.close()
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value
    return photographer.taken


def main(argv: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m motionlens_app.screenshots",
        description="Write pictures of the app's states.",
        epilog="example: python -m motionlens_app.screenshots /tmp/shots",
    )
    parser.add_argument("out", type=Path, metavar="OUT_DIR")
    for path in run(parser.parse_args(argv).out):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
