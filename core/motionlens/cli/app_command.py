"""No command: open the app, if there is one."""

from __future__ import annotations

import os
import sys
from importlib.metadata import entry_points

from ..errors import MotionLensError

APP_GROUP = "motionlens.app"


def open_app() -> int:
    """Start what the entry-point group ``motionlens.app`` names.

    Raises:
        MotionLensError: no app is installed, it cannot be loaded, or there is no display.
    """
    found = sorted(entry_points(group=APP_GROUP), key=lambda entry: entry.name)
    if not found:
        raise MotionLensError(
            "The app is not installed here: install MotionLens with pip, or see `motionlens --help` "
            "for the commands."
        )
    # Qt ends the whole process where it finds no display: say it in a sentence before.
    display = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    if sys.platform.startswith("linux") and not display:
        raise MotionLensError(
            "There is no display to open the app on: start it from a desktop, or see `motionlens --help` "
            "for the commands."
        )
    try:
        start = found[0].load()
    except ImportError as error:
        raise MotionLensError(
            f"The app could not be loaded ({error}): install MotionLens again with its dependencies."
        ) from error
    return int(start() or 0)
