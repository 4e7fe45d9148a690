"""The "Why" pane, driven as a user would: hover, click, pin, strike out, compare, export."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from motionlens.errors import MotionLensError
from motionlens.motion import FPS
from motionlens.skeleton import JOINT_INDEX as J
from motionlens_app.state.explain import WhyState
from motionlens_app.state.selection import Pick
from motionlens_app.views.why_layout import COLUMN_OF, HEAD, JOINT_COLUMNS, column_groups

QUERY = "a person waves with the left hand"
LEFT = 5


@pytest.fixture
def pane(app, qtbot):
    """The pane with an answer for the first hit."""
    app.session.viewer.autoplay = False
    app.window.query.set_text(QUERY)
    app.session.search.submit()
    why = app.session.why
    qtbot.waitUntil(
        lambda: why.current is not None and why.text == QUERY and app.session.viewer.shown is not None
    )
    qtbot.waitUntil(lambda: app.session.viewer.shown.item.score is not None)
    app.session.viewer.playback.pause()
    return app.window.viewer.why


@pytest.fixture
def maps(pane):
    return pane.panels[0].map


def move(
    widget, point: QPointF, buttons=Qt.MouseButton.NoButton, modifiers=Qt.KeyboardModifier.NoModifier
) -> None:
    """A pointer that is moved (QTest's own moves the real one, which offscreen has none)."""
    place = QPointF(point)
    event = QMouseEvent(
        QEvent.Type.MouseMove, place, widget.mapToGlobal(place), Qt.MouseButton.NoButton, buttons, modifiers
    )
    QApplication.sendEvent(widget, event)


def over(maps, point: QPointF) -> None:
    move(maps.viewport(), point)


def click(maps, point: QPointF) -> None:
    QTest.mouseClick(maps.viewport(), Qt.MouseButton.LeftButton, pos=point.toPoint())


def word_at(maps, row: int) -> QPointF:
    return maps.places.row_rect(maps.places.labels, row).center() + QPointF(12, 0)


# -- hover -------------------------------------------------------------------------------------------


def test_hovering_a_word_lights_joints_timeline_and_rows(app, pane, maps):
    over(maps, word_at(maps, LEFT))
    assert app.session.why.selection.current == Pick(word=LEFT)
    glow = app.window.viewer.scene.glow
    assert glow[J["left_wrist"]] > 0.9 and glow[J["right_wrist"]] < 0.2
    shares = [span.share for span in app.session.link.heat]
    assert max(shares) == pytest.approx(1.0, abs=0.02) and min(shares) < 0.5
    assert "“left” adds" in pane.value.toolTip() and "left elbow" in pane.value.toolTip()
    QApplication.sendEvent(maps, QEvent(QEvent.Type.Leave))
    assert not app.window.viewer.scene.glow.any()


def test_hovering_a_cell_says_its_raw_value_in_both_quantities(app, pane, maps):
    answer = app.session.why.current
    cell = maps.places.cell(LEFT, J["left_wrist"]).center()
    over(maps, cell)
    value = answer.whole.word_joint("similarity")[LEFT, J["left_wrist"]]
    assert pane.value.toolTip() == f"“left” with left wrist: {value:.3f} cosine" == maps.toolTip()
    QTest.mouseClick(pane.quantity_buttons["interaction"], Qt.MouseButton.LeftButton)
    over(maps, maps.places.cell(LEFT, J["left_wrist"]).center())
    value = answer.whole.word_joint("interaction")[LEFT, J["left_wrist"]]
    assert pane.value.toolTip() == f"“left” with left wrist: {value:.4f} score units"
    assert [title for title, _ in pane.bars[0]._scales] == ["joints", "time"]
    over(maps, maps.places.cell(LEFT, segment=1).center())
    assert "“left” at 1.3 to 2.1 s" in pane.value.toolTip()


def test_a_joint_under_the_pointer_in_the_view_makes_the_words_answer(app, pane, maps):
    panel = app.window.viewer
    view, scene = panel.viewport, panel.scene
    p = scene.camera.project(scene.pose, view.width(), view.height())[J["left_wrist"]]
    move(view, QPointF(p[0], p[1]))
    assert app.session.why.selection.current == Pick(joint=J["left_wrist"])
    assert int(np.nanargmax(maps.painting.answers)) == LEFT
    assert pane.value.toolTip().startswith("left wrist: most with “left”")
    assert scene.glow[J["left_wrist"]] == 1.0
    move(view, QPointF(2, 2))
    assert not app.session.why.selection.current and maps.painting.answers is None


def test_clicking_a_joint_pins_it_and_elsewhere_plays(app, pane):
    panel = app.window.viewer
    view, scene, playback = panel.viewport, panel.scene, panel.playback
    p = scene.camera.project(scene.pose, view.width(), view.height())[J["head"]]
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(p[0]), round(p[1])))
    assert app.session.why.selection.pinned == Pick(joint=J["head"]) and not playback.playing
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert playback.playing


