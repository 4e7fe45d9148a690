"""MaxSim scores of an encoder for evaluation: texts against motions held in memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..model.interface import Encoder, QueryTokens
from ..search.scoring import StageGroup, score_stages, split_stages
from ..windows import MAX_CLIP_FRAMES, moment_spans


def stack_tokens(clips: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """All tokens in one float32 array, and the offsets that ``search.scoring.max_sim_batch`` takes."""
    offsets = np.cumsum([0] + [len(t) for t in clips])
    return np.concatenate(clips).astype(np.float32), offsets


def best_by_owner(
    query: QueryTokens, groups: Sequence[StageGroup], owners: Sequence[int], n: int
) -> np.ndarray:
    """(n,) score of each motion: the best of its clips.

    Args:
        query: the text's tokens.
        groups: the clips' tokens by stage, see ``search.scoring.split_stages``.
        owners: motion of each clip, 0 to n - 1.
        n: number of motions.

    >>> q = QueryTokens("a b", ("a", "b"), ((0, 1), (2, 3)), np.eye(2), np.array([0.25, 0.75]))
    >>> tokens, offsets = stack_tokens([np.array([[1.0, 0.0], [0.6, 0.8]]), np.array([[0.0, 1.0]])])
    >>> best_by_owner(q, [StageGroup(0, tokens, offsets)], [0, 1], 2).round(6).tolist()
    [0.85, 0.75]
    """
    out = np.full(n, -np.inf)
    np.maximum.at(out, np.asarray(owners), score_stages(query, groups))
    return out


def clips_of(positions: np.ndarray) -> list[np.ndarray]:
    """The clips that stand for a motion: itself, or its moments where it is longer than a clip.

    >>> [len(c) for c in clips_of(np.zeros((224, 22, 3)))], [len(c) for c in clips_of(np.zeros((300, 22, 3)))]
    ([224], [160, 160, 160])
    """
    if len(positions) <= MAX_CLIP_FRAMES:
        return [positions]
    return [positions[a:b] for a, b in moment_spans(len(positions))]


def score_matrix(encoder: Encoder, captions: Sequence[str], motions: Sequence[np.ndarray]) -> np.ndarray:
    """(texts x motions) MaxSim scores; a motion longer than a clip counts by its best moment.

    Args:
        encoder: the model.
        captions: Q texts.
        motions: M position arrays (T, 22, 3) float32.
    """
    clips, owners = [], []
    for i, positions in enumerate(motions):
        for clip in clips_of(np.ascontiguousarray(positions, dtype=np.float32)):
            clips.append(clip)
            owners.append(i)
    tokens, offsets = stack_tokens(encoder.encode_motions(clips))
    groups = split_stages(tokens, offsets, encoder.stage_counts)
    rows = [best_by_owner(encoder.encode_text(c), groups, owners, len(motions)) for c in captions]
    return np.stack(rows)
