"""Small motions made for tests."""

from __future__ import annotations

import numpy as np

from motionlens.skeleton import rest_positions


def wobbling(frames: int = 60, seed: int = 0) -> np.ndarray:
    """A T-pose whose joints move smoothly at random, walking forward a little."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames)[:, None, None] / 20
    phase, rate = rng.uniform(0, 6, (1, 22, 3)), rng.uniform(1, 4, (1, 22, 3))
    out = rest_positions()[None] + 0.04 * np.sin(rate * t + phase)
    out[:, :, 2] += 0.5 * t[:, :, 0]
    return out.astype(np.float32)
