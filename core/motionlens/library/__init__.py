"""A folder of motions: catalogue, arrays, token vectors, import."""

from .interface import Failure, Library, LibraryCounts, Moment, MotionRecord, TokenBatch
from .local import LocalLibrary
from .schema import LibraryBusyError, LibraryError

__all__ = [
    "Failure",
    "Library",
    "LibraryBusyError",
    "LibraryCounts",
    "LibraryError",
    "LocalLibrary",
    "Moment",
    "MotionRecord",
    "TokenBatch",
]
