"""Interactions of MaxSim: the closed form against all coalitions, all orders, shapiq, torch and sampling."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
import torch

from motionlens.benchmark.interaction_command import at_error
from motionlens.cli.main import main
from motionlens.interaction import distill, sampled, torch_form
from motionlens.interaction.brute_force import exact_by_coalitions, maxsim_game
from motionlens.interaction.shapley_taylor import shapley_taylor_rows, shapley_taylor_two_way


def _random_game(seed: int, most: int = 10) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Similarities (every third game with many ties), both sides' weights and a floor; <= ``most`` players."""
    rng = np.random.default_rng(seed)
    words = int(rng.integers(1, most // 2))
    tokens = int(rng.integers(1, most - words + 1))
    similarity = rng.uniform(-1, 1, (words, tokens))
    if seed % 3 == 0:
        similarity = similarity.round()
    floor = (-1.0, -1.0, 0.0, -2.5)[seed % 4]  # 0 lies above some similarities
    return similarity, rng.dirichlet(np.ones(words)), rng.dirichlet(np.ones(tokens)), floor


@pytest.mark.parametrize("two_way", [False, True])
def test_closed_form_equals_brute_force_on_100_games(two_way: bool) -> None:
    worst, sizes = 0.0, set()
    for seed in range(100):
        similarity, w, v, floor = _random_game(seed)
        words, tokens = similarity.shape
        sizes.add(words + tokens)
        game = maxsim_game(similarity, w, v if two_way else None, floor)
        truth = exact_by_coalitions(game, words + tokens)[:words, words:]
        if two_way:
            phi = shapley_taylor_two_way(similarity, w, v, floor=floor)
        else:
            phi = shapley_taylor_rows(similarity, w, floor=floor)
        worst = max(worst, np.abs(phi - truth).max())
    assert max(sizes) == 10
    assert worst < 1e-10


def test_brute_force_equals_the_definition_by_random_orders() -> None:
    similarity, w, v = np.random.default_rng(1).uniform(-1, 1, (2, 3)), np.array([0.3, 0.7]), np.ones(3) / 3
    game, players = maxsim_game(similarity, w, v), 5

    def worth(*members: int) -> float:
        coalition = np.zeros((1, players), bool)
        coalition[0, list(members)] = True
        return float(game(coalition)[0])

    i, j, gains = 1, 3, []
    for order in itertools.permutations(range(players)):
        before = order[: min(order.index(i), order.index(j))]
        gains.append(worth(*before, i, j) - worth(*before, i) - worth(*before, j) + worth(*before))
    assert exact_by_coalitions(game, players)[i, j] == pytest.approx(np.mean(gains), abs=1e-12)


def test_all_pairs_and_singles_add_up_to_the_score() -> None:
    similarity, w, v, floor = _random_game(7)
    words, tokens = similarity.shape
    game = maxsim_game(similarity, w, v, floor)
    phi = exact_by_coalitions(game, words + tokens)
    singles = game(np.eye(words + tokens, dtype=bool)).sum()
    score = (w @ similarity.max(1) + v @ similarity.max(0)) / 2
    assert np.triu(phi).sum() + singles == pytest.approx(score, abs=1e-12)
    assert phi[:words, words:].sum() + singles > score  # motion tokens compete, and words do


@pytest.mark.parametrize("two_way", [False, True])
def test_shapiq_agrees(two_way: bool) -> None:
    shapiq = pytest.importorskip("shapiq")
    for seed in range(8):
        similarity, w, v, floor = _random_game(seed, most=7)
        words, tokens = similarity.shape
        players = words + tokens
        game = maxsim_game(similarity, w, v if two_way else None, floor)
        found = shapiq.ExactComputer(n_players=players, game=game)(index="STII", order=2)
        theirs = [[found[(i, words + j)] for j in range(tokens)] for i in range(words)]
        if two_way:
            ours = shapley_taylor_two_way(similarity, w, v, floor=floor)
        else:
            ours = shapley_taylor_rows(similarity, w, floor=floor)
        np.testing.assert_allclose(ours, theirs, atol=1e-10)


def _padded_batch(seed: int = 0) -> tuple[np.ndarray, ...]:
    """A batch whose padding holds values that must never be read."""
    rng = np.random.default_rng(seed)
    similarity, w, v = rng.uniform(-1, 1, (5, 4, 9)).round(1), rng.random((5, 4)), rng.random((5, 9))
    text = np.arange(4) < np.array([4, 3, 1, 2, 4])[:, None]
    motion = rng.permuted(np.arange(9) < np.array([9, 5, 1, 3, 7])[:, None], axis=1)
    similarity[~(text[:, :, None] & motion[:, None, :])] = 9.0
    return similarity, w, v, text, motion


def test_padding_is_no_player() -> None:
    similarity, w, v, text, motion = _padded_batch()
    masks = {"text_exists": text, "motion_exists": motion}
    rows = shapley_taylor_rows(similarity, w, **masks)
    both = shapley_taylor_two_way(similarity, w, v, **masks)
    for k in range(len(similarity)):
        cell = np.ix_(text[k], motion[k])
        small, own, other = similarity[k][cell], w[k][text[k]], v[k][motion[k]]
        players, words = sum(small.shape), len(own)
        truth = exact_by_coalitions(maxsim_game(small, own), players)[:words, words:]
        np.testing.assert_allclose(rows[k][cell], truth, atol=1e-12)
        truth = exact_by_coalitions(maxsim_game(small, own, other), players)[:words, words:]
        np.testing.assert_allclose(both[k][cell], truth, atol=1e-12)
        outside = ~(text[k][:, None] & motion[k])
        assert not rows[k][outside].any() and not both[k][outside].any()


def test_a_motion_without_tokens_gives_nothing() -> None:
    none = np.zeros((1, 3), bool)
    assert not shapley_taylor_rows(np.ones((1, 2, 3)), np.ones((1, 2)), motion_exists=none).any()


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-10)])
def test_torch_equals_numpy(dtype: torch.dtype, tolerance: float) -> None:
    similarity, w, v, text, motion = _padded_batch()
    s, tw, tv = (torch.tensor(x, dtype=dtype) for x in (similarity, w, v))
    masks = {"text_exists": text, "motion_exists": motion}
    tensors = {name: torch.tensor(mask) for name, mask in masks.items()}
    for options, options_torch in (({}, {}), (masks, tensors), ({"floor": 0.0}, {"floor": 0.0})):
        rows = torch_form.shapley_taylor_rows(s, tw, **options_torch)
        assert rows.dtype == dtype
        np.testing.assert_allclose(rows, shapley_taylor_rows(similarity, w, **options), atol=tolerance)
        both = torch_form.shapley_taylor_two_way(s, tw, tv, **options_torch)
        np.testing.assert_allclose(both, shapley_taylor_two_way(similarity, w, v, **options), atol=tolerance)


