"""Losses against what they are defined as, written out."""

from __future__ import annotations

import math

import pytest
import torch

from motionlens.training.losses import (
    info_nce,
    masked_language_model,
    masked_reconstruction,
    negative_filter,
    soft_alignment,
    soft_targets,
)


@pytest.fixture
def scores() -> torch.Tensor:
    return torch.rand(5, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def sentences(n: int = 5) -> torch.Tensor:
    made = torch.Generator().manual_seed(1)
    return torch.nn.functional.normalize(torch.rand(n, 6, generator=made), dim=-1)


def test_an_ignored_pair_changes_nothing(scores: torch.Tensor) -> None:
    ignore = torch.zeros(5, 5, dtype=torch.bool)
    ignore[1, 3] = True
    other = scores.clone()
    other[1, 3] = 50.0
    assert float(info_nce(scores, 0.1, ignore)) == float(info_nce(other, 0.1, ignore))
    assert float(info_nce(other, 0.1)) > float(info_nce(other, 0.1, ignore)) + 10


def test_soft_alignment_is_the_divergence_from_the_targets(scores: torch.Tensor) -> None:
    targets = soft_targets(sentences(), 0.75).double()
    assert ((targets > 0).sum() > 5) and (targets == 0).any()

    def divergence(logits: torch.Tensor, wanted: torch.Tensor) -> float:
        total = 0.0
        for row, target in zip(logits.tolist(), wanted.tolist(), strict=True):
            q = [math.exp(v) / sum(math.exp(u) for u in row) for v in row]
            p = [t / sum(target) for t in target]
            total += sum(a * math.log(a / b) for a, b in zip(p, q, strict=True) if a)
        return total / len(wanted)

    expected = (divergence(scores / 0.1, targets) + divergence(scores.T / 0.1, targets.T)) / 2
    assert float(soft_alignment(scores, targets, 0.1)) == pytest.approx(expected, rel=1e-6)


def test_soft_alignment_with_hard_targets_is_info_nce(scores: torch.Tensor) -> None:
    hard = soft_targets(sentences(), 1.5).double()
    assert torch.equal(hard, torch.eye(5, dtype=torch.float64))
    assert float(soft_alignment(scores, hard, 0.2)) == pytest.approx(float(info_nce(scores, 0.2)))


def test_left_and_right_stay_apart_whatever_the_cosine_says() -> None:
    same = torch.nn.functional.normalize(torch.ones(2, 4), dim=-1)
    apart = torch.tensor([[False, True], [True, False]])
    assert torch.equal(soft_targets(same, 0.5, apart), torch.eye(2))
    assert soft_targets(same, 0.5)[0, 1] == pytest.approx(1)


def test_the_negative_filter_names_near_paraphrases_and_never_the_pair_itself() -> None:
    found = negative_filter(sentences(), 0.75)
    cosine = sentences() @ sentences().T
    assert found.any() and not found.all() and not found.diagonal().any()
    off = ~torch.eye(5, dtype=torch.bool)
    assert torch.equal(found[off], cosine[off] > 0.75)


def test_only_masked_patches_are_rebuilt() -> None:
    made = torch.Generator().manual_seed(2)
    truth = torch.randn(2, 3, 4, generator=made)
    guess = truth.clone().requires_grad_()
    masked = torch.tensor([[True, False, False], [False, True, False]])
    wrong = guess + (~masked)[..., None] * 7.0
    assert float(masked_reconstruction(wrong, truth, masked).detach()) == 0
    loss = masked_reconstruction(guess + 2.0, truth, masked)
    assert float(loss.detach()) == pytest.approx(1.5)  # 2 - 1/2
    loss.backward()
    assert guess.grad is not None and not guess.grad[~masked].any() and guess.grad[masked].all()
    assert float(masked_reconstruction(guess, truth, torch.zeros(2, 3, dtype=torch.bool)).detach()) == 0


def test_masked_words_are_scored_alone() -> None:
    made = torch.Generator().manual_seed(3)
    logits, words = torch.randn(2, 3, 7, generator=made), torch.randint(7, (2, 3), generator=made)
    masked = torch.tensor([[True, False, True], [False, False, False]])
    expected = -logits.log_softmax(-1)[0, [0, 2], words[0, [0, 2]]].mean()
    assert float(masked_language_model(logits, words, masked)) == pytest.approx(float(expected), rel=1e-5)
    assert float(masked_language_model(logits, words, masked & False)) == 0
