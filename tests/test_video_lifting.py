"""Lifting of tracked landmarks: known motions through known cameras come back, left stays left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionlens.cli.main import main
from motionlens.errors import UnreadableFileError
from motionlens.skeleton import BONES, JOINT_INDEX, MIRROR, REFERENCE_OFFSETS, rest_positions
from motionlens.synthesis.compose import synthesise
from motionlens.synthesis.vocabulary import Action, Recipe, Step
from motionlens.video.camera import around, framing
from motionlens.video.landmarks import (
    LANDMARK_INDEX,
    LANDMARK_MIRROR,
    LANDMARK_NAMES,
    joints_of,
    landmarks_of,
    sources,
)
from motionlens.video.lifting import lift
from motionlens.video.lifting_command import Condition, as_text, evaluate, filmed
from motionlens.video.lifting_errors import lifting_errors
from motionlens.video.render import render, write_video
from motionlens.video.simulate import (
    NO_ERRORS,
    TrackerErrors,
    drop,
    following,
    hidden_by_body,
    mirrored,
    project,
    random_camera,
)
from motionlens.video.types import Track

J, L = JOINT_INDEX, LANDMARK_INDEX


def _motion(base: str, overlay: str | None = None, side: str = "", seed: int = 3) -> np.ndarray:
    over = Action(overlay, side=side) if overlay else None
    return synthesise(Recipe(steps=(Step(Action(base), over),), seed=seed)).positions[:80]


@pytest.fixture(scope="module")
def walk() -> np.ndarray:
    return _motion("walk")


@pytest.fixture(scope="module")
def wave() -> np.ndarray:
    return _motion("stand", "wave", "left")


def test_landmarks_have_mediapipes_order() -> None:
    assert len(LANDMARK_NAMES) == 33
    # the numbers of mediapipe's documentation
    for name, k in (("nose", 0), ("left_shoulder", 11), ("right_wrist", 16), ("left_hip", 23)):
        assert L[name] == k
    assert (L["right_ankle"], L["left_heel"], L["right_foot_index"]) == (28, 29, 32)
    assert [LANDMARK_NAMES[k] for k in LANDMARK_MIRROR][:3] == ["nose", "right_eye_inner", "right_eye"]
    assert [LANDMARK_MIRROR[k] for k in LANDMARK_MIRROR] == list(range(33))


def test_rest_pose_survives_the_landmarks_and_mirrors() -> None:
    rest = rest_positions()[None].astype(float)
    marks = landmarks_of(rest)
    assert np.abs(joints_of(marks) - rest).max() < 1e-6
    assert np.abs(marks[:, LANDMARK_MIRROR] * [-1, 1, 1] - marks).max() < 1e-9
    assert marks[0, L["nose"], 2] > marks[0, L["left_ear"], 2] > marks[0, L["left_heel"], 2]
    assert abs(marks[0, L["left_heel"], 1]) < 0.03  # soles on the floor


def test_every_joint_of_a_motion_survives_the_landmarks(walk: np.ndarray) -> None:
    error = np.linalg.norm(joints_of(landmarks_of(walk)) - walk, axis=-1).max(axis=0)
    limbs = [J[f"{s}_{n}"] for s in ("left", "right") for n in ("knee", "ankle", "foot", "elbow", "wrist")]
    assert error[limbs].max() < 0.01
    assert error.max() < 0.05  # how a spine bends within itself no landmark tells
    assert all(sources(name) for name in JOINT_INDEX)


@pytest.mark.parametrize("azimuth", [0, 60, 90, 180, 270])
def test_a_perfect_track_gives_the_motion_back(walk: np.ndarray, azimuth: float) -> None:
    lifted = lift(project(walk, framing(walk, azimuth), NO_ERRORS))
    assert lifted.positions.shape == walk.shape and lifted.positions.dtype == np.float32
    errors = lifting_errors(lifted, walk)
    assert errors.joint_cm["all"] < 3
    assert errors.swapped == 0
    assert lifted.travel_known.all() and errors.way_cm > 150
    assert errors.travel_cm < 0.08 * errors.way_cm
    assert max(errors.angle_deg[a] for a in ("shoulder", "elbow", "hip", "knee")) < 8


def test_result_is_placed_on_the_reference_skeleton(walk: np.ndarray) -> None:
    rng = np.random.default_rng(1)
    lifted = lift(project(walk, random_camera(walk, rng), None, rng)).positions
    lengths = np.linalg.norm(REFERENCE_OFFSETS, axis=-1)
    for parent, joint in BONES:
        bone = np.linalg.norm(lifted[:, joint] - lifted[:, parent], axis=-1)
        assert np.abs(bone - lengths[joint]).max() < 1e-4
    assert np.abs(lifted[0, 0, [0, 2]]).max() < 1e-5
    hips = lifted[0, J["left_hip"]] - lifted[0, J["right_hip"]]
    assert hips[0] > 0.1  # faces +z: left is at +x
    feet = lifted[:, [J["left_foot"], J["right_foot"]], 1].min(axis=1)
    assert abs(np.quantile(feet, 0.05) - 0.02) < 0.005


@pytest.mark.parametrize("azimuth", [0, 45, 135, 180, 225, 315])
def test_left_stays_left(wave: np.ndarray, azimuth: float) -> None:
    def raised(x: np.ndarray) -> float:
        return float((x[:, J["left_wrist"], 1] - x[:, J["right_wrist"], 1]).mean())

    assert raised(wave) > 0.15
    for seed in range(3):
        track = project(wave, framing(wave, azimuth), None, np.random.default_rng(seed))
        assert raised(lift(track).positions) > 0.1
        other = lift(project(wave[:, MIRROR] * [-1, 1, 1], framing(wave, azimuth), None))
        assert raised(other.positions) < -0.1


def test_mirrored_video_lifted_as_mirrored_is_the_unmirrored_one(wave: np.ndarray) -> None:
    track = project(wave, framing(wave, 30), None, np.random.default_rng(2))
    straight = lift(track).positions
    flipped = mirrored(track)
    assert np.abs(lift(flipped, mirror=True).positions - straight).max() < 1e-4
    wrong = lift(flipped).positions
    assert (wrong[:, J["right_wrist"], 1] - wrong[:, J["left_wrist"], 1]).mean() > 0.1
    assert "mirrored" in " ".join(lift(flipped, mirror=True).notes)


def test_uneven_time_stamps_are_honoured(walk: np.ndarray) -> None:
    track = project(walk, framing(walk, 45), NO_ERRORS, fps=60.0)
    keep = np.sort(np.random.default_rng(0).choice(len(track.times), len(track.times) // 2, replace=False))
    keep[0], keep[-1] = 0, len(track.times) - 1
    uneven = _some(track, keep)
    lifted = lift(uneven)
    assert abs(len(lifted.positions) - len(walk)) <= 1
    assert lifting_errors(lifted, walk).joint_cm["all"] < 3


def _some(track: Track, keep: np.ndarray) -> Track:
    arrays = ("times", "world", "image", "visibility", "present", "filled")
    return replace(track, **{name: getattr(track, name)[keep] for name in arrays})


def test_gaps_short_filled_long_masked(walk: np.ndarray) -> None:
    track = project(walk, framing(walk, 45), NO_ERRORS)

    def lost(a: int, b: int) -> Track:
        present, visibility, world = track.present.copy(), track.visibility.copy(), track.world.copy()
        present[a:b], visibility[a:b], world[a:b] = False, 0, np.nan
        return replace(track, present=present, visibility=visibility, world=world)

    short, long = lift(lost(30, 34)), lift(lost(30, 50))
    assert short.known.all()
    assert not long.known[31:49].any() and long.known[:30].all() and long.known[51:].all()
    assert not long.travel_known[31:49].any()
    assert np.isfinite(long.positions).all()
    late = lift(lost(0, 20))
    assert late.start_s == pytest.approx(1.0) and len(late.positions) == len(walk) - 20


def test_a_hidden_landmark_is_unknown_only_in_its_joint(walk: np.ndarray) -> None:
    track = project(walk, framing(walk, 45), NO_ERRORS)
    visibility = track.visibility.copy()
    visibility[20:60, L["left_wrist"]] = 0.1
    known = lift(replace(track, visibility=visibility)).known
    assert not known[25:55, J["left_wrist"]].any()
    assert np.delete(known, J["left_wrist"], axis=1).all()


def test_nobody_is_one_sentence(walk: np.ndarray) -> None:
    track = project(walk, framing(walk, 0), NO_ERRORS)
    empty = replace(track, present=np.zeros(len(walk), bool), info={**track.info, "path": "clip.mp4"})
    with pytest.raises(UnreadableFileError, match=r"clip\.mp4 shows no person"):
        lift(empty)


def test_dropped_landmarks_cost_little(walk: np.ndarray) -> None:
    camera = framing(walk, 45)
    whole = lifting_errors(lift(project(walk, camera)), walk).joint_cm["all"]
    track = drop(project(walk, camera), 0.3, np.random.default_rng(0))
    assert 0.2 < 1 - track.visible.mean() < 0.45
    lifted = lift(track)
    assert lifting_errors(lifted, walk).joint_cm["all"] < whole + 4
    quick = np.abs(np.diff(lifted.positions - lifted.positions[:, :1], n=2, axis=0)).mean()
    assert quick < 2 * np.abs(np.diff(lift(project(walk, camera)).positions, n=2, axis=0)).mean()


def test_tilted_cameras_are_set_upright(walk: np.ndarray) -> None:
    middle = np.array([walk[:, 0, 0].mean(), 0.9, walk[:, 0, 2].mean()])
    high = around(middle, 40, 5.0, 3.2, level=False)
    lifted = lift(project(walk, high, NO_ERRORS))
    assert any("pitch" in note for note in lifted.notes)
    assert lifting_errors(lifted, walk).angle_deg["lean"] < 6
    c, s = np.cos(0.2), np.sin(0.2)
    rolled = replace(high, axes=np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) @ framing(walk, 40).axes)
    rolled = replace(rolled, eye=framing(walk, 40).eye)
    assert lifting_errors(lift(project(walk, rolled, NO_ERRORS)), walk).angle_deg["lean"] < 4


def test_a_camera_that_follows_is_noticed(walk: np.ndarray) -> None:
    start = walk - walk[:, :1] * np.array([1.0, 0.0, 1.0])
    camera = following(framing(start, 90), walk[:, 0])
    lifted = lift(project(walk, camera, NO_ERRORS))
    assert not lifted.travel_known.any()
    assert any("camera" in note for note in lifted.notes)
    assert np.abs(lifted.positions[:, 0, [0, 2]]).max() < 0.02
    said = lift(project(walk, framing(walk, 90), NO_ERRORS), still=False)
    assert not said.travel_known.any()


def test_simulated_tracker_is_reproducible_and_errs_mostly_in_depth(walk: np.ndarray) -> None:
    camera = framing(walk, 0)
    perfect = project(walk, camera, NO_ERRORS)
    plain = replace(TrackerErrors(), flatten=0, size=0, legs_lean_deg=0, gaps_per_s=0, swaps_per_s=0)
    a = project(walk, camera, plain, np.random.default_rng(5))
    assert np.array_equal(a.world, project(walk, camera, plain, np.random.default_rng(5)).world)
    off = (a.world - perfect.world).std(axis=(0, 1))
    assert 1.5 < off[2] / off[:2].mean() < 2.6
    assert 0.02 < off[0] < 0.1


def test_the_far_arm_is_hidden_from_the_side() -> None:
    rest = rest_positions()[None].astype(float)
    rest[:, J["left_wrist"]] = rest[:, J["left_hip"]] + [0.15, 0.1, 0]
    rest[:, J["right_wrist"]] = rest[:, J["right_hip"]] + [-0.15, 0.1, 0]
    camera = framing(rest, 90)  # at the person's left
    hidden = hidden_by_body(camera.into(landmarks_of(rest)))
    assert hidden[0, L["right_wrist"]] and not hidden[0, L["left_wrist"]]


def test_random_cameras_see_the_person(walk: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(20):
        camera = random_camera(walk, rng)
        pixels = camera.pixels(camera.into(walk)) / [camera.width, camera.height]
        shares.append(((pixels > 0) & (pixels < 1)).all(axis=-1).mean())
    assert np.mean(shares) > 0.9


def test_renderer_draws_the_person_where_the_camera_sees_them(walk: np.ndarray) -> None:
    camera = framing(walk, 30, width=120, image_height=160)
    picture = next(render(walk[:1], camera)).astype(float)
    assert picture.shape == (160, 120, 3)
    marks = camera.pixels(camera.into(landmarks_of(walk[:1])))[0]
    chest = marks[[L["left_shoulder"], L["right_shoulder"], L["left_hip"], L["right_hip"]]].mean(axis=0)
    x, y = chest.astype(int)
    assert picture[y, x, 2] > picture[y, x, 0] + 20  # the blue shirt
    wall = picture[y, 3]
    assert abs(wall[2] - wall[0]) < 25


def test_video_file_has_the_pictures_the_rate_and_the_rotation(tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    pictures = [np.full((64, 48, 3), 20 * k, np.uint8) for k in range(8)]
    assert write_video(tmp_path / "a.mp4", pictures, 15, rotation=90) == 8
    with av.open(str(tmp_path / "a.mp4")) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == 8 and (frames[0].width, frames[0].height) == (48, 64)
    assert frames[3].time == pytest.approx(3 / 15)
    assert abs(int(frames[5].to_ndarray(format="rgb24").mean()) - 100) < 6
    assert frames[0].rotation % 360 == 90


def test_table_of_the_command_with_the_simulated_tracker(walk: np.ndarray, tmp_path: Path) -> None:
    table = evaluate(
        [walk[:40]], [Condition("0", 0), Condition("flip", 45, mirrored=True)], tmp_path, simulated=True
    )
    assert set(table) == {"0", "flip"}
    assert all(0.5 < row.joint_cm["all"] < 20 and row.swapped < 0.2 for row in table.values())
    text = as_text(table)
    assert "knee deg" in text and len(text.splitlines()) == 3


@pytest.mark.parametrize("turned", [False, True])
def test_the_real_tracker_finds_and_lifts_a_rendered_person(
    wave: np.ndarray, tmp_path: Path, turned: bool
) -> None:
    pytest.importorskip("mediapipe")
    pytest.importorskip("av")
    condition = Condition("", 20, fps=10, turned=turned)
    clip = wave[20:36]
    track = filmed(clip, condition, tmp_path / "a.mp4", False, np.random.default_rng(0))
    assert track.present.mean() > 0.8
    assert track.info["height"] > track.info["width"]
    lifted = lift(track)
    errors = lifting_errors(lifted, clip)
    assert errors.swapped < 0.1
    assert errors.joint_cm["all"] < 12
    up = lifted.positions[:, [J["left_wrist"], J["right_wrist"]], 1].mean(axis=0)
    assert up[0] > up[1] + 0.15  # waves with the left hand


def test_the_command_says_what_it_cannot_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate-lifting", "--azimuths", "front"]) == 1
    assert "--azimuths takes degrees" in capsys.readouterr().err
    assert (
        main(["evaluate-lifting", "--simulated", "--motions", "1", "--seconds", "1", "--no-robustness"]) == 0
    )
    assert "knee deg" in capsys.readouterr().out
