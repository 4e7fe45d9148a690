"""A clip dropped on the window: chip, strip, trim handles, the person who is meant, and why a motion answers it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from test_query_bar import chips, drop, results

from motionlens.errors import MotionLensError
from motionlens.explanation.parts import PART_NAMES
from motionlens_app.render.body import LEFT_COLOUR, RIGHT_COLOUR
from motionlens_app.state.explain import WhyState
from motionlens_app.state.search import SearchPhase
from motionlens_app.state.selection import Pick
from motionlens_app.state.video import VideoState
from motionlens_app.views.video_picture import landmarks_at

CLIP = Path("/clips/walk.mp4")


@pytest.fixture
def strip(app):
    return app.window.strip


def found(app, qtbot):
    """The list answers the video."""
    session = app.session
    qtbot.waitUntil(
        lambda: (
            session.search.answered is not None and session.video.example in session.search.answered.examples
        )
    )
    qtbot.waitUntil(lambda: session.viewer.shown is not None and session.viewer.shown.item.score is not None)


def searched(app, qtbot, path=CLIP):
    drop(app.window, path)
    found(app, qtbot)


def test_a_dropped_clip_shows_how_far_it_is_and_then_its_hits(app, strip, services, qtbot):
    assert strip.isHidden()
    services.track_gate.clear()
    drop(app.window, CLIP)
    qtbot.waitUntil(lambda: strip.isVisible() and strip.progress.value() > 300)
    [chip] = chips(app.window.query)
    assert "walk.mp4, being read, 33 percent" in chip.accessibleName()
    assert "Following the person in walk.mp4: 33 %" in app.window.results.line.toolTip()
    assert strip.cancel.isVisible() and services.imports == []
    qtbot.waitUntil(lambda: chip.chip.picture is not None)  # the thumbnail does not wait for the tracking
    services.track_gate.set()
    found(app, qtbot)
    assert not strip.progress.isVisible() and not strip.cancel.isVisible()
    assert services.asked[-1].examples[0].kind == "video" and app.session.search.phase is SearchPhase.RESULTS


def test_words_search_meanwhile_and_combine_when_the_clip_is_done(app, services, qtbot):
    results(app, qtbot, "waves left")
    services.track_gate.clear()
    drop(app.window.query, CLIP)
    qtbot.waitUntil(lambda: app.session.video.progress is not None)
    assert app.session.search.phase is SearchPhase.RESULTS and not app.window.query.share.isVisible()
    services.track_gate.set()
    found(app, qtbot)
    assert services.asked[-1].text == "waves left" and app.window.query.share.isVisible()


def test_cancel_takes_the_clip_out_and_leaves_the_words(app, strip, services, qtbot):
    results(app, qtbot, "waves left")
    services.track_gate.clear()
    drop(app.window, CLIP)
    qtbot.waitUntil(lambda: strip.cancel.isVisible() and len(services.tracked) == 1)
    strip.cancel.click()
    assert app.session.query.chips == () and strip.isHidden() and app.window.query.edit.text() == "waves left"
    qtbot.waitUntil(lambda: services.cancelled_tracks == 1)
    assert not app.window.messages.isVisible()


def test_a_second_clip_supersedes_the_first(app, services, qtbot):
    services.track_gate.clear()
    drop(app.window, CLIP)
    qtbot.waitUntil(lambda: len(services.tracked) == 1)
    drop(app.window.query, Path("/clips/jump.mov"))
    qtbot.waitUntil(lambda: len(services.tracked) == 2)
    services.track_gate.set()
    found(app, qtbot)
    assert [c.name for c in app.session.query.chips] == ["jump.mov"] and len(services.asked) == 1


def test_a_clip_without_a_person_says_so_and_the_words_stay(app, strip, services, qtbot):
    results(app, qtbot, "waves left")
    services.track_error = MotionLensError("No person was found in walk.mp4: choose another clip.")
    drop(app.window, CLIP)
    bar = app.window.messages
    qtbot.waitUntil(bar.isVisible)
    assert bar.title.text() == "The video cannot be used" and "No person" in bar.sentence.text()
    assert app.session.query.chips == () and strip.isHidden()
    assert app.session.search.phase is SearchPhase.RESULTS and app.window.query.edit.text() == "waves left"


def test_the_cross_of_the_chip_closes_the_strip(app, strip, qtbot):
    searched(app, qtbot)
    chips(app.window.query)[0].cross.click()
    assert strip.isHidden() and app.session.video.state is VideoState.NONE
    qtbot.waitUntil(lambda: app.session.search.phase is SearchPhase.BROWSE)


def test_the_strip_folds_by_button_chip_and_key(app, strip, qtbot):
    searched(app, qtbot)
    strip.fold_button.click()
    assert strip.isHidden() and len(app.session.query.chips) == 1
    QTest.mouseClick(chips(app.window.query)[0], Qt.MouseButton.LeftButton)
    assert strip.isVisible()
    app.window.results.grid.setFocus()
    QTest.keyClick(app.window.results.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
    assert strip.isHidden()


def test_the_video_plays_in_step_with_the_viewer(app, strip, qtbot):
    searched(app, qtbot)
    playback = app.session.viewer.playback
    playback.pause()
    first = playback.span[0]
    playback.seek(first + 20)
    assert (
        strip.linked and strip.seconds == pytest.approx(1.0) and strip.picture.seconds == pytest.approx(1.0)
    )
    strip.play.click()
    assert playback.playing
    strip.play.click()
    x = round(strip.trim.x_of(2.0))
    QTest.mousePress(strip.trim, Qt.MouseButton.LeftButton, pos=QPoint(x, 20))
    assert strip.picture.seconds == pytest.approx(2.0, abs=0.05)
    assert playback.frame == pytest.approx(first + 40, abs=1)
    QTest.mouseRelease(strip.trim, Qt.MouseButton.LeftButton, pos=QPoint(x, 20))
    assert app.session.video.span == (0.0, 4.0)
    strip.link.click()
    playback.seek(first)
    assert strip.driver is app.session.video.playback
    strip.driver.seek(30)
    assert strip.seconds == pytest.approx(1.5) and playback.frame == first


def test_releasing_a_trim_handle_searches_by_the_range(app, strip, services, qtbot):
    searched(app, qtbot)
    trim, before = strip.trim, len(services.asked)
    start, to = round(trim.x_of(0.0)) - 4, round(trim.x_of(1.5))
    QTest.mousePress(trim, Qt.MouseButton.LeftButton, pos=QPoint(start, 20))
    QTest.mouseMove(trim, QPoint(to, 20))
    assert trim.span[0] == pytest.approx(1.5, abs=0.05) and len(services.asked) == before
    assert strip.picture.seconds == pytest.approx(1.5, abs=0.05)
    QTest.mouseRelease(trim, Qt.MouseButton.LeftButton, pos=QPoint(to, 20))
    qtbot.waitUntil(lambda: len(services.asked) == before + 1)
    assert len(services.asked[-1].examples[0].positions) == pytest.approx(50, abs=3)
    assert chips(app.window.query)[0].chip.label.startswith("walk.mp4 1.5–4.0")
    assert len(services.tracked) == 1  # known already
    trim.setFocus()
    QTest.keyClick(trim, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert app.session.video.span[1] == pytest.approx(3.9)
    QTest.keyClick(trim, Qt.Key.Key_Home)
    assert app.session.video.span == (0.0, 4.0)


def test_the_person_who_is_meant_is_clicked(app, strip, services, qtbot):
    services.people = 2
    searched(app, qtbot)
    assert strip.others.isEnabled() and "Others" in strip.more_people.text()
    strip.others.click()
    qtbot.waitUntil(lambda: app.session.video.people is not None)
    picture = strip.picture
    box = picture._box(picture.picture_rect(), app.session.video.people[1])
    place = box.center().toPoint()
    QTest.mouseMove(picture, place)
    assert not picture.grab().isNull() and "press the number" in strip.note.toolTip()
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: len(services.tracked) == 2 and app.session.video.state is VideoState.READY)
    assert services.tracked[1][3] == (pytest.approx(0.5), pytest.approx(0.55))
    strip.others.click()
    qtbot.waitUntil(lambda: app.session.video.people is not None)
    QTest.keyClick(picture, Qt.Key.Key_Escape)
    assert app.session.video.people is None and len(services.tracked) == 2


def test_the_skeleton_is_cool_on_the_left_and_warm_on_the_right(app, strip, qtbot):
    searched(app, qtbot)
    track = app.session.video.followed.track
    points, seen = landmarks_at(track, 1.0)
    assert seen.all() and points.shape == (33, 2)
    assert landmarks_at(track, 99.0) is not None
    place = strip.picture.picture_rect()

    def colour_between(a: int, b: int) -> QColor:
        x, y = (points[a] + points[b]) / 2
        at = QPoint(round(place.left() + x * place.width()), round(place.top() + y * place.height()))
        return strip.picture.grab().toImage().pixelColor(at)

    app.session.viewer.playback.pause()
    strip.picture.show_time(1.0)
    track.image[:, :, :2] = 0.5
    track.image[:, (11, 13, 15), :2] = [(0.7, 0.2), (0.7, 0.5), (0.7, 0.8)]
    track.image[:, (12, 14, 16), :2] = [(0.3, 0.2), (0.3, 0.5), (0.3, 0.8)]
    points, _ = landmarks_at(track, 1.0)
    left, right = colour_between(13, 15), colour_between(14, 16)
    for seen_colour, wanted in ((left, QColor(LEFT_COLOUR)), (right, QColor(RIGHT_COLOUR))):
        assert abs(seen_colour.red() - wanted.red()) + abs(seen_colour.blue() - wanted.blue()) < 60
    app.session.video.set_mirror(True)
    qtbot.waitUntil(lambda: app.session.video.followed.mirror)
    strip.picture.show_time(1.0)
    assert colour_between(13, 15).red() > colour_between(13, 15).blue()


def test_why_explains_the_clip_by_body_parts_or_windows_and_the_words_beside_it(app, services, qtbot):
    why, panel = app.session.why, app.window.viewer.why
    searched(app, qtbot)
    qtbot.waitUntil(lambda: why.state is WhyState.READY and why.current is not None)
    assert why.current.words == PART_NAMES and panel.switch.isVisible() and not why.by_words
    assert services.explained_examples[-1][0] is app.session.video.example
    panel.switch.rows["segment"].click()
    qtbot.waitUntil(lambda: why.current is not None and why.current.words[0] == "0.0–0.8 s")
    assert not why.strike(0)  # a window is no word
    why.selection.hover(Pick(word=2))
    assert app.window.strip.picture.seconds == pytest.approx(2.0)  # the middle of that window
    why.selection.hover(Pick())
    app.session.video.set_span(1.0, 3.0)
    qtbot.waitUntil(lambda: why.current is not None and why.current.words[0] == "1.0–1.8 s")
    before = len(services.asked)
    app.window.query.set_text("waves left")
    qtbot.waitUntil(lambda: len(services.asked) > before and why.current is not None and why.by_words)
    assert why.current.words == ("waves", "left") and panel.switch.sides[0].text() == "Words"
    assert not panel.switch.rows["segment"].isVisible()
    panel.switch.sides[1].click()
    qtbot.waitUntil(lambda: why.current is not None and why.current.words[0] == "1.0–1.8 s")
    app.window.query.clear_all()
    qtbot.waitUntil(lambda: why.state is WhyState.NO_QUERY)
    assert not panel.switch.isVisible()


def test_striking_a_word_keeps_the_example_in_the_ranking(app, services, qtbot):
    why = app.session.why
    app.window.query.set_text("waves left")
    searched(app, qtbot)
    qtbot.waitUntil(lambda: why.state is WhyState.READY and why.current is not None and why.by_words)
    assert why.strike(1)
    qtbot.waitUntil(lambda: why.rank is not None)
    assert services.asked[-1].text == "waves" and services.asked[-1].examples == (app.session.video.example,)


def test_choosing_a_video(app, services, qtbot):
    app.window.queries.choose_file = lambda title, kinds: str(CLIP) if "*.webm" in kinds else ""
    app.window.table.actions["query.video"].trigger()
    found(app, qtbot)
    assert services.tracked[0][0] == "walk.mp4"


def test_closing_the_window_while_a_clip_is_followed(app, services, qtbot):
    services.track_gate.clear()
    drop(app.window, CLIP)
    qtbot.waitUntil(lambda: len(services.tracked) == 1)
    app.window.close()
    assert services.cancelled_tracks == 1 and all(video.closed for video in services.videos)


def test_the_gui_thread_never_stalls_with_a_clip(app, strip, services, qtbot):
    """Processor time of the GUI thread between ticks while a clip is followed, played, trimmed and explained."""
    import time

    from PySide6.QtCore import QTimer

    gaps: list[float] = []
    last = time.thread_time()

    def tick() -> None:
        nonlocal last
        now = time.thread_time()
        gaps.append(now - last)
        last = now

    qtbot.wait(200)
    clock = QTimer(interval=5)
    last = time.thread_time()
    clock.timeout.connect(tick)
    clock.start()
    searched(app, qtbot)
    qtbot.wait(300)
    app.session.video.set_span(0.5, 3.0)
    qtbot.wait(200)
    app.window.query.set_text("waves")
    qtbot.wait(300)
    clock.stop()
    assert sorted(gaps)[-3] < 0.05, [round(1e3 * gap) for gap in sorted(gaps)[-5:]]
