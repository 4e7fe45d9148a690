"""Order-2 Shapley-Taylor interactions of any game over all its coalitions: what closed forms are held to."""

from __future__ import annotations

from collections.abc import Callable
from math import comb

import numpy as np

from .shapley_taylor import FLOOR

Game = Callable[[np.ndarray], np.ndarray]
"""(C, K) bool, who of K players is in each of C coalitions -> (C,) what each coalition is worth."""

MOST_PLAYERS = 20


def maxsim_game(
    similarity: np.ndarray,
    text_weights: np.ndarray,
    motion_weights: np.ndarray | None = None,
    floor: float = FLOOR,
) -> Game:
    """The MaxSim game as defined in ``shapley_taylor``; players are the N words, then the M motion tokens.

    Args:
        similarity: (N, M), no padding.
        text_weights: (N,).
        motion_weights: (M,) for the two-way score, None for the one-way score.
        floor: value of a token that has no partner in the coalition.

    >>> game = maxsim_game(np.array([[0.2, 0.8]]), np.ones(1))
    >>> game(np.array([[0, 1, 1], [1, 0, 0], [1, 1, 0], [1, 1, 1]], bool)).tolist()
    [0.0, -1.0, 0.2, 0.8]
    """
    words = len(similarity)

    def one_way(matrix: np.ndarray, weights: np.ndarray, own: np.ndarray, other: np.ndarray) -> np.ndarray:
        best = np.where(other[:, None, :], matrix, -np.inf).max(-1)
        best = np.where(other.any(-1, keepdims=True), best, floor)
        return (best * own) @ weights

    def game(coalitions: np.ndarray) -> np.ndarray:
        text, motion = coalitions[:, :words], coalitions[:, words:]
        forward = one_way(similarity, text_weights, text, motion)
        if motion_weights is None:
            return forward
        return (forward + one_way(similarity.T, motion_weights, motion, text)) / 2

    return game


def exact_by_coalitions(game: Game, players: int) -> np.ndarray:
    """Order-2 Shapley-Taylor interactions of all pairs, by the definition: every coalition is valued.

    phi_ij = 2/K * sum over S without i and j of [F(S+i+j) - F(S+i) - F(S+j) + F(S)] / C(K-1, |S|)
    (Sundararajan, Dhamdhere and Agarwal, ICML 2020, theorem 1 with k = 2).

    Args:
        game: any set function. players: K, 2 to 20; 2^K coalitions are valued.

    Returns:
        (K, K) symmetric, diagonal 0.

    Raises:
        ValueError: K is out of range.

    >>> exact_by_coalitions(lambda c: c.all(-1).astype(float), 2).tolist()  # worth 1 together only
    [[0.0, 1.0], [1.0, 0.0]]
    """
    if not 2 <= players <= MOST_PLAYERS:
        raise ValueError(f"{players} players: all coalitions can be valued for 2 to {MOST_PLAYERS}.")
    codes = np.arange(1 << players)
    member = (codes[:, None] >> np.arange(players)) & 1 == 1
    values = game(member)
    share = np.array([2 / (players * comb(players - 1, size)) for size in range(players - 1)])
    phi = np.zeros((players, players))
    for i in range(players):
        for j in range(i):
            without = codes[~member[:, i] & ~member[:, j]]
            gain = values[without | 1 << i | 1 << j] - values[without | 1 << i] - values[without | 1 << j]
            phi[i, j] = phi[j, i] = share[member[without].sum(-1)] @ (gain + values[without])
    return phi
