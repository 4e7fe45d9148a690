"""Chips, what to avoid, "more like this" and a marked range, driven in the window as a user would."""

from __future__ import annotations

import pytest
from dropping import drop, mime_of
from fakes import FakeLibrary
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from motionlens.errors import UnreadableFileError
from motionlens_app.state.libraries import own_choice
from motionlens_app.state.search import SearchPhase
from motionlens_app.state.selection import Pick


def results(app, qtbot, text="waves left"):
    app.window.query.set_text(text)
    qtbot.waitUntil(lambda: app.session.search.phase is SearchPhase.RESULTS)


def asked(app, qtbot, services, times=1):
    """The query that was answered, once there were so many with parts."""
    qtbot.waitUntil(
        lambda: len(services.asked) >= times and app.session.search.answered is services.asked[-1]
    )
    return services.asked[-1]


@pytest.fixture
def bar(app):
    return app.window.query


def chips(bar):
    return list(bar.chips.values())


def test_a_motion_file_dropped_on_the_bar_is_searched_by_and_not_imported(
    app, bar, services, qtbot, tmp_path
):
    drop(bar, tmp_path / "kick.bvh")
    query = asked(app, qtbot, services)
    assert [e.name for e in query.examples] == ["kick.bvh"] and query.examples[0].kind == "motion"
    assert services.imports == []
    [chip] = chips(bar)
    assert "kick.bvh" in chip.accessibleName() and chip.chip.picture is not None
    assert app.window.strip.isHidden()


def test_the_same_file_dropped_elsewhere_is_imported(app, services, qtbot, tmp_path):
    with qtbot.waitSignal(app.session.import_finished, timeout=5000):
        drop(app.window, tmp_path / "kick.bvh")
    assert services.imports[0][1] == [tmp_path / "kick.bvh"] and app.session.query.chips == ()
    app.window.failure_dialog.close()


def test_the_hint_tells_what_a_drop_would_do(app, bar, tmp_path):
    for widget, name, said in (
        (bar, "a.bvh", "search by this motion"),
        (app.window, "a.bvh", "import"),
        (app.window, "a.mp4", "search by this video"),
    ):
        mime = mime_of(tmp_path / name)  # the event does not own it
        event = QDragEnterEvent(
            QPoint(5, 5),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        widget.dragEnterEvent(event)
        assert event.isAccepted() and said in app.window.note.text()
    assert bar.field.property("dropping") is True
    bar.dragLeaveEvent(None)
    assert bar.field.property("dropping") is False and app.window.note.text() == ""


def test_text_dropped_on_the_bar_is_asked(app, bar, qtbot):
    drop(bar, text="walks left\nmore")
    assert bar.edit.text() == "walks left" and not bar.edit.acceptDrops()
    qtbot.waitUntil(lambda: app.session.search.phase is SearchPhase.RESULTS)


def test_a_file_that_cannot_be_read_leaves_the_words(app, bar, services, qtbot, tmp_path):
    results(app, qtbot)
    services.motion_error = UnreadableFileError("kick.bvh is cut short at line 3: export it again.")
    drop(bar, tmp_path / "kick.bvh")
    qtbot.waitUntil(lambda: app.window.messages.isVisible())
    assert "cut short" in app.window.messages.sentence.text()
    assert app.session.query.chips == () and bar.edit.text() == "waves left"
    assert app.session.search.phase is SearchPhase.RESULTS


def test_more_like_this_replaces_words_and_undo_brings_them_back(app, bar, services, qtbot):
    results(app, qtbot)
    item = app.window.results.grid.current_item()
    app.window.table.actions["query.like"].trigger()
    query = asked(app, qtbot, services)
    assert query.text == "" and query.examples[0].source == item.key
    assert chips(bar)[0].chip.label == f"{item.name} {item.start_s:.1f}–{item.end_s:.1f} s"
    assert item.motion_id not in {one.motion_id for one in app.session.items.items}
    bar.edit.undo()
    assert bar.edit.text() == "waves left"


def test_no_list_of_everything_between_two_examples(app, qtbot, services):
    phases = []
    results(app, qtbot)
    app.session.search.changed.connect(lambda: phases.append(app.session.search.phase))
    app.window.queries.more_like(alone=False)
    asked(app, qtbot, services)
    app.window.queries.more_like(alone=False)
    asked(app, qtbot, services, 2)
    assert SearchPhase.BROWSE not in phases and len(app.session.query.chips) == 2


def test_a_hit_can_be_added_to_words(app, bar, services, qtbot):
    results(app, qtbot)
    assert not bar.share.isVisible()
    app.window.table.actions["query.like_too"].trigger()
    query = asked(app, qtbot, services)
    assert query.text == "waves left" and len(query.examples) == 1 and query.text_weight == 0.5
    assert bar.share.isVisible()
    bar.slider.setValue(80)
    assert asked(app, qtbot, services, 2).text_weight == pytest.approx(0.2)
    bar.edit.clear()
    assert not bar.share.isVisible()
    assert asked(app, qtbot, services, 3).text == ""


def test_the_context_menu_of_a_card(app, qtbot, services):
    grid = app.window.results.grid
    place = grid.visualRect(grid.items.index(2, 0)).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, grid.viewport().mapToGlobal(place))
    QApplication.sendEvent(grid.viewport(), event)
    menu = app.window.context_menu
    chosen = app.session.items.items[2]
    assert grid.current_item() == chosen
    action = next(a for a in menu.actions() if "like this" in a.text())
    action.trigger()
    menu.close()
    assert asked(app, qtbot, services).examples[0].source.motion_id == chosen.motion_id


