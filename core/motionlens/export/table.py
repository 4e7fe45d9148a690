"""A motion's joints as a table: one row a frame and joint."""

from __future__ import annotations

import numpy as np

from ..skeleton import JOINT_NAMES

COLUMNS = ("time_s", "joint", "x_m", "y_m", "z_m")


def joints_csv(positions: np.ndarray, fps: float) -> str:
    """CSV with ``COLUMNS``; metres, y up, tenths of a millimetre.

    >>> print(joints_csv(np.zeros((1, 22, 3)), 20.0).splitlines()[1])
    0,pelvis,0.0000,0.0000,0.0000
    """
    lines = [",".join(COLUMNS)]
    for number, frame in enumerate(np.asarray(positions) + 0.0):
        time = f"{number / fps:.6g}" if number / fps < 1000 else f"{number / fps:.3f}"
        lines.extend(
            f"{time},{name},{x:.4f},{y:.4f},{z:.4f}"
            for name, (x, y, z) in zip(JOINT_NAMES, frame, strict=True)
        )
    return "\n".join(lines) + "\n"
