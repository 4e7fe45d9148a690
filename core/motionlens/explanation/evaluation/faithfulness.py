"""Faithfulness: does the score fall when the patches that a method ranks first are taken away?

*Deletion*: patches are taken away, the best first. *Insertion*: they are put in, the best first. This is done
in two ways, which answer two questions:

- *model*: patches are taken out of the transformer's input and what is left is encoded anew. Training gives
  the model half of the patches, so that an input with patches missing is nothing new to it. A token that
  stays no longer knows of the patches that went.
- *score*: tokens are taken out of the score, after encoding: the game that Shapley-Taylor interactions are
  defined in. A token that stays still knows of those that went.

The score is read at eleven shares, in units in which no patch is 0 and all patches are 1, for every pair
alike for all methods; as there is no score without any patch, 0 is the mean score of one patch alone, over
random ones. Area under the deletion curve: lower is better. Area under the insertion curve: higher is better;
it can be above 1 where some patches hold the score down. Their difference, insertion less deletion, sums up both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ...errors import MotionLensError
from ...evaluation.metrics import Interval, bootstrap_mean
from ..explain import motion_side, query_side
from ..maps import JOINT, SEGMENT, WHOLE, Side
from .baselines import METHODS, attributions, ranking
from .cases import Case
from .measures import area, normalised
from .probe import Probe
from .report import Table

SHARES: np.ndarray = np.linspace(0.0, 1.0, 11)
"""Shares of the patches that are taken away or put in."""

LEAST_RISE = 0.05
"""A pair in which all patches score less than this above one patch says nothing: it is left out."""

WAYS: tuple[str, ...] = ("model", "score")
"""What patches are taken out of."""

_ALONE = 16
_RANDOM_ORDERS = 3


@dataclass(frozen=True, eq=False)
class FaithfulnessResult:
    """Areas of all pairs.

    Attributes:
        way: one of ``WAYS``.
        deletion, insertion: method -> (pairs,) areas.
        curves: method -> (2, 11) mean deletion and insertion curve.
        left_out: pairs without a rise.
    """

    way: str
    deletion: Mapping[str, np.ndarray]
    insertion: Mapping[str, np.ndarray]
    curves: Mapping[str, np.ndarray]
    left_out: int

    @property
    def gap(self) -> Mapping[str, np.ndarray]:
        """method -> (pairs,) insertion less deletion."""
        return {m: v - self.deletion[m] for m, v in self.insertion.items()}

    def figures(self, which: str) -> dict[str, Interval]:
        """Mean of each method; ``which`` is "deletion", "insertion" or "gap"."""
        return {m: bootstrap_mean(v) for m, v in getattr(self, which).items()}

    def ahead(self, which: str) -> dict[str, Interval]:
        """By how much the first method is better than each other on the same pairs; above 0 is better."""
        areas = getattr(self, which)
        sign = -1.0 if which == "deletion" else 1.0
        own = areas[METHODS[0]]
        return {m: bootstrap_mean(sign * (own - v)) for m, v in areas.items() if m != METHODS[0]}

    def table(self) -> Table:
        """For the terminal and as JSON."""
        which = ("deletion", "insertion", "gap")
        figures, ahead = [self.figures(w) for w in which], [self.ahead(w) for w in which]
        taken = {"model": "patches out of the model's input", "score": "tokens out of the score"}[self.way]
        skipped = f", {self.left_out} left out whose score hardly depends on patches" if self.left_out else ""
        curves = {
            m: {"deletion": c[0].round(4).tolist(), "insertion": c[1].round(4).tolist()}
            for m, c in self.curves.items()
        }
        return Table(
            f"faithfulness_{self.way}",
            f"{taken}, best first; {len(self.deletion[METHODS[0]])} pairs{skipped}",
            (
                "deletion area (lower is better)",
                f"{METHODS[0]} better by",
                "insertion area (higher is better)",
                f"{METHODS[0]} better by",
                "insertion less deletion (higher is better)",
                f"{METHODS[0]} better by",
            ),
            {m: [v for f, a in zip(figures, ahead, strict=True) for v in (f[m], a.get(m))] for m in METHODS},
            extra={"shares": SHARES.round(3).tolist(), "curves": curves},
        )


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
) -> np.ndarray | None:
    """Normalised curves of one pair.

    Args:
        score: (B, n) bool patches present -> (B,) scores; never asked for an empty row.
        rankings: K rankings (n,). rng: of the patches that stand alone.

    Returns:
        (K, 2, 11) deletion and insertion curves; None where all patches score not even ``LEAST_RISE`` more
        than one alone.
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
    return normalised(np.where(np.isnan(curves), empty, curves), empty, full)


