"""Start of the desktop application."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from motionlens.resources import starter_library_dir

from .logs import FaultNet, start_log, stop_log
from .render.factory import use_graphics
from .render.graphics import Graphics
from .services import LocalServices, Services
from .settings import Settings, settings_path
from .state.libraries import LibraryChoice, choice_for, starter_choice
from .state.session import Session
from .theme import ThemeManager
from .views.main_window import MainWindow


@dataclass
class App:
    """The running parts; the window's closing ends them."""

    session: Session
    themes: ThemeManager
    settings: Settings
    window: MainWindow


def first_library(given: str | None, settings: Settings) -> LibraryChoice:
    """The library to open: as told, else the last one, else the starter library."""
    if given == "starter":
        return starter_choice()
    if given:
        return choice_for(Path(given).expanduser())
    last = settings.text("library")
    if last and Path(last).is_dir():
        return choice_for(Path(last))
    return starter_choice()


def build(application: QApplication, services: Services, settings: Settings | None = None) -> App:
    """Make the window and its session; nothing slow happens before ``session.start``."""
    settings = settings or Settings()
    themes = ThemeManager(application, settings.text("theme", "system"))
    session = Session(services)
    return App(session, themes, settings, MainWindow(session, themes, settings))


def prepare(application: QApplication) -> None:
    """What every start does before a window is made."""
    application.setApplicationName("MotionLens")
    application.setDesktopFileName("motionlens")
    application.setWindowIcon(app_icon())
    # Threads that read, search or project hand the interpreter over this often (seconds): the
    # window's thread waits for it at every event, and Python's usual 5 ms add up.
    sys.setswitchinterval(0.001)


def app_icon() -> QIcon:
    """The window's icon; empty where the assets are missing."""
    from motionlens.errors import MotionLensError
    from motionlens.resources import resource_dir

    try:
        return QIcon(str(resource_dir("assets") / "icons" / "motionlens.svg"))
    except MotionLensError:
        return QIcon()


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window and run until it is closed; returns the exit code.

    Args:
        argv: arguments without the program's name; None = ``sys.argv[1:]``.
    """
    parser = argparse.ArgumentParser(
        prog="motionlens app", description="Open the MotionLens window.",
        epilog="example: motionlens app --library ~/Motions/library",
    )  # fmt: skip
    parser.add_argument(
        "--library", metavar="DIR", help=f"library to open; 'starter' for {starter_library_dir()}"
    )
    options = parser.parse_args(None if argv is None else list(argv))
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(["motionlens"])
    prepare(application)
    handler, net = start_log(), FaultNet()
    use_graphics(Graphics(settings_path().with_name("graphics-starting")))
    try:
        app = build(application, LocalServices())
        net.fault.connect(app.window.help.fault)
        app.window.show()
        app.window.help.first_run()
        app.session.start(first_library(options.library, app.settings))
        app.window.resume_imports()
        return application.exec()
    finally:
        net.close()
        use_graphics(None)
        stop_log(handler)


if __name__ == "__main__":
    sys.exit(main())
