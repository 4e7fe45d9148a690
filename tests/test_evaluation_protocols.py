"""Protocols: what counts as right, which gallery, and that no fold sees its queries' subjects."""

from __future__ import annotations

import json

import numpy as np
import pytest

from motionlens.evaluation import protocols as p
from motionlens.evaluation import reference as r
from motionlens.evaluation.report import EvaluationReport


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def make_task(n: int = 40, captions: list[str] | None = None, **more) -> p.RetrievalTask:
    embeddings = unit(np.random.default_rng(0).normal(size=(n, 16)))
    captions = captions or [f"motion {i}" for i in range(n)]
    for i, text in enumerate(captions):
        embeddings[i] = embeddings[captions.index(text)]
    subjects = more.pop("subjects", tuple(str(i % 8) for i in range(n)))
    return p.RetrievalTask(tuple(f"{i:06d}" for i in range(n)), tuple(captions), subjects, embeddings, **more)


def by_letter(results: list[p.ProtocolResult]) -> dict[str, p.ProtocolResult]:
    return {result.protocol: result for result in results}


def test_perfect_scores_are_perfect_everywhere() -> None:
    for result in p.evaluate(np.eye(40), make_task()):
        for summary in (result.t2m, result.m2t):
            assert summary is not None
            assert summary.recall[1].value == 1.0
            assert summary.medr.value == 1.0
    assert by_letter(p.evaluate(np.eye(40), make_task()))["a"].pair_accuracy.value == 1.0


def test_directions_are_not_mixed_up() -> None:
    louder = np.arange(5.0)[:, None] * 10  # every motion prefers the last text
    result = p.evaluate(louder + np.eye(5), make_task(5), "a")[0]
    assert result.m2t is not None
    assert result.t2m.recall[1].value == 1.0
    assert result.m2t.recall[1].value == pytest.approx(0.2)


def test_identical_and_similar_captions_count_only_where_they_should() -> None:
    captions = ["a man walks", "A man walks.", "he sits", "he jumps"]
    task = make_task(4, captions)
    task.embeddings[1] = task.embeddings[0]
    task.embeddings[3] = unit(task.embeddings[[2]] + 0.05 * task.embeddings[[0]])[0]
    swapped = np.eye(4)[[1, 0, 3, 2]]  # each caption finds its neighbour's motion
    found = by_letter(p.evaluate(swapped, task, "abc"))
    assert found["a"].t2m.recall[1].value == 0.0
    assert found["b"].t2m.recall[1].value == 0.5
    assert found["c"].t2m.recall[1].value == 1.0


def test_dissimilar_subset_uses_the_list_and_says_so() -> None:
    listed = frozenset(f"{i:06d}" for i in range(0, 40, 3))
    official = p.evaluate(np.eye(40), make_task(dissimilar_ids=listed), "d")[0]
    assert official.t2m.gallery == len(listed)
    assert "nsim_test" in official.note
    greedy = p.evaluate(np.eye(40), make_task(), "d")[0]
    assert greedy.t2m.gallery == 20
    assert "greedily" in greedy.note


