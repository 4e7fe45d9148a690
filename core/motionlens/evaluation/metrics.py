"""Retrieval figures as pure functions: ranks, R@k, MedR, Rsum, bootstrap intervals, pair accuracy.

Everything starts from a score matrix (queries x gallery, higher is better) and a boolean relevance
matrix of the same shape. Shares are fractions in [0, 1]; only printed tables use per cent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

KS: tuple[int, ...] = (1, 2, 3, 5, 10)
"""The k of R@k."""

DRAWS = 2000
"""Bootstrap samples."""


def best_ranks(scores: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """Rank of the best relevant item of every query, ties at the average rank.

    With ``g`` items scored above the best relevant one and ``t`` irrelevant and ``r`` relevant items
    scored equal to it, a random order of the tied puts the first relevant one at
    ``1 + g + t / (r + 1)`` on average; for ``r`` = 1 that is the usual average rank.

    Args:
        scores: (Q, G).
        relevant: (Q, G) boolean.

    Returns:
        (Q,) float64 ranks, 1 for the best.

    Raises:
        ValueError: shapes differ, a score is not finite, or a query has nothing relevant.

    >>> eye = np.eye(3, dtype=bool)
    >>> best_ranks(np.array([[3, 2, 1], [3, 2, 1], [5, 5, 5]]), eye)
    array([1., 2., 2.])
    >>> best_ranks(np.array([[1.0, 2.0, 3.0]]), np.array([[True, True, False]]))
    array([2.])
    """
    scores = np.asarray(scores, dtype=np.float64)
    relevant = np.asarray(relevant, dtype=bool)
    if scores.ndim != 2 or relevant.shape != scores.shape:
        raise ValueError(f"scores {scores.shape} and relevance {relevant.shape} must be matrices alike")
    if not np.isfinite(scores).all():
        raise ValueError("scores must be finite")
    if not relevant.any(axis=-1).all():
        raise ValueError("every query needs at least one relevant item")
    best = np.where(relevant, scores, -np.inf).max(axis=-1, keepdims=True)
    above = (scores > best).sum(axis=-1)
    tied = scores == best
    wrong, right = (tied & ~relevant).sum(axis=-1), (tied & relevant).sum(axis=-1)
    return 1.0 + above + wrong / (right + 1.0)


def recall(ranks: np.ndarray, k: int) -> float:
    """R@k: share of ranks that are at most k.

    >>> recall(np.array([1, 2, 4, 9]), 2)
    0.5
    """
    return float((np.asarray(ranks) <= k).mean())


def median_rank(ranks: np.ndarray) -> float:
    """MedR.

    >>> median_rank(np.array([1, 2, 4, 9]))
    3.0
    """
    return float(np.median(ranks))


@dataclass(frozen=True)
class Interval:
    """A figure and its bootstrap percentile interval (95 % unless said otherwise)."""

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """Rounded to six digits."""
        return {k: round(float(getattr(self, k)), 6) for k in ("value", "low", "high")}


@dataclass(frozen=True)
class Summary:
    """One direction of one protocol.

    Attributes:
        queries: number of different queries.
        gallery: items ranked for each.
        recall: R@k by k.
        medr: see ``median_rank``. rsum: R@1 + R@2 + R@3 + R@5 + R@10 of one direction.
    """

    queries: int
    gallery: int
    recall: dict[int, Interval]
    medr: Interval
    rsum: Interval

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "queries": self.queries,
            "gallery": self.gallery,
            "recall": {str(k): v.to_dict() for k, v in self.recall.items()},
            "medr": self.medr.to_dict(),
            "rsum": self.rsum.to_dict(),
        }


def group_draws(groups: int, draws: int = DRAWS, seed: int = 0) -> np.ndarray:
    """How often each group counts in each bootstrap sample of ``groups`` groups.

    >>> group_draws(3, draws=2).sum(axis=1).tolist()
    [3.0, 3.0]
    """
    rng = np.random.default_rng(seed)
    return rng.multinomial(groups, np.full(groups, 1.0 / groups), size=draws).astype(np.float64)


def _by_group(groups: Sequence[object] | np.ndarray | None, n: int) -> tuple[np.ndarray, int]:
    """(n,) index of each observation's group, and the number of groups."""
    if groups is None:
        return np.arange(n), n
    names, index = np.unique(np.asarray(groups), return_inverse=True)
    return index, len(names)


