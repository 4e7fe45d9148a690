"""The one motion type, and its file format (``.npz``, no pickle, written atomically)."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from .errors import MotionLensError, UnreadableFileError
from .skeleton import MIRROR, N_JOINTS

FPS = 20.0
"""Frames a second of every Motion."""

_FORMAT = "motionlens-motion-1"
_MAX_FRAMES = 20 * 3600 * 4  # four hours: what is longer is taken for a damaged or hostile file


@dataclass(frozen=True, eq=False)
class Motion:
    """A motion of one person on the reference skeleton.

    Attributes:
        positions: (T, 22, 3) float32 metres, SMPL-22 order, y up, floor at 0, 20 fps; the first
            frame's pelvis over the origin and facing +z; reference proportions.
        name: what a list shows.
        source: the file it was read from ("" when synthesised).
        source_fps: frames a second of that file.
        original_positions: the same frames in the source's own proportions, metres, for display and
            export; None where they are the reference proportions.
        inferred: JSON-able record of what the reader found or guessed (see ``readers.canonical``).
    """

    positions: np.ndarray
    name: str
    source: str = ""
    source_fps: float = FPS
    original_positions: np.ndarray | None = None
    inferred: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for label, array in (("positions", self.positions), ("original_positions", self.original_positions)):
            if array is None:
                continue
            if array.dtype != np.float32 or array.ndim != 3 or array.shape[1:] != (N_JOINTS, 3):
                raise ValueError(f"{label} must be float32 (T, 22, 3), not {array.dtype} {array.shape}")
            if len(array) != len(self.positions) or not len(array):
                raise ValueError(f"{label} has {len(array)} frames; positions {len(self.positions)}")

    @property
    def n_frames(self) -> int:
        """T, frames."""
        return len(self.positions)

    @property
    def duration_s(self) -> float:
        """T / 20, seconds."""
        return self.n_frames / FPS

    @property
    def display_positions(self) -> np.ndarray:
        """(T, 22, 3): the original proportions where known."""
        return self.positions if self.original_positions is None else self.original_positions

    def cut(self, start: int, end: int) -> Motion:
        """Frames [start, end), not moved back to the origin."""
        original = self.original_positions
        return replace(
            self,
            positions=self.positions[start:end],
            original_positions=None if original is None else original[start:end],
        )

    def mirrored(self) -> Motion:
        """Left and right swapped: joints exchanged and x negated."""
        original = self.original_positions
        return replace(
            self,
            positions=mirror_positions(self.positions),
            original_positions=None if original is None else mirror_positions(original),
        )


def mirror_positions(positions: np.ndarray) -> np.ndarray:
    """Mirror (..., 22, 3) positions in the plane x = 0 and exchange left and right joints."""
    return positions[..., list(MIRROR), :] * np.array([-1, 1, 1], dtype=positions.dtype)


def save_motion(motion: Motion, path: str | Path) -> None:
    """Write our own ``.npz`` atomically; ``load_motion`` gives the arrays back bit for bit."""
    path = Path(path)
    meta = {
        "format": _FORMAT,
        "name": motion.name,
        "source": motion.source,
        "source_fps": motion.source_fps,
        "inferred": dict(motion.inferred),
    }
    arrays = {"positions": motion.positions, "meta": np.array(json.dumps(meta))}
    if motion.original_positions is not None:
        arrays["original_positions"] = motion.original_positions
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load_motion(path: str | Path) -> Motion:
    """Read our own ``.npz``.

    Raises:
        UnreadableFileError: not one of ours, damaged, or with impossible sizes.
    """
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as data:
            meta = json.loads(str(data["meta"]))
            if meta.get("format") != _FORMAT:
                raise UnreadableFileError(
                    f"{path} is not a MotionLens motion: import its source file instead."
                )
            original = data.get("original_positions")
            positions = data["positions"]
        if len(positions) > _MAX_FRAMES or not np.isfinite(positions).all():
            raise UnreadableFileError(f"{path} holds impossible values: export it again.")
        return Motion(
            positions, meta["name"], meta["source"], float(meta["source_fps"]), original, meta["inferred"]
        )
    except MotionLensError:
        raise
    except Exception as error:  # numpy, zipfile and json each have their own: all mean a bad file
        raise UnreadableFileError(f"{path} could not be read ({error}): export it again.") from error
