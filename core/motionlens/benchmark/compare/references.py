"""The rows that every system is read against: chance, subject oracle, clip length, kernel ridge."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...evaluation import reference
from ...evaluation.protocols import leave_subject_out
from .cells import Queries
from .table import Ranked, ranked

Embed = Callable[[Sequence[str]], np.ndarray]
_FEATURES = {"clip length": reference.length_features, "kernel ridge": reference.clip_statistics}
_DRAWS = 50


def _drawn(
    scores: reference.RandomTies,
    captions: Sequence[str],
    subjects: Sequence[str],
    relevant: np.ndarray | None,
) -> Ranked:
    draws = list(scores)
    return ranked(draws, [d.T for d in draws], captions, subjects, relevant)


def knowing_nothing(
    captions: Sequence[str], subjects: Sequence[str], relevant: np.ndarray | None = None
) -> dict[str, Ranked]:
    """Chance, and knowing only who moves."""
    return {
        "chance": _drawn(reference.chance(len(captions), _DRAWS), captions, subjects, relevant),
        "subject oracle": _drawn(reference.subject_oracle(subjects, _DRAWS), captions, subjects, relevant),
    }


def fitted_folds(
    queries: Queries, targets: np.ndarray, embeddings: np.ndarray, folds: int
) -> dict[str, Ranked]:
    """Clip length and kernel ridge under leave-subject-out.

    Args:
        targets: (N, d) mean sentence embedding of each motion's captions. embeddings: (N, d) of the first ones.
    """
    out = {}
    for name, features in _FEATURES.items():
        table = np.stack([features(m) for m in queries.motions])

        def fit_and_score(
            train: list[int], asked: list[int], gallery: list[int], table: np.ndarray = table
        ) -> tuple[np.ndarray, np.ndarray]:
            fitted = reference.KernelRidge(table[train], targets[train])
            scores = np.round(fitted.score(embeddings[gallery], table[gallery]), 12)
            return scores[asked], scores.T[asked]

        found = leave_subject_out(list(range(len(queries.ids))), queries.subjects, fit_and_score, folds)
        assert found.m2t is not None
        out[name] = ranked([found.t2m], [found.m2t], queries.captions, queries.subjects)
    return out


def fitted_official(
    queries: Queries,
    targets: np.ndarray,
    embeddings: np.ndarray,
    test: np.ndarray,
    relevant: np.ndarray | None = None,
) -> dict[str, Ranked]:
    """The same, fitted on the training ids and asked about ``test`` (indices)."""
    train = np.flatnonzero(np.array(queries.splits) == "train")
    captions, subjects = [queries.captions[i] for i in test], [queries.subjects[i] for i in test]
    out = {}
    for name, features in _FEATURES.items():
        table = np.stack([features(m) for m in queries.motions])
        scores = reference.KernelRidge(table[train], targets[train]).score(embeddings[test], table[test])
        scores = np.round(scores, 12)
        out[name] = ranked([scores], [scores.T], captions, subjects, relevant)
    return out
