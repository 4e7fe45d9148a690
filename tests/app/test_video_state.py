"""A video as part of the query, without a window: followed, trimmed, cancelled, superseded, and what goes wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fakes import FakeLifted, FakeServices, gait

from motionlens.errors import MotionLensError
from motionlens.video import Track
from motionlens_app.state.followed import Followed, Frames, example_of
from motionlens_app.state.video import LONG_S, VideoController, VideoState

CLIP = Path("walk.mp4")


@pytest.fixture
def services():
    return FakeServices()


@pytest.fixture
def video(qtbot, services):
    made = VideoController(services)
    made.errors = []
    made.failed.connect(made.errors.append)
    yield made
    services.track_gate.set()
    made.close()
    assert all(reader.closed for reader in services.videos)


def ready(video, qtbot, path=CLIP):
    video.open(path)
    qtbot.waitUntil(lambda: video.state is VideoState.READY)


def lifted_clip(seconds: float = 4.0, start: float = 0.0) -> Followed:
    clip = gait(round(seconds * 20) + 1)
    known = np.ones((len(clip), 22), bool)
    known[40:] = False
    lifted = FakeLifted(clip, known, known[:, 0], start, ())
    times = start + np.arange(4) / 2
    blank = np.zeros((4, 33, 3), np.float32)
    track = Track(times, blank, blank, blank[..., 0], np.ones(4, bool), np.zeros(4, bool))
    return Followed((start, start + seconds), None, False, track, lifted)


def test_frames_at_a_time():
    frames = Frames([0.0, 0.1, 0.25], [np.zeros((1, 1, 3))] * 3)
    assert [frames.at(t) for t in (-1.0, 0.0, 0.09, 0.1, 0.3)] == [0, 0, 0, 1, 2]
    assert Frames().at(0.0) == -1


def test_an_example_is_the_part_of_the_person_in_the_range():
    followed = lifted_clip(start=1.0)
    made = example_of("walk.mp4", followed, (1.5, 2.5))
    assert made.kind == "video" and made.name == "walk.mp4 1.5–2.5 s" and len(made.positions) == 21
    assert np.array_equal(made.positions, followed.lifted.positions[10:31])
    assert np.array_equal(made.known, followed.lifted.known[10:31])
    with pytest.raises(MotionLensError, match=r"shows no person between 4\.0 and 5\.0 s"):
        example_of("walk.mp4", followed, (4.0, 5.0))


def test_a_clip_is_followed_and_becomes_an_example(video, services, qtbot):
    services.track_gate.clear()
    video.open(CLIP)
    qtbot.waitUntil(lambda: video.progress is not None and video.info is not None)
    assert video.state is VideoState.TRACKING and video.example is None
    assert video.progress == pytest.approx(1 / 3, abs=0.02) and video.span == (0.0, 4.0)
    qtbot.waitUntil(lambda: len(video.frames.times) == 40)
    services.track_gate.set()
    with qtbot.waitSignal(video.made):
        pass
    assert video.state is VideoState.READY and video.example.kind == "video"
    assert abs(len(video.example.positions) - 80) <= 2
    assert services.tracked == [("walk.mp4", 0.0, None, None)]  # to the end, however long
    qtbot.waitUntil(lambda: video.thumbnail is not None)
    assert len(services.videos) == 2  # pictures do not wait for the tracking


def test_trimming_inside_what_is_known_tracks_nothing(video, services, qtbot):
    ready(video, qtbot)
    whole = video.example
    video.set_span(1.0, 2.5)
    assert video.state is VideoState.READY and video.example is not whole
    assert len(video.example.positions) == 31 and len(services.tracked) == 1
    video.set_span(-3.0, 99.0)
    assert video.span == (0.0, 4.0)
    video.set_span(2.0, 2.0)
    assert video.span == (pytest.approx(1.6), 2.0)


def test_a_long_clip_begins_with_a_part_and_another_part_is_tracked(video, services, qtbot):
    services.video_s = 100.0
    ready(video, qtbot)
    assert video.span == (0.0, LONG_S) and "first 30 s" in video.note
    assert video.picture_at(0.05) is not None
    video.set_span(60.0, 64.0)
    assert video.state is VideoState.TRACKING and video.example is not None
    qtbot.waitUntil(lambda: video.state is VideoState.READY)
    assert services.tracked[-1][1:3] == (60.0, pytest.approx(64.05))
    assert video.example.name == "walk.mp4 60.0–64.0 s" and "first" not in video.note
    qtbot.waitUntil(lambda: bool(video.frames.times) and video.frames.times[0] == 60.0)
    video.peek(10.0)
    qtbot.waitUntil(lambda: video.picture_at(10.0) is not None and video.picture_at(10.0)[0, 0, 0] == 200)


def test_cancel_gives_the_clip_up_or_goes_back_to_what_was(video, services, qtbot):
    services.track_gate.clear()
    video.open(CLIP)
    qtbot.waitUntil(lambda: video.progress is not None)
    video.cancel()
    assert video.state is VideoState.NONE and video.path is None
    qtbot.waitUntil(lambda: services.cancelled_tracks == 1)
    services.track_gate.set()
    services.video_s = 100.0
    ready(video, qtbot)
    before = video.example
    services.track_gate.clear()
    video.set_span(60.0, 64.0)
    qtbot.waitUntil(lambda: video.progress is not None)
    video.cancel()
    assert video.state is VideoState.READY and video.span == (0.0, LONG_S)
    assert np.array_equal(video.example.positions, before.positions)
    assert video.errors == []


def test_a_newer_clip_supersedes_the_one_at_work(video, services, qtbot):
    services.track_gate.clear()
    video.open(CLIP)
    qtbot.waitUntil(lambda: len(services.tracked) == 1)
    video.open(Path("jump.mp4"))
    qtbot.waitUntil(lambda: len(services.tracked) == 2)
    services.track_gate.set()
    qtbot.waitUntil(lambda: video.state is VideoState.READY)
    assert video.name == "jump.mp4" and video.example.name.startswith("jump.mp4") and video.errors == []


@pytest.mark.parametrize("name", ["sound.mp4", "walk.mp4"])
def test_what_goes_wrong_is_said_once_and_the_clip_goes(video, services, qtbot, name):
    services.track_error = MotionLensError("No person was found in walk.mp4: choose another clip.")
    video.open(Path(name))
    qtbot.waitUntil(lambda: bool(video.errors))
    assert len(video.errors) == 1 and video.state is VideoState.NONE
    assert ("sound alone" if name == "sound.mp4" else "No person") in str(video.errors[0])


def test_a_failure_of_another_part_leaves_the_present_one(video, services, qtbot):
    services.video_s = 100.0
    ready(video, qtbot)
    services.track_error = MotionLensError("No person was found in walk.mp4: choose another part.")
    video.set_span(60.0, 64.0)
    qtbot.waitUntil(lambda: bool(video.errors))
    assert video.state is VideoState.READY and video.span == (0.0, LONG_S) and video.example is not None


def test_the_person_who_is_meant(video, services, qtbot):
    services.people = 3
    ready(video, qtbot)
    assert video.others == 2
    video.ask_people()
    qtbot.waitUntil(lambda: video.people is not None)
    video.choose(video.people[1])
    assert video.people is None and video.state is VideoState.TRACKING
    qtbot.waitUntil(lambda: video.state is VideoState.READY)
    assert services.tracked[-1][3] == (pytest.approx(0.5), pytest.approx(0.55))
    services.people = 1
    video.ask_people()
    qtbot.waitUntil(lambda: bool(video.errors))
    assert "nobody else" in str(video.errors[0])


def test_a_mirrored_clip_is_lifted_again_not_tracked(video, services, qtbot):
    ready(video, qtbot)
    first = video.example
    video.set_span(1.0, 3.0)
    video.set_mirror(True)
    qtbot.waitUntil(lambda: video.followed.mirror)
    assert video.example is not first and len(services.tracked) == 1 and video.span == (1.0, 3.0)


def test_notes_are_told_but_not_those_that_nobody_can_do_something_about(video, services, qtbot):
    services.lift_notes = ("Jitter was smoothed.", "The way across the floor is not shown: the feet slide.")
    ready(video, qtbot)
    assert video.note == "The way across the floor is not shown: the feet slide."


def test_closing_while_a_clip_is_tracked_ends_at_once(video, services, qtbot):
    services.track_gate.clear()
    video.open(CLIP)
    qtbot.waitUntil(lambda: len(services.tracked) == 1)
    video.close()
    assert services.cancelled_tracks == 1
