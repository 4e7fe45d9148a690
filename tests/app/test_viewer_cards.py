"""Cards: hover plays, the pointer scrubs, pictures are made ahead; list density; the marked range loops."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import FakeLibrary, gait
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSlider

from motionlens_app.render.thumbnail import ThumbnailPainter, prepare
from motionlens_app.state.playback import CALM_MS, QUICK_MS, Playback, PlaybackClock
from motionlens_app.state.selection import Pick
from motionlens_app.theme import DARK
from motionlens_app.views import card_words
from motionlens_app.views.grid import RESUME_S


@pytest.fixture
def cards(app, qtbot):
    grid = app.window.results.grid
    qtbot.waitUntil(lambda: all(app.session.thumbnails.get(i.key) for i in app.session.items.items[:4]))
    return grid


def shown_frame(grid, row):
    item = grid.items.items[row]
    return grid.frame_of(row, item, grid.store.get(item.key))


def test_the_pointer_scrubs_and_then_the_card_plays_on(app, qtbot, cards):
    grid = cards
    grid.set_animate_all(False)
    clip = grid.store.get(grid.items.items[1].key)
    assert shown_frame(grid, 1) == clip.still
    picture = grid.picture_of(1)
    for share in (0.25, 0.75):
        QTest.mouseMove(
            grid.viewport(), QPoint(picture.x() + round(share * picture.width()), picture.center().y())
        )
        qtbot.waitUntil(lambda: grid.hovered_row == 1)
        assert shown_frame(grid, 1) == pytest.approx(share * (clip.n_frames - 1), abs=1.5)
    before = shown_frame(grid, 1)
    qtbot.wait(round(1000 * RESUME_S) + 300)
    assert shown_frame(grid, 1) != before and grid.animating
    assert shown_frame(grid, 2) == grid.store.get(grid.items.items[2].key).still


def test_pictures_are_made_ahead_of_the_wheel_and_kept(make_app, services, qtbot):
    services.starter = FakeLibrary(200)
    app = make_app()
    grid, store = app.window.results.grid, app.session.thumbnails
    qtbot.waitUntil(lambda: app.session.items.rowCount() == 200)
    qtbot.waitUntil(lambda: len(store._clips) >= 2 * len(grid.visible_rows()), timeout=10_000)
    ahead = grid.visible_rows().stop
    assert all(grid.items.items[row].key in store._clips for row in range(ahead, 2 * ahead))
    kept = store.get(grid.items.items[0].key)
    assert store.get(grid.items.items[0].key) is kept


def test_cards_go_on_between_frames(qapp):
    clip = prepare(gait(40, 1.0))

    def picture(at: float) -> np.ndarray:
        image = QImage(240, 180, QImage.Format.Format_RGB32)
        image.fill(0x24262B)
        painter = QPainter(image)
        ThumbnailPainter(DARK.thumbnail).paint(painter, QRectF(0, 0, 240, 180), clip, at)
        painter.end()
        return np.frombuffer(image.constBits(), np.uint8).reshape(180, 240, 4).astype(int)

    low, middle, high = picture(10), picture(10.5), picture(11)
    assert (low != high).any()
    assert 0 < np.abs(middle - low).sum() < 1.2 * np.abs(high - low).sum()
    assert (picture(-3) == picture(0)).all() and (picture(99) == picture(39)).all()


def test_list_shows_a_row_each_and_more_of_them(app, qtbot, cards):
    grid = cards
    before = len(grid.visible_rows())
    grid.select_row(7)
    QTest.mouseClick(app.window.results.density, Qt.MouseButton.LeftButton)
    assert grid.density == "list" and grid.columns() == 1
    assert app.window.table.actions["view.list"].isChecked()
    assert len(grid.visible_rows()) >= before
    assert grid.current_item() == grid.items.items[7]
    assert grid.viewport().rect().contains(grid.visualRect(grid.items.index(7, 0)).center())
    row = grid.visible_rows().start
    picture, cell = grid.picture_of(row), grid.visualRect(grid.items.index(row, 0))
    assert picture.width() < 0.3 * cell.width() and cell.contains(picture)
    QTest.mouseMove(grid.viewport(), picture.center())
    qtbot.waitUntil(lambda: grid.hovered_row == row)
    grid.viewport().grab()
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert grid.currentIndex().row() == 8
    app.window.table.actions["view.list"].setChecked(False)
    assert grid.density == "grid" and grid.columns() > 1


def test_density_is_there_at_the_next_start(make_app):
    app = make_app()
    app.window.results.density.setChecked(True)
    app.window.close()
    assert make_app().window.results.grid.density == "list"


def test_the_marked_range_is_looped(app, qtbot):
    app.window.query.set_text("waves left")
    why, playback = app.session.why, app.session.viewer.playback
    qtbot.waitUntil(lambda: why.current is not None)
    qtbot.waitUntil(
        lambda: app.session.viewer.shown is not None and app.session.viewer.shown.item == why.current.item
    )
    panel = app.window.viewer
    panel.transport.loop_marked()  # nothing is marked yet
    whole = playback.range
    why.selection.pin(Pick(span=(0.5, 1.2), motion=why.current.item.key))
    panel.transport.loop_marked()
    assert playback.range == (10, 24) != whole
    assert 10 <= playback.frame <= 24
    assert panel.transport.looped.text() == "Range"


def test_the_clock_gives_way_where_pictures_are_dear(qtbot):
    cost = 0.004
    playback = Playback()
    clock = PlaybackClock(playback, cost_s=lambda: cost)
    playback.load(200)
    qtbot.waitUntil(lambda: playback.frame > 0)
    assert clock.interval_ms == QUICK_MS
    cost = 0.020
    qtbot.waitUntil(lambda: clock.interval_ms == CALM_MS)
    cost = 0.011  # neither dear nor cheap: as it is
    qtbot.wait(100)
    assert clock.interval_ms == CALM_MS
    cost = 0.005
    qtbot.waitUntil(lambda: clock.interval_ms == QUICK_MS)
    playback.pause()


def test_the_painter_says_what_its_pictures_cost(app, qtbot):
    viewport = app.window.viewer.viewport
    viewport.cost_s = 1.0
    qtbot.waitUntil(lambda: viewport.cost_s < 0.5)
    assert viewport.cost_s > 0


def test_another_width_shows_the_same_cards(make_app, services, qtbot):
    services.starter = FakeLibrary(9000)
    app = make_app()
    window, grid = app.window, app.window.results.grid
    qtbot.waitUntil(lambda: grid.items.rowCount() == 9000)
    last = grid.items.index(8999, 0)
    qtbot.waitUntil(lambda: grid.visualRect(last).isValid())

    qtbot.waitUntil(lambda: app.session.viewer.shown is not None)  # the first card was chosen

    def top_of(row):
        return grid.visualRect(grid.items.index(row, 0)).top()

    grid.select_row(8000)
    before = top_of(8000) / grid.gridSize().height()
    for width in (1440, 960, 1300):
        columns = grid.columns()
        window.resize(width, 800)
        qtbot.wait(100)
        assert top_of(8000) / grid.gridSize().height() == pytest.approx(before, abs=0.02)
    assert grid.columns() != columns
    # Nothing selected in view: the first that is seen stays; a turn of the wheel is no resize.
    qtbot.wait(300)
    grid.verticalScrollBar().setValue(4000 // grid.columns() * grid.gridSize().height())
    first = grid.visible_rows().start
    window.resize(1100, 800)
    qtbot.wait(100)
    assert first in grid.visible_rows() and abs(top_of(first)) <= grid.gridSize().height()
    grid.verticalScrollBar().triggerAction(QAbstractSlider.SliderAction.SliderToMinimum)
    qtbot.wait(50)
    assert grid.visible_rows().start == 0


def test_a_theme_moves_no_card_of_a_large_library_and_arrows_walk_in_lines(make_app, services, qtbot):
    services.starter = FakeLibrary(9000)
    app = make_app()
    grid = app.window.results.grid
    qtbot.waitUntil(lambda: grid.items.rowCount() == 9000)
    last = grid.items.index(8999, 0)
    qtbot.waitUntil(lambda: grid.visualRect(last).isValid())
    height = grid.gridSize().height()
    assert grid.visualRect(last).top() == 8999 // grid.columns() * height - grid.verticalScrollBar().value()
    grid.select_row(8000)
    place = grid.visualRect(grid.currentIndex())
    assert grid.viewport().rect().contains(place.center())
    app.window.choose_theme("light")
    qtbot.waitUntil(lambda: app.themes.settled)
    qtbot.wait(50)
    after = grid.visualRect(grid.currentIndex())
    assert abs(after.top() - place.top()) <= 2 and abs(after.width() - place.width()) <= 2
    for key, step in (
        (Qt.Key.Key_Down, grid.columns()), (Qt.Key.Key_Up, -grid.columns()), (Qt.Key.Key_Right, 1),
    ):  # fmt: skip
        before = grid.currentIndex().row()
        QTest.keyClick(grid, key)
        assert grid.currentIndex().row() == before + step


def test_cards_painted_a_few_at_a_time_are_all_there_in_the_end(app, qtbot, cards, monkeypatch):
    grid = cards
    grid.set_animate_all(False)
    qtbot.wait(150)  # the list has come up
    whole = grid.grab().toImage()
    monkeypatch.setattr(card_words, "WRITING_S", 0.0)
    monkeypatch.setattr(card_words, "PAINTING_S", 0.002)
    grid._delegate.set_theme(app.themes.theme)  # nothing is kept any more
    grid._delegate._pictured.clear()
    seen = []
    grid.viewport().update()
    qtbot.waitUntil(lambda: seen.append(grid.written) or not seen[-1])  # not in one paint event
    grid.viewport().update(grid.picture_of(0))  # a card plays meanwhile
    qtbot.waitUntil(lambda: grid.written)
    assert grid.grab().toImage() == whole


def test_cards_rest_while_motions_are_compared(app, qtbot, cards):
    grid, delegate = cards, cards._delegate

    def painted_in(ms):
        before = delegate.painted
        qtbot.wait(ms)
        return delegate.painted - before

    assert painted_in(300) > 0
    grid.setFocus()
    QTest.keyClick(grid, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: app.session.viewer.compare.active)
    qtbot.wait(300)
    assert painted_in(300) == 0
    QTest.keyClick(grid, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: not app.session.viewer.compare.active)
    qtbot.waitUntil(lambda: painted_in(100) > 0)