def test_greedy_subset_is_less_alike_than_the_whole() -> None:
    rng = np.random.default_rng(2)
    topics = unit(rng.normal(size=(6, 12)))
    rows = unit(np.repeat(topics, 5, axis=0) + 0.1 * rng.normal(size=(30, 12)))
    chosen = p.dissimilar_subset(rows, 6)
    assert sorted(i // 5 for i in chosen) == list(range(6))  # one of each topic


def test_batches_are_full_and_a_smaller_gallery_is_easier() -> None:
    batches = p.small_batches(100)
    assert all(len(set(b.tolist())) == 32 for b in batches)
    assert len(batches) == 3 * p.SHUFFLES
    noise = np.random.default_rng(0).normal(size=(100, 100)) + 2 * np.eye(100)
    found = by_letter(p.evaluate(noise, make_task(100), "ae"))
    assert found["e"].t2m.gallery == 32
    assert found["e"].t2m.queries == 100
    assert found["e"].t2m.recall[1].value > found["a"].t2m.recall[1].value


def test_chance_and_subject_oracle_have_their_known_values() -> None:
    task = make_task(48, subjects=tuple(str(i // 6) for i in range(48)))
    chance = p.evaluate(r.chance(48, draws=60), task, "a")[0]
    assert chance.t2m.recall[10].value == pytest.approx(10 / 48, abs=0.02)
    assert chance.pair_accuracy is not None
    assert chance.pair_accuracy.value == pytest.approx(0.5, abs=0.03)
    oracle = p.evaluate(r.subject_oracle(task.subjects, draws=60), task, "a")[0]
    assert oracle.t2m.recall[1].value == pytest.approx(1 / 6, abs=0.02)
    assert oracle.t2m.recall[5].value == pytest.approx(5 / 6, abs=0.02)
    assert oracle.t2m.recall[10].value == 1.0


def test_wrong_use_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown protocols"):
        p.evaluate(np.eye(4), make_task(4), "az")
    with pytest.raises(ValueError, match="scores must be"):
        p.evaluate(np.eye(5), make_task(4), "a")


def test_folds_keep_subjects_whole_and_cover_everything_once() -> None:
    rng = np.random.default_rng(0)
    subjects = [f"s{i}" for i in rng.integers(0, 27, 323)]
    folds = p.subject_folds(subjects)
    assert all(
        len({int(f) for f, s in zip(folds, subjects, strict=True) if s == name}) == 1
        for name in set(subjects)
    )
    sizes = np.bincount(folds)
    assert len(sizes) == 5
    assert sizes.max() - sizes.min() < 0.2 * 323


def test_leave_subject_out_hides_the_query_subject_from_training() -> None:
    subjects = [str(i % 10) for i in range(60)]
    items = list(range(60))
    asked: list[int] = []

    def fit_and_score(train: list[int], queries: list[int], gallery: list[int]) -> np.ndarray:
        assert {subjects[i] for i in train}.isdisjoint({subjects[i] for i in queries})
        assert gallery == items
        asked.extend(queries)
        return np.array([[float(q == g) for g in gallery] for q in queries])

    answer = p.leave_subject_out(items, subjects, fit_and_score)
    assert sorted(asked) == items
    result = answer.result(make_task(60, subjects=tuple(subjects)))
    assert result.t2m.recall[1].value == 1.0
    assert result.m2t is None
    with pytest.raises(ValueError, match="too few"):
        p.leave_subject_out(items, ["a"] * 60, fit_and_score)


def test_ridge_learns_across_subjects_what_it_can() -> None:
    """A theme shared by subjects is learned without the query's subject; noise is not."""
    rng = np.random.default_rng(0)
    n = 120
    theme = rng.integers(0, 6, n)
    subjects = [str(i % 12) for i in range(n)]
    centres, targets = rng.normal(size=(6, 20)) * 3, unit(rng.normal(size=(6, 16)))
    features = centres[theme] + 0.3 * rng.normal(size=(n, 20))
    embeddings = unit(targets[theme] + 0.02 * rng.normal(size=(n, 16)))

    def fit_and_score(train: list[int], queries: list[int], gallery: list[int]) -> np.ndarray:
        return r.KernelRidge(features[train], embeddings[train]).score(embeddings[queries], features[gallery])

    def right_theme_among_unseen() -> float:
        answer = p.leave_subject_out(list(range(n)), subjects, fit_and_score)
        # the gallery's training motions are known by heart: only the held-out ones tell
        unseen = np.where(answer.folds[:, None] == answer.folds[None, :], answer.t2m, -np.inf)
        return float((theme[unseen.argmax(axis=1)] == theme).mean())

    assert right_theme_among_unseen() > 0.95
    features = rng.normal(size=(n, 20))
    assert right_theme_among_unseen() < 0.4


def test_clip_statistics_ignore_place_and_heading_but_not_side() -> None:
    from motionlens.motion import mirror_positions
    from motionlens.skeleton import JOINT_INDEX, rest_positions

    t = np.linspace(0, 2, 40)
    clip = np.repeat(rest_positions()[None], 40, axis=0)
    clip[:, :, 2] += t[:, None]
    clip[:, JOINT_INDEX["left_wrist"], 1] += np.sin(6 * t)
    turned = clip[..., [2, 1, 0]] * np.array([1, 1, -1])  # a quarter turn about y
    moved = (turned + np.array([3.0, 0.0, -2.0])).astype(np.float32)
    assert np.allclose(r.clip_statistics(clip), r.clip_statistics(moved), atol=1e-3)
    assert not np.allclose(r.clip_statistics(clip), r.clip_statistics(mirror_positions(clip)), atol=1e-1)


def test_report_prints_and_serialises() -> None:
    task = make_task(40)
    systems = {"model": tuple(p.evaluate(np.eye(40), task)), "chance": tuple(p.evaluate(r.chance(40), task))}
    report = EvaluationReport("data", "test", 40, False, systems)
    data = json.loads(json.dumps(report.to_dict()))
    assert data["systems"]["model"][0]["t2m"]["recall"]["1"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert data["mirrored_twins_in_gallery"] is False
    text = report.to_text()
    assert "without mirrored twins" in text
    assert all(f"({letter})" in text for letter in "abcde")


def test_mirrored_twins_are_not_more_evidence() -> None:
    alone = make_task(20)
    ids = (*alone.ids, *(f"M{i}" for i in alone.ids))
    twins = p.RetrievalTask(
        ids, alone.captions * 2, alone.subjects * 2, np.tile(alone.embeddings, (2, 1)), True
    )
    noise = np.random.default_rng(0).normal(size=(20, 20)) + 2 * np.eye(20)
    double = np.kron(np.eye(2), noise + 10)  # each half ranks as the single set does
    one, two = p.evaluate(noise, alone, "a")[0].t2m, p.evaluate(double, twins, "a")[0].t2m
    assert (one.queries, two.queries) == (20, 40)
    assert two.recall[1] == one.recall[1]