def test_a_moment_on_the_timeline_makes_words_and_joints_answer(app, pane, maps):
    timeline = app.window.viewer.timeline
    start, end = app.session.why.current.shown.segments[1]
    move(timeline, QPointF(timeline.x_of((start + end) / 2 * FPS), 36))
    assert app.session.why.selection.current.span == (start, end)
    assert maps.painting.answers is not None and app.window.viewer.scene.glow.max() > 0.9
    QApplication.sendEvent(timeline, QEvent(QEvent.Type.Leave))
    assert not app.session.why.selection.current


# -- pin ---------------------------------------------------------------------------------------------


def test_click_pins_and_the_second_click_or_escape_unpins(app, pane, maps):
    selection = app.session.why.selection
    click(maps, word_at(maps, 2))
    QApplication.sendEvent(maps, QEvent(QEvent.Type.Leave))
    assert selection.pinned == Pick(word=2) == selection.current
    click(maps, word_at(maps, 2))
    assert not selection.pinned
    click(maps, maps.places.cell(3, J["head"]).center())
    assert selection.pinned == Pick(word=3, joint=J["head"])
    QTest.keyClick(maps, Qt.Key.Key_Escape)
    assert not selection.pinned and not selection.current


def test_dragging_on_the_lane_or_with_shift_selects_a_range_and_plain_dragging_scrubs(app, pane):
    timeline, selection = app.window.viewer.timeline, app.session.why.selection
    a, b = (QPoint(round(timeline.x_of(frame)), 36) for frame in (20, 50))
    QTest.mousePress(timeline, Qt.MouseButton.LeftButton, pos=a)
    move(timeline, QPointF(b), Qt.MouseButton.LeftButton)
    QTest.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=b)
    assert selection.pinned.span == pytest.approx((1.0, 2.5), abs=0.06)
    selection.clear()
    for y in (17, 36):
        a, b = QPoint(a.x(), y), QPoint(b.x(), y)
        QTest.mousePress(timeline, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, a)
        QTest.mouseRelease(timeline, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, b)
        assert selection.pinned.span == pytest.approx((1.0, 2.5), abs=0.06)
    selection.clear()
    QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(b.x(), 17))
    assert not selection.pinned and app.session.viewer.playback.frame == pytest.approx(50, abs=1)
    QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=b)
    assert selection.pinned.span in app.session.why.current.shown.segments


# -- keyboard ----------------------------------------------------------------------------------------


def test_the_keyboard_reaches_words_joints_and_times(app, pane, maps):
    selection = app.session.why.selection
    app.window.results.grid.setFocus()
    QTest.keyClick(app.window.results.grid, Qt.Key.Key_W)
    assert app.window.focusWidget() is maps
    QTest.keyClick(maps, Qt.Key.Key_Down)
    assert selection.current == Pick(word=0)
    QTest.keyClick(maps, Qt.Key.Key_Down)
    QTest.keyClick(maps, Qt.Key.Key_Right)
    assert selection.current == Pick(word=1, joint=J["head"])
    for _ in range(len(JOINT_COLUMNS)):
        QTest.keyClick(maps, Qt.Key.Key_Right)
    assert selection.current.span == app.session.why.current.shown.segments[0]
    assert "“person”" in maps.accessibleDescription()
    QTest.keyClick(maps, Qt.Key.Key_Return)
    assert selection.pinned.word == 1
    QTest.keyClick(maps, Qt.Key.Key_I)
    assert app.session.why.quantity == "interaction"
    for widget in (maps, *pane.quantity_buttons.values(), pane.mode, pane.pin_button, pane.help_button):
        assert widget.accessibleName() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus


