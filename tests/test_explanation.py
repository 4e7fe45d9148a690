"""Explanations: what adds up, what equals brute force, what words and joints stand for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from motionlens.errors import MotionLensError
from motionlens.explanation import explain, explain_by_motion
from motionlens.explanation.explain import motion_side, query_side
from motionlens.explanation.maps import JOINT, WHOLE, make_maps, words_of
from motionlens.explanation.parts import PART_JOINTS, PART_NAMES
from motionlens.interaction.brute_force import exact_by_coalitions, maxsim_game
from motionlens.model.encoder import ModelEncoder
from motionlens.model.pyramid import Pyramid
from motionlens.model.pyramid_config import PyramidConfig
from motionlens.model.remote import ProcessEncoder
from motionlens.search.scoring import score_stages, split_stages
from motionlens.skeleton import JOINT_INDEX

from .fakes import walk

TEXT = "a person doesn't wave with the left-hand, then jumps up"
TINY = PyramidConfig(
    width=16, dim=8, whole_dim=8, layers=1, heads=2, patch_hidden=8, text_width=16, text_heads=2,
    segment_score=0.7, segment_loss=1.0,
)  # fmt: skip


def make(config: PyramidConfig = TINY) -> ModelEncoder:
    torch.manual_seed(0)
    model = Pyramid(config)
    for head in (*model.text_heads.values(), *model.motion_heads.values()):
        torch.nn.init.normal_(head.weigh.weight)  # as trained ones: tokens weigh differently
    return ModelEncoder(model)


@pytest.fixture(scope="module")
def encoder() -> ModelEncoder:
    return make()


@pytest.mark.parametrize(
    "stages",
    [{}, {"segment_score": 0.0}, {"whole_score": 0.0}, {"whole_dim": 0, "segment_score": 0.0, "dim": 384}],
)
def test_contributions_sum_to_the_score_of_a_search(stages: dict) -> None:
    encoder = make(replace(TINY, **stages))
    clip = walk(100)
    found = explain(encoder, TEXT, clip)
    query = encoder.encode_text(TEXT)
    (tokens,) = encoder.encode_motions([clip])
    from motionlens.search.scoring import score_stages, split_stages

    groups = split_stages(tokens.astype(np.float32), np.array([0, len(tokens)]), encoder.stage_counts)
    assert found.score == pytest.approx(
        float(score_stages(query, groups)[0]), abs=2e-3
    )  # tokens are float16 there
    assert found.word_contribution.sum() == pytest.approx(found.score, abs=1e-5)
    assert sum(found.stage_scores.values()) == pytest.approx(found.score, abs=1e-6)
    assert set(found.stage_interaction) == set(found.stage_scores)
    assert np.allclose(sum(found.stage_interaction.values()), found.interaction, atol=1e-6)
    assert found.similarity.shape == found.interaction.shape == (len(found.words), 14, 7)
    assert (found.segment_map is None) == (stages.get("segment_score") == 0.0)


def test_composed_tokens_are_the_encoded_ones(encoder: ModelEncoder) -> None:
    query, made = encoder.compose_text(TEXT)
    plain = encoder.encode_text(TEXT)
    assert np.allclose(query.vectors, plain.vectors, atol=1e-5) and np.allclose(query.weights, plain.weights)
    side = query_side(query, made)
    assert np.allclose(made.parts.sum(0), side.vectors[WHOLE][0], atol=1e-5)
    assert np.allclose(made.shares.sum(1), 1, atol=1e-5)
    tokens, made = encoder.compose_motion(walk(100))
    assert np.allclose(tokens, encoder.encode_motions([walk(100)])[0], atol=2e-3)
    side = motion_side(tokens, made, encoder.stage_counts)
    assert np.allclose(made.parts.sum(0), side.vectors[WHOLE][0], atol=1e-5)
    assert made.shares.shape == (len(side.vectors[1]), 7 * 14) and np.allclose(
        made.shares.sum(1), 1, atol=1e-5
    )


def test_interaction_of_joint_and_whole_stage_equals_brute_force() -> None:
    """On a game of 3 words and 4 patches in which the score is defined for every coalition."""
    rng = np.random.default_rng(0)
    encoder = make(replace(TINY, segment_score=0.0))
    query, made = encoder.compose_text("jumps up high")
    tokens, composition = encoder.compose_motion(walk(16))
    whole_query, whole_motion = (
        query_side(query, made),
        motion_side(tokens, composition, encoder.stage_counts),
    )
    some = np.sort(rng.choice(14, 4, replace=False))
    motion = replace(
        whole_motion,
        vectors=(
            whole_motion.vectors[0][some],
            whole_motion.vectors[1],
            composition.parts[some].sum(0)[None],
        ),
        parts=composition.parts[some],
    )
    maps = make_maps(whole_query, motion)
    similarity, weights = whole_query.vectors[JOINT] @ motion.vectors[JOINT].T, whole_query.weights[JOINT]
    pairs = whole_query.weights[WHOLE][0] * whole_query.parts @ motion.parts.T

    joint = maxsim_game(similarity, weights)

    def score(who: np.ndarray) -> np.ndarray:
        words, patches = who[:, :3].astype(float), who[:, 3:].astype(float)
        return joint(who) + np.einsum("cn,nm,cm->c", words, pairs, patches)

    truth = exact_by_coalitions(score, 7)[:3, 3:]
    assert np.abs(sum(maps.interaction.values()) - truth).max() < 1e-6


def test_words_are_taken_together_and_punctuation_left_out(encoder: ModelEncoder) -> None:
    found = explain(encoder, TEXT, walk(40))
    assert [w.text for w in found.words] == [
        "a", "person", "doesn't", "wave", "with", "the", "left", "hand", "then", "jumps", "up",
    ]  # fmt: skip
    assert all(TEXT[w.start : w.end] == w.text for w in found.words)
    assert words_of("x", [])[0] == []


def test_views(encoder: ModelEncoder) -> None:
    found = explain(encoder, TEXT, walk(40), start_s=2.0)
    assert found.segments == ((2.0, 2.8), (2.8, 3.6), (3.6, 4.0))
    n = len(found.words)
    for quantity in ("similarity", "interaction"):
        assert found.word_joint(quantity).shape == (n, 22)
        assert found.word_segment(quantity).shape == (n, 3)
        assert found.joint_time(quantity).shape == found.joint_time(quantity, 2).shape == (22, 3)
    elbow, wrist = PART_NAMES.index("left elbow"), JOINT_INDEX["left_wrist"]
    assert np.allclose(found.joint_time("interaction", 3)[wrist], found.interaction[3, elbow])
    assert np.allclose(found.word_segment("interaction"), found.interaction.sum(1))
    assert np.allclose(found.word_joint("similarity")[:, wrist], found.similarity[:, elbow].max(-1))


def test_every_joint_shows_some_part_of_its_own_side() -> None:
    shown = {joint for joints in PART_JOINTS for joint in joints}
    assert shown == set(range(22))
    for name, joints in zip(PART_NAMES, PART_JOINTS, strict=True):
        side = name.split()[0]
        if side in ("left", "right"):
            assert all(list(JOINT_INDEX)[j].startswith(side) for j in joints)


def test_a_motion_as_query(encoder: ModelEncoder) -> None:
    by_part = explain_by_motion(encoder, walk(64, 1), walk(100))
    assert [w.text for w in by_part.words] == list(PART_NAMES)
    assert by_part.word_contribution.sum() == pytest.approx(by_part.score, abs=1e-5)
    by_time = explain_by_motion(encoder, walk(64, 1), walk(100), rows="segment")
    assert [w.text for w in by_time.words] == ["0.0–0.8 s", "0.8–1.6 s", "1.6–2.4 s", "2.4–3.2 s"]
    assert by_time.score == pytest.approx(by_part.score, abs=1e-6)
    itself = explain_by_motion(encoder, walk(64, 1), walk(64, 1))
    assert (
        itself.score == pytest.approx(sum(encoder.stage_weights), abs=1e-4) and itself.score > by_part.score
    )


@pytest.mark.parametrize("video", [False, True])
def test_a_filmed_person_as_query(video: bool) -> None:
    encoder = make(replace(TINY, video=video))
    known = np.ones((64, 22), dtype=bool)
    known[:, JOINT_INDEX["left_wrist"]] = False
    found = explain_by_motion(encoder, walk(64, 1), walk(100), known=known)
    unseen = {"left shoulder", "left elbow"}
    assert [w.text for w in found.words] == [name for name in PART_NAMES if name not in unseen]
    assert found.word_contribution.sum() == pytest.approx(found.score, abs=1e-5)
    # the score is that of a search
    query = encoder.encode_example(walk(64, 1), known)
    tokens = encoder.encode_motions([walk(100)])[0]
    groups = split_stages(tokens.astype(np.float32), np.array([0, len(tokens)]), encoder.stage_counts)
    assert found.score == pytest.approx(float(score_stages(query, groups)[0]), abs=2e-3)


def test_models_without_words_and_parts_say_so() -> None:
    with pytest.raises(MotionLensError, match="cannot be explained"):
        explain(make(replace(TINY, joint_score=0.0)), TEXT, walk(40))


def load_tiny(path: Path | None) -> ModelEncoder:
    return make()


def test_the_same_through_the_models_process(encoder: ModelEncoder) -> None:
    known = np.ones((40, 22), dtype=bool)
    known[:, JOINT_INDEX["right_foot"]] = False
    with ProcessEncoder(loader="tests.test_explanation:load_tiny") as remote:
        here, there = (explain_by_motion(e, walk(40), walk(64), known=known) for e in (encoder, remote))
        np.testing.assert_allclose(there.interaction, here.interaction, atol=1e-6)
        assert there.score == pytest.approx(here.score, abs=1e-6)
        far, near = explain(remote, TEXT, walk(40)), explain(encoder, TEXT, walk(40))
        assert remote.stage_weights == encoder.stage_weights
    assert np.allclose(far.interaction, near.interaction, atol=1e-5)
    assert far.words == near.words