def test_gradients_are_right_and_padding_gets_none() -> None:
    rng = np.random.default_rng(3)
    s = torch.tensor(rng.uniform(-1, 1, (2, 3, 4)), requires_grad=True)
    w, v = (torch.tensor(rng.random((2, n)), requires_grad=True) for n in (3, 4))
    text, motion = (
        torch.tensor([[1, 1, 1], [1, 1, 0]]).bool(),
        torch.tensor([[1, 1, 1, 1], [1, 0, 1, 1]]).bool(),
    )
    masks = {"text_exists": text, "motion_exists": motion}
    assert torch.autograd.gradcheck(lambda *x: torch_form.shapley_taylor_two_way(*x, **masks), (s, w, v))
    torch_form.shapley_taylor_two_way(s, w, v, **masks).square().sum().backward()
    there = text[:, :, None] & motion[:, None, :]
    assert not s.grad[~there].any() and s.grad[there].any()
    assert not w.grad[~text].any() and not v.grad[~motion].any()


def test_sampling_converges_to_the_closed_form() -> None:
    similarity, w, v, _ = _random_game(11)
    truth = shapley_taylor_two_way(similarity, w, v)
    rows = shapley_taylor_rows(similarity, w)

    def error(permutations: int) -> float:
        got = sampled.sampled_two_way(similarity, w, v, permutations, np.random.default_rng(5))
        return float(np.sqrt(((got - truth) ** 2).mean() / (truth**2).mean()))

    assert error(40_000) < 0.02
    assert 3 < error(400) / error(40_000) < 30  # 10 by 1/sqrt(n)
    got = sampled.sampled_rows(similarity, w, 40_000, np.random.default_rng(5))
    np.testing.assert_allclose(got, rows, atol=0.02 * rows.max())
    again = sampled.sampled_rows(similarity, w, 40_000, np.random.default_rng(5))
    np.testing.assert_array_equal(got, again)