# -- strike out --------------------------------------------------------------------------------------


def test_striking_out_shows_the_new_score_and_rank(app, pane, maps, qtbot, services):
    why = app.session.why
    before = why.current.shown.score
    rect = maps.places.row_rect(maps.places.labels, LEFT)
    click(maps, QPointF(rect.left() + 6, rect.center().y()))
    qtbot.waitUntil(lambda: why.rank is not None)
    assert services.searched[-1] == "a person waves with the hand"
    text = pane.line.toolTip()
    assert f"Score {before:.3f} → {why.current.shown.score:.3f}" in text and "rank 1 → " in text
    assert np.isnan(maps.painting.answer.contribution[LEFT])
    assert np.isnan(maps.joint_image.image[LEFT]).all()
    assert pane.restore.isVisible() and pane.search.isVisible()
    over(maps, word_at(maps, LEFT))
    assert pane.value.toolTip() == "“left” is struck out"
    QTest.keyClick(maps, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: not why.struck and why.current.shown.score == before)
    assert not pane.restore.isVisible() and "→" not in pane.line.toolTip()


def test_searching_without_the_struck_word(app, pane, qtbot):
    app.session.why.strike(LEFT)
    qtbot.waitUntil(lambda: app.session.why.current.rows[LEFT] == -1)
    pane.search.click()
    assert app.window.query.edit.text() == "a person waves with the hand"
    why = app.session.why
    qtbot.waitUntil(lambda: why.current is not None and why.text == "a person waves with the hand")
    assert not app.session.why.struck


# -- scale and compare -------------------------------------------------------------------------------


def test_two_pinned_motions_are_compared_under_one_scale(app, pane, qtbot):
    why, grid = app.session.why, app.window.results.grid
    QTest.mouseClick(pane.pin_button, Qt.MouseButton.LeftButton)
    assert pane.room_button.isChecked() and why.mode == "shared"
    grid.select_row(6)
    qtbot.waitUntil(lambda: len(why.panels) == 2)
    first, second = pane.panels
    assert first.isVisible() and second.isVisible() and first.head.isVisible()
    assert first.map.scale.ends() == second.map.scale.ends()
    assert [bar.isVisible() for bar in pane.bars] == [True, False]
    pane.mode_actions["query"].trigger()
    assert [bar.isVisible() for bar in pane.bars] == [True, True]
    over(first.map, word_at(first.map, LEFT))
    assert second.map.pick == Pick(word=LEFT)  # the same word in both
    over(first.map, first.map.places.cell(LEFT, segment=0).center())
    assert first.map.pick.span is not None and second.map.pick == Pick(word=LEFT)
    first.pin.click()
    qtbot.waitUntil(lambda: len(why.panels) == 1)
    assert not second.isVisible()


def test_each_word_on_its_own_scale_names_the_words_ends(app, pane, maps):
    pane.mode_actions["word"].trigger()
    assert pane.bars[0].ends == [("lowest", "highest")]
    image = maps.joint_image.image
    assert np.allclose(np.maximum(image.max(axis=1), maps.time_image.image.max(axis=1)), 1.0)
    over(maps, word_at(maps, LEFT))
    assert pane.bars[0].ends[0][1] == "0.90"


# -- export ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".png", ".svg", ".csv", ".npz"])
def test_export_asks_where_and_writes_in_the_background(app, pane, qtbot, tmp_path, services, suffix):
    pane.ask_path = lambda name, kind: str(tmp_path / "why")
    action = next(a for a in pane.export_button.menu().actions() if suffix[1:].upper() in a.text().upper())
    action.trigger()
    qtbot.waitUntil(lambda: services.exported == [f"why{suffix}"])
    qtbot.waitUntil(lambda: "Saved" in app.window.note.text())


def test_a_failed_export_says_so(app, pane, qtbot, tmp_path, services):
    pane.ask_path = lambda name, kind: str(tmp_path / "why")
    services.why_error = MotionLensError("The folder is full: choose another one.")
    pane.export(".csv")
    qtbot.waitUntil(app.window.messages.isVisible)


# -- states ------------------------------------------------------------------------------------------


