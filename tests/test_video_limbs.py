"""Depth of limbs: legs that lean come back under the body, foreshortened ones get their length."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionlens.skeleton import JOINT_INDEX, rest_positions
from motionlens.synthesis.compose import synthesise
from motionlens.synthesis.vocabulary import Action, Recipe, Step
from motionlens.video.camera import framing
from motionlens.video.landmarks import LANDMARK_INDEX, landmarks_of
from motionlens.video.lifting import lift
from motionlens.video.lifting_errors import lifting_errors
from motionlens.video.limbs import body_scale, legs_balanced, limbs_lengthened
from motionlens.video.simulate import NO_ERRORS, project

J, L = JOINT_INDEX, LANDMARK_INDEX
UP = np.array([0.0, 1.0, 0.0])
LEGS = [L[f"{s}_{n}"] for s in ("left", "right") for n in ("knee", "ankle", "heel", "foot_index")]


@pytest.fixture(scope="module")
def walk() -> np.ndarray:
    return synthesise(Recipe(steps=(Step(Action("walk")),), seed=3)).positions[:60]


def body_of(positions: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """Landmarks around the hips; the camera in front, level."""
    marks = landmarks_of(positions)
    return scale * (marks - 0.5 * (marks[:, L["left_hip"]] + marks[:, L["right_hip"]])[:, None])


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.2])
def test_the_size_of_a_body_shows_in_spite_of_flat_legs(walk: np.ndarray, scale: float) -> None:
    body = body_of(walk, scale)
    assert body_scale(body) == pytest.approx(scale, rel=0.05)
    flat = body.copy()
    flat[:, LEGS, 2] *= 0.3
    assert body_scale(flat) == pytest.approx(scale, rel=0.05)


@pytest.mark.parametrize("pitch", [0.0, 0.3])
def test_legs_that_lean_are_brought_under_the_body(walk: np.ndarray, pitch: float) -> None:
    body = body_of(walk)
    leaning = body.copy()
    leaning[:, LEGS, 2] += 0.2 * body[:, LEGS, 1]
    c, s = np.cos(pitch), np.sin(pitch)
    turn = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])  # of a camera that looks down
    balanced = legs_balanced(leaning @ turn.T, turn @ UP) @ turn
    before, after = (np.linalg.norm(x - body, axis=-1)[:, LEGS].mean() for x in (leaning, balanced))
    assert before > 0.1 and after < 0.05


def test_who_sits_is_left_alone() -> None:
    rest = np.repeat(rest_positions()[None].astype(float), 40, axis=0)
    for side in ("left", "right"):
        for name in ("knee", "ankle", "foot"):
            rest[:, J[f"{side}_{name}"]] += [0, 0.35, 0.35]
    body = body_of(rest)
    assert legs_balanced(body, UP) is body


def test_a_flattened_leg_gets_its_depth_back_and_its_side_does_not_change(walk: np.ndarray) -> None:
    body = body_of(walk)
    flat = body.copy()
    flat[..., 2] *= 0.5
    longer = limbs_lengthened(flat)
    before, after = (np.abs(x - body)[..., 2][:, LEGS].mean() for x in (flat, longer))
    assert after < 0.8 * before
    assert np.array_equal(longer[..., :2], flat[..., :2])
    mirrored = limbs_lengthened(flat * [1, 1, -1])
    np.testing.assert_allclose(mirrored * [1, 1, -1], longer, atol=1e-12)


@pytest.mark.parametrize("azimuth", [0, 180])
def test_lifting_undoes_the_lean_of_the_legs(walk: np.ndarray, azimuth: float) -> None:
    track = project(walk, framing(walk, azimuth), NO_ERRORS)
    world = track.world.copy()
    world[:, LEGS, 2] += 0.2 * world[:, LEGS, 1]
    world[..., 2] *= 0.7
    errors = lifting_errors(lift(replace(track, world=world)), walk)
    assert errors.joint_cm["legs"] < 5.5
    assert errors.angle_deg["knee"] < 10
