"""The reader of the preview: one file, and where its skeleton is not recognised, what was missed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import UnmappableSkeletonError
from ..motion import Motion
from ..readers import read_motions
from ..readers.mapping import MappingOverrides
from ..skeleton import N_JOINTS

SHOWN_FRAMES = 600
"""A preview plays at most half a minute."""
SAMPLE_READER = f"{__name__}:read_sample"
UNMAPPED = "unmapped_joints"


def read_sample(path: Path, mapping: MappingOverrides | None = None) -> list[Motion]:
    """The first motion of a file, cut to ``SHOWN_FRAMES``; ``inferred["frames"]`` keeps its whole length.

    Where joints are not recognised it gives one empty frame whose ``inferred`` has ``UNMAPPED`` (their
    canonical names) and "message": the reading process hands over motions and sentences only.

    Raises:
        MotionLensError: as ``read_motions``, except for unrecognised joints.
    """
    try:
        found = read_motions(path, mapping)
    except UnmappableSkeletonError as error:
        missed = {UNMAPPED: list(error.missing), "message": str(error)}
        return [Motion(np.zeros((1, N_JOINTS, 3), np.float32), path.stem, str(path), inferred=missed)]
    first = found[0]
    inferred = {**first.inferred, "frames": first.n_frames, "motions": len(found)}
    cut = first.cut(0, SHOWN_FRAMES)
    return [Motion(cut.positions, cut.name, cut.source, cut.source_fps, cut.original_positions, inferred)]