def test_sampled_teacher_converges_with_padding() -> None:
    similarity, w, v, text, motion = _padded_batch()
    copies = 400  # the batch many times over, as samples of their own
    s, tw, tv, te, me = (
        torch.tensor(x).repeat(copies, *[1] * (x.ndim - 1)) for x in (similarity, w, v, text, motion)
    )
    masks = {"text_exists": te, "motion_exists": me}
    numpy_masks = {"text_exists": text, "motion_exists": motion}
    generator = torch.Generator().manual_seed(0)
    rows = torch_form.sampled_rows(s, tw, 25, generator=generator, **masks)
    both = torch_form.sampled_two_way(s, tw, tv, 25, generator=generator, **masks)
    mean_rows, mean_both = (x.view(copies, *similarity.shape).mean(0).numpy() for x in (rows, both))
    np.testing.assert_allclose(mean_rows, shapley_taylor_rows(similarity, w, **numpy_masks), atol=0.03)
    np.testing.assert_allclose(mean_both, shapley_taylor_two_way(similarity, w, v, **numpy_masks), atol=0.03)
    assert not rows[~(te[:, :, None] & me[:, None, :])].any()
    first = torch_form.sampled_rows(s, tw, 2, generator=torch.Generator().manual_seed(1), **masks)
    second = torch_form.sampled_rows(s, tw, 2, generator=torch.Generator().manual_seed(1), **masks)
    assert torch.equal(first, second)


def _by_hand(teacher: torch.Tensor, student: torch.Tensor) -> float:
    """KL of two vectors of logits."""
    p, q = teacher.softmax(0), student.softmax(0)
    return float((p * (p / q).log()).sum())


def test_row_column_kl_by_hand_with_padding() -> None:
    torch.manual_seed(0)
    teacher, estimate = torch.randn(2, 3, 4, requires_grad=True), torch.randn(2, 3, 4, requires_grad=True)
    sizes = ((3, 4), (2, 3))
    text = torch.stack([torch.arange(3) < n for n, _ in sizes])
    motion = torch.stack([torch.arange(4) < m for _, m in sizes])
    rows, columns = [], []
    for k, (n, m) in enumerate(sizes):
        t, e = teacher[k, :n, :m].detach() / 0.5, estimate[k, :n, :m].detach()
        rows += [_by_hand(t[i], e[i]) for i in range(n)]
        columns += [_by_hand(t[:, j], e[:, j]) for j in range(m)]
    loss = distill.row_column_kl(teacher, estimate, text, motion, 0.5)
    assert loss.item() == pytest.approx(np.mean(rows) + np.mean(columns), rel=1e-5)
    loss.backward()
    there = text[:, :, None] & motion[:, None, :]
    assert teacher.grad is None
    assert not estimate.grad[~there].any() and (estimate.grad[there] != 0).all()


