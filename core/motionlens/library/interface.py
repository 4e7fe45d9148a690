"""The one interface between the library and everything that reads it.

``LocalLibrary`` (a folder) implements it; a shared server can stand in later. Nothing outside
``motionlens.library`` may touch SQLite or the array files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ..motion import Motion


@dataclass(frozen=True)
class MotionRecord:
    """A motion in the catalogue.

    Attributes:
        id: stable id in this library.
        name: what a list shows.
        path: absolute source path, "" when synthesised.
        n_frames: frames at 20 fps.
        source_fps: frames a second of the source.
        captions: the motion's captions, the first is the one shown; may be empty.
        inferred: what the reader found or guessed.
        available: False while the source's drive or file is missing (never a deletion).
        kind: "motion" (recorded or synthesised) or "video" (a person lifted from a video).
    """

    id: int
    name: str
    path: str
    n_frames: int
    source_fps: float
    captions: tuple[str, ...] = ()
    inferred: Mapping[str, Any] = field(default_factory=dict)
    available: bool = True
    kind: str = "motion"


@dataclass(frozen=True)
class Moment:
    """A window of a motion: what a search ranks. Frames [start_frame, end_frame) at 20 fps."""

    id: int
    motion_id: int
    start_frame: int
    end_frame: int


@dataclass(frozen=True)
class TokenBatch:
    """Tokens of consecutive moments, for scoring without copies of the whole library.

    Attributes:
        moment_ids: (M,) int64.
        tokens: (sum of counts, d) float16 unit vectors, a view of the memory map.
        offsets: (M + 1,) int64; moment m owns tokens[offsets[m]:offsets[m + 1]].
        key: two batches of one library with the same key hold the same tokens ("" = not known).
    """

    moment_ids: np.ndarray
    tokens: np.ndarray
    offsets: np.ndarray
    key: str = ""


@dataclass(frozen=True)
class Failure:
    """A file that could not be imported, and the one sentence that says why."""

    path: str
    message: str


@dataclass(frozen=True)
class LibraryCounts:
    """Numbers for ``motionlens info`` and the status bar."""

    files: int
    motions: int
    moments: int
    failures: int
    captions: int
    duration_s: float


class Library(Protocol):
    """Catalogue and token vectors. Reads are safe from any thread; one importer writes at a time."""

    def counts(self) -> LibraryCounts: ...
    def generation(self) -> int:
        """A number that grows with every change of motions, captions or tokens."""
        ...

    def motion(self, motion_id: int) -> MotionRecord: ...
    def find(self, motion_id: int) -> MotionRecord | None: ...
    def captions_of(self, motion_id: int) -> tuple[str, ...]: ...
    def motions(self) -> Sequence[MotionRecord]: ...
    def moment(self, moment_id: int) -> Moment: ...
    def moments(self) -> Sequence[Moment]: ...
    def positions(self, motion_id: int, original: bool = False) -> np.ndarray:
        """(T, 22, 3) float32, a read-only view: reference proportions, or the source's own."""
        ...

    def known(self, motion_id: int) -> np.ndarray | None:
        """(T, 22) bool, joints that the video showed; None for a recorded motion."""
        ...

    def load(self, motion_id: int) -> Motion: ...
    def failures(self) -> Sequence[Failure]: ...
    def token_batches(self, fingerprint: str, moments_per_batch: int) -> Iterator[TokenBatch]:
        """Token vectors made by the model with this fingerprint, in moment order."""
        ...

    def close(self) -> None: ...