def test_search_by_the_loop_range_and_by_a_selected_time(app, bar, services, qtbot):
    results(app, qtbot)
    qtbot.waitUntil(
        lambda: app.session.viewer.shown is not None and app.session.viewer.shown.item.score is not None
    )
    shown, playback = app.session.viewer.shown, app.session.viewer.playback
    playback.set_range_start(20)
    playback.set_range_end(49)
    app.window.results.grid.setFocus()
    QTest.keyClick(app.window.results.grid, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    query = asked(app, qtbot, services)
    assert (
        query.examples[0].source == (shown.item.motion_id, 20, 50) and len(query.examples[0].positions) == 30
    )
    assert chips(bar)[0].chip.label == f"{shown.item.name} 1.0–2.5 s"
    results(app, qtbot, "waves right")
    qtbot.waitUntil(
        lambda: app.session.viewer.shown is not None and app.session.viewer.shown.item.score is not None
    )
    shown = app.session.viewer.shown
    app.session.why.selection.pin(Pick(span=(0.5, 1.25), motion=shown.item.key))
    app.window.viewer.timeline.contextMenuEvent(
        QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(9, 9), QPoint(9, 9))
    )
    app.window.context_menu.actions()[0].trigger()
    app.window.context_menu.close()
    qtbot.waitUntil(lambda: services.asked[-1].examples[-1].source == (shown.item.motion_id, 10, 25))


def test_what_to_avoid_is_typed_in_its_field_or_after_a_minus(app, bar, services, qtbot):
    results(app, qtbot, "a person walks")
    bar.focus()
    bar.edit.end(False)
    QTest.keyClicks(bar.edit, " - ")
    assert app.window.focusWidget() is bar.avoid and bar.edit.text() == "a person walks"
    QTest.keyClicks(bar.avoid, "right")
    query = asked(app, qtbot, services)
    assert (query.text, query.avoid) == ("a person walks", "right")
    assert all("right" not in item.caption for item in app.session.items.items)
    QTest.keyClick(bar.avoid, Qt.Key.Key_Escape)
    assert bar.avoid.text() == ""
    qtbot.waitUntil(lambda: any("right" in item.caption for item in app.session.items.items))
    bar.set_text("someone walks - left hand")
    assert (bar.edit.text(), bar.avoid.text()) == ("someone walks", "left hand")


def test_the_keyboard_reaches_and_removes_chips(app, bar, services, qtbot, tmp_path):
    drop(bar, tmp_path / "kick.bvh")
    asked(app, qtbot, services)
    bar.focus()
    QTest.keyClick(bar.edit, Qt.Key.Key_Left)
    [chip] = chips(bar)
    assert app.window.focusWidget() is chip
    QTest.keyClick(chip, Qt.Key.Key_Right)
    assert app.window.focusWidget() is bar.edit
    QTest.keyClick(bar.edit, Qt.Key.Key_Backspace)
    assert app.window.focusWidget() is chip and chip.grab().toImage().width() > 60
    QTest.keyClick(chip, Qt.Key.Key_Delete)
    assert app.session.query.chips == () and app.window.focusWidget() is bar.edit
    qtbot.waitUntil(lambda: app.session.search.phase is SearchPhase.BROWSE)


def test_escape_clears_words_first_then_the_chip(app, bar, services, qtbot, tmp_path):
    drop(bar, tmp_path / "kick.bvh")
    asked(app, qtbot, services)
    bar.focus()
    QTest.keyClicks(bar.edit, "left")
    QTest.keyClick(bar.edit, Qt.Key.Key_Escape)
    assert bar.edit.text() == "" and len(chips(bar)) == 1
    QTest.keyClick(bar.edit, Qt.Key.Key_Escape)
    assert chips(bar) == []


def test_the_crosses_remove_one_or_all(app, bar, services, qtbot, tmp_path):
    drop(bar, tmp_path / "kick.bvh")
    asked(app, qtbot, services)
    assert chips(bar)[0].cross.accessibleName() == "Remove kick.bvh from the query"
    chips(bar)[0].cross.click()
    assert chips(bar) == []
    drop(bar, tmp_path / "kick.bvh")
    bar.set_text("walks")
    bar.avoid.setText("left")
    bar.clear.click()
    assert app.session.query.empty and not bar.clear.isVisible()


def test_choosing_a_motion_file(app, services, qtbot, tmp_path):
    kinds = []

    def choose(title, filters):
        kinds.append(filters)
        return str(tmp_path / "kick.glb")

    app.window.queries.choose_file = choose
    app.window.table.actions["query.motion"].trigger()
    assert asked(app, qtbot, services).examples[0].name == "kick.glb" and "*.bvh" in kinds[0]


def test_an_example_goes_along_to_another_library_without_its_number_there(app, services, qtbot):
    results(app, qtbot)
    app.window.queries.more_like()
    source = asked(app, qtbot, services).examples[0].source
    assert source is not None
    services.libraries[own_choice().folder] = FakeLibrary(8)
    app.window.open_library(own_choice())
    qtbot.waitUntil(lambda: len(services.asked) == 2 and app.session.search.phase is SearchPhase.RESULTS)
    assert services.asked[-1].examples[0].source is None
