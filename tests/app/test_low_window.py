"""A low window: the viewer keeps its height, the video lies over the results alone."""

from __future__ import annotations

import pytest


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"video")
    return path


def with_video(app, clip, qtbot):
    app.window.queries.search_by_video(clip)
    qtbot.waitUntil(lambda: app.session.video.example is not None and app.window.strip.isVisible())
    qtbot.wait(50)


@pytest.mark.parametrize("size", [(1280, 720), (1366, 768), (1440, 900), (960, 600)])
def test_the_picture_is_never_lower_than_220_pixels(app, clip, qtbot, size):
    window = app.window
    window.resize(*size)
    with_video(app, clip, qtbot)
    assert window.size().toTuple() == size  # nothing pushed it larger
    view = window.viewer.viewport
    assert view.height() >= 220 and view.visibleRegion().boundingRect().height() >= 220
    timeline = window.viewer.timeline
    assert timeline.visibleRegion().boundingRect().height() == timeline.height()  # nor is it covered
    assert window.viewer.transport.visibleRegion().boundingRect().height() == window.viewer.transport.height()


def test_the_strip_goes_where_there_is_room_and_keeps_what_it_shows(app, clip, qtbot):
    window, strip = app.window, app.window.strip
    with_video(app, clip, qtbot)
    assert strip.parentWidget() is window.column and strip.isVisible()
    assert strip.geometry().bottom() < window.results.geometry().top()
    assert strip.width() == window.results.width() and not strip.length.isVisible()
    window.resize(1440, 900)
    assert strip.parentWidget() is window.centralWidget() and strip.isVisible()
    assert strip.width() == window.centralWidget().width() and strip.length.isVisible()
    assert strip.geometry().top() > window.query.geometry().bottom()
    strip.fold(True)
    window.resize(1280, 720)
    assert not strip.isVisible()
    strip.fold(False)
    assert strip.isVisible() and strip.picture.isVisible()


def test_comparing_leaves_the_strip_whole(app, clip, qtbot):
    with_video(app, clip, qtbot)
    qtbot.waitUntil(lambda: app.session.viewer.shown is not None)
    app.window.viewer.toggle_compare(app.session.items.items[:3])
    qtbot.waitUntil(lambda: app.session.viewer.compare.active)
    strip = app.window.strip
    assert strip.trim.width() >= 120 and app.window.rect().contains(
        strip.geometry().translated(app.window.column.mapTo(app.window, strip.pos()) - strip.pos())
    )
