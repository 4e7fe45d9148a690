"""What the words of synthesised captions refer to, as patches of the motion image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from ..explanation.parts import PART_JOINTS
from ..model.text import minilm
from ..motion import FPS
from ..skeleton import N_PARTS
from ..synthesis.vocabulary import WordGrounding
from ..windows import PATCH_FRAMES

_WINDOW_S = PATCH_FRAMES / FPS


def parts_of(joints: Sequence[int]) -> np.ndarray:
    """(14,) bool: body parts of whose joints at least half are among these.

    >>> from motionlens.explanation.parts import PART_NAMES
    >>> from motionlens.skeleton import JOINT_INDEX
    >>> arm = [JOINT_INDEX[f"left_{name}"] for name in ("shoulder", "elbow", "wrist")]
    >>> [name for name, there in zip(PART_NAMES, parts_of(arm)) if there]
    ['left shoulder', 'left elbow']
    """
    there = set(joints)
    return np.array([2 * len(there & set(own)) >= len(own) for own in PART_JOINTS])


def windows_of(start_s: float, end_s: float, windows: int) -> np.ndarray:
    """(W,) bool: windows of which at least half is inside; where none is, those that share most with it.

    >>> windows_of(0.5, 2.1, 4).tolist(), windows_of(0.9, 1.1, 3).tolist()
    ([False, True, True, False], [False, True, False])
    """
    first = np.arange(windows) * _WINDOW_S
    shared = np.minimum(end_s, first + _WINDOW_S) - np.maximum(start_s, first)
    inside = shared >= _WINDOW_S / 2 - 1e-6
    if not inside.any():
        inside = (shared > 0) & (shared >= shared.max() - 1e-6)
    return np.asarray(inside)


def grounded_cells(
    texts: Sequence[str], groundings: Sequence[Sequence[WordGrounding]], tokens: int, windows: int
) -> torch.Tensor | None:
    """Patches that each text token refers to.

    Args:
        texts: B captions. groundings: of each, none where nothing is known.
        tokens: N, of the padded batch. windows: W, of the longest motion.

    Returns:
        (B, N, W * 14) bool, window-major; None where no token refers to anything.
    """
    known = [i for i, many in enumerate(groundings) if many]
    if not known:
        return None
    out = np.zeros((len(texts), tokens, windows, N_PARTS), dtype=bool)
    for i, spans in zip(known, minilm().piece_spans([texts[i] for i in known]), strict=True):
        for g in groundings[i]:
            own = [n for n, (a, b) in enumerate(spans[:tokens]) if a < g.text_end and b > g.text_start]
            if own:
                cells = windows_of(g.start_s, g.end_s, windows)[:, None] & parts_of(g.joints)
                out[i, own] |= cells
    return torch.from_numpy(out.reshape(len(texts), tokens, -1))
