"""From tokens and what they are made of to the arrays of an explanation: pure functions, arrays in and out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..interaction.shapley_taylor import shapley_taylor_rows

JOINT, SEGMENT, WHOLE = range(3)


@dataclass(frozen=True, eq=False)
class Side:
    """A query or a motion: its tokens by stage and how the finest make up the others.

    Attributes:
        vectors: three arrays (n, d) for the stages joint, segment, whole; (0, d) where a stage is missing.
        weights: three arrays (n,), of a query what each token counts in the score; of a motion empty.
        shares, parts: see ``model.interface.Composition``.
    """

    vectors: tuple[np.ndarray, np.ndarray, np.ndarray]
    weights: tuple[np.ndarray, np.ndarray, np.ndarray]
    shares: np.ndarray
    parts: np.ndarray


@dataclass(frozen=True, eq=False)
class Maps:
    """F query tokens x M patches, before they are taken together to words and body parts.

    Attributes:
        similarity: (F, M) inner products at the joint stage.
        interaction: stage number -> (F, M) in units of the score; stages that are missing are left out.
        contribution: stage number -> (F,) what each query token adds to the score.
        phrases: (K, L) similarity and interaction at the segment stage, None without it.
    """

    similarity: np.ndarray
    interaction: dict[int, np.ndarray]
    contribution: dict[int, np.ndarray]
    phrases: tuple[np.ndarray, np.ndarray] | None


def max_sim_contributions(similarity: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What each query token adds to a stage's MaxSim: w_i max_j s_ij.

    >>> max_sim_contributions(np.array([[0.1, 0.5], [0.2, 0.0]]), np.array([0.5, 1.0])).tolist()
    [0.25, 0.2]
    """
    return np.asarray(weights) * np.asarray(similarity).max(axis=-1)


def shared_out(values: np.ndarray, row_shares: np.ndarray, column_shares: np.ndarray) -> np.ndarray:
    """(K, L) values of coarse pairs -> (F, M) of fine pairs, by the shares (K, F) and (L, M).

    The sum stays the same, as rows of shares sum to 1:

    >>> shared_out(np.array([[2.0]]), np.array([[0.5, 0.5]]), np.array([[0.25, 0.75]])).tolist()
    [[0.25, 0.75], [0.25, 0.75]]
    """
    return np.asarray(row_shares).T @ np.asarray(values) @ np.asarray(column_shares)


def bilinear(query_parts: np.ndarray, motion_parts: np.ndarray, weight: float) -> np.ndarray:
    """Interactions at the whole stage: weight x <part of the query's vector, part of the motion's>.

    With vectors u = sum of u_i and v = sum of v_j, <u, v> is the sum over pairs, and in a game that is a
    sum over pairs the order-2 index of a pair is its own term.

    >>> bilinear(np.array([[1.0, 0], [0, 1.0]]), np.array([[0.5, 0.0], [0.0, 0.25]]), 2.0).tolist()
    [[1.0, 0.0], [0.0, 0.5]]
    """
    return weight * np.asarray(query_parts) @ np.asarray(motion_parts).T


def make_maps(query: Side, motion: Side) -> Maps:
    """All of a query against one motion. Contributions of all stages together sum to the score."""
    similarity = query.vectors[JOINT] @ motion.vectors[JOINT].T
    weights = query.weights[JOINT]
    interaction = {JOINT: shapley_taylor_rows(similarity, weights)}
    contribution = {JOINT: max_sim_contributions(similarity, weights)}
    phrases = None
    if len(query.vectors[SEGMENT]) and len(motion.vectors[SEGMENT]):
        coarse = query.vectors[SEGMENT] @ motion.vectors[SEGMENT].T
        phi = shapley_taylor_rows(coarse, query.weights[SEGMENT])
        phrases = coarse, phi
        interaction[SEGMENT] = shared_out(phi, query.shares, motion.shares)
        contribution[SEGMENT] = query.shares.T @ max_sim_contributions(coarse, query.weights[SEGMENT])
    if len(query.vectors[WHOLE]) and len(motion.vectors[WHOLE]):
        weight = float(query.weights[WHOLE][0])
        interaction[WHOLE] = bilinear(query.parts, motion.parts, weight)
        contribution[WHOLE] = weight * query.parts @ motion.vectors[WHOLE][0]
    return Maps(similarity, interaction, contribution, phrases)


def merge_rows(values: np.ndarray, groups: np.ndarray, n: int, largest: bool) -> np.ndarray:
    """Rows that belong together -> one row: their maximum (``largest``) or sum.

    Args:
        values: (F, ...). groups: (F,) the row, 0 to n - 1, that each belongs to; every row has one at least.

    >>> merge_rows(np.array([[1.0], [3.0], [2.0]]), np.array([0, 0, 1]), 2, largest=True).tolist()
    [[3.0], [2.0]]
    """
    start = -np.inf if largest else 0.0
    out = np.full((n, *np.shape(values)[1:]), start, dtype=np.float64)
    (np.maximum if largest else np.add).at(out, np.asarray(groups), values)
    return out


def words_of(text: str, spans: Sequence[tuple[int, int]]) -> tuple[list[tuple[int, int]], np.ndarray]:
    """Words of a text and which word each piece belongs to.

    Pieces belong to one word when only an apostrophe, or nothing, is between them.

    Args:
        text: the query.
        spans: (F,) character ranges of the pieces, in order.

    Returns:
        (start, end) of N words, and (F,) their numbers.

    >>> words_of("he doesn't jump", [(0, 2), (3, 8), (9, 10), (11, 15)])[0]
    [(0, 2), (3, 10), (11, 15)]
    """
    words: list[tuple[int, int]] = []
    groups = []
    for start, end in spans:
        if words and text[words[-1][1] : start] in ("", "'", "’"):
            words[-1] = (words[-1][0], end)
        else:
            words.append((start, end))
        groups.append(len(words) - 1)
    return words, np.array(groups, dtype=np.int64)