def _drawn_means(values: np.ndarray, index: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Mean over the observations of the drawn groups, for every bootstrap sample."""
    sums = np.bincount(index, values, minlength=drawn.shape[1])
    counts = np.bincount(index, minlength=drawn.shape[1])
    return (drawn @ sums) / (drawn @ counts)


def _drawn_medians(values: np.ndarray, index: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Median over the observations of the drawn groups, for every bootstrap sample."""
    from scipy.sparse import csr_array  # here, so that the command line answers --help at once

    levels, place = np.unique(values, return_inverse=True)
    table = csr_array((np.ones(len(values)), (index, place)), shape=(drawn.shape[1], len(levels)))
    cumulative = np.cumsum(drawn @ table, axis=1)  # observations at or below each level
    total = cumulative[:, -1:]
    low = levels[(cumulative > (total - 1) // 2).argmax(axis=1)]
    high = levels[(cumulative > total // 2).argmax(axis=1)]
    return (low + high) / 2


def _interval(value: float, samples: np.ndarray, level: float) -> Interval:
    tail = 100 * (1 - level) / 2
    low, high = np.percentile(samples, [tail, 100 - tail])
    return Interval(float(value), float(low), float(high))


def bootstrap_mean(
    values: np.ndarray,
    groups: Sequence[object] | np.ndarray | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Mean with a percentile interval, drawing observations or whole groups with replacement.

    >>> bootstrap_mean(np.ones(5))
    Interval(value=1.0, low=1.0, high=1.0)
    """
    values = np.asarray(values, dtype=np.float64)
    index, n_groups = _by_group(groups, len(values))
    return _interval(values.mean(), _drawn_means(values, index, group_draws(n_groups, draws, seed)), level)


def summarise(
    ranks: np.ndarray,
    gallery: int,
    groups: Sequence[object] | np.ndarray | None = None,
    *,
    queries: int | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Summary:
    """All figures of one direction with 95 % intervals.

    Args:
        ranks: (N,) ranks; a query that was ranked several times (random ties, small batches) is in it
            several times.
        gallery: items ranked.
        groups: (N,) what the bootstrap draws: the query of each rank, or its subject; None = every
            rank is another query. Repetitions of a query in one group are never more evidence.
        queries: number of different queries; None = N.

    The bootstrap draws queries against the same gallery: it says how much the choice of queries
    matters, not how much another gallery would.

    >>> s = summarise(np.array([1.0, 2.0, 4.0, 9.0]), gallery=10)
    >>> s.recall[1].value, s.recall[5].value, s.medr.value, s.rsum.value
    (0.25, 0.75, 3.0, 3.0)
    """
    ranks = np.asarray(ranks, dtype=np.float64)
    index, n_groups = _by_group(groups, len(ranks))
    drawn = group_draws(n_groups, draws, seed)
    hits = {k: (ranks <= k).astype(np.float64) for k in KS}
    total = np.sum(list(hits.values()), axis=0)
    return Summary(
        queries=len(ranks) if queries is None else queries,
        gallery=gallery,
        recall={k: _interval(v.mean(), _drawn_means(v, index, drawn), 0.95) for k, v in hits.items()},
        medr=_interval(median_rank(ranks), _drawn_medians(ranks, index, drawn), 0.95),
        rsum=_interval(total.mean(), _drawn_means(total, index, drawn), 0.95),
    )


def paired_difference(
    ranks_a: np.ndarray,
    ranks_b: np.ndarray,
    figure: Callable[[np.ndarray], np.ndarray],
    groups: Sequence[object] | np.ndarray | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """Mean of ``figure(a) - figure(b)`` over the same queries; the interval excludes 0 if they differ.

    Args:
        ranks_a, ranks_b: (Q,) ranks of two systems for the same queries in the same order.
        figure: from ranks to one value a query, for R@5 ``lambda r: r <= 5``.

    >>> a, b = np.array([1, 1, 1, 1]), np.array([1, 9, 9, 9])
    >>> paired_difference(a, b, lambda r: r <= 5).value
    0.75
    """
    a, b = np.asarray(ranks_a), np.asarray(ranks_b)
    if a.shape != b.shape:
        raise ValueError(f"paired systems need the same queries, not {a.shape} and {b.shape}")
    difference = np.asarray(figure(a), dtype=np.float64) - np.asarray(figure(b), dtype=np.float64)
    return bootstrap_mean(difference, groups, draws=draws, seed=seed)


def pair_accuracy(
    scores: np.ndarray,
    relevant: np.ndarray,
    query_groups: Sequence[object] | np.ndarray,
    gallery_groups: Sequence[object] | np.ndarray,
) -> np.ndarray:
    """How often the right item beats another item of the same group (subject); chance is 0.5.

    Items of the same group that are relevant themselves are no rivals; a tie counts half. It asks
    what recall cannot when subject and theme coincide: is the motion itself understood?

    Returns:
        (Q,) share of rivals beaten, NaN for a query without rivals.

    >>> s = np.array([[3.0, 2.0, 9.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    >>> pair_accuracy(s, np.eye(3, dtype=bool), ["a", "a", "b"], ["a", "a", "b"])
    array([ 1.,  0., nan])
    """
    scores = np.asarray(scores, dtype=np.float64)
    relevant = np.asarray(relevant, dtype=bool)
    best = np.where(relevant, scores, -np.inf).max(axis=1, keepdims=True)
    same = np.asarray(query_groups)[:, None] == np.asarray(gallery_groups)[None, :]
    rivals = same & ~relevant
    beaten = (np.where(best > scores, 1.0, np.where(best == scores, 0.5, 0.0)) * rivals).sum(axis=1)
    count = rivals.sum(axis=1)
    return np.divide(beaten, count, out=np.full(len(count), np.nan), where=count > 0)
