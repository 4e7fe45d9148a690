"""Rotations from positions: forward kinematics gives the positions back, and limbs do not spin."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motionlens.export.rig import CHILDREN, RiggedMotion, joint_positions, resample, rig_motion
from motionlens.motion import mirror_positions
from motionlens.skeleton import JOINT_INDEX, JOINT_NAMES, MIRROR, N_JOINTS, REFERENCE_OFFSETS, rest_positions
from motionlens.synthesis import starter_recipes, synthesise

from .motions import wobbling

J = JOINT_INDEX
ORIGIN = np.array([0.0, 0.95, 0.0])


def posed(turns: dict[str, np.ndarray], frames: int) -> np.ndarray:
    """(frames, 22, 3): the reference body with joints turned by (frames, 3) rotation vectors in their parents."""
    rotations = np.tile([0.0, 0.0, 0.0, 1.0], (frames, N_JOINTS, 1))
    for name, turn in turns.items():
        rotations[:, J[name]] = Rotation.from_rotvec(
            np.tile(turn, (frames // len(np.atleast_2d(turn)), 1))
        ).as_quat()
    return joint_positions(
        RiggedMotion(REFERENCE_OFFSETS.astype(float), np.tile(ORIGIN, (frames, 1)), rotations)
    )


def moving(frames: int = 60, seed: int = 0) -> np.ndarray:
    """Every joint turns smoothly and at random, up to half a radian; bones are rigid."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames)[:, None] / 20
    turns = {
        name: 0.3 * np.sin(rng.uniform(1, 4, 3) * t + rng.uniform(0, 6, 3))
        for joint, name in enumerate(JOINT_NAMES)
        if CHILDREN[joint]
    }
    return posed(turns, frames)


def steps(rigged: RiggedMotion) -> np.ndarray:
    """(T - 1, 22) radians that each joint turns from frame to frame."""
    dots = np.abs(np.sum(rigged.rotations[1:] * rigged.rotations[:-1], axis=-1))
    return 2 * np.arccos(np.clip(dots, 0, 1))


@pytest.mark.parametrize("number", [0, 60, 120, 144, 276])
def test_forward_kinematics_gives_synthesised_motions_back(number: int) -> None:
    positions = synthesise(starter_recipes()[number]).positions
    rigged = rig_motion(positions)
    assert not rigged.shifts
    assert np.abs(joint_positions(rigged) - positions).max() < 1e-4
    assert steps(rigged).max() < np.deg2rad(60)
    assert np.linalg.norm(rigged.offsets - REFERENCE_OFFSETS, axis=-1).max() < 1e-3


@pytest.mark.parametrize("seed", [0, 1])
def test_forward_kinematics_gives_any_rigid_body_back(seed: int) -> None:
    positions = moving(seed=seed)
    rigged = rig_motion(positions)
    assert not rigged.shifts and np.abs(joint_positions(rigged) - positions).max() < 1e-6


def test_bones_that_stretch_keep_every_joint_in_place_unless_told_to_be_rigid() -> None:
    positions = wobbling(40)
    loose, rigid = rig_motion(positions), rig_motion(positions, rigid=True)
    assert loose.shifts and not rigid.shifts
    assert np.abs(joint_positions(loose) - positions).max() < 1e-3
    off = np.linalg.norm(joint_positions(rigid) - positions, axis=-1)
    assert 0.005 < off.max() < 0.15  # the wobble is up to 4 cm on each axis and joint


def test_elbow_and_knee_are_hinges_of_upper_arm_and_thigh() -> None:
    bend = np.linspace(0.5, 1.5, 20)[:, None]
    turns = {
        "left_elbow": bend * [0.0, -1.0, 0.0],  # the forearm comes forward
        "right_knee": bend * [1.0, 0.0, 0.0],  # the shank goes back
        "left_shoulder": np.array([0.4, 0.3, 0.2]),
    }
    rigged = rig_motion(posed(turns, 20))
    for name, turn in turns.items():
        found = Rotation.from_quat(rigged.rotations[:, J[name]]).as_rotvec()
        assert np.abs(found - turn).max() < 0.02, name
    assert joint_positions(rigged)[-1, J["left_wrist"], 2] > 0.1  # forward, and on the left
    assert joint_positions(rigged)[-1, J["left_wrist"], 0] > 0.1


def test_a_straight_limb_keeps_its_twist_and_does_not_flip() -> None:
    rng = np.random.default_rng(0)
    wave = np.sin(np.arange(80) / 5)[:, None]
    noise = 0.03 * rng.standard_normal((80, 2))  # the elbow of a straight arm bends any way by two degrees
    elbow = np.stack([np.zeros(80), noise[:, 0], noise[:, 1]], axis=-1)
    rigged = rig_motion(posed({"left_shoulder": wave * [0.0, 0.0, 1.2], "left_elbow": elbow}, 80))
    arm = Rotation.from_quat(rigged.rotations[:, J["left_shoulder"]]).as_rotvec()
    assert np.abs(arm[:, 0]).max() < 0.1  # no turn about the arm itself
    assert steps(rigged).max() < 0.35


def test_twist_stays_through_a_straight_moment() -> None:
    """A leg bent, straight for two frames with a knee that seems to bend back, and bent again."""
    bend = np.array([1.0, 0.8, 0.5, 0.2, -0.02, -0.02, 0.2, 0.5, 0.8, 1.0])
    turn = np.array([0.0, 0.6, 0.0])
    rigged = rig_motion(posed({"left_hip": turn, "left_knee": bend[:, None] * [1.0, 0, 0]}, 10))
    found = Rotation.from_quat(rigged.rotations[:, J["left_hip"]]).as_rotvec()
    assert np.abs(found - turn).max() < 0.1


def test_straight_arms_turn_with_the_body() -> None:
    angle = np.linspace(0, 2 * np.pi, 60)[:, None]
    down = {"left_shoulder": np.array([0, 0, -1.4]), "right_shoulder": np.array([0, 0, 1.4])}
    rigged = rig_motion(posed({"pelvis": angle * [0.0, 1.0, 0.0], **down}, 60))
    assert steps(rigged)[:, 1:].max() < 1e-3  # only the pelvis turns
    assert np.sum(rigged.rotations[1:] * rigged.rotations[:-1], axis=-1).min() > 0  # no sign flips


def test_a_mirrored_motion_has_mirrored_rotations() -> None:
    positions = synthesise(starter_recipes()[144]).positions[:40]
    plain = rig_motion(positions)
    mirrored = rig_motion(mirror_positions(positions))
    expected = plain.rotations[:, list(MIRROR)] * [1, -1, -1, 1]
    difference = np.minimum(np.abs(mirrored.rotations - expected), np.abs(mirrored.rotations + expected))
    assert difference.max() < 2e-3


def test_resampling_keeps_the_duration_and_passes_through_the_frames() -> None:
    rigged = rig_motion(moving(21))
    more = resample(rigged, 60)
    assert more.n_frames == 61 and more.fps == 60
    assert np.abs(joint_positions(more)[::3] - joint_positions(rigged)).max() < 1e-9
    assert resample(rigged, 10).n_frames == 11


@pytest.mark.parametrize("positions", [np.zeros((3, 22, 3)), rest_positions()[None]])
def test_bodies_of_no_size_and_single_frames_stay_finite(positions: np.ndarray) -> None:
    rigged = rig_motion(positions)
    assert np.isfinite(rigged.rotations).all() and np.isfinite(joint_positions(rigged)).all()
    assert np.allclose(np.linalg.norm(rigged.rotations, axis=-1), 1)
