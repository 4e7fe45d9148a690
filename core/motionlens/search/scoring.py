"""Late interaction: how well the tokens of a query are met by the tokens of motions.

MaxSim (Khattab and Zaharia, "ColBERT", SIGIR 2020) with token weights:
score = sum over query tokens i of w_i * max over motion tokens j of <q_i, t_j>.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

    from ..model.interface import QueryTokens

BLOCK_TOKENS = 18_000
"""Tokens scored at a time on the CPU: their similarities to a query stay in the second-level cache."""

WHOLE = 2  # of ``model.stages.STAGES``, which needs torch


def similarities(query: np.ndarray, motion: np.ndarray) -> np.ndarray:
    """(N, M) inner products of query tokens (N, d) and motion tokens (M, d), float32.

    >>> similarities(np.array([[1.0, 0.0]]), np.array([[0.6, 0.8], [0.0, 1.0]])).tolist()
    [[0.6000000238418579, 0.0]]
    """
    return query.astype(np.float32) @ motion.astype(np.float32).T


def max_sim(query: np.ndarray, weights: np.ndarray, motion: np.ndarray) -> float:
    """MaxSim of one query and one motion.

    Args:
        query: (N, d) unit vectors.
        weights: (N,) how much each query token counts.
        motion: (M, d) unit vectors, M >= 1.

    The first token is met fully by the second patch, the second only by half:

    >>> query = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> motion = np.array([[0.0, 0.5], [1.0, 0.0]])
    >>> max_sim(query, np.array([0.5, 0.5]), motion)
    0.75
    """
    return float(weights.astype(np.float32) @ similarities(query, motion).max(axis=1))


def max_sim_batch(
    query: np.ndarray, weights: np.ndarray, tokens: np.ndarray, offsets: np.ndarray
) -> np.ndarray:
    """MaxSim of one query and many motions, exact.

    Measured on two cores with 5,000 motions of 140 tokens x 64 and 10 query tokens: float32 tokens
    21-30 ms, float16 tokens 110 ms (converted block by block); torch needs 45-60 ms for the former.
    A motion as the query has up to 196 tokens here: 0.33 s on one core, of which the product alone is 0.28 s, so that
    neither smaller blocks (0.31 s) nor another order of the maximum (0.32 s and more) would gain much.

    Args:
        query: (N, d) float32.
        weights: (N,) float32.
        tokens: (S, d) float32 or float16, motion after motion.
        offsets: (m + 1,) increasing; motion k owns tokens[offsets[k]:offsets[k + 1]], at least one.

    Returns:
        (m,) float32.

    >>> tokens = np.array([[0.0, 0.5], [1.0, 0.0], [0.6, 0.8]], dtype=np.float16)
    >>> max_sim_batch(np.eye(2), np.array([0.5, 0.5]), tokens, np.array([0, 2, 3])).tolist()[0]
    0.75
    """
    query = np.ascontiguousarray(query, np.float32)
    weights = weights.astype(np.float32)
    out = np.empty(len(offsets) - 1, np.float32)
    first = 0
    while first < len(out):
        last = int(np.searchsorted(offsets, offsets[first] + BLOCK_TOKENS, side="right")) - 1
        last = min(max(last, first + 1), len(out))
        start = int(offsets[first])
        block = tokens[start : int(offsets[last])].astype(np.float32, copy=False)
        best = np.maximum.reduceat(query @ block.T, offsets[first:last] - start, axis=1)
        out[first:last] = weights @ best
        first = last
    return out


def max_sim_torch(
    query: torch.Tensor, weights: torch.Tensor, tokens: torch.Tensor, offsets: torch.Tensor
) -> torch.Tensor:
    """``max_sim_batch`` on the device of the tensors (CUDA), computed in float32.

    Args:
        query: (N, d); weights: (N,); tokens: (S, d); offsets: (m + 1,) int64.

    Returns:
        (m,) float32 on the same device.
    """
    import torch

    similarity = tokens.float() @ query.float().T
    best: Any = torch.segment_reduce(similarity, "max", offsets=offsets, axis=0)
    return best @ weights.float()


@dataclass(frozen=True, eq=False)
class StageGroup:
    """The tokens of one stage of many motions.

    Attributes:
        stage: index into ``STAGES``.
        tokens: (S, d), motion after motion, an array or a tensor.
        offsets: (m + 1,), see ``max_sim_batch``.
    """

    stage: int
    tokens: Any
    offsets: Any


def split_stages(
    tokens: np.ndarray, offsets: np.ndarray, stage_counts: Callable[[int], Sequence[int]]
) -> tuple[StageGroup, ...]:
    """The tokens of each stage by themselves; without a copy where there is one stage.

    Args:
        tokens: (S, d), motion after motion, each joint, segment, whole.
        offsets: (m + 1,) increasing.
        stage_counts: from a motion's number of tokens to those of each stage (``Encoder.stage_counts``).

    >>> tokens = np.arange(8.0)[:, None]
    >>> groups = split_stages(tokens, np.array([0, 3, 8]), lambda n: (n - 1, 0, 1))
    >>> [(g.stage, g.tokens[:, 0].tolist(), g.offsets.tolist()) for g in groups]
    [(0, [0.0, 1.0, 3.0, 4.0, 5.0, 6.0], [0, 2, 6]), (2, [2.0, 7.0], [0, 1, 2])]
    """
    sizes, which = np.unique(np.diff(offsets), return_inverse=True)
    counts = np.array([stage_counts(int(n)) for n in sizes], dtype=np.int64).reshape(len(sizes), -1)[which]
    used = [k for k in range(counts.shape[1]) if counts[:, k].any()]
    if len(used) == 1:
        return (StageGroup(used[0], tokens, offsets),)
    stage_of = np.repeat(np.tile(np.arange(counts.shape[1]), len(counts)), counts.reshape(-1))
    return tuple(
        StageGroup(k, tokens[stage_of == k], np.concatenate([[0], np.cumsum(counts[:, k])])) for k in used
    )


def score_stages(query: QueryTokens, groups: Sequence[StageGroup]) -> np.ndarray:
    """Score of one query and many motions: the sum of the stages' MaxSim.

    Args:
        query: its tokens, the stages' weights in its token weights.
        groups: all of the same m motions, see ``split_stages``.

    Returns:
        (m,) float32.
    """
    parts = []
    for group in groups:
        own = query.stages == group.stage
        if own.any():
            parts.append(_score_group(query.vectors[own], query.weights[own], group))
    if not parts:
        raise ValueError("the query has no token of the motions' stages")
    return np.asarray(np.sum(parts, axis=0), dtype=np.float32)


def score_whole(query: QueryTokens, whole: np.ndarray) -> np.ndarray:
    """Score of the whole stage alone, where every motion has one token.

    Args:
        query: its tokens, with one of the whole stage at least.
        whole: (m, d) float32.

    Returns:
        (m,) float32.
    """
    own = query.stages == WHOLE
    best = query.weights[own].astype(np.float32) @ (query.vectors[own].astype(np.float32) @ whole.T)
    return np.asarray(best, np.float32)


CHOSEN_PIECES = 2
"""Of a long example's pieces, how many are compared with a moment token by token."""


