"""Faithfulness: does the score fall when the patches that a method ranks first are taken away?

*Deletion*: patches are taken out of the transformer's input, the best first. *Insertion*: they are put in,
the best first. The model's own score is read at eleven shares. Training gives the model half of the
patches, so that an input with patches missing is nothing new to it. A score is read in units in which no
patch is 0 and all patches are 1, for every pair alike for all methods; as there is no score without any
patch, 0 is the mean score of one patch alone, over random ones. Area under the deletion curve: lower is
better. Area under the insertion curve: higher is better.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ...evaluation.metrics import Interval, bootstrap_mean
from .baselines import METHODS, attributions, ranking
from .cases import Case
from .measures import area, normalised
from .probe import Probe
from .report import Table

SHARES: np.ndarray = np.linspace(0.0, 1.0, 11)
"""Shares of the patches that are taken away or put in."""

LEAST_RISE = 0.05
"""A pair in which all patches score less than this above one patch says nothing: it is left out."""

_ALONE = 16
_RANDOM_ORDERS = 3


@dataclass(frozen=True, eq=False)
class FaithfulnessResult:
    """Areas of all pairs.

    Attributes:
        deletion, insertion: method -> (pairs,) areas.
        curves: method -> (2, 11) mean deletion and insertion curve.
        left_out: pairs without a rise.
    """

    deletion: Mapping[str, np.ndarray]
    insertion: Mapping[str, np.ndarray]
    curves: Mapping[str, np.ndarray]
    left_out: int

    def figures(self, which: str) -> dict[str, Interval]:
        """Mean area of each method; ``which`` is "deletion" or "insertion"."""
        return {m: bootstrap_mean(v) for m, v in getattr(self, which).items()}

    def ahead(self, which: str) -> dict[str, Interval]:
        """By how much the first method is better than each other on the same pairs; above 0 is better."""
        areas = getattr(self, which)
        sign = -1.0 if which == "deletion" else 1.0
        own = areas[METHODS[0]]
        return {m: bootstrap_mean(sign * (own - v)) for m, v in areas.items() if m != METHODS[0]}

    def table(self) -> Table:
        """For the terminal and as JSON."""
        both = [self.figures(w) for w in ("deletion", "insertion")]
        ahead = [self.ahead(w) for w in ("deletion", "insertion")]
        rows = {m: (both[0][m], ahead[0].get(m), both[1][m], ahead[1].get(m)) for m in both[0]}
        n = len(next(iter(self.deletion.values())))
        return Table(
            "faithfulness",
            f"score while patches are taken away or put in, best first; {n} pairs"
            + (f", {self.left_out} left out whose score hardly depends on patches" if self.left_out else ""),
            ("deletion area (lower is better)", "Shapley-Taylor better by", "insertion area (higher is better)",
             "Shapley-Taylor better by"),
            rows,
            extra={"shares": SHARES.round(3).tolist(),
                   "curves": {m: {"deletion": c[0].round(4).tolist(), "insertion": c[1].round(4).tolist()}
                              for m, c in self.curves.items()}},
        )  # fmt: skip


def kept(ranking: np.ndarray, shares: np.ndarray = SHARES) -> tuple[np.ndarray, np.ndarray]:
    """Which patches are left while the best are taken away, and which are there while they are put in.

    Args:
        ranking: (n,) higher is better; ties in the order of patches.

    Returns:
        Two (len(shares), n) bool.

    >>> away, put_in = kept(np.array([0.1, 0.9, 0.5, 0.2]), np.array([0.0, 0.25, 1.0]))
    >>> away.astype(int).tolist(), put_in.astype(int).tolist()
    ([[1, 1, 1, 1], [1, 0, 1, 1], [0, 0, 0, 0]], [[0, 0, 0, 0], [0, 1, 0, 0], [1, 1, 1, 1]])
    """
    n = len(ranking)
    place = np.empty(n, np.int64)
    place[np.argsort(-np.asarray(ranking), kind="stable")] = np.arange(n)
    count = np.round(shares * n).astype(np.int64)
    first = place < count[:, None]
    return ~first, first


def pair_curves(
    score: Callable[[np.ndarray], np.ndarray], rankings: Sequence[np.ndarray], rng: np.random.Generator
) -> tuple[np.ndarray, float] | None:
    """Normalised curves of one pair.

    Args:
        score: (B, n) bool patches present -> (B,) scores; never asked for an empty row.
        rankings: K rankings (n,). rng: of the patches that stand alone.

    Returns:
        (K, 2, 11) deletion and insertion curves and the rise from one patch to all; None below
        ``LEAST_RISE``.
    """
    n = len(rankings[0])
    wanted = np.stack([np.stack(kept(r)) for r in rankings])  # (K, 2, 11, n)
    alone = np.eye(n, dtype=bool)[rng.permutation(n)[:_ALONE]]
    rows, back = np.unique(
        np.concatenate([wanted.reshape(-1, n), alone]), axis=0, return_inverse=True
    )  # the ends are the same for all
    some = rows.any(axis=1)
    scores = np.full(len(rows), np.nan)
    scores[some] = score(rows[some])
    read = scores[back.ravel()]
    empty, full = float(read[-len(alone) :].mean()), float(score(np.ones((1, n), bool))[0])
    if full - empty < LEAST_RISE:
        return None
    curves = read[: -len(alone)].reshape(wanted.shape[:3])
    return normalised(np.where(np.isnan(curves), empty, curves), empty, full), full - empty


def evaluate_faithfulness(
    probe: Probe, cases: Sequence[Case], seed: int = 0, progress: Callable[[str], None] | None = None
) -> FaithfulnessResult:
    """Deletion and insertion areas of all methods."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[np.ndarray]] = {m: [] for m in METHODS}
    left_out = 0
    for done, case in enumerate(cases):
        if progress:
            progress(f"faithfulness: pair {done + 1} of {len(cases)}")
        text = case.caption.text
        said = attributions(probe, text, case.positions, rng)[1]
        rankings = [ranking(said[m]) for m in METHODS if m != "random"]
        rankings += [rng.random(len(rankings[0])) for _ in range(_RANDOM_ORDERS)]
        score = partial(probe.scores, probe.query(text), probe.image(case.positions))
        curves = pair_curves(score, rankings, rng)
        if curves is None:
            left_out += 1
            continue
        fixed = [m for m in METHODS if m != "random"]
        for m, curve in zip(fixed, curves[0], strict=False):
            found[m].append(curve)
        found["random"].append(curves[0][len(fixed) :].mean(axis=0))
    stacked = {m: np.array(v).reshape(-1, 2, len(SHARES)) for m, v in found.items()}
    return FaithfulnessResult(
        {m: np.array([area(c, SHARES) for c in v[:, 0]]) for m, v in stacked.items()},
        {m: np.array([area(c, SHARES) for c in v[:, 1]]) for m, v in stacked.items()},
        {m: v.mean(axis=0) for m, v in stacked.items()},
        left_out,
    )
