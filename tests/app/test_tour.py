"""The tour of the first start: three steps, skipped or gone through, in nobody's way."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from motionlens_app.state.search import SearchPhase
from motionlens_app.views.tour import Tour


@pytest.fixture
def tour(app):
    app.window.activateWindow()
    app.window.help.first_run()
    return app.window.help.tour


def test_it_is_not_shown_unless_the_start_asks_for_it(app):
    assert not app.window.findChildren(Tour)


def test_the_very_first_start_shows_it_and_no_later_one(app, tour):
    assert tour.running and tour.isVisible() and tour.rings.isVisible()
    tour.end()
    app.window.help.first_run()
    assert not tour.running
    app.window.table.actions["help.tour"].trigger()
    assert tour.running


def test_who_has_used_the_app_before_does_not_need_it(app):
    app.settings.put("library", "/somewhere")
    app.window.help.first_run()
    assert not app.window.findChildren(Tour)


def test_enter_goes_through_the_three_steps(tour):
    titles = []
    while tour.running:
        titles.append(tour.title.text())
        assert tour.number.text() == f"STEP {len(titles)} OF 3"
        assert tour.accessibleName().endswith(tour.title.text())
        QTest.keyClick(tour.window().focusWidget(), Qt.Key.Key_Return)
    assert len(set(titles)) == 3 and not tour.isVisible() and not tour.rings.isVisible()


@pytest.mark.parametrize("where", ["card", "cards of the list"])
def test_esc_skips_it_from_anywhere(app, tour, where):
    app.window.results.grid.setFocus() if where != "card" else tour.next.setFocus()
    QTest.keyClick(app.window.focusWidget(), Qt.Key.Key_Escape)
    assert not tour.running


def test_the_example_searches_and_goes_on(app, tour, qtbot):
    chip = tour.examples.itemAt(0).widget()
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert app.window.query.edit.text() == "a person waves with the left hand"
    assert tour.at == 1
    qtbot.waitUntil(lambda: app.session.search.phase is SearchPhase.RESULTS)
    assert tour.running and tour.isVisible()


def test_it_blocks_nothing(app, tour, qtbot):
    assert QApplication.activeModalWidget() is None and QApplication.activePopupWidget() is None
    grid = app.window.results.grid
    tour.go_on()
    at = grid.visualRect(grid.model().index(1, 0)).center()
    assert app.window.childAt(grid.viewport().mapTo(app.window, at)) is grid.viewport()  # through the dimming
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert grid.currentIndex().row() == 1
    QTest.keyClicks(app.window.query.edit, "waves right")
    qtbot.waitUntil(lambda: app.session.search.phase is SearchPhase.RESULTS)
    assert tour.running


def test_every_ring_lies_round_its_target_and_the_card_beside_it(app, tour):
    window = app.window
    for size in ((1280, 720), (1440, 900), (960, 600)):
        window.resize(*size)
        for at, step in enumerate(tour.steps):
            tour._show(at)
            assert window.rect().contains(tour.geometry())
            for place, target in zip(tour.rings.places, step.targets(), strict=True):
                assert place.topLeft() == target.mapTo(window, QPoint(0, 0)) and place.size() == target.size()
            if step.side != "inside":
                assert not tour.geometry().intersects(tour.rings.places[0])


def test_the_keyboard_goes_back_to_where_it_was(app):
    app.window.activateWindow()
    app.window.query.edit.setFocus()
    app.window.table.actions["help.tour"].trigger()
    assert app.window.focusWidget() is app.window.help.tour.next
    QTest.keyClick(app.window.help.tour.next, Qt.Key.Key_Escape)
    assert app.window.focusWidget() is app.window.query.edit
