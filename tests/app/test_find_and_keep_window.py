"""Finding and keeping as a user would: side panel, chips, cards, Details, suggestions."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from tiny_library import TinyServices, fill

from motionlens.library import LocalLibrary
from motionlens_app.state.dragging import ITEMS_MIME
from motionlens_app.views.card_marks import star_rect
from motionlens_app.views.details_edit import KeepForm


@pytest.fixture
def services(tmp_path: Path) -> TinyServices:
    return TinyServices(tmp_path / "library", tmp_path / "takes")


@pytest.fixture
def app(make_app, qtbot):
    made = make_app(start=False)
    made.window.open_library(made.session.libraries.choice or _own())
    made.session.model.start()
    qtbot.waitUntil(
        lambda: made.session.finding.found is not None and made.session.search.has_searcher, timeout=20_000
    )
    made.window.results.grid.set_animate_all(False)
    return made


def _own():
    from motionlens_app.state.libraries import own_choice

    return own_choice()


def names(app) -> list[str]:
    return [item.name for item in app.session.items.items]


def click(widget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_facets_filter_and_chips_take_filters_away(app, qtbot):
    window = app.window
    rows = window.side.facets.sections["length"].rows
    count = rows["length", "5-10 s"].count
    click(rows["length", "5-10 s"])
    qtbot.waitUntil(lambda: app.session.items.rowCount() == count)
    assert f"{count} of 9 motions · {9 - count} hidden by filters" in window.results.line.toolTip()
    chips = window.results.filters
    assert chips.isVisible() and chips.chips["length", "5-10 s"].text() == "5-10 s"
    assert chips.hidden.text() == f"{9 - count} of 9 motions hidden"
    click(chips.chips["length", "5-10 s"])
    qtbot.waitUntil(lambda: app.session.items.rowCount() == 9)
    assert not chips.isVisible() and not rows["length", "5-10 s"].isChecked()


def test_part_of_a_name_filters_and_its_chip_takes_it_away(app, qtbot):
    window, field = app.window, app.window.side.facets.name
    whole = names(app)
    part = whole[0][-4:].strip().upper()
    wanted = [name for name in whole if part.casefold() in name.casefold()]
    field.setFocus()
    QTest.keyClicks(field, f" {part}")
    qtbot.waitUntil(lambda: bool(app.session.finding.filter.name))
    qtbot.waitUntil(lambda: sorted(names(app)) == sorted(wanted))
    chip = window.results.filters.chips["name", part]
    assert chip.text() == f"Name: {part}"
    click(chip)
    qtbot.waitUntil(lambda: names(app) == whole)
    assert field.text() == ""
    QTest.keyClicks(field, "no such name")
    qtbot.waitUntil(lambda: app.session.items.rowCount() == 0)
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: names(app) == whole)


def test_star_by_key_and_by_click_and_undo_names_it(app, qtbot):
    window, grid = app.window, app.window.results.grid
    grid.setFocus()
    grid.select_row(0)
    QTest.keyClick(grid, Qt.Key.Key_F)
    first = app.session.items.items[0]
    qtbot.waitUntil(lambda: app.session.curation.is_favourite(first))
    undo = window.table.actions["edit.undo"]
    qtbot.waitUntil(lambda: undo.text() == "&Undo: add 1 motion to favourites")
    point = star_rect(QRectF(grid.picture_of(1))).center().toPoint()
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=point)
    qtbot.waitUntil(lambda: app.session.curation.is_favourite(app.session.items.items[1]))
    undo.trigger()
    qtbot.waitUntil(lambda: not app.session.curation.is_favourite(app.session.items.items[1]))
    assert app.session.curation.is_favourite(first)


def test_cards_are_dropped_on_a_collection_and_put_in_order(app, qtbot):
    window, side = app.window, app.window.side.collections
    side.ask_name = lambda title, text="": ("pack", True)
    click(side.new)
    qtbot.waitUntil(lambda: len(side.rows) == 1)
    ((number, row),) = side.rows.items()
    mime = QMimeData()
    mime.setData(ITEMS_MIME, json.dumps([[3, 0, 0], [1, 0, 0], [8, 0, 0]]).encode())
    drop = QDropEvent(QPointF(20, 10), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
                      Qt.KeyboardModifier.NoModifier)  # fmt: skip
    row.dropEvent(drop)
    qtbot.waitUntil(lambda: row.count == 3)
    click(row)
    qtbot.waitUntil(lambda: names(app) == ["take 2", "take 0", "take 7"])
    assert window.keep.sortable
    grid = window.results.grid
    place, line = window.keep._place(grid.visualRect(app.session.items.index(0, 0)).topLeft() + QPoint(4, 9))
    assert place == 0 and line.width() == 3
    window.keep.move({app.session.items.items[2].key}, place)
    qtbot.waitUntil(lambda: names(app) == ["take 7", "take 2", "take 0"])
    grid.select_row(0)
    window.table.actions["edit.uncollect"].trigger()
    qtbot.waitUntil(lambda: names(app) == ["take 2", "take 0"])
    side.delete(number)
    qtbot.waitUntil(lambda: not side.rows and app.session.items.rowCount() == 9)


def test_the_key_for_tags_goes_to_their_field_at_once(app, qtbot):
    window = app.window
    window.viewer.show_why()
    window.results.grid.select_row(0)
    qtbot.waitUntil(lambda: app.session.viewer.shown is not None)
    assert _form(window) is None
    window.results.grid.setFocus()
    QTest.keyClick(window.results.grid, Qt.Key.Key_T)
    assert window.focusWidget() is _form(window).tag


def test_tags_note_and_captions_in_details(app, qtbot):
    window = app.window
    window.viewer.show_details()
    window.results.grid.select_row(1)
    qtbot.waitUntil(lambda: _form(window) is not None and _form(window)._id == 2)
    qtbot.waitUntil(
        lambda: app.session.curation.about is not None and app.session.curation.about.motion_id == 2
    )
    form = _form(window)
    form.tag.setText("hero")
    QTest.keyClick(form.tag, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: app.session.curation.kept.tags == {"hero": 1})
    qtbot.waitUntil(lambda: form._tags.count() == 1)
    form.note.setPlainText("retake the landing")
    form.note.tell()
    form.caption.setText("a handstand")
    QTest.keyClick(form.caption, Qt.Key.Key_Return)
    window.query.set_text("handstand")
    qtbot.waitUntil(lambda: app.session.search.result is not None and names(app)[0] == "take 1")
    qtbot.waitUntil(lambda: app.session.search.result.hits[0].score == 1.0)
    notes = app.session.libraries.library.curation().marks.notes(2)
    assert [note.text for note in notes] == ["retake the landing"]
    qtbot.waitUntil(lambda: len(_form(window).captions) == 2)
    qtbot.wait(300)  # the list has another order now, and its first card is shown
    row = _form(window).captions[0]
    row.begin()
    row.edit.setText("someone salutes")
    QTest.keyClick(row.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: app.session.libraries.by_id[2].captions[0] == "someone salutes")


def test_what_is_typed_goes_to_the_motion_it_was_typed_for(app, qtbot):
    window, curation = app.window, app.session.curation
    window.viewer.show_details()
    form = window.keep.form
    window.results.grid.select_row(1)
    qtbot.waitUntil(lambda: form._id == 2 and curation.about is not None and curation.about.motion_id == 2)
    curation.tag(form._selected, "hero")
    qtbot.waitUntil(lambda: form._tags.count() == 1)
    form.note.setPlainText("retake the landing")
    form.caption.setText("half a caption")
    window.results.grid.select_row(2)
    qtbot.waitUntil(lambda: form._id == 3 and curation.about is not None and curation.about.motion_id == 3)
    assert form.note.toPlainText() == "" and form._tags.count() == 0 and form.caption.text() == ""
    marks = app.session.libraries.library.curation().marks
    qtbot.waitUntil(lambda: [note.text for note in marks.notes(2)] == ["retake the landing"])
    assert marks.notes(3) == []
    window.results.grid.select_row(1)
    qtbot.waitUntil(lambda: form.note.toPlainText() == "retake the landing" and form._tags.count() == 1)


def test_the_lines_of_one_motion_do_not_stay_with_the_next(app, qtbot):
    window, details = app.window, app.window.viewer.details
    window.viewer.show_details()

    def lines():
        return details._facts.toPlainText().split("\n") if details._facts.isVisible() else []

    for row in (0, 1, 0):
        window.results.grid.select_row(row)
        name = app.session.items.items[row].name
        qtbot.waitUntil(lambda name=name: name in lines())
        assert lines().count("Name") == 1 and "score" not in " ".join(lines())
        path = app.session.libraries.by_id[app.session.items.items[row].motion_id].path
        assert path in lines()  # as it is, to be copied
    window.query.set_text("waves")
    qtbot.waitUntil(lambda: "Moment" in lines())
    window.query.clear_all()
    qtbot.waitUntil(lambda: "Moment" not in lines())


def _form(window) -> KeepForm | None:
    form = window.keep.form
    return form if form.isVisible() else None


def test_suggestions_are_chosen_with_the_keyboard(app, qtbot):
    window, edit = app.window, app.window.query.edit
    shown = window.keep.suggestions
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    QTest.keyClicks(edit, "wav")
    qtbot.waitUntil(shown.isVisible)
    assert shown.list.item(0).text() == "someone waves with the left hand"
    QTest.keyClick(edit, Qt.Key.Key_Down)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert edit.text() == "someone waves with the left hand" and not shown.isVisible()
    library = app.session.libraries.library
    qtbot.waitUntil(lambda: library.curation().searches.history(1) == [{"text": edit.text()}])
    window.query.clear_all()
    QTest.keyClick(edit, Qt.Key.Key_Down)
    qtbot.waitUntil(shown.isVisible)
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    assert not shown.isVisible()


def test_a_saved_search_brings_words_and_filters_back(app, qtbot):
    window, side = app.window, app.window.side.collections
    side.ask_name = lambda title, text="": ("my waves", True)
    side.save_search()
    assert window.note.text().startswith("Type words or choose filters first")
    window.query.set_text("waves")
    app.session.finding.toggle("dataset", "bvh")
    side.save_search()
    qtbot.waitUntil(lambda: len(side.searches) == 1)
    app.session.finding.clear()
    window.query.clear_all()
    click(next(iter(side.searches.values())))
    qtbot.waitUntil(
        lambda: window.query.edit.text() == "waves" and app.session.finding.moment_ids is not None
    )
    assert app.session.finding.chosen("dataset", "bvh")


def test_a_moved_folder_is_found_again(make_app, services, qtbot, tmp_path):
    shutil.move(tmp_path / "takes", tmp_path / "archive")
    app = make_app(start=False)
    app.window.keep.choose_folder = lambda title: str(tmp_path / "archive")
    app.window.open_library(_own())
    messages = app.window.messages
    qtbot.waitUntil(messages.isVisible, timeout=20_000)
    assert "moved" in messages.title.text() and str(tmp_path / "takes") in messages.sentence.text()
    click(messages.action)
    qtbot.waitUntil(lambda: bool(app.session.items.items) and app.session.items.items[0].available
                    and app.session.items.items[0].path.startswith(str(tmp_path / "archive")))  # fmt: skip


def test_watching_is_off_until_it_is_wanted_and_imports_what_is_new(app, services, qtbot, tmp_path):
    watch, row = app.session.watch, app.window.side.watch
    qtbot.waitUntil(row.isVisible)
    assert not watch.on and not row.row.isChecked() and not row.state.isVisible() and watch.folders == 0
    watch._settle.setInterval(150)
    click(row.row)
    qtbot.waitUntil(lambda: watch.folders == 3)
    assert row.state.isVisible() and row.state.text() == "Watching 3 folders"
    qtbot.waitUntil(lambda: len(services.imports) == 1)  # what changed while nobody looked
    qtbot.waitUntil(lambda: app.session.imports.state.value == "idle")
    qtbot.wait(300)
    (tmp_path / "takes" / "walks" / "new.bvh").write_text("HIERARCHY")
    qtbot.waitUntil(lambda: len(services.imports) == 2)
    assert services.imports[1][1] == [tmp_path / "takes"]
    click(row.row)
    qtbot.waitUntil(lambda: watch.folders == 0)
    assert not watch.on


def test_copies_are_folded_and_the_card_says_how_many(app, services, qtbot, tmp_path):
    with LocalLibrary(services.folder) as library:
        fill(library, tmp_path / "more", 1, 0)
    app.session.libraries.refresh()
    qtbot.waitUntil(lambda: app.session.items.rowCount() == 10)
    app.window.results.sort.fold.setChecked(True)
    qtbot.waitUntil(lambda: app.session.finding.last.folded == 1, timeout=20_000)
    assert [item.copies for item in app.session.items.items if item.copies] == [1]
    assert "10 motions · 1 copy folded" in app.window.results.line.toolTip()


def test_an_empty_collection_says_so(app, qtbot):
    window, curation = app.window, app.session.curation
    curation.create_collection("To be cleaned")
    qtbot.waitUntil(lambda: bool(curation.kept.collections))
    app.session.finding.toggle("collection", curation.kept.collections[0].id)
    qtbot.waitUntil(lambda: app.session.items.rowCount() == 0)
    assert window.results.empty.title.text() == "This collection is empty"
    window.viewer.show_details()
    qtbot.waitUntil(
        lambda: any(
            "No motion" in label.text() and label.isVisible()
            for label in window.viewer.details.findChildren(QLabel)
        )
    )
