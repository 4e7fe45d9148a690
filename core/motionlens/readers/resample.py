"""Any frame rate -> 20 frames a second, kept on the source's clock."""

from __future__ import annotations

import numpy as np

from ..motion import FPS


def resample_positions(positions: np.ndarray, fps: float, target: float = FPS) -> np.ndarray:
    """Positions at t = 0, 1/20, 2/20, … s, linearly between the source's frames.

    Frame i of the result is the source at i/20 s exactly, so cuts given in 20 fps frames (HumanML3D's) fit.
    A body's own movement stays below 10 Hz, so nothing is smoothed: a filter would only blunt impacts.

    Args:
        positions: (F, ...) frames at ``fps``.

    >>> resample_positions(np.arange(13.0)[:, None], 120.0)[:, 0].tolist()
    [0.0, 6.0, 12.0]
    >>> resample_positions(np.arange(3.0)[:, None], 10.0)[:, 0].tolist()
    [0.0, 0.5, 1.0, 1.5, 2.0]
    """
    count = int(np.floor((len(positions) - 1) / fps * target + 1e-6)) + 1
    at = np.arange(count) * (fps / target)
    low = np.minimum(np.floor(at + 1e-9).astype(int), len(positions) - 1)
    high = np.minimum(low + 1, len(positions) - 1)
    weight = np.clip(at - low, 0.0, 1.0).reshape(-1, *([1] * (positions.ndim - 1)))
    weight[weight < 1e-6] = 0.0
    return positions[low] * (1 - weight) + positions[high] * weight
