"""The best of many moments without scoring all of them token by token.

The whole stage, one token a moment, ranks the library in a millisecond or two; late interaction then scores the
best of that ranking until the rest cannot catch up: what a moment gains between the two is at most what the
moments scored so far have gained, but for one in a hundred (an observed bound, not a proven one; ``motionlens
benchmark`` prints what it costs). A vague query ("a person w") gains much everywhere and would have the whole library
scored: it ends at ``MOST`` moments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..model.interface import QueryTokens
from .scoring import WHOLE, score_whole

EXACT_UP_TO = 2_000
"""Moments up to which every one is scored in full."""
MOST = 2_048
"""Moments scored in full of a larger library, where no more than 256 hits are asked for."""
SAMPLE = 1_000
"""Moments whose scores tell mean and spread of a part, where several parts are put on one scale."""
_FIRST = 512
_PER_HIT = 4
_GAIN = 0.99
"""Of the gains seen the quantile that bounds those to come. Over 5,000 and 50,000 moments, 53 queries and beginnings of
queries: the 120 best are those of scoring everything, as with the largest gain, from a fifth fewer moments; 0.95 loses
one in 240."""


@dataclass(frozen=True, eq=False)
class PartScores:
    """Scores of one part of a query, as far as they are known.

    Attributes:
        coarse: (m,) of the whole stage.
        exact: (m,) of all stages, NaN where not computed; filled by and by.
    """

    coarse: np.ndarray
    exact: np.ndarray

    @staticmethod
    def begin(pieces: Sequence[QueryTokens], whole: np.ndarray | None, m: int) -> PartScores:
        """Nothing exact yet.

        Args:
            pieces: the part's tokens; of an example's pieces the best counts.
            whole: (m, d) float32, the moments' whole tokens; None where they have none: coarse scores are 0 then.
        """
        coarse = np.zeros(m, np.float32)
        if whole is not None and all(WHOLE in piece.stages for piece in pieces):
            coarse = np.max([score_whole(piece, whole) for piece in pieces], axis=0)
        return PartScores(coarse, np.full(m, np.nan, np.float32))

    def missing(self, rows: np.ndarray) -> np.ndarray:
        """Of some rows those without an exact score, increasing."""
        return np.unique(rows[np.isnan(self.exact[rows])])


def best(
    coarse: np.ndarray,
    exact: Callable[[np.ndarray], np.ndarray],
    choose: Callable[[np.ndarray, np.ndarray], list[int]],
    allowed: np.ndarray | None,
    k: int,
) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """The k best rows by ``exact``, which is asked for as few as possible.

    Args:
        coarse: (m,) scores that ``exact`` exceeds by much the same.
        exact: rows (n,) to scores (n,).
        choose: rows and their scores to at most k places among them, best first.
        allowed: (m,) bool, rows that may be chosen; None: all.

    Returns:
        Rows (n,) that were scored, their scores (n,), and the places chosen among them.

    >>> full = np.array([3.0, 0.5, 2.9, 0.1])
    >>> rows, scores, places = best(np.array([2.0, 0.4, 2.1, 0.0]), lambda rows: full[rows],
    ...     lambda rows, scores: np.argsort(-scores)[:2].tolist(), None, 2)
    >>> rows[places].tolist()
    [0, 2]
    """
    ranking = np.argsort(-coarse, kind="stable")
    if allowed is not None:
        ranking = ranking[allowed[ranking]]
    n = max(_FIRST, _PER_HIT * k)
    most = max(MOST, 2 * n)
    while True:
        rows = ranking[:n]
        scores = exact(rows)
        places = choose(rows, scores)
        if n >= min(len(ranking), most):
            return rows, scores, places
        if len(places) == k:
            gain = float(np.quantile(scores - coarse[rows], _GAIN))
            if scores[places[-1]] >= coarse[ranking[n]] + gain:
                return rows, scores, places
        n *= 2
