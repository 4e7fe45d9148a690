"""Score matrix of an encoder: every caption against every motion, by MaxSim."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..model.interface import Encoder, QueryTokens
from ..windows import MAX_CLIP_FRAMES, moment_spans


def maxsim(query: QueryTokens, tokens: np.ndarray) -> float:
    """Sum over the query's tokens of weight x best similarity among the motion's tokens.

    >>> q = QueryTokens("a b", ("a", "b"), ((0, 1), (2, 3)), np.eye(2), np.array([0.25, 0.75]))
    >>> round(maxsim(q, np.array([[1.0, 0.0], [0.6, 0.8]])), 6)
    0.85
    """
    similarity = query.vectors @ tokens.astype(np.float32).T
    return float(similarity.max(axis=1) @ query.weights)


def clips_of(positions: np.ndarray) -> list[np.ndarray]:
    """The clips that stand for a motion: itself, or its moments where it is longer than a clip."""
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
    tokens = [t.astype(np.float32) for t in encoder.encode_motions(clips)]
    starts = np.cumsum([0] + [len(t) for t in tokens[:-1]])
    stacked = np.concatenate(tokens)
    out = np.full((len(captions), len(motions)), -np.inf)
    for row, caption in enumerate(captions):
        query = encoder.encode_text(caption)
        similarity = query.vectors @ stacked.T
        best = np.maximum.reduceat(similarity, starts, axis=1)
        np.maximum.at(out[row], owners, query.weights @ best)
    return out