def score_pieces(pieces: Sequence[QueryTokens], groups: Sequence[StageGroup]) -> np.ndarray:
    """Score of an example cut into pieces: that of the best piece for each motion.

    With more than ``CHOSEN_PIECES`` pieces the whole stage, one token a motion, chooses those that are scored in
    full. Measured with 12 CMU takes of 60 s (7 to 11 pieces) over 920 moments: the best piece is among the two in
    96 % of cases, what is lost is 0.001 of a score on average, and the first ten are the same in all 12; bounds
    of the score, which would lose nothing, leave 6 of 8 pieces to be scored.

    Args:
        pieces: tokens of each piece, one at least.
        groups: see ``score_stages``.

    Returns:
        (m,) float32.
    """
    whole = next((g for g in groups if g.stage == WHOLE and isinstance(g.tokens, np.ndarray)), None)
    if len(pieces) <= CHOSEN_PIECES or whole is None or any(WHOLE not in p.stages for p in pieces):
        return np.asarray(np.max([score_stages(piece, groups) for piece in pieces], axis=0))
    coarse = []
    for piece in pieces:
        own = piece.stages == WHOLE
        coarse.append(_score_group(piece.vectors[own], piece.weights[own], whole))
    chosen = np.argpartition(-np.array(coarse), CHOSEN_PIECES - 1, axis=0)[:CHOSEN_PIECES]
    out = np.full(chosen.shape[1], -np.inf, np.float32)
    for number, piece in enumerate(pieces):
        rows = np.flatnonzero((chosen == number).any(axis=0))
        if len(rows):
            out[rows] = np.maximum(out[rows], score_stages(piece, [_some(group, rows) for group in groups]))
    return out


def _some(group: StageGroup, rows: np.ndarray) -> StageGroup:
    """The tokens of some motions.

    >>> some = _some(StageGroup(0, np.arange(5), np.array([0, 2, 3, 5])), np.array([0, 2]))
    >>> some.tokens.tolist(), some.offsets.tolist()
    ([0, 1, 3, 4], [0, 2, 4])
    """
    sizes = np.diff(group.offsets)[rows]
    ends = np.cumsum(sizes)
    places = np.repeat(group.offsets[rows] - (ends - sizes), sizes) + np.arange(int(sizes.sum()))
    return StageGroup(group.stage, group.tokens[places], np.concatenate([[0], ends]))


def _score_group(vectors: np.ndarray, weights: np.ndarray, group: StageGroup) -> np.ndarray:
    if isinstance(group.tokens, np.ndarray):
        return max_sim_batch(vectors, weights, group.tokens, group.offsets)
    import torch

    device = group.tokens.device
    query, weighted = (torch.from_numpy(np.ascontiguousarray(a)).to(device) for a in (vectors, weights))
    out: np.ndarray = max_sim_torch(query, weighted, group.tokens, group.offsets).cpu().numpy()
    return out
