"""Where ``models/`` and ``assets/`` lie: beside the checkout, or inside the installed wheel."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from .errors import MotionLensError

_PACKAGE = Path(__file__).resolve().parent


def resource_dir(kind: str) -> Path:
    """Folder of shipped files.

    Args:
        kind: ``"models"`` or ``"assets"``.

    Raises:
        MotionLensError: the installation lacks the folder.
    """
    for candidate in (_PACKAGE / "_data" / kind, _PACKAGE.parents[1] / kind):
        if candidate.is_dir():
            return candidate
    raise MotionLensError(f"The folder {kind}/ of MotionLens is missing: install MotionLens again.")


def user_data_dir() -> Path:
    """The platform's folder for this user's libraries (``$MOTIONLENS_HOME`` overrides it)."""
    override = os.environ.get("MOTIONLENS_HOME")
    return Path(override) if override else Path(platformdirs.user_data_dir("MotionLens", False))


def default_library_dir() -> Path:
    """The user's own library: where ``motionlens import`` writes when no ``--library`` is given."""
    return user_data_dir() / "library"


def starter_library_dir() -> Path:
    """The library of starter motions, made on first use (``--library starter``)."""
    return user_data_dir() / "starter"
