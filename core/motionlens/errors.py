"""The one exception whose text is shown to the user as it stands."""

from __future__ import annotations


class MotionLensError(Exception):
    """A failure that the user can act on.

    The message is one plain sentence that names the file (or argument) and the remedy. The command
    line prints it and exits 1; the app shows it; an import lists it for that file and goes on.
    """


class UnreadableFileError(MotionLensError):
    """A file that is damaged, of no supported kind, or too large to be true."""


class UnmappableSkeletonError(MotionLensError):
    """A skeleton on which some of the canonical joints were not found; ``missing`` names them."""

    def __init__(self, message: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.missing = missing


class CancelledError(MotionLensError):
    """Work that the user cancelled; what was finished before is kept."""
