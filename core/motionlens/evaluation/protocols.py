"""Protocols of text-motion retrieval side by side: what counts as right, against which gallery.

a  all, strict: only the caption's own motion is right.
b  all, identical captions: motions with the same first caption are right too.
c  all, threshold: motions whose caption has a sentence cosine above 0.90 are right too (this is
   where the published "all with threshold" figures come from).
d  dissimilar subset: an official list of mutually dissimilar ids, else a greedy choice.
e  small batches of 32, shuffled, averaged.
f  leave-subject-out (``leave_subject_out``): the training side is part of the protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .metrics import Interval, Summary, best_ranks, bootstrap_mean, pair_accuracy, summarise
from .report import PROTOCOLS, ProtocolResult

THRESHOLD = 0.90
BATCH = 32
SHUFFLES = 10
"""Shuffles averaged in protocol e: with 49 ids a single one would leave 17 of them out."""
MIN_LISTED = 10
"""Fewer ids than this of the official dissimilar list, and the subset is chosen greedily."""

Scores = np.ndarray | Iterable[np.ndarray]
"""One (texts x motions) matrix, or several draws of it, for systems whose ranking is random."""


@dataclass(frozen=True)
class RetrievalTask:
    """N captions and their N motions, in the same order.

    Attributes:
        ids: motion ids.
        captions: the one caption of each motion.
        subjects: who moves, for bootstrap groups and pair accuracy.
        embeddings: (N, d) unit sentence embeddings of the captions, from a frozen model that is not
            the one evaluated.
        mirrored: whether mirrored twins are among the ids.
        dissimilar_ids: the official list of mutually dissimilar ids, empty where there is none.
    """

    ids: tuple[str, ...]
    captions: tuple[str, ...]
    subjects: tuple[str, ...]
    embeddings: np.ndarray
    mirrored: bool = False
    dissimilar_ids: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not len(self.ids) == len(self.captions) == len(self.subjects) == len(self.embeddings) > 0:
            raise ValueError("ids, captions, subjects and embeddings must be equally many, at least one")


def normalise_caption(text: str) -> str:
    """What "identical" means: the words, whatever the case, spaces or final stop.

    >>> normalise_caption("A man  Walks.") == normalise_caption("a man walks")
    True
    """
    return " ".join(text.casefold().split()).rstrip(" .")


def identical_captions(captions: Sequence[str]) -> np.ndarray:
    """(N, N) boolean: the captions are the same.

    >>> identical_captions(["a man walks", "he sits", "A man walks."]).astype(int).tolist()
    [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
    """
    keys = np.array([normalise_caption(c) for c in captions])
    return keys[:, None] == keys[None, :]


def similar_captions(embeddings: np.ndarray, threshold: float = THRESHOLD) -> np.ndarray:
    """(N, N) boolean: sentence cosine above the threshold; always true on the diagonal.

    >>> similar_captions(np.array([[1.0, 0.0], [0.0, 1.0], [0.96, 0.28]])).astype(int).tolist()
    [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
    """
    close = embeddings @ embeddings.T > threshold
    np.fill_diagonal(close, True)
    return close


def dissimilar_subset(embeddings: np.ndarray, size: int) -> np.ndarray:
    """Sorted indices of ``size`` mutually dissimilar captions, chosen greedily.

    Starts with the caption least like the others on average, then always takes the one whose
    nearest chosen caption is farthest (farthest-point sampling).

    >>> dissimilar_subset(np.array([[1.0, 0.0], [0.99, 0.14], [0.0, 1.0]]), 2).tolist()
    [0, 2]
    """
    cosine = embeddings @ embeddings.T
    chosen = [int(cosine.mean(axis=1).argmin())]
    nearest = cosine[chosen[0]].copy()
    while len(chosen) < min(size, len(cosine)):
        nearest[chosen[-1]] = np.inf
        chosen.append(int(nearest.argmin()))
        nearest = np.maximum(nearest, cosine[chosen[-1]])
    return np.array(sorted(chosen))


def small_batches(n: int, batch: int = BATCH, shuffles: int = SHUFFLES, seed: int = 0) -> list[np.ndarray]:
    """Index sets of full batches; what does not fill a batch is left out of that shuffle.

    >>> [len(b) for b in small_batches(70, shuffles=1)]
    [32, 32]
    """
    rng = np.random.default_rng(seed)
    out: list[np.ndarray] = []
    for _ in range(shuffles):
        order = rng.permutation(n)
        out += [order[i : i + batch] for i in range(0, n - batch + 1, batch)]
    return out


def _draws(scores: Scores) -> Iterator[np.ndarray]:
    return iter([scores]) if isinstance(scores, np.ndarray) else iter(scores)


def _both(
    draws: Iterable[np.ndarray],
    relevant: np.ndarray,
    subsets: Sequence[np.ndarray],
    gallery: int,
    ids: Sequence[str],
) -> tuple[Summary, Summary]:
    """Ranks of every draw inside every subset, both directions, one bootstrap over queries.

    A mirrored twin is the same evidence as its motion: the bootstrap draws the two together.
    """
    ranks: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    owners: list[np.ndarray] = []
    for matrix in draws:
        for subset in subsets:
            grid = np.ix_(subset, subset)
            ranks[0].append(best_ranks(matrix[grid], relevant[grid]))
            ranks[1].append(best_ranks(matrix[grid].T, relevant[grid].T))
            owners.append(subset)
    owner = np.concatenate(owners)
    groups = np.array([name.removeprefix("M") for name in ids])[owner]
    queries = len(np.unique(owner))
    t2m, m2t = (summarise(np.concatenate(r), gallery, groups, queries=queries) for r in ranks)
    return t2m, m2t


def evaluate(scores: Scores, task: RetrievalTask, protocols: Sequence[str] = "abcde") -> list[ProtocolResult]:
    """One system under the chosen protocols, a to e.

    Args:
        scores: (N, N) texts x motions in the task's order, higher better; or draws of it.

    Raises:
        ValueError: an unknown protocol, or a matrix of another size.
    """
    n = len(task.ids)
    unknown = [p for p in protocols if p not in PROTOCOLS or p == "f"]
    if unknown:
        raise ValueError(f"unknown protocols {unknown}: choose among a, b, c, d, e")
    matrices = list(_draws(scores))
    if any(m.shape != (n, n) for m in matrices):
        raise ValueError(f"scores must be ({n}, {n}), not {matrices[0].shape}")
    everything, strict = [np.arange(n)], np.eye(n, dtype=bool)
    results = []
    for protocol in protocols:
        relevant, subsets, gallery, note = strict, everything, n, ""
        if protocol == "b":
            relevant = identical_captions(task.captions)
            note = f"{int((relevant.sum(1) > 1).sum())} captions have another motion that counts."
        elif protocol == "c":
            relevant = similar_captions(task.embeddings)
            note = f"{int((relevant.sum(1) > 1).sum())} captions have another motion that counts."
        elif protocol == "d":
            subsets, note = _dissimilar(task)
            gallery = len(subsets[0])
        elif protocol == "e":
            subsets, gallery = small_batches(n), BATCH
            note = f"full batches only, {SHUFFLES} shuffles from seed 0 averaged."
            if not subsets:
                subsets, gallery, note = everything, n, f"fewer than {BATCH} motions: one batch of {n}."
        t2m, m2t = _both(matrices, relevant, subsets, gallery, task.ids)
        pairs = _pairs(matrices, task) if protocol == "a" else None
        results.append(ProtocolResult(protocol, t2m, m2t, note, pairs))
    return results


def _dissimilar(task: RetrievalTask) -> tuple[list[np.ndarray], str]:
    listed = np.array(
        [i for i, motion_id in enumerate(task.ids) if motion_id in task.dissimilar_ids], dtype=int
    )
    if len(listed) >= MIN_LISTED:
        return [listed], f"{len(listed)} ids of the official list nsim_test."
    n = len(task.ids)
    chosen = dissimilar_subset(task.embeddings, min(100, max(2, n // 2)))
    found = f"nsim_test lists {len(listed)} of these ids" if task.dissimilar_ids else "no nsim_test list here"
    return [chosen], f"{found}: {len(chosen)} ids chosen greedily instead (farthest captions)."


def _pairs(matrices: Sequence[np.ndarray], task: RetrievalTask) -> Interval | None:
    relevant = identical_captions(task.captions)
    shares = np.mean([pair_accuracy(m, relevant, task.subjects, task.subjects) for m in matrices], axis=0)
    known = np.isfinite(shares)
    if not known.any():
        return None
    return bootstrap_mean(shares[known], np.asarray(task.subjects)[known])


def subject_folds(subjects: Sequence[str], folds: int = 5) -> np.ndarray:
    """(N,) fold of each item: whole subjects, folds as even as a greedy choice makes them.

    The largest subject goes first, each to the smallest fold so far: no randomness to report.

    >>> subject_folds(["a", "a", "a", "b", "b", "c"], folds=2).tolist()
    [0, 0, 0, 1, 1, 1]
    """
    names, index, counts = np.unique(np.asarray(subjects), return_inverse=True, return_counts=True)
    fold_of, sizes = np.zeros(len(names), dtype=int), np.zeros(folds, dtype=int)
    for name in sorted(range(len(names)), key=lambda i: (-counts[i], names[i])):
        fold_of[name] = sizes.argmin()
        sizes[fold_of[name]] += counts[name]
    return fold_of[index]


FitAndScore = Callable[[list[Any], list[Any], list[Any]], np.ndarray | tuple[np.ndarray, np.ndarray]]
"""(train items, query items, gallery items) -> (Q, G) scores of the queries' captions against the
gallery's motions; or a pair with, second, the queries' motions against the gallery's captions."""


@dataclass(frozen=True)
class LeaveSubjectOut:
    """Scores of protocol f: every item a query once, by a model that never saw its subject.

    Attributes:
        t2m: (N, N) captions x motions.
        m2t: (N, N) motions x captions, None where the callback gave none.
        folds: (N,) the fold of each query.
    """

    t2m: np.ndarray
    m2t: np.ndarray | None
    folds: np.ndarray

    def ranks(self, task: RetrievalTask) -> np.ndarray:
        """(N,) strict T2M ranks, for paired differences between systems."""
        return best_ranks(self.t2m, np.eye(len(task.ids), dtype=bool))

    def result(self, task: RetrievalTask) -> ProtocolResult:
        """Figures with intervals over subjects, and within-subject pair accuracy."""
        strict = np.eye(len(task.ids), dtype=bool)
        n, groups = len(task.ids), task.subjects
        m2t = None if self.m2t is None else summarise(best_ranks(self.m2t, strict), n, groups)
        note = (
            f"{len(set(self.folds.tolist()))} folds over {len(set(groups))} subjects, each id a query once, "
            "gallery of all; intervals by bootstrap over subjects."
        )
        return ProtocolResult(
            "f", summarise(self.ranks(task), n, groups), m2t, note, _pairs([self.t2m], task)
        )


def leave_subject_out(
    items: Sequence[Any], subjects: Sequence[str], fit_and_score: FitAndScore, folds: int = 5
) -> LeaveSubjectOut:
    """Run protocol f: train without the query's subject, rank the query against all items.

    Args:
        items: anything the callback understands.
        subjects: (N,) subject of each item.
        fit_and_score: see ``FitAndScore``; called once a fold.

    Raises:
        ValueError: fewer subjects than folds, or the callback's matrix has another shape.
    """
    if len(set(subjects)) < folds:
        raise ValueError(f"{len(set(subjects))} subjects are too few for {folds} folds")
    fold_of, n = subject_folds(subjects, folds), len(items)
    t2m, m2t = np.full((n, n), np.nan), np.full((n, n), np.nan)
    for fold in range(folds):
        inside = np.flatnonzero(fold_of == fold)
        train = [items[int(i)] for i in np.flatnonzero(fold_of != fold)]
        answer = fit_and_score(train, [items[int(i)] for i in inside], list(items))
        forward, backward = answer if isinstance(answer, tuple) else (answer, None)
        if forward.shape != (len(inside), n):
            raise ValueError(f"fold {fold}: scores must be ({len(inside)}, {n}), not {forward.shape}")
        t2m[inside] = forward
        if backward is not None:
            m2t[inside] = backward
    return LeaveSubjectOut(t2m, m2t if np.isfinite(m2t).all() else None, fold_of)
