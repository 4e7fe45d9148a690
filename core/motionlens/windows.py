"""How a take becomes moments: short takes whole, long ones in overlapping windows."""

from __future__ import annotations

PATCH_FRAMES = 16
"""Frames of one patch: 0.8 s at 20 fps (methods: token = body part x 0.8 s)."""
WINDOW_FRAMES = 160
"""Frames of one moment in a long take: 8 s."""
HOP_FRAMES = 80
"""Frames between the starts of neighbouring moments: 4 s."""
MAX_CLIP_FRAMES = 224
"""Longest clip that the motion encoder takes: 11.2 s, 14 patches."""


def moment_spans(n_frames: int) -> list[tuple[int, int]]:
    """Frame spans [start, end) of the moments of a take of ``n_frames`` frames.

    >>> moment_spans(150)
    [(0, 150)]
    >>> moment_spans(200)
    [(0, 160), (40, 200)]
    >>> moment_spans(400)
    [(0, 160), (80, 240), (160, 320), (240, 400)]
    """
    if n_frames <= WINDOW_FRAMES:
        return [(0, n_frames)]
    starts = list(range(0, n_frames - WINDOW_FRAMES + 1, HOP_FRAMES))
    if starts[-1] + WINDOW_FRAMES < n_frames:
        starts.append(n_frames - WINDOW_FRAMES)
    return [(s, s + WINDOW_FRAMES) for s in starts]
