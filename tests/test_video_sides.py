"""Moments in which the tracker turns a body round are undone; real turns stay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionlens.synthesis.compose import synthesise
from motionlens.synthesis.vocabulary import Action, Recipe, Step
from motionlens.video.camera import framing
from motionlens.video.landmarks import LANDMARK_INDEX, LANDMARK_MIRROR
from motionlens.video.lifting import lift
from motionlens.video.lifting_errors import lifting_errors
from motionlens.video.remote import VideoProcess
from motionlens.video.sides import LEGS, sides_kept, turned_round
from motionlens.video.simulate import NO_ERRORS, project
from motionlens.video.tracking import assemble
from motionlens.video.types import Track, VideoInfo

L, M = LANDMARK_INDEX, np.array(LANDMARK_MIRROR)


@pytest.fixture(scope="module")
def walk() -> np.ndarray:
    return synthesise(Recipe(steps=(Step(Action("walk")),), seed=3)).positions[:80]


def turned(track: Track, rows: slice, marks: np.ndarray | None = None) -> Track:
    """As the tracker does it: sides changed, front for back (for all landmarks), others untouched."""
    marks = np.arange(len(M)) if marks is None else marks
    world, image, visibility = track.world.copy(), track.image.copy(), track.visibility.copy()
    for values in (world, image, visibility):
        values[rows, marks] = values[rows, M[marks]]
    for values in (world, image):
        values[rows, marks, 2] *= -1
    return replace(track, world=world, image=image, visibility=visibility)


def kept(track: Track) -> tuple[Track, int]:
    world, image, visibility = track.world.copy(), track.image.copy(), track.visibility.copy()
    aspect = track.info["width"] / track.info["height"]
    count = sides_kept(track.times, world, image, visibility, track.present, aspect)
    return replace(track, world=world, image=image, visibility=visibility), count


@pytest.mark.parametrize("azimuth", [0, 30, 150, 180])
@pytest.mark.parametrize("rows", [slice(20, 21), slice(30, 36), slice(0, 7), slice(-8, None)])
def test_a_body_turned_round_for_a_moment_is_turned_back(
    walk: np.ndarray, azimuth: float, rows: slice
) -> None:
    track = project(walk, framing(walk, azimuth), NO_ERRORS)
    mended, count = kept(turned(track, rows))
    assert count == len(range(*rows.indices(len(walk))))
    for name in ("world", "image", "visibility"):
        np.testing.assert_array_equal(getattr(mended, name), getattr(track, name))


def test_legs_mixed_up_alone_are_sorted(walk: np.ndarray) -> None:
    track = project(walk, framing(walk, 20), NO_ERRORS)
    apart = np.abs(track.image[:, L["left_ankle"], 0] - track.image[:, L["right_ankle"], 0])
    at = int(apart[10:70].argmax()) + 10
    mended, count = kept(turned(track, slice(at - 2, at + 2), LEGS))
    assert count > 0
    np.testing.assert_array_equal(mended.image[..., :2], track.image[..., :2])


@pytest.mark.parametrize("azimuth", range(0, 360, 45))
def test_a_track_without_mistakes_is_left_alone(walk: np.ndarray, azimuth: float) -> None:
    for errors in (NO_ERRORS, None):
        track = project(walk, framing(walk, azimuth), errors, np.random.default_rng(azimuth))
        steady = replace(track, present=np.ones(len(track.times), bool))
        if errors is NO_ERRORS:
            assert kept(steady)[1] == 0
        else:  # only what the simulated tracker really mixed up
            wrong = turned_round(track.times[track.present], track.image[track.present], 0.75)
            assert not wrong["trunk"].any()


@pytest.mark.parametrize("seconds", [0.8, 1.5])
def test_somebody_who_really_turns_round_is_not_turned_back(seconds: float) -> None:
    stand = synthesise(Recipe(steps=(Step(Action("stand"), Action("wave", side="left")),), seed=3)).positions[
        :60
    ]
    angle = np.clip((np.arange(len(stand)) / 20.0 - 0.5) / seconds, 0, 1) * 2 * np.pi
    c, s = np.cos(angle), np.sin(angle)
    spin = np.stack(
        [np.stack([c, 0 * c, s], -1), np.tile([0, 1.0, 0], (len(c), 1)), np.stack([-s, 0 * c, c], -1)], 1
    )
    turning = np.einsum("tij,tkj->tki", spin, stand - stand[:1, :1] * [1, 0, 1])
    track = project(turning, framing(turning, 15), NO_ERRORS)
    assert not turned_round(track.times, track.image, 0.75)["trunk"].any()
    assert lifting_errors(lift(track), turning).swapped == 0


def test_a_track_is_mended_before_it_is_smoothed(walk: np.ndarray) -> None:
    track = project(walk, framing(walk, 10), NO_ERRORS)
    wrong = turned(track, slice(30, 36))
    info = VideoInfo("a.mp4", track.info["width"], track.info["height"], 20.0, 4.0, 0, False, "h264")

    def assembled(one: Track) -> Track:
        found = [(one.world[i], one.image[i], one.visibility[i]) for i in range(len(one.times))]
        return assemble(one.times, [None if i == 50 else f for i, f in enumerate(found)], info, {})

    mended = assembled(wrong)
    assert mended.info["turned"] == 6
    np.testing.assert_array_equal(mended.world, assembled(track).world)
    errors = lifting_errors(lift(mended), walk)
    assert errors.swapped == 0 and errors.angle_deg["heading"] < 3
    assert lifting_errors(lift(wrong), walk).angle_deg["heading"] > 8  # what it was without


def test_the_man_who_lands_after_his_jump_faces_the_camera_all_the_time(data_dir: Path) -> None:
    with VideoProcess() as process:
        track = process.track(data_dir / "video" / "walk_and_jump_down.mp4", 2.0, 2.45)
    assert track.present.mean() > 0.9
    across = (track.image[:, L["left_shoulder"], 0] - track.image[:, L["right_shoulder"], 0])[track.present]
    assert across.min() > 0.015
    assert track.info["turned"] > 0
