"""FILE_OR_ID: the motion that a command is about, from a file or from the library."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import MotionLensError
from ..library import LocalLibrary
from ..motion import Motion
from ..readers import SUPPORTED_SUFFIXES, read_motions


@dataclass(frozen=True, eq=False)
class Subject:
    """A motion that a command is about; ``own`` are the captions that it has in the library.

    ``motion`` is the whole of it, with the source's own proportions where they are known; ``known`` (T, 22) says
    which joints were seen where it was lifted from a video.
    """

    name: str
    path: str
    positions: np.ndarray
    id: int | None = None
    own: tuple[str, ...] = ()
    motion: Motion | None = None
    known: np.ndarray | None = None


def add_subject_argument(parser: argparse.ArgumentParser) -> None:
    """The positional argument ``motion``."""
    parser.add_argument(
        "motion", metavar="FILE_OR_ID", help="a motion file, or id (or name) of a motion of the library"
    )


def subjects_of_file(wanted: str) -> list[Subject]:
    """The motions of a file; none where what is wanted is no file but an id or a name.

    Raises:
        UnreadableFileError: a motion file that cannot be read.
    """
    if Path(wanted).suffix.lower() not in SUPPORTED_SUFFIXES and not Path(wanted).is_file():
        return []
    return [Subject(m.name, m.source, m.positions, motion=m) for m in read_motions(wanted)]


def find_subject(library: LocalLibrary, wanted: str) -> Subject:
    """A motion of the library by its id, or by its name where only one has it.

    Raises:
        MotionLensError: none, or several of that name.
    """
    record = library.find(int(wanted)) if wanted.isdecimal() and len(wanted) < 19 else None
    if record is None:
        named = [r for r in library.motions() if r.name == wanted]
        if len(named) > 1:
            ids = ", ".join(str(r.id) for r in named[:5])
            raise MotionLensError(
                f"{len(named)} motions of {library.path} are called {wanted}: give an id ({ids})."
            )
        if not named:
            raise MotionLensError(
                f"{wanted} is neither a motion file ({', '.join(sorted(SUPPORTED_SUFFIXES))}) nor a motion of "
                f"{library.path}: give a file, or an id that `motionlens search --json` prints."
            )
        record = named[0]
    stored = library.load(record.id)
    original = stored.original_positions
    motion = replace(  # copies: the library is closed before they are used
        stored,
        positions=np.array(stored.positions),
        original_positions=None if original is None else np.array(original),
    )
    known = library.known(record.id)
    seen = None if known is None else np.array(known)
    return Subject(record.name, record.path, motion.positions, record.id, record.captions, motion, seen)
