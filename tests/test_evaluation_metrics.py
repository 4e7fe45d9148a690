"""Retrieval figures against values worked out by hand or by brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionlens.evaluation import metrics as m


def brute_force_rank(scores: np.ndarray, relevant: np.ndarray) -> float:
    """Mean, over all orders of tied items, of where the first relevant item stands."""
    items = range(len(scores))
    orders = [
        o
        for o in itertools.permutations(items)
        if all(scores[a] >= scores[b] for a, b in itertools.pairwise(o))
    ]
    return float(np.mean([1 + next(i for i, x in enumerate(o) if relevant[x]) for o in orders]))


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_tied_rank_is_the_mean_over_all_orders(rows: list[tuple[int, bool]]) -> None:
    scores = np.array([r[0] for r in rows], dtype=float)
    relevant = np.array([r[1] for r in rows])
    if not relevant.any():
        relevant[0] = True
    assert m.best_ranks(scores[None], relevant[None])[0] == pytest.approx(brute_force_rank(scores, relevant))


def test_constant_scores_are_not_a_perfect_model() -> None:
    ranks = m.best_ranks(np.zeros((9, 9)), np.eye(9, dtype=bool))
    assert ranks.tolist() == [5.0] * 9
    assert m.recall(ranks, 1) == 0.0


@pytest.mark.parametrize(
    ("scores", "relevant"),
    [
        (np.array([[np.nan, 1.0]]), np.array([[True, False]])),
        (np.zeros((1, 2)), np.array([[False, False]])),
        (np.zeros((1, 2)), np.array([[True]])),
    ],
)
def test_impossible_input_is_refused(scores: np.ndarray, relevant: np.ndarray) -> None:
    with pytest.raises(ValueError):
        m.best_ranks(scores, relevant)


def test_summary_by_hand() -> None:
    s = m.summarise(np.array([1.0, 1.0, 2.0, 3.0, 6.0, 20.0]), gallery=30)
    assert {k: round(v.value, 4) for k, v in s.recall.items()} == {
        1: 0.3333,
        2: 0.5,
        3: 0.6667,
        5: 0.6667,
        10: 0.8333,
    }
    assert s.medr.value == 2.5
    assert s.rsum.value == pytest.approx(3.0)
    assert s.queries == 6
    assert s.gallery == 30


def test_interval_of_a_share_agrees_with_the_binomial() -> None:
    hits = np.r_[np.ones(30), np.zeros(70)]
    found = m.bootstrap_mean(hits, draws=5000)
    half = 1.96 * np.sqrt(0.3 * 0.7 / 100)
    assert found.low == pytest.approx(0.3 - half, abs=0.015)
    assert found.high == pytest.approx(0.3 + half, abs=0.015)


def test_groups_widen_the_interval_and_repetitions_do_not_narrow_it() -> None:
    hits = np.tile([1.0, 0.0], 50)
    alone = m.bootstrap_mean(hits)
    grouped = m.bootstrap_mean(hits, np.tile(["a", "b"], 50))
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)
    repeated = m.bootstrap_mean(np.tile(hits, 20), np.tile(np.arange(100), 20))
    assert repeated.high - repeated.low == pytest.approx(alone.high - alone.low, abs=1e-9)


def test_bootstrap_median_matches_numpy_resampling() -> None:
    ranks = np.random.default_rng(1).integers(1, 40, 31).astype(float)
    groups = np.arange(31) % 7
    drawn = m.group_draws(7, draws=50, seed=3)
    ours = m._drawn_medians(ranks, groups, drawn)
    assert ours.tolist() == [float(np.median(np.repeat(ranks, w[groups].astype(int)))) for w in drawn]


def test_paired_difference_sees_what_two_intervals_hide() -> None:
    rng = np.random.default_rng(0)
    a = rng.random(200) < 0.5
    b = a & (rng.random(200) < 0.85)  # b misses some of a's hits and adds none
    alone_a, alone_b = m.bootstrap_mean(a), m.bootstrap_mean(b)
    paired = m.paired_difference(a, b, np.asarray)
    assert alone_b.high > alone_a.low  # overlapping
    assert paired.low > 0


def test_pair_accuracy_by_hand() -> None:
    scores = np.array(
        [[0.5, 0.9, 0.1, 9.0], [0.2, 0.6, 0.6, 9.0], [0.0, 0.0, 1.0, 9.0], [9.0, 9.0, 9.0, 0.0]]
    )
    groups = ["a", "a", "a", "b"]
    found = m.pair_accuracy(scores, np.eye(4, dtype=bool), groups, groups)
    assert found[:3].tolist() == [0.5, 0.75, 1.0]
    assert np.isnan(found[3])


def test_a_relevant_twin_is_no_rival() -> None:
    relevant = np.array([[True, True, False], [True, True, False], [False, False, True]])
    scores = np.array([[0.1, 0.9, 0.5], [0.1, 0.9, 0.5], [0.0, 0.0, 1.0]])
    assert m.pair_accuracy(scores, relevant, ["s"] * 3, ["s"] * 3).tolist() == [1.0, 1.0, 1.0]


def test_random_scores_win_half_of_the_pairs() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(20), 10)
    shares = m.pair_accuracy(rng.random((200, 200)), np.eye(200, dtype=bool), groups, groups)
    assert np.mean(shares) == pytest.approx(0.5, abs=0.04)
