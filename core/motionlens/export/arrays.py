"""NumPy files: ours (``.npz``, read back bit for bit) and HumanML3D's joints (``.npy``)."""

from __future__ import annotations

import io
import json

import numpy as np

from ..motion import FPS, Motion
from ..skeleton import JOINT_NAMES, PARENTS


def npz_bytes(motion: Motion) -> bytes:
    """The format of ``motion.save_motion``, with what a stranger needs to read it without us.

    Beside ``positions``, ``original_positions`` (where known) and ``meta``: ``fps``, ``joint_names``,
    ``parents``. Nothing is pickled.
    """
    meta = {
        "format": "motionlens-motion-1",
        "name": motion.name,
        "source": motion.source,
        "source_fps": motion.source_fps,
        "inferred": dict(motion.inferred),
    }
    arrays = {
        "positions": motion.positions,
        "meta": np.array(json.dumps(meta)),
        "fps": np.array(FPS),
        "joint_names": np.array(JOINT_NAMES),
        "parents": np.array(PARENTS, np.int32),
    }
    if motion.original_positions is not None:
        arrays["original_positions"] = motion.original_positions
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def npy_bytes(positions: np.ndarray) -> bytes:
    """(T, 22, 3) float32 metres, y up, 20 fps: HumanML3D's ``new_joints``."""
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(positions, dtype=np.float32), allow_pickle=False)
    return buffer.getvalue()
