"""How explanations are measured: on tiny random models and on maps made by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from motionlens.errors import MotionLensError
from motionlens.evaluation.metrics import Interval
from motionlens.evaluation.understanding_pairs import FIRST_SEED
from motionlens.explanation import explain
from motionlens.explanation.evaluation.baselines import (
    METHODS,
    Attribution,
    _contributions,
    attention_rollout,
    attributions,
    gradient_input,
)
from motionlens.explanation.evaluation.cases import (
    Case,
    grounded_words,
    limb_joints,
    make_cases,
    make_sided_cases,
    named_limb,
)
from motionlens.explanation.evaluation.faithfulness import (
    SHARES,
    evaluate_faithfulness,
    pair_curves,
    score_game,
)
from motionlens.explanation.evaluation.localisation import PERFECT, mean_figure, word_figures
from motionlens.explanation.evaluation.measures import area
from motionlens.explanation.evaluation.mirror import evaluate_mirror, judge, limb_peak
from motionlens.explanation.evaluation.probe import Probe
from motionlens.explanation.evaluation.report import Table
from motionlens.explanation.evaluation.sanity import CHANGES, evaluate_sanity
from motionlens.explanation.explain import motion_side, query_side
from motionlens.explanation.parts import PART_NAMES
from motionlens.explanation.result import QueryPart
from motionlens.model.encoder import save_model
from motionlens.model.pyramid import Pyramid
from motionlens.model.pyramid_config import PyramidConfig
from motionlens.skeleton import JOINT_INDEX
from motionlens.synthesis.vocabulary import Action, GroundedCaption, Recipe, Step, WordGrounding

TINY = PyramidConfig(
    dim=16, whole_dim=16, width=32, layers=2, heads=2, patch_hidden=24, text_width=32, text_heads=2,
    segment_score=0.5, segment_loss=1.0,
)  # fmt: skip
TEXT = "a person waves the left hand unhurriedly"


@pytest.fixture(scope="module")
def probe() -> Probe:
    torch.manual_seed(0)
    return Probe(Pyramid(TINY))


@pytest.fixture(scope="module")
def clip() -> np.ndarray:
    return make_cases(1, seed=3)[0].positions[:60]


# -- taking patches away -----------------------------------------------------------------------------


def test_all_patches_give_the_score_of_the_explanation(probe: Probe, clip: np.ndarray) -> None:
    query, image = probe.query(TEXT), probe.image(clip)
    everything = np.ones((1, 4 * 14), dtype=bool)
    wanted = explain(probe.encoder, TEXT, clip).score
    assert probe.scores(query, image, everything)[0] == pytest.approx(wanted, abs=1e-5)
    sides = (
        query_side(*probe.encoder.compose_text(TEXT)),
        motion_side(*probe.encoder.compose_motion(clip), probe.encoder.stage_counts),
    )
    assert score_game(*sides, everything)[0] == pytest.approx(wanted, abs=1e-5)


def test_a_patch_taken_away_has_no_say(probe: Probe, clip: np.ndarray) -> None:
    query, (images, lengths) = probe.query(TEXT), probe.image(clip)
    present = np.ones((2, 4 * 14), dtype=bool)
    present[1, 14 + 5] = False  # body part 5 in window 1
    other = images.clone()
    other[:, 16:32, 5] += 3.0
    before, after = (
        probe.scores(query, (images, lengths), present),
        probe.scores(query, (other, lengths), present),
    )
    assert after[1] == pytest.approx(before[1], abs=1e-6)
    assert abs(after[0] - before[0]) > 1e-4  # while it is there it matters
    assert abs(before[1] - before[0]) > 1e-5


def test_batches_of_masked_motions_score_as_each_alone(probe: Probe, clip: np.ndarray) -> None:
    query, image = probe.query(TEXT), probe.image(clip)
    present = np.random.default_rng(0).random((12, 4 * 14)) < np.linspace(0.1, 1, 12)[:, None]
    together = probe.scores(query, image, present)
    alone = [probe.scores(query, image, row[None])[0] for row in present]
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_the_true_ranking_has_the_best_areas() -> None:
    worth = np.random.default_rng(1).random(56)
    rankings = [worth, -worth, np.random.default_rng(2).random(56)]
    curves = pair_curves(lambda present: present @ worth, rankings, np.random.default_rng(0))
    assert curves is not None
    deletion, insertion = ([area(c, SHARES) for c in curves[:, i]] for i in (0, 1))
    assert deletion[0] < deletion[2] < deletion[1]
    assert insertion[0] > insertion[2] > insertion[1]
    # in an additive game putting in is taking away, read from the other end
    np.testing.assert_allclose(curves[0, 1], 1 - curves[0, 0] + curves[0, 0, -1], atol=0.05)
    assert curves[0, 0, 0] == pytest.approx(1) == curves[1, 1, -1]
    assert curves[0, 0, -1] == curves[1, 1, 0] == 0


def test_a_score_that_needs_no_patches_says_nothing() -> None:
    ranking = np.arange(28.0)
    assert pair_curves(lambda p: np.full(len(p), 0.3), [ranking], np.random.default_rng(0)) is None


def test_no_pair_left_is_a_clear_error(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("motionlens.explanation.evaluation.faithfulness.LEAST_RISE", 1e9)
    with pytest.raises(MotionLensError, match="more --pairs"):
        evaluate_faithfulness(probe, make_cases(1))


# -- baselines ---------------------------------------------------------------------------------------


@contextmanager
def scaled(probe: Probe, factor: float) -> Iterator[None]:
    """The patch embeddings times a factor."""
    handle = probe.model.motion.embed.register_forward_hook(lambda _m, _a, out: out * factor)
    try:
        yield
    finally:
        handle.remove()


def test_gradient_input_is_the_slope_of_the_words_contributions(clip: np.ndarray) -> None:
    # without segments, whose clusters jump
    torch.manual_seed(1)
    probe = Probe(Pyramid(replace(TINY, segment_score=0.0)))
    query, image = probe.query(TEXT), probe.image(clip)
    found = gradient_input(probe, query, image).sum(axis=(1, 2))
    step = 1e-2
    values = []
    for factor in (1 - step, 1 + step):
        with scaled(probe, factor), torch.no_grad():
            values.append(_contributions(probe, query, probe.encode(*image))[0].double().numpy())
    np.testing.assert_allclose(found, (values[1] - values[0]) / (2 * step), atol=3e-3)
    assert np.abs(found).max() > 0.01


def test_contributions_in_torch_are_those_of_the_explanation(probe: Probe, clip: np.ndarray) -> None:
    query, image = probe.query(TEXT), probe.image(clip)
    with torch.no_grad():
        found = _contributions(probe, query, probe.encode(*image))[0].numpy()
    np.testing.assert_allclose(found, explain(probe.encoder, TEXT, clip).word_contribution, atol=1e-5)


def test_rollout_shares_sum_to_one_and_know_no_text(probe: Probe, clip: np.ndarray) -> None:
    flow = attention_rollout(probe, probe.image(clip))
    assert flow.shape == (14, 4)
    assert flow.sum() == pytest.approx(1) and (flow > 0).all()
    _, said = attributions(probe, TEXT, clip, np.random.default_rng(0))
    assert set(said) == set(METHODS)
    n = probe.query(TEXT).n
    for attribution in said.values():
        assert attribution.words.shape == (n, 14, 4) and attribution.query.shape == (14, 4)
    np.testing.assert_array_equal(said["attention rollout"].words[0], said["attention rollout"].words[-1])
    assert all(p.grad is None for p in probe.model.parameters())


def test_attention_is_that_of_the_layers(probe: Probe, clip: np.ndarray) -> None:
    """A layer whose queries and keys are zero attends to all alike: rollout then shares out evenly."""
    flat_model = Probe(Pyramid(TINY))
    with torch.no_grad():
        for layer in flat_model.model.motion.trunk.layers:
            layer.self_attn.in_proj_weight[: 2 * TINY.width] = 0
            layer.self_attn.in_proj_bias[: 2 * TINY.width] = 0
    np.testing.assert_allclose(attention_rollout(flat_model, flat_model.image(clip)), 1 / 56, atol=1e-6)
    assert attention_rollout(probe, probe.image(clip)).std() > 1e-6


# -- cases and localisation ---------------------------------------------------------------------------


def test_cases_are_held_out_and_stay_the_same() -> None:
    few, more = make_cases(3, seed=5), make_cases(5, seed=5)
    assert [c.caption.text for c in few] == [c.caption.text for c in more[:3]]
    for case in (*more, *make_sided_cases(4)):
        assert case.recipe.seed >= FIRST_SEED
        assert len(case.positions) <= 224
    for case in make_sided_cases(4):
        side, limb, start, end = named_limb(case.caption.text)
        assert case.caption.text[start:end] == f"{side} {limb}"
        assert case.recipe.steps[0].base.side in ("left", "right")


def hand_made() -> tuple[Case, tuple[QueryPart, ...]]:
    """A wave during the first half, a walk during the second."""
    text = "waves the left hand then walks"
    arm = limb_joints("left", "hand")
    legs = (*limb_joints("left", "leg"), *limb_joints("right", "leg"))
    groundings = (
        WordGrounding(0, 5, arm, 0.0, 1.6),
        WordGrounding(10, 19, arm, 0.0, 1.6),
        WordGrounding(25, 30, legs, 1.6, 3.2),
    )
    steps = (Step(Action("wave", "left")), Step(Action("walk")))
    case = Case(
        GroundedCaption(text, groundings), np.zeros((64, 22, 3), np.float32), Recipe(steps, FIRST_SEED)
    )
    words, at = [], 0
    for word in text.split():
        words.append(QueryPart(word, at, at + len(word)))
        at += len(word) + 1
    return case, tuple(words)


def test_localisation_of_maps_made_by_hand(probe: Probe, clip: np.ndarray) -> None:
    case, words = hand_made()
    found = {g.word: g for g in grounded_words(case.caption, words)}
    assert sorted(found) == [0, 2, 3, 5]  # "the" and "then" mean nothing
    assert [found[k].kind for k in (0, 2, 3, 5)] == ["action", "limb", "limb", "action"]

    base = explain(probe.encoder, "a b c d e f", np.resize(clip, (64, 22, 3)))
    explanation = replace(base, words=words)
    right = np.zeros((6, 14, 4))
    for part in ("left shoulder", "left elbow"):
        right[:4, PART_NAMES.index(part), :2] = 1
    for side in ("left", "right"):
        for part in ("hip", "knee", "ankle"):
            right[5, PART_NAMES.index(f"{side} {part}"), 2:] = 1
    said = {
        "right": Attribution(right, right.sum(0)),
        "wrong": Attribution(-right, -right.sum(0)),
        "similarity": Attribution(right, right.sum(0), additive=False),
    }
    figures = word_figures(0, case, explanation, said)
    assert len(figures) == 4
    for method, high in (("right", True), ("similarity", True), ("wrong", False)):
        for which in ("joints", "time"):
            value = mean_figure(figures, method, which, 0)
            assert isinstance(value, Interval)
            assert (value.value > 0.95) if high else (value.value < 0.05)
    iou = mean_figure(figures, "right", "time", 2)
    assert iou is not None and iou.value == 1.0
    gap = mean_figure(figures, "right", "time", 0, minus="wrong")
    assert gap is not None and gap.value == 1.0
    assert mean_figure(figures, "right", "time", 0, kinds=("manner",)) is None


def test_mirror_check_on_maps_made_by_hand() -> None:
    text, other = "waves the left hand", "waves the right hand"
    words = tuple(QueryPart(w, text.index(w), text.index(w) + len(w)) for w in text.split())
    turned = tuple(QueryPart(w, other.index(w), other.index(w) + len(w)) for w in other.split())

    def at(part: str) -> Attribution:
        maps = np.zeros((4, 14, 3))
        maps[2:, PART_NAMES.index(part), 1] = 1
        maps[0, PART_NAMES.index("right knee")] = 9  # another word: not asked
        return Attribution(maps, maps.sum(0))

    one, two = limb_peak(at("left elbow"), words, text), limb_peak(at("right elbow"), turned, other)
    assert one in (JOINT_INDEX["left_elbow"], JOINT_INDEX["left_wrist"])
    assert judge(one, two, text) == (True, True, True)
    assert judge(one, limb_peak(at("left elbow"), turned, other), text) == (False, True, True)
    assert judge(limb_peak(at("right ankle"), words, text), two, text) == (False, False, False)


# -- sanity, report, command --------------------------------------------------------------------------


def test_randomised_weights_keep_their_values_and_lose_their_places(probe: Probe, clip: np.ndarray) -> None:
    before = probe.model.motion.trunk.layers[0].linear1.weight.detach().clone()
    blank = probe.randomised(1)
    after = blank.model.motion.trunk.layers[0].linear1.weight.detach()
    torch.testing.assert_close(after.flatten().sort().values, before.flatten().sort().values)
    assert not torch.equal(after, before)
    assert torch.equal(probe.model.motion.trunk.layers[0].linear1.weight, before)
    assert explain(blank.encoder, TEXT, clip).score != explain(probe.encoder, TEXT, clip).score


def test_sanity_figures_of_all_changes(probe: Probe) -> None:
    result = evaluate_sanity(probe, make_cases(3))
    assert len(result.case)
    for method, states in result.correlation.items():
        assert set(states) == set(CHANGES)
        assert all(len(v) == len(result.case) and (np.abs(v) <= 1 + 1e-9).all() for v in states.values())
        assert method != "random"
    np.testing.assert_allclose(result.correlation["attention rollout"][CHANGES[0]], 1, atol=1e-9)
    assert (result.correlation["Shapley-Taylor"][CHANGES[2]] < 0.9).any()
    assert "randomised weights" in result.table().to_text()


def test_mirror_result_has_a_row_a_method(probe: Probe) -> None:
    result = evaluate_mirror(probe, make_sided_cases(2))
    assert {m: v.shape for m, v in result.figures.items()} == dict.fromkeys(METHODS, (2, 3))


def test_table_text_and_json() -> None:
    table = Table(
        "t", "what", ("a", "by", "b", "by"), {"x": (1.0, None, Interval(0.5, 0.4, 0.6), 0.25)}, ("n",)
    )
    lines = table.to_text().splitlines()
    assert lines[0] == "t: what" and lines[-1] == "n"
    assert "0.500 [0.40, 0.60]" in lines[-2] and "0.250" in lines[-2]
    assert table.to_dict()["rows"]["x"] == {
        "a": 1.0, "by": None, "b": {"value": 0.5, "low": 0.4, "high": 0.6}, "b: by": 0.25,
    }  # fmt: skip


def test_command_prints_every_part(
    probe: Probe, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from motionlens.cli.main import main

    monkeypatch.setattr("motionlens.explanation.evaluation.faithfulness.LEAST_RISE", 1e-6)
    save_model(probe.model, tmp_path / "model")
    call = ["evaluate-explanations", "--model", str(tmp_path / "model"), "--pairs", "2", "--cases", "2"]
    assert main([*call, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    tables = {"faithfulness_model", "faithfulness_score", "localisation", "mirror", "sanity", "timing"}
    assert tables <= set(found)
    for name in ("faithfulness_model", "faithfulness_score", "mirror"):
        assert set(found[name]["rows"]) == set(METHODS)
    assert set(found["localisation"]["rows"]) == {*METHODS, PERFECT}
    assert found["localisation"]["rows"][PERFECT]["AUC over joints"]["value"] > 0.9
    assert found["timing"]["rows"]["explanation beyond encoding"]["milliseconds"] > 0
    assert main([*call, "--parts", "mirror"]) == 0
    assert "peak moves to the mirrored joint" in capsys.readouterr().out
    assert main([*call, "--parts", "beauty"]) == 2


def test_a_model_without_a_pyramid_is_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from motionlens.cli.main import main

    assert main(["evaluate-explanations", "--parts", "timing", "--model", str(tmp_path)]) == 1
    assert "motionlens:" in capsys.readouterr().err
