"""Exact order-2 Shapley-Taylor interaction of word and motion token in the MaxSim score, without sampling.

**The game.** Players are the N words (text tokens) and the M motion tokens that exist; padding is no
player. One way, a coalition S of players is worth

    F(S) = sum over words i in S of w_i g_i(S),    g_i(S) = max of s_ij over motion tokens j in S,
                                                   g_i(S) = b where S has no motion token.

So a word outside S adds 0, F of no players is 0, and F of all players is the one-way MaxSim score. The
weights w are fixed: they are not shared out again among the words in S. Two ways, F is the mean of that
and of its mirror image, the sum over motion tokens j in S of v_j times the max of s_ij over words i in
S (b where S has no word).

**The index** (Sundararajan, Dhamdhere and Agarwal, ICML 2020): put all K players in a uniformly random
order and let S be those before both i and j; then phi_ij = E[F(S+i+j) - F(S+i) - F(S+j) + F(S)], which
weights a set of l players by 2 / (K C(K-1, l)).

**The closed form** (own derivation). In that difference only row i's change is left:
w_i (g_i(S+j) - g_i(S)). It depends on S through the best motion token before both i and j alone:

- no motion token is before them: of i and the M motion tokens, the first is i or j, probability
  2/(M+1); the change is s_ij - b;
- it is r with s_ir < s_ij, of 0-based rank p_r in the row sorted descending: of the p_r + 2 players
  {i, r, those ranked above r} (j is one of them) r comes first and then i or j, probability
  2/((p_r+1)(p_r+2)); the change is s_ij - s_ir;
- else the change is 0.

    phi_ij = w_i [2 (s_ij - b)/(M+1) + sum over r ranked below j of 2 (s_ij - s_ir)/((p_r+1)(p_r+2))]

As 2/((p+1)(p+2)) = 2/(p+1) - 2/(p+2), summing by parts turns this into one suffix sum over the gaps of
the sorted row, s_(0) >= s_(1) >= ... >= s_(M-1), with s_(M) := b:

    phi of the token of rank p = w_i * sum over r = p+1 .. M of 2/(r+1) * (s_(r-1) - s_(r)).

That is what is computed: every term has one sign, so nothing cancels. It holds for any b, also above
some s. Ties have gap 0, so the order among them does not matter. Time O(N M log M), memory O(N M).

phi is no share of the score: motion tokens compete (their own pairs are negative), so the sum of all
phi_ij is more than F; it is F minus F of each player alone that the sum over *all* pairs gives.
"""

from __future__ import annotations

import numpy as np

FLOOR = -1.0
"""Value b of a word without any motion token: the least cosine there is."""


def shapley_taylor_rows(
    similarity: np.ndarray,
    weights: np.ndarray,
    *,
    floor: float = FLOOR,
    text_exists: np.ndarray | None = None,
    motion_exists: np.ndarray | None = None,
) -> np.ndarray:
    """Interaction of every word with every motion token in the one-way score (game: see the module).

    Args:
        similarity: (..., N, M) inner products s_ij; what stands at padding is not read.
        weights: (..., N) w_i, the words' weights in the score.
        floor: b.
        text_exists: (..., N) bool, False on padding; None = all exist.
        motion_exists: (..., M) bool, likewise.

    Returns:
        (..., N, M) float64, in units of the score; 0 on padding.

    With one motion token a word takes its whole gain over the floor; here 0.5 * (0.4 - -1):

    >>> shapley_taylor_rows(np.array([[0.4]]), np.array([0.5])).round(3).tolist()
    [[0.7]]

    With two, the worse one has 2/3 (0.2 - b) and the better one the gap on top of that, as 2/2 (0.8 - 0.2):

    >>> shapley_taylor_rows(np.array([[0.2, 0.8]]), np.ones(1), floor=-0.1).round(3).tolist()
    [[0.2, 0.8]]
    """
    similarity = np.asarray(similarity, np.float64)
    exists = np.ones(similarity.shape[-1:], bool) if motion_exists is None else np.asarray(motion_exists)
    exists = np.broadcast_to(exists[..., None, :], similarity.shape)
    # Padding sorts to the end and then stands at the floor: its gaps are 0 and the last real token
    # meets s_(M) = b at the rank that is the number of real tokens.
    values = np.where(exists, similarity, -np.inf)
    order = np.argsort(-values, axis=-1, kind="stable")
    ranked = np.take_along_axis(values, order, -1)
    ranked = np.where(np.isneginf(ranked), floor, ranked)
    below = np.concatenate([ranked[..., 1:], np.full((*ranked.shape[:-1], 1), floor)], -1)
    steps = (ranked - below) * (2.0 / np.arange(2, similarity.shape[-1] + 2))
    sums = np.cumsum(steps[..., ::-1], -1)[..., ::-1]
    phi = np.empty_like(sums)
    np.put_along_axis(phi, order, sums, -1)
    if text_exists is not None:
        exists = exists & np.asarray(text_exists)[..., None]
    return np.where(exists, phi * np.asarray(weights, np.float64)[..., None], 0.0)


def shapley_taylor_two_way(
    similarity: np.ndarray,
    text_weights: np.ndarray,
    motion_weights: np.ndarray,
    *,
    floor: float = FLOOR,
    text_exists: np.ndarray | None = None,
    motion_exists: np.ndarray | None = None,
) -> np.ndarray:
    """The same for the two-way score: as the index is linear in the game, the mean of both ways' phi.

    Args:
        similarity: (..., N, M).
        text_weights: (..., N) w_i. motion_weights: (..., M) v_j.
        floor, text_exists, motion_exists: as for one way; padding on either side is no player.

    Returns:
        (..., N, M) float64.

    >>> shapley_taylor_two_way(np.array([[0.4]]), np.array([0.5]), np.array([1.0])).round(3).tolist()
    [[1.05]]
    """
    rows = shapley_taylor_rows(
        similarity, text_weights, floor=floor, text_exists=text_exists, motion_exists=motion_exists
    )
    columns = shapley_taylor_rows(
        np.swapaxes(similarity, -1, -2),
        motion_weights,
        floor=floor,
        text_exists=motion_exists,
        motion_exists=text_exists,
    )
    return (rows + np.swapaxes(columns, -1, -2)) / 2