def test_row_column_kl_is_zero_for_the_teacher_itself_and_safe_when_empty() -> None:
    teacher = torch.randn(2, 3, 4)
    text, motion = torch.ones(2, 3).bool(), torch.ones(2, 4).bool()
    assert float(distill.row_column_kl(teacher, teacher, text, motion, 0.1, 0.1)) == pytest.approx(
        0, abs=1e-6
    )
    motion[1] = False
    estimate = torch.randn(2, 3, 4, requires_grad=True)
    distill.row_column_kl(teacher, estimate, text, motion, 0.1).backward()
    assert torch.isfinite(estimate.grad).all() and not estimate.grad[1].any()
    nothing = distill.row_column_kl(teacher, estimate, text, torch.zeros_like(motion), 0.1)
    assert nothing.item() == 0


def test_spread_is_the_deviation_of_what_exists() -> None:
    similarity, w, _, text, motion = _padded_batch()
    phi = torch.tensor(similarity, requires_grad=True)
    got = distill.spread(phi, torch.tensor(text), torch.tensor(motion))
    want = [max(1e-6, similarity[k][np.ix_(text[k], motion[k])].std()) for k in range(len(w))]
    np.testing.assert_allclose(got[:, 0, 0], want, atol=1e-12)
    assert not got.requires_grad


@pytest.mark.parametrize("pool", ["mean", "sum"])
def test_segment_to_joint_kl(pool: str) -> None:
    torch.manual_seed(0)
    joint, segment = torch.randn(1, 4, 5, requires_grad=True), torch.randn(1, 3, 2, requires_grad=True)
    words, patches = torch.tensor([[0, 0, 1, -1]]), torch.tensor([[1, 0, 1, -1, 0]])  # phrase 2 has no words
    cells = torch.stack(
        [torch.stack([joint[0][words[0] == a][:, patches[0] == b].mean() for b in (0, 1)]) for a in (0, 1)]
    )
    counts = torch.tensor([[4.0, 4.0], [2.0, 2.0]])
    cells = (cells * (counts if pool == "sum" else 3 * 4 / (2 * 2))).detach() / 0.7
    teacher = segment[0, :2].detach() / 0.7
    want = np.mean([_by_hand(teacher[a], cells[a]) for a in (0, 1)])
    want += np.mean([_by_hand(teacher[:, b], cells[:, b]) for b in (0, 1)])
    loss = distill.segment_to_joint_kl(segment, joint, words, patches, 0.7, pool)
    assert loss.item() == pytest.approx(want, rel=1e-5)
    loss.backward()
    there = (words >= 0)[:, :, None] & (patches >= 0)[:, None, :]
    assert segment.grad is None
    assert not joint.grad[~there].any() and joint.grad[there].all()
    with pytest.raises(ValueError, match="pool"):
        distill.segment_to_joint_kl(segment, joint, words, patches, pool="max")


def test_command_reports_the_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["benchmark-interaction", "--words", "3", "--patches", "6", "--seconds", "0.2", "--json"]
    assert main(given) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["target"] for row in told["equal_error"]] == [0.1, 0.01, 0.001]
    assert all(row["ratio"] == row["seconds"] / told["closed_form_s"] for row in told["equal_error"])
    assert told["sampled"][-1]["error"] < told["sampled"][0]["error"]
    assert main([*given[:-1]]) == 0
    assert "times the closed form" in capsys.readouterr().out
    assert main(["benchmark-interaction", "--patches", "1"]) == 1
    assert "--patches" in capsys.readouterr().err


def test_measured_errors_are_taken_before_extrapolated_ones() -> None:
    curve = [
        {"permutations": 10, "seconds": 1.0, "error": 0.05},
        {"permutations": 20, "seconds": 2.0, "error": 0.02},
    ]
    assert at_error(curve, 0.05) == {"target": 0.05, "measured": True, **curve[0]}
    assert at_error(curve, 0.01)["permutations"] == pytest.approx(80)
    assert not at_error(curve, 0.01)["measured"]
