"""Comparing motions: in step, aligned at start or best moment, overlay, one clock, linked cameras."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import gait, made_up_explanation
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest

from motionlens.motion import FPS
from motionlens.skeleton import JOINT_INDEX as J
from motionlens.skeleton import rest_positions
from motionlens_app.render.colours import TINTS
from motionlens_app.render.layers import make_layers
from motionlens_app.state.compare import Compared, best_second, facing_front, in_step
from motionlens_app.state.items import Item
from motionlens_app.state.search import SearchPhase
from motionlens_app.views import compare_view


def turned(positions: np.ndarray, degrees: float, x: float = 0.0, z: float = 0.0) -> np.ndarray:
    a = np.radians(degrees)
    turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    return (positions @ turn.T + np.array([x, 0, z])).astype(np.float32)


def entry(n: int, anchor: int) -> Compared:
    still = np.repeat(rest_positions()[None].astype(np.float32), n, axis=0)
    return Compared(Item(n, f"take {n}", "", 0.0, n / FPS), make_layers(still, 1.0, (0, n)), anchor)


# -- pure --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("degrees", [0, 60, 135, -100, 180])
def test_motions_are_turned_alike_and_left_stays_left(degrees):
    walk = gait(50, 1.2, wave="left")
    straight, found = facing_front(walk, 10), facing_front(turned(walk, degrees, 3.0, -2.0), 10)
    assert np.allclose(found, straight, atol=1e-4)
    assert np.allclose(found[10, 0, ::2], 0, atol=1e-5)
    assert found[10, J["left_hip"], 0] > found[10, J["right_hip"], 0]
    assert np.allclose(found[..., 1], walk[..., 1])
    assert np.allclose(np.linalg.norm(np.diff(found[:, 0], axis=0), axis=1),
                       np.linalg.norm(np.diff(walk[:, 0], axis=0), axis=1), atol=1e-5)  # fmt: skip


def test_anchors_meet_in_the_common_time():
    entries, frames = in_step([entry(40, 10), entry(60, 30), entry(20, 0)])
    assert [e.shift for e in entries] == [20, 0, 30]
    assert {e.shift + e.anchor for e in entries} == {30}
    assert frames == 60
    first, _, last = entries
    assert first.frame_at(0) == 0 and first.resting(0) and not first.resting(20)
    assert last.frame_at(59) == 19 and last.resting(59) and last.frame_at(35.5) == 5.5
    assert in_step([]) == ([], 0)


def test_best_second_lies_where_the_telling_words_are_met():
    made = made_up_explanation("left", 80, 2.0)
    window = int(made.similarity[0].max(axis=0).argmax())
    assert best_second(made) == pytest.approx(np.mean(made.segments[window]))
    assert best_second(made) >= 2.0


# -- in the window -----------------------------------------------------------------------------------


def ready(app, qtbot, query=""):
    if query:
        app.window.query.set_text(query)
        qtbot.waitUntil(lambda: app.session.search.phase is SearchPhase.RESULTS)
        qtbot.waitUntil(lambda: app.session.why.question is not None)
    qtbot.waitUntil(lambda: app.session.viewer.shown is not None)
    return app.window.results.grid, app.session.viewer.compare, app.window.viewer


def click(grid, row, modifier=Qt.KeyboardModifier.NoModifier):
    at = grid.visualRect(grid.items.index(row, 0)).center()
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, modifier, at)


def compare(app, qtbot, rows=(0, 1, 2), query=""):
    grid, controller, panel = ready(app, qtbot, query)
    click(grid, rows[0])
    for row in rows[1:]:
        click(grid, row, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(grid, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: len(controller.entries) == min(len(rows), 4))
    return grid, controller, panel


def test_c_puts_the_selected_cards_side_by_side_in_step(app, qtbot):
    grid, controller, panel = compare(app, qtbot)
    view, playback = panel.compare_view, app.session.viewer.playback
    assert panel.stage.currentWidget() is view
    assert [e.item for e in controller.entries] == [grid.items.items[r] for r in (0, 1, 2)]
    assert [tile.isVisible() for tile in view.tiles] == [True] * 3
    assert playback.n_frames == max(e.layers.n_frames for e in controller.entries) and playback.playing
    playback.pause()
    playback.seek(12.5)
    for tile, one in zip(view.tiles, controller.entries, strict=True):
        assert np.allclose(tile.scene.actors[0].points, one.layers.at(12.5))
        assert tile.legend.time.text().startswith("0.6 /")
    QTest.keyClick(grid, Qt.Key.Key_Period)
    assert {tile.scene.actors[0].frame for tile in view.tiles} == {13.0}


def test_a_motion_that_is_over_steps_back(app, qtbot):
    _, controller, panel = compare(app, qtbot)
    app.session.viewer.playback.pause()
    app.session.viewer.playback.seek(app.session.viewer.playback.last)
    faded = [tile.scene.actors[0].faded for tile in panel.compare_view.tiles]
    lengths = [e.layers.n_frames for e in controller.entries]
    assert [f == 0 for f in faded] == [n == max(lengths) for n in lengths] and 1.0 in faded


def test_one_selected_card_is_joined_by_the_next(app, qtbot):
    grid, controller, _ = ready(app, qtbot)
    click(grid, 3)
    QTest.keyClick(grid, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: controller.active)
    assert [e.item for e in controller.entries] == [grid.items.items[3], grid.items.items[4]]


def test_the_menu_of_several_selected_cards_keeps_them(app, qtbot):
    grid, controller, _ = ready(app, qtbot)
    click(grid, 0)
    click(grid, 1, Qt.KeyboardModifier.ControlModifier)
    at = grid.visualRect(grid.items.index(0, 0)).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, grid.viewport().mapToGlobal(at))
    asked = []
    grid.menu_wanted.disconnect()  # a menu would wait for the user
    grid.menu_wanted.connect(asked.append)
    grid.contextMenuEvent(event)
    assert asked and len(grid.selected_items()) == 2
    app.window.table.actions["view.compare"].trigger()
    qtbot.waitUntil(lambda: len(controller.entries) == 2)


def test_no_more_than_four(app, qtbot):
    _grid, controller, _ = compare(app, qtbot, (0, 1, 2, 3, 4))
    assert len(controller.entries) == 4


def test_ctrl_click_adds_a_single_card_ends_and_the_layout_comes_back(app, qtbot):
    before = app.window.splitter.sizes()
    grid, controller, panel = compare(app, qtbot, (0, 1))
    assert panel.width() > before[2]
    click(grid, 3, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(controller.entries) == 3)
    click(grid, 1)
    qtbot.waitUntil(lambda: not controller.active)
    assert panel.stage.currentIndex() == 0
    assert app.window.splitter.sizes() == pytest.approx(before, abs=8)
    wanted = grid.items.items[1]
    qtbot.waitUntil(lambda: app.session.viewer.shown.item == wanted)
    assert app.session.viewer.playback.n_frames == len(app.session.viewer.shown.positions)


def test_escape_and_the_button_leave(app, qtbot):
    grid, controller, panel = compare(app, qtbot, (0, 1))
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert not controller.active and panel.stage.currentIndex() == 0
    assert app.session.viewer.playback.n_frames == len(app.session.viewer.shown.positions)
    QTest.keyClick(grid, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: controller.active)
    QTest.mouseClick(panel.compare_view.leave_button, Qt.MouseButton.LeftButton)
    assert not controller.active


def test_best_moments_meet(app, qtbot):
    _, controller, panel = compare(app, qtbot, (0, 1, 2), "waves left")
    view, playback = panel.compare_view, app.session.viewer.playback
    QTest.mouseClick(view.best_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: controller.by_query)
    explain = app.session.why.explainer()
    for one in controller.entries:
        start = one.item.key[1]
        assert one.anchor == min(round(best_second(explain(one.item)) * FPS) - start, one.layers.n_frames - 1)
    meeting = {e.shift + e.anchor for e in controller.entries}
    assert len(meeting) == 1
    playback.pause()
    playback.seek(meeting.pop())
    for tile in view.tiles:
        pelvis = tile.scene.actors[0].points[0]
        assert np.allclose(pelvis[::2], 0, atol=1e-4)
    QTest.mouseClick(view.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: {e.shift for e in controller.entries} == {0})


def test_overlay_has_a_tint_each_and_a_legend(app, qtbot):
    _, controller, panel = compare(app, qtbot, (0, 1, 2))
    view = panel.compare_view
    QTest.mouseClick(view.overlay_button, Qt.MouseButton.LeftButton)
    assert [a.tint for a in view.overlay.scene.actors] == list(TINTS[:3])
    assert view.overlay.isVisible() and not any(tile.isVisible() for tile in view.tiles)
    assert [row.isVisible() for row in view.legends] == [True] * 3
    assert view.legends[0].name.toolTip() == controller.entries[0].item.title
    app.session.viewer.playback.pause()
    app.session.viewer.playback.seek(20)
    for actor, one in zip(view.overlay.scene.actors, controller.entries, strict=True):
        assert np.allclose(actor.points, one.layers.at(20))
    view.overlay.viewport.grab()
    QTest.mouseClick(view.overlay_button, Qt.MouseButton.LeftButton)
    assert [tile.isVisible() for tile in view.tiles] == [True] * 3


def test_cameras_turn_together_in_one_scale(app, qtbot):
    _, _, panel = compare(app, qtbot, (0, 1, 2))
    app.session.viewer.playback.pause()
    scenes = panel.compare_view.scenes()
    assert len({round(s.camera.distance, 4) for s in scenes}) == 1
    view = panel.compare_view.tiles[0].viewport
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    QTest.mouseMove(view, QPoint(80, 50))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(80, 50))
    assert len({(round(s.camera.azimuth, 3), round(s.camera.elevation, 3)) for s in scenes}) == 1
    assert scenes[1].camera.azimuth != 35.0
    panel.preset("side")
    assert {s.camera.azimuth for s in scenes} == {90.0}


def test_view_options_hold_for_all_pictures(app, qtbot):
    _, _, panel = compare(app, qtbot, (0, 1))
    QTest.keyClick(panel.compare_view.tiles[0].viewport, Qt.Key.Key_B)
    assert {s.options.body for s in (*panel.compare_view.scenes(), panel.scene)} == {"skeleton"}


def test_a_library_that_goes_ends_the_comparison(app, qtbot):
    _, controller, panel = compare(app, qtbot, (0, 1))
    app.session.viewer.clear()
    assert not controller.active and panel.stage.currentIndex() == 0


def test_a_failure_is_told_once(app, qtbot, services):
    grid, controller, _ = ready(app, qtbot)
    click(grid, 0)
    grid.items_to_compare()
    services.starter.closed = True
    with qtbot.waitSignal(controller.failed):
        QTest.keyClick(grid, Qt.Key.Key_C)
    assert not controller.active and app.window.messages.isVisible()


def test_dear_pictures_are_painted_one_after_another(app, qtbot, monkeypatch):
    _, _, panel = compare(app, qtbot, (0, 1))
    view, playback = panel.compare_view, app.session.viewer.playback
    playback.pause()
    qtbot.waitUntil(lambda: all(one.updatesEnabled() for one in view.viewports()))
    monkeypatch.setattr(compare_view, "PICTURES_S", 1e-6)
    view.set_frame(3.0)
    assert [tile.scene.actors[0].frame for tile in view.tiles[:2]] == [3.0, 3.0]  # they stay in step
    assert [one.updatesEnabled() for one in view.viewports()] == [True, False]
    qtbot.waitUntil(lambda: all(one.updatesEnabled() for one in view.viewports()))
