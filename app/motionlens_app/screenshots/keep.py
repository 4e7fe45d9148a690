"""Filters, order, curation, looking closely, comparing, taking away: what a working day is made of."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QDragLeaveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from motionlens.library.facets import Filter

from ..render.looks import TRAIL_SETS, ViewOptions
from ..state.libraries import LibraryChoice
from ..state.search import SearchPhase
from ..views.key_page import KeyPage
from .photographer import SIZES, Photographer
from .takes import write_takes

QUERY = "a person waves with the left hand"
MANY_MOMENTS = "two push-ups, then gets up from the floor"


def tour(shot: Photographer, choice: LibraryChoice, work: Path) -> None:
    """Go through the states; what is kept is undone with the temporary library."""
    session = shot.app.session
    session.start(choice)
    shot.until(lambda: session.search.has_searcher and session.finding.found is not None, 300)
    shot.wait(1.0)
    _find(shot)
    _keep(shot)
    _look(shot)
    _take_away(shot, work)


def _ask(shot: Photographer, text: str) -> None:
    search = shot.app.session.search
    shot.app.window.query.set_text(text)
    shot.wait(0.4)
    shot.until(lambda: search.phase is SearchPhase.RESULTS or not search.asks, 60)
    shot.wait(1.2)


def _find(shot: Photographer) -> None:
    session, window = shot.app.session, shot.app.window
    edit = window.query.edit
    window.activateWindow()
    edit.setFocus()
    shot.until(edit.hasFocus, 5)
    QTest.keyClicks(edit, "a person w")
    shot.wait(1.5)
    shot.both("find-1-suggestions")
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    _ask(shot, QUERY)
    rows = window.side.facets.sections["length"].rows
    QTest.mouseClick(rows[next(iter(rows))], Qt.MouseButton.LeftButton)
    shot.wait(1.5)
    shot.both("find-2-filters", *SIZES)
    window.resize(*SIZES[0])
    session.finding.clear()
    window.query.entered.emit()  # remembered: the list under the empty field tells it
    _ask(shot, MANY_MOMENTS)
    session.search.show_all()
    shot.wait(0.8)
    session.finding.set_arrangement(group=True, fold=True)
    shot.wait(1.5)
    shot.both("find-3-grouped")
    _ask(shot, QUERY)
    menu = window.results.sort.menu()
    menu.popup(window.results.sort.mapToGlobal(QPoint(0, window.results.sort.height())))
    shot.both("find-4-order")
    menu.close()
    session.finding.set_arrangement(group=False, fold=False)
    window.results.density.setChecked(True)
    shot.wait(1.0)
    shot.both("find-5-list")
    window.results.density.setChecked(False)
    shot.wait(0.5)
    grid = window.results.grid
    at = grid.visualRect(session.items.index(1, 0)).center()
    QTest.mouseMove(grid.viewport(), at)
    QToolTip.showText(grid.viewport().mapToGlobal(at + QPoint(0, 40)), "Point at a card: its tool tip", grid)
    shot.both("find-6-pointer-on-a-card")
    QToolTip.hideText()
    grid.menu_wanted.emit(grid.viewport().mapToGlobal(at))
    shot.both("find-7-menu-of-a-card")
    window.context_menu.close()
    window.query.avoid.setFocus()
    window.query.avoid.setText("both hands")
    shot.wait(1.5)
    shot.both("find-8-avoid")
    window.query.avoid.clear()
    shot.wait(1.5)
    window.results.cut.slider.setValue(70)
    shot.wait(0.8)
    shot.both("find-9-score-cut")
    session.finding.set_cut(9.0)
    shot.wait(0.8)
    shot.both("find-9-everything-scores-lower")
    session.finding.set_cut(0.0)


def _keep(shot: Photographer) -> None:
    session, window = shot.app.session, shot.app.window
    items = list(session.items.items[:7])
    session.curation.toggle_favourite(items[:2])
    session.curation.tag(items[:3], "gesture")
    session.curation.tag(items[:1], "hero")
    session.curation.note(items[0].motion_id, "Good start for the greeting scene; the right arm is calm.")
    session.curation.create_collection("Greetings", items)
    session.curation.create_collection("To be cleaned")
    session.curation.save_search("waving", {"text": QUERY})
    shot.until(lambda: len(session.curation.kept.collections) == 2, 20)
    window.results.grid.select_row(0)
    window.viewer.show_details()
    shot.wait(1.5)
    shot.both("keep-1-details")
    window.query.set_text("")
    shot.wait(0.6)
    window.query.edit.setFocus()
    QTest.keyClick(window.query.edit, Qt.Key.Key_Down)
    shot.wait(0.8)
    shot.both("keep-1-history-and-saved-searches")
    window.keep.suggestions.close_list()
    shot.over_modal(lambda: window.side.collections.make([]), "keep-1-name-of-a-collection")
    session.finding.toggle("collection", session.curation.kept.collections[1].id)
    shot.wait(0.8)
    shot.both("keep-2-empty-collection")
    session.finding.clear()
    session.finding.toggle("collection", session.curation.kept.collections[0].id)
    shot.until(lambda: session.items.rowCount() == len(items), 20)
    shot.wait(0.8)
    keep, grid = window.keep, window.results.grid
    card: QRect = grid.visualRect(session.items.index(1, 0))
    keep.show_place(card.center() + QPoint(card.width() // 4, 0))
    shot.both("keep-2-collection-and-drop-line")
    QApplication.sendEvent(grid.viewport(), QDragLeaveEvent())
    session.finding.clear()
    session.finding.set_filter(Filter(tags=frozenset({"hero"}), favourite=False))
    shot.wait(1.0)
    shot.both("keep-3-nothing-passes-the-filters")
    session.finding.clear()


def _look(shot: Photographer) -> None:
    session, window = shot.app.session, shot.app.window
    _ask(shot, "someone walks in a circle")
    window.results.grid.select_row(0)
    window.viewer.show_details()
    viewer = session.viewer
    viewer.set_options(ViewOptions(trails=TRAIL_SETS["hands"], ghosts="4", contacts=True))
    shot.wait(1.5)
    window.viewer.show_options()
    shot.both("look-1-options-trails-onion-skin")
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Escape)
    window.viewer.options.hide()
    shot.both("look-1-trails-onion-skin")
    viewer.set_options(ViewOptions(body="skeleton"))
    shot.both("look-1-skeleton")
    viewer.set_options(ViewOptions())
    window.viewer.compare_items(session.items.items[:4])
    shot.wait(2.0)
    shot.both("look-2-side-by-side")
    viewer.compare.set_overlay(True)
    shot.wait(1.0)
    shot.both("look-3-overlay")
    window.viewer.let_go()


def _take_away(shot: Photographer, work: Path) -> None:
    window = shot.app.window
    window.exports.ask()
    shot.wait(0.8)
    assert window.exports.dialog is not None
    shot.both("take-1-export", of=window.exports.dialog)
    dialog = window.exports.dialog
    dialog.folder.setText(str(work / "out"))
    shot.wait(0.5)
    dialog.go.click()
    shot.until(lambda: dialog.pages.currentIndex() == 2, 60)
    shot.both("take-1-exported", of=dialog)
    dialog.reject()
    write_takes(work / "takes", shot.app.session.libraries.library)
    window.imports.review([work / "takes"])
    shot.until(lambda: bool(window.imports.preview.kinds), 60)
    shot.wait(2.0)
    shot.both("take-2-import")
    assert window.imports.dialog is not None
    window.imports.dialog.kinds.setCurrentRow(0)
    shot.wait(1.0)
    shot.both("take-2-import-ready")
    shot.close_dialog()
    shot.wait(0.3)
    window.table.actions["help.keys"].trigger()
    shot.wait(0.5)
    page = window.findChild(KeyPage)
    assert page is not None
    shot.both("help-1-keyboard", of=page)
    page.close()