def test_empty_states_say_what_to_do(app, pane, services, qtbot, maps):
    app.window.query.set_text("")
    qtbot.waitUntil(lambda: app.session.why.state is WhyState.NO_QUERY)
    assert pane.stack.currentWidget() is pane.empty and "Type a description" in pane.title.text()
    services.why_error = MotionLensError("This model has no words: choose another one.")
    app.window.query.set_text("a person jumps")
    qtbot.waitUntil(lambda: app.session.why.state is WhyState.FAILED)
    assert pane.sentence.text().startswith("This model has no words") and pane.again.isVisible()
    services.why_error = None
    pane.again.click()
    qtbot.waitUntil(lambda: pane.stack.currentWidget() is pane.maps)
    assert pane.panels[0].map is maps  # filled anew, not made anew


def test_while_the_model_loads_the_pane_waits(make_app, services, qtbot):
    services.model_gate.clear()
    app = make_app()
    app.window.query.set_text(QUERY)
    qtbot.waitUntil(lambda: app.session.why.state is WhyState.WAITING)
    pane = app.window.viewer.why
    assert pane.stack.currentWidget() is pane.empty and pane.title.text() == "One moment"
    services.model_gate.set()
    qtbot.waitUntil(lambda: app.session.why.current is not None)


def test_how_to_read_this_says_what_the_quantities_are_not(app, pane):
    pane.help_button.click()
    text = pane.help_text.text()
    assert pane.stack.currentWidget() is pane.help_page
    assert "Neither is a probability" in text and "do not sum to the score" in text
    pane.help_button.click()
    assert pane.stack.currentWidget() is pane.maps


def test_details_are_a_tab_away_and_nothing_is_explained_there(app, pane, services, qtbot):
    app.window.viewer.tabs.setCurrentIndex(1)
    assert not pane.isVisible() and not pane.tools.isVisible() and not app.session.why.active
    asked = len(services.explained)
    app.window.results.grid.select_row(3)
    qtbot.wait(80)
    assert len(services.explained) == asked
    app.window.table.actions["why.show"].trigger()
    qtbot.waitUntil(lambda: app.session.why.current is not None and len(services.explained) > asked)


def test_the_tabs_stay_where_they_are_between_the_pages(app, pane, qtbot):
    tabs = app.window.viewer.tabs
    why = tabs.geometry()
    tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: not pane.tools.isVisible())
    qtbot.wait(50)  # the lines are laid out anew
    assert tabs.y() == why.y() and tabs.height() == why.height()
    tabs.setCurrentIndex(0)


# -- picture -----------------------------------------------------------------------------------------


def test_twenty_words_fit_and_scroll_where_they_do_not(app, pane, maps, qtbot):
    query = " ".join(f"word{n}" for n in range(20))
    app.window.resize(1440, 960)
    app.window.query.set_text(query)
    qtbot.waitUntil(lambda: app.session.why.text == query and app.session.why.current is not None)
    places = maps.places
    assert places.rows == 20 and places.row >= 11.5
    assert places.labels.bottom() <= maps.height() and places.time.right() <= maps.width()
    maps.resize(460, HEAD + 100)
    assert maps.places.row == 14
    for _ in range(25):
        QTest.keyClick(maps, Qt.Key.Key_Down)
    assert maps.places.row_rect(maps.places.labels, 19).bottom() <= maps.height()
    assert maps.places.at(maps.places.labels.center().x(), HEAD - 3).word is None


def test_columns_go_from_head_to_feet_left_before_right():
    assert sorted(JOINT_COLUMNS) == list(range(22))
    assert COLUMN_OF[J["left_wrist"]] + 1 == COLUMN_OF[J["right_wrist"]]
    texts = [text for text, _, _ in column_groups()]
    assert texts[0] == "head" and texts[-1] == "foot" and texts.index("wrist") < texts.index("hip")
    assert sum(count for _, _, count in column_groups()) == 22


def test_filling_takes_little_of_the_windows_thread(app, pane, maps, qtbot):
    maps.grab()
    answer = app.session.why.current
    spent = []
    for _ in range(5):
        start = time.perf_counter()
        pane.refresh()
        maps.repaint()
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.05
    assert maps.answer is answer


def test_following_a_hit_fills_the_pane(app, pane, maps, qtbot):
    for row in (3, 9, 1):
        app.window.results.grid.select_row(row)
    wanted = app.session.items.items[1].key
    qtbot.waitUntil(lambda: app.session.why.current is not None and maps.answer.item.key == wanted)
    assert app.session.viewer.shown is not None