def score_game(query: Side, motion: Side, present: np.ndarray) -> np.ndarray:
    """(B,) score with some of the motion's tokens alone, all as encoded with the others.

    Joint stage: the best of the tokens that are left. Segment stage: the best of the segments of which at
    least half is left, or of which most is. Whole stage: what the tokens that are left add to its vector.

    Args:
        query, motion: from ``explanation.explain``. present: (B, F) bool, at least one a row.

    Two patches and one word that looks for the first:

    >>> none = np.zeros((0, 2))
    >>> side = lambda v, w: Side((v, none, none), (w, w[:0], w[:0]), np.zeros((0, len(v))), np.zeros((len(v), 0)))
    >>> word, patches = side(np.array([[1.0, 0.0]]), np.ones(1)), side(np.eye(2), np.ones(2))
    >>> score_game(word, patches, np.array([[True, True], [False, True]])).tolist()
    [1.0, 0.0]
    """
    similarity = query.vectors[JOINT] @ motion.vectors[JOINT].T
    out = np.where(present[:, None], similarity, -np.inf).max(axis=-1) @ query.weights[JOINT]
    if len(query.vectors[SEGMENT]) and len(motion.vectors[SEGMENT]):
        share = present @ motion.shares.T
        there = (share >= 0.5) | (share == share.max(axis=1, keepdims=True))
        coarse = query.vectors[SEGMENT] @ motion.vectors[SEGMENT].T
        out = out + np.where(there[:, None], coarse, -np.inf).max(axis=-1) @ query.weights[SEGMENT]
    if len(query.vectors[WHOLE]) and len(motion.vectors[WHOLE]):
        each = motion.parts @ query.vectors[WHOLE][0] * query.weights[WHOLE][0]
        out = out + present @ each
    return np.asarray(out, np.float64)


def evaluate_faithfulness(
    probe: Probe, cases: Sequence[Case], seed: int = 0, progress: Callable[[str], None] | None = None
) -> list[FaithfulnessResult]:
    """Deletion and insertion areas of all methods, a result for each of ``WAYS``."""
    rng = np.random.default_rng(seed)
    fixed = [m for m in METHODS if m != "random"]
    found: dict[str, list[np.ndarray]] = {way: [] for way in WAYS}
    for done, case in enumerate(cases):
        if progress:
            progress(f"faithfulness: pair {done + 1} of {len(cases)}")
        text = case.caption.text
        said = attributions(probe, text, case.positions, rng)[1]
        rankings = [ranking(said[m]) for m in fixed]
        rankings += [rng.random(len(rankings[0])) for _ in range(_RANDOM_ORDERS)]
        encoder = probe.encoder
        sides = (
            query_side(*encoder.compose_text(text)),
            motion_side(*encoder.compose_motion(case.positions), encoder.stage_counts),
        )
        scores = {
            "model": partial(probe.scores, probe.query(text), probe.image(case.positions)),
            "score": partial(score_game, *sides),
        }
        for way in WAYS:
            curves = pair_curves(scores[way], rankings, rng)
            if curves is not None:
                random = curves[len(fixed) :].mean(axis=0, keepdims=True)
                found[way].append(np.concatenate([curves[: len(fixed)], random]))
    return [_result(way, np.array(found[way]), len(cases)) for way in WAYS]


def _result(way: str, curves: np.ndarray, cases: int) -> FaithfulnessResult:
    """From (pairs, methods, 2, 11) curves."""
    if not len(curves):
        raise MotionLensError(
            "Of no pair does the score depend on patches: the model is not trained, or choose more --pairs."
        )
    areas = np.apply_along_axis(area, -1, curves, SHARES)
    return FaithfulnessResult(
        way,
        {m: areas[:, i, 0] for i, m in enumerate(METHODS)},
        {m: areas[:, i, 1] for i, m in enumerate(METHODS)},
        {m: curves[:, i].mean(axis=0) for i, m in enumerate(METHODS)},
        cases - len(curves),
    )
