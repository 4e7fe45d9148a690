"""What "Copy details" puts on the clipboard: enough to find a fault, nothing of what the user's files hold."""

from __future__ import annotations

import platform
import re
import traceback
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from PySide6 import __version__ as _pyside

from motionlens import __version__
from motionlens.errors import MotionLensError

_PACKAGES = ("numpy", "scipy", "torch", "transformers", "mediapipe", "av", "PyOpenGL")


def versions() -> dict[str, str]:
    """Versions of the program and of what it stands on; nothing is imported for it."""
    found = {"MotionLens": __version__, "Python": platform.python_version(), "PySide6": _pyside}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def without_home(text: str, home: Path | None = None) -> str:
    """The user's own folder is written as ``~``: its name is often a person's.

    >>> without_home("/home/ann/walks/a.bvh and /home/anna", Path("/home/ann"))
    '~/walks/a.bvh and /home/anna'
    """
    folder = str(home or Path.home())
    if len(folder) < 3:  # "/": nothing personal, and everything would match
        return text
    return re.sub(re.escape(folder) + r"(?![\w.-])", "~", text)


def report_text(facts: Mapping[str, str], failure: tuple[str, Exception] | None = None) -> str:
    """The report.

    Args:
        facts: further lines, such as the renderer and the library's size.
        failure: what was said and the error behind it; None: only how this installation is made up.
    """
    lines = []
    if failure is not None:
        what, error = failure
        lines += [what, str(error), "", "".join(traceback.format_exception(error)).rstrip(), ""]
        if isinstance(error, MotionLensError) and error.__cause__ is None:
            lines = [what, str(error), ""]
    lines += [f"{name} {number}" for name, number in versions().items()]
    lines.append(f"{platform.system()} {platform.release()}, {platform.machine()}")
    lines += [f"{name}: {value}" for name, value in facts.items()]
    return without_home("\n".join(lines)) + "\n"
