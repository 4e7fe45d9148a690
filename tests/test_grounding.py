"""Groundings on their way from the synthesiser to the loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from motionlens.explanation.parts import PART_NAMES
from motionlens.model.motion_tower import PatchStates
from motionlens.model.pyramid_losses import grounding_loss
from motionlens.model.stages import StageTokens
from motionlens.model.text import minilm
from motionlens.skeleton import JOINT_INDEX, MIRROR
from motionlens.synthesis.captions import write_captions
from motionlens.synthesis.compose import synthesise
from motionlens.synthesis.vocabulary import Action, Recipe, Step, WordGrounding
from motionlens.training.grounding import grounded_cells, windows_of
from motionlens.training.items import TrainItem


def wave_then_kick() -> TrainItem:
    recipe = Recipe(
        (Step(Action("wave", side="left", count=2)), Step(Action("kick", side="right", direction="forward"))),
        seed=3,
    )
    made = synthesise(recipe)
    written = write_captions(recipe, made.spans, np.random.default_rng(0), 3)
    return TrainItem(
        made.positions, tuple(c.text for c in written), groundings=tuple(c.groundings for c in written)
    )


def test_the_wave_is_the_left_arms_and_comes_first() -> None:
    item = wave_then_kick()
    windows = -(-len(item.positions) // 16)
    (spans,) = minilm().piece_spans(item.captions[:1])
    cells = grounded_cells(item.captions[:1], item.groundings[:1], len(spans), windows)
    assert cells is not None
    text = item.captions[0]
    wave = next(n for n, (a, b) in enumerate(spans) if text[a:b].startswith("wav"))
    kick = next(n for n, (a, b) in enumerate(spans) if text[a:b].startswith("kick"))
    grid = cells[0].view(len(spans), windows, 14).numpy()
    assert {PART_NAMES[p] for p in np.flatnonzero(grid[wave].any(0))} == {"left shoulder", "left elbow"}
    assert "right knee" in {PART_NAMES[p] for p in np.flatnonzero(grid[kick].any(0))}
    assert np.flatnonzero(grid[wave].any(1)).max() <= np.flatnonzero(grid[kick].any(1)).min()
    assert not grid[0].any()  # "a"


def test_a_mirrored_item_refers_to_the_other_side() -> None:
    item = wave_then_kick()
    twin = item.mirrored()
    for own, other, caption, mirrored in zip(
        item.groundings, twin.groundings, item.captions, twin.captions, strict=True
    ):
        for g, h in zip(own, other, strict=True):
            assert h.joints == tuple(MIRROR[j] for j in g.joints)
            swapped = {"left": "right", "right": "left"}
            words = [swapped.get(w, w) for w in caption[g.text_start : g.text_end].split()]
            assert mirrored[h.text_start : h.text_end].split() == words


def test_pieces_have_the_ranges_of_their_states() -> None:
    texts = ["A man's tip-toeing, slowly!", "jumps 3 times", ""]
    assert minilm().piece_spans(texts) == [t.spans for t in minilm().tokens(texts)]


def test_short_spans_keep_a_window() -> None:
    assert windows_of(0.78, 0.82, 2).tolist() == [True, True]
    assert windows_of(0.0, 0.1, 2).tolist() == [True, False]


def test_unknown_words_have_no_cells() -> None:
    assert grounded_cells(["a person waves"], [()], 3, 2) is None


def tokens(vectors: torch.Tensor) -> StageTokens:
    exists = torch.ones(vectors.shape[:2], dtype=torch.bool)
    return StageTokens(vectors, exists / exists.sum(1, keepdim=True), exists)


def test_loss_by_hand_and_down_when_the_right_patch_is_nearer() -> None:
    text = tokens(torch.tensor([[[1.0, 0.0], [0.0, 1.0]]]))
    motion = tokens(torch.tensor([[[1.0, 0.0], [0.0, 1.0]]]))
    states = [PatchStates(motion.vectors, motion.exists, torch.tensor([[0, 1]]), 2)]
    grounded = torch.tensor([[[True, False], [False, False]]])  # word 0 means patch 0, word 1 nothing
    right = float(grounding_loss(text, motion, grounded, states, 1.0))
    assert right == pytest.approx(float(np.log1p(np.exp(-1.0))))
    wrong = float(grounding_loss(text, motion, grounded[..., [1, 0]], states, 1.0))
    assert wrong == pytest.approx(1 + right)
    # a token that training left out, or all patches: nothing to learn
    thin = [replace_place(states[0], torch.tensor([[1, 1]]))]
    assert float(grounding_loss(text, motion, grounded, thin, 1.0)) == 0.0
    assert float(grounding_loss(text, motion, torch.ones_like(grounded), states, 1.0)) == 0.0


def replace_place(states: PatchStates, place: torch.Tensor) -> PatchStates:
    return states._replace(place=place)


def test_mirrored_spans_move_with_longer_words() -> None:
    item = TrainItem(
        np.zeros((20, 22, 3), np.float32),
        ("the right hand, turning clockwise",),
        groundings=(
            (WordGrounding(4, 14, (JOINT_INDEX["right_wrist"],), 0, 1), WordGrounding(16, 33, (0,), 0, 1)),
        ),
    )
    twin = item.mirrored()
    told = [twin.captions[0][g.text_start : g.text_end] for g in twin.groundings[0]]
    assert told == ["left hand", "turning counterclockwise"]
    assert twin.groundings[0][0].joints == (JOINT_INDEX["left_wrist"],)
    assert replace(twin, groundings=()).groundings == ()
