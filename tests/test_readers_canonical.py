"""Unit, axes, facing, sides, T-pose, rate and proportions: whatever the rig, the same motion comes out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from motionlens.errors import UnreadableFileError
from motionlens.motion import Motion, mirror_positions
from motionlens.readers.canonical import MappingOverrides, to_motion
from motionlens.readers.retarget import place
from motionlens.skeleton import BONES, JOINT_INDEX, REFERENCE_OFFSETS, rest_positions
from tests.rigs import SCHEMES, names_of, rig, walk_and_wave

J = JOINT_INDEX
WALK = walk_and_wave()
REST = rest_positions().astype(float)
LIMBS = [J[f"{s}_{n}"] for s in ("left", "right") for n in ("hip", "knee", "ankle", "elbow", "wrist")]


def bone_lengths(positions: np.ndarray) -> np.ndarray:
    return np.stack([np.linalg.norm(positions[:, a] - positions[:, b], axis=-1) for a, b in BONES], axis=-1)


def left_is_left(motion: Motion) -> None:
    """Fails on a mirrored reading, on swapped names, and on one turned about."""
    p = motion.positions
    assert (p[:, J["left_hip"], 0] > p[:, J["right_hip"], 0]).all()
    assert p[:, J["left_wrist"], 1].mean() > p[:, J["right_wrist"], 1].mean() + 0.1, (
        "it was the left arm that rose"
    )
    assert p[-1, J["pelvis"], 2] > 2.0, "walked forward, which is +z"
    for side in ("left", "right"):
        assert (p[:, J[f"{side}_foot"], 2] > p[:, J[f"{side}_ankle"], 2] + 0.02).mean() > 0.9, (
            "toes point forward"
        )
        middle = 0.5 * (p[:, J[f"{side}_hip"]] + p[:, J[f"{side}_ankle"]])
        assert (p[:, J[f"{side}_knee"], 2] > middle[:, 2]).mean() > 0.9, "knees bend forward"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_rig_gives_the_same_limbs(scheme: str) -> None:
    plain = to_motion(rig("smpl", WALK, rest=REST))
    motion = to_motion(rig(scheme, WALK, rest=REST))
    left_is_left(motion)
    # rigs without shoulder girdle or spine leave some centimetres to guess at the arms, none at the legs
    legs = [j for j in LIMBS if j < J["left_elbow"]]
    whole = len(names_of(scheme)) == 22
    assert np.abs(motion.positions[:, legs] - plain.positions[:, legs]).max() < (1e-4 if whole else 0.03)
    assert np.abs(motion.positions[:, LIMBS] - plain.positions[:, LIMBS]).max() < (1e-4 if whole else 0.12)


def test_a_motion_on_the_reference_skeleton_comes_back_as_it_was() -> None:
    motion = to_motion(rig("smpl", WALK, rest=REST))
    expected = place(WALK)
    assert np.abs(motion.positions[:, LIMBS] - expected[:, LIMBS]).max() < 0.02
    assert motion.original_positions is not None
    assert np.abs(motion.original_positions - expected).max() < 0.02


def test_placement_contract() -> None:
    motion = to_motion(rig("mixamo", WALK + np.array([3.0, 7.0, -5.0])))
    p = motion.positions
    assert p.dtype == np.float32
    assert np.abs(p[0, 0, [0, 2]]).max() < 1e-5
    feet = np.minimum(p[:, J["left_foot"], 1], p[:, J["right_foot"], 1])
    assert abs(np.quantile(feet, 0.05) - 0.02) < 0.005
    assert np.allclose(bone_lengths(p), np.linalg.norm(REFERENCE_OFFSETS[1:], axis=-1), atol=1e-4)


@pytest.mark.parametrize("unit_m", [1.0, 0.1, 0.01, 0.001, 0.0254, 0.0254 / 0.45])
@pytest.mark.parametrize("up", ["y", "z", "x", "-y"])
def test_unit_and_up_axis_are_inferred(unit_m: float, up: str) -> None:
    turn = {"y": np.eye(3), "z": [[0, 0, 1], [1, 0, 0], [0, 1, 0]], "x": [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
            "-y": np.diag([-1, -1, 1])}[up]  # fmt: skip
    matrix = np.asarray(turn, dtype=float)
    motion = to_motion(rig("unreal", WALK @ matrix.T / unit_m, rest=REST @ matrix.T / unit_m))
    assert motion.inferred["up_axis"] == up
    assert motion.inferred["unit_m"] == pytest.approx(unit_m, rel=1e-4)
    assert 1.5 < motion.inferred["stature_m"] < 1.9
    assert np.abs(motion.positions - to_motion(rig("unreal", WALK, rest=REST)).positions).max() < 1e-3
    left_is_left(motion)


@settings(max_examples=25, deadline=None)
@given(
    angle=st.floats(-np.pi, np.pi),
    x=st.floats(-20, 20),
    z=st.floats(-20, 20),
    with_rest=st.booleans(),
    scheme=st.sampled_from(["smpl", "acclaim", "daz", "bare"]),
)
def test_turning_and_moving_the_input_changes_nothing(
    angle: float, x: float, z: float, with_rest: bool, scheme: str
) -> None:
    rest = REST if with_rest else None
    turned = Rotation.from_rotvec([0, angle, 0]).apply(WALK.reshape(-1, 3)).reshape(WALK.shape)
    a, b = (to_motion(rig(scheme, p, rest=rest)) for p in (WALK, turned + np.array([x, 0.0, z])))
    assert np.abs(a.positions - b.positions).max() < 2e-4
    assert a.original_positions is not None and b.original_positions is not None
    assert np.abs(a.original_positions - b.original_positions).max() < 2e-4


@settings(max_examples=15, deadline=None)
@given(factor=st.floats(0.8, 1.2), scheme=st.sampled_from(["smpl", "biovision", "shouting"]))
def test_the_size_of_the_person_leaves_the_reference_skeleton_alone(factor: float, scheme: str) -> None:
    a, b = to_motion(rig(scheme, WALK)), to_motion(rig(scheme, WALK * factor))
    assert np.abs(a.positions - b.positions).max() < 2e-4
    assert b.inferred["stature_m"] == pytest.approx(a.inferred["stature_m"] * factor, abs=2e-3)


@settings(max_examples=10, deadline=None)
@given(scheme=st.sampled_from(["smpl", "daz", "unreal"]))
def test_a_mirrored_person_gives_the_mirrored_motion(scheme: str) -> None:
    a = to_motion(rig(scheme, WALK)).positions
    b = to_motion(rig(scheme, mirror_positions(WALK))).positions
    assert np.abs(mirror_positions(a) - b).max() < 2e-4


def test_left_handed_axes_are_found_by_the_toes_and_said() -> None:
    motion = to_motion(rig("unity", WALK * [-1, 1, 1], rest=REST * [-1, 1, 1]))
    left_is_left(motion)
    assert any("left-handed" in note for note in motion.inferred["notes"])
    assert np.abs(motion.positions - to_motion(rig("unity", WALK, rest=REST)).positions).max() < 1e-3
    assert not to_motion(rig("unity", WALK)).inferred["notes"]


@pytest.mark.parametrize("fps", [12.5, 24.0, 25.0, 29.97, 30.0, 60.0, 120.0])
def test_any_rate_keeps_the_clock(fps: float) -> None:
    source = walk_and_wave(int(3 * fps) + 1, fps)
    motion = to_motion(rig("smpl", source, fps=fps))
    expected = to_motion(rig("smpl", walk_and_wave(motion.n_frames)))
    assert abs(motion.duration_s - 3.0) < 0.11
    assert np.abs(motion.positions[:, LIMBS] - expected.positions[:, LIMBS]).max() < (
        0.05 if fps < 20 else 0.02
    )


def test_the_rate_can_be_overridden() -> None:
    animation = rig("smpl", walk_and_wave(120, 60.0), fps=120.0)
    assert to_motion(animation).n_frames == 20
    motion = to_motion(animation, MappingOverrides(fps=60.0))
    assert (
        motion.n_frames == 40 and motion.source_fps == 60.0 and motion.inferred["fps_from"] == "mapping file"
    )
    with pytest.raises(UnreadableFileError, match="frames a second"):
        to_motion(replace(animation, fps=0.0))


def test_stated_up_unit_and_facing_win() -> None:
    motion = to_motion(rig("smpl", WALK), MappingOverrides(unit_m=0.5, facing="x"))
    assert motion.inferred["unit_m"] == 0.5 and motion.inferred["unit_from"] == "mapping file"
    assert motion.inferred["facing_from"] == "mapping file"
    assert motion.inferred["stature_m"] == pytest.approx(0.5 * 0.83 / 0.491, abs=0.01)
    lying = (WALK - WALK[:, :1])[:, :, [0, 2, 1]] * [1, 1, -1]  # along z; without a rest pose z passes for up
    assert to_motion(rig("smpl", lying)).positions[..., 1].max() > 1.4
    assert to_motion(rig("smpl", lying), MappingOverrides(up_axis="y")).positions[..., 1].max() < 1.2


def t_pose(copies: int) -> np.ndarray:
    return np.repeat(REST[None], copies, axis=0)


@pytest.mark.parametrize("copies", [1, 2, 4, 40])
def test_leading_t_pose_frames_are_dropped_by_test(copies: int) -> None:
    away = WALK + np.array([5.0, 0.0, 2.0])
    animation = rig("acclaim", np.concatenate([t_pose(copies), away]), rest=REST)
    motion = to_motion(animation)
    assert motion.inferred["dropped_t_pose_frames"] == copies
    assert np.abs(motion.positions - to_motion(rig("acclaim", away, rest=REST)).positions).max() < 1e-4
    kept = to_motion(animation, MappingOverrides(drop_t_pose=False))
    assert kept.n_frames == len(away) + copies and kept.inferred["dropped_t_pose_frames"] == 0


def test_a_t_pose_at_the_place_of_the_first_frame_is_dropped_too() -> None:
    still = REST - REST[0] + WALK[0, 0]
    animation = rig("biovision", np.concatenate([still[None], WALK]), rest=REST)
    assert to_motion(animation).inferred["dropped_t_pose_frames"] == 1


def test_a_person_who_stands_in_a_t_pose_and_moves_on_is_kept() -> None:
    ease = np.linspace(0, 1, 30)[:, None, None] ** 2 * (3 - 2 * np.linspace(0, 1, 30)[:, None, None])
    bridge = (1 - ease) * (REST - REST[0] + WALK[0, 0]) + ease * WALK[0]
    motion = to_motion(rig("smpl", np.concatenate([bridge, WALK]), rest=REST))
    assert motion.inferred["dropped_t_pose_frames"] == 0
    assert to_motion(rig("smpl", WALK)).inferred["dropped_t_pose_frames"] == 0


def test_a_lying_body_lies_on_the_floor_with_its_face_up() -> None:
    back = (
        Rotation.from_rotvec([-np.pi / 2, 0, 0])
        .apply((WALK - WALK[:, :1]).reshape(-1, 3))
        .reshape(WALK.shape)
    )
    p = to_motion(rig("smpl", back, rest=REST)).positions
    assert p[..., 1].max() < 1.2 and p[..., 1].min() > -0.1
    toes = p[:, J["left_foot"], 1] - p[:, J["left_ankle"], 1]
    assert (toes > 0.05).mean() > 0.8, "on the back, toes point up"


@pytest.mark.parametrize(("value", "word"), [(np.nan, "NaN"), (1e12, "impossibly large")])
def test_impossible_positions_are_refused(value: float, word: str) -> None:
    bad = WALK.copy()
    bad[3, 4, 1] = value
    with pytest.raises(UnreadableFileError, match=f"take.test .*{word}"):
        to_motion(rig("smpl", bad))


def test_a_single_frame_and_a_skeleton_in_one_point() -> None:
    assert to_motion(rig("smpl", WALK[:1])).n_frames == 1
    with pytest.raises(UnreadableFileError, match="no length"):
        to_motion(rig("smpl", np.zeros((5, 22, 3))))
    empty = rig("smpl", WALK)
    with pytest.raises(UnreadableFileError, match="no frames"):
        to_motion(replace(empty, positions=empty.positions[:0]))


def test_rest_pose_that_lies_gives_way_to_a_motion_that_walks_upright() -> None:
    """Converters leave the rest pose z up and let the root turn it: the motion decides."""
    rest = REST[:, [0, 2, 1]] * [1, -1, 1]
    motion = to_motion(rig("smpl", WALK, rest=rest))
    assert motion.inferred["up_axis"] == "y"
    left_is_left(motion)
