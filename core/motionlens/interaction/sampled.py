"""The same interactions estimated from random orders of the players: the yardstick of the closed form."""

from __future__ import annotations

import numpy as np

from .shapley_taylor import FLOOR

_CELLS = 1 << 15  # cells of one block of orders: what stays in the cache is twice as fast


def sampled_rows(
    similarity: np.ndarray,
    weights: np.ndarray,
    permutations: int,
    rng: np.random.Generator,
    floor: float = FLOOR,
) -> np.ndarray:
    """Unbiased estimate of ``shapley_taylor_rows`` for one item without padding.

    Each random order of all players gives one sample of every pair at once. That it values no coalition
    but updates running maxima is in the sampler's favour: a sampler that knows nothing of the game
    would value up to 4 N M coalitions for the same.

    Args:
        similarity: (N, M). weights: (N,).
        permutations: number of random orders, at least 1. rng: where they come from.
        floor: b.

    Returns:
        (N, M); its error falls as 1/sqrt(permutations).

    With one word and one motion token there is nothing to sample:

    >>> sampled_rows(np.array([[0.4]]), np.array([0.5]), 1, np.random.default_rng(0)).round(3).tolist()
    [[0.7]]
    """
    return _sampled(similarity, weights, None, permutations, rng, floor)


def sampled_two_way(
    similarity: np.ndarray,
    text_weights: np.ndarray,
    motion_weights: np.ndarray,
    permutations: int,
    rng: np.random.Generator,
    floor: float = FLOOR,
) -> np.ndarray:
    """Unbiased estimate of ``shapley_taylor_two_way``; each order serves both ways. (N, M)."""
    return _sampled(similarity, text_weights, motion_weights, permutations, rng, floor)


def _sampled(
    similarity: np.ndarray,
    text_weights: np.ndarray,
    motion_weights: np.ndarray | None,
    permutations: int,
    rng: np.random.Generator,
    floor: float,
) -> np.ndarray:
    if permutations < 1:
        raise ValueError("permutations must be 1 or more.")
    words, tokens = similarity.shape
    rows, columns = np.zeros((words, tokens)), np.zeros((tokens, words))
    block = max(1, _CELLS // similarity.size)
    for start in range(0, permutations, block):
        # Independent uniform arrival times are a uniformly random order.
        times = rng.random((min(block, permutations - start), words + tokens))
        text, motion = times[:, :words], times[:, words:]
        rows += _gains(similarity, text, motion, floor)
        if motion_weights is not None:
            columns += _gains(similarity.T, motion, text, floor)
    forward = text_weights[:, None] * rows / permutations
    if motion_weights is None:
        return forward
    return (forward + motion_weights * columns.T / permutations) / 2


def _gains(similarity: np.ndarray, own: np.ndarray, other: np.ndarray, floor: float) -> np.ndarray:
    """(N, M) sum over orders of what j adds to row i's maximum over the tokens before both i and j.

    Args:
        similarity: (N, M). own: (P, N) arrival times of the rows. other: (P, M) of the columns.
    """
    order = np.argsort(other, axis=-1)
    arrived = np.sort(other, axis=-1)
    values = np.moveaxis(similarity[:, order], 0, 1)  # (P, N, M) in order of arrival
    before = np.full((*values.shape[:2], values.shape[2] + 1), floor)
    np.maximum.accumulate(values, axis=-1, out=before[..., 1:])
    # Tokens before both: those before j where j comes before i, else those before i.
    count = (arrived[:, None, :] < own[:, :, None]).sum(-1, keepdims=True)
    reach = np.minimum(np.arange(values.shape[2]), count)
    gain = values - np.take_along_axis(before, reach, -1)
    gain = np.where(reach == 0, gain, np.maximum(gain, 0))
    back = np.argsort(order, axis=-1)
    return np.take_along_axis(gain, back[:, None, :], -1).sum(0)
