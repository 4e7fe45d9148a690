"""Playing, looping, stepping, scrubbing."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from motionlens_app.state.playback import Playback, PlaybackClock


@pytest.fixture
def playback(qapp):
    made = Playback()
    made.load(100, (20, 60), play=False)
    return made


def test_starts_at_the_moment_and_loops_in_it(playback):
    assert playback.frame == 20 and playback.range == (20, 59)
    playback.play()
    playback.advance(1.0)
    assert playback.frame == pytest.approx(40)
    playback.advance(1.0)
    assert 20 <= playback.frame < 59
    assert playback.playing


@pytest.mark.parametrize("speed", [0.1, 0.5, 2.0, 4.0])
def test_speed_applies_at_once(playback, speed):
    playback.play()
    playback.set_speed(speed)
    playback.advance(0.1)
    assert playback.frame == pytest.approx(20 + 2 * speed)


def test_speed_keeps_its_bounds(playback):
    playback.set_speed(100)
    assert playback.speed == 4.0
    playback.set_speed(0)
    assert playback.speed == 0.1
    playback.nudge_speed(1)
    assert playback.speed == 0.25


def test_stops_at_the_end_without_loop_and_starts_over(playback):
    playback.set_looping(False)
    playback.play()
    playback.advance(10)
    assert playback.frame == 59 and not playback.playing
    playback.play()
    assert playback.frame == 20


def test_step_goes_to_whole_frames_and_stops(playback):
    playback.play()
    playback.advance(0.03)
    playback.step(1)
    assert playback.frame == 22 and not playback.playing
    playback.step(-1)
    assert playback.frame == 21
    playback.seek(99)
    playback.step(1)
    assert playback.frame == 99


def test_range_marks_never_cross(playback):
    playback.seek(70)
    playback.set_range_start()
    assert playback.range == (70, 71)
    playback.seek(10)
    playback.set_range_end()
    assert playback.range == (9, 10)
    playback.loop_moment()
    assert playback.range == (20, 59)
    playback.loop_whole()
    assert playback.range == (0, 99)


def test_one_frame_and_no_frame(qapp):
    playback = Playback()
    playback.load(1)
    playback.play()
    playback.advance(1)
    assert playback.frame == 0 and not playback.playing
    playback.unload()
    playback.step(1)
    assert playback.frame == 0


def test_clock_runs_only_while_playing(playback, qtbot):
    clock = PlaybackClock(playback)
    assert not clock._timer.isActive()
    playback.play()
    qtbot.waitUntil(lambda: playback.frame > 21, timeout=2000)
    playback.pause()
    assert not clock._timer.isActive()


def test_pictures_hold_still_and_go_on_from_there(playback, qtbot):
    clock, calm = PlaybackClock(playback), [True]
    clock.calm = lambda: calm[0]
    playback.play()
    start = playback.frame
    qtbot.wait(120)
    assert playback.frame == start
    calm[0] = False
    qtbot.waitUntil(lambda: playback.frame > start, timeout=2000)
    assert playback.frame < start + 2.5
    playback.pause()


def test_a_late_tick_is_not_followed_by_a_whole_pause(playback, qtbot):
    clock = PlaybackClock(playback, interval_ms=40)
    ticks: list[float] = []

    def slow(_frame: float) -> None:
        ticks.append(time.perf_counter())
        time.sleep(0.055)  # a picture that takes longer than the interval

    playback.frame_changed.connect(slow)
    playback.play()
    qtbot.waitUntil(lambda: len(ticks) > 6, timeout=5000)
    playback.pause()
    gaps = sorted(b - a for a, b in pairwise(ticks))
    assert gaps[0] > 0.055  # the event loop had its turn in between
    assert gaps[len(gaps) // 2] < 0.085  # 55 ms, not 95
    assert not clock._timer.isActive()


def test_ticks_keep_their_rate(playback, qtbot):
    clock = PlaybackClock(playback, interval_ms=20)
    ticks: list[float] = []
    playback.frame_changed.connect(lambda _frame: ticks.append(time.perf_counter()))
    playback.play()
    qtbot.waitUntil(lambda: len(ticks) > 25, timeout=5000)
    clock.stop()
    gaps = sorted(b - a for a, b in pairwise(ticks))
    assert 0.017 < gaps[len(gaps) // 2] < 0.026
