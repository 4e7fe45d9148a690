"""The command palette: every command by a few letters."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from motionlens_app.commands import Command, CommandTable
from motionlens_app.matching import fit
from motionlens_app.views.command_palette import entries


def keys(widget, key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(widget, key, modifier)


@pytest.fixture
def palette(app):
    app.window.activateWindow()
    app.window.help.open_palette()
    return app.window.help.palette


def names(palette):
    return [palette._entry(row).name for row in range(palette.list.count())]


@pytest.mark.parametrize("where", ["query", "grid"])
def test_ctrl_k_opens_it_also_while_one_types(app, qtbot, where):
    app.window.activateWindow()
    widget = app.window.query.edit if where == "query" else app.window.results.grid
    widget.setFocus()
    app.window.query.set_text("waves left")
    app.window.query.edit.setCursorPosition(0)
    keys(widget, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert app.window.help.palette.isVisible()
    assert app.window.query.edit.text() == "waves left"  # Ctrl+K in a field would cut the line
    assert app.window.help.palette.field.hasFocus()
    keys(app.window.help.palette.field, Qt.Key.Key_Escape)
    assert not app.window.help.palette.isVisible()
    assert widget.hasFocus()


def test_every_command_is_reachable_by_its_name(app, palette):
    table = app.window.table
    assert {c.id for c in table.commands.values() if c.menu} == {
        palette._entry(row).command.id for row in range(palette.list.count())
    }
    for command in table.commands.values():
        name = table.actions[command.id].text().split("\t")[0].replace("&", "")
        first = [e.name for e in entries(table, name, [])]
        assert name in first[:3], f"{command.id}: {first[:3]}"
        reached = [e for e in entries(table, name, []) if e.name == name]
        assert any(set(command.shortcuts) <= set(e.keys) for e in reached)


def test_enter_runs_the_chosen_command(app, palette):
    seen = []
    app.window.viewer.preset = seen.append
    palette.field.setText("side vi")
    assert names(palette)[0] == "Side view"
    keys(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert palette.recent == ["view.side"]


def test_arrows_choose_and_a_click_runs(app, palette):
    palette.field.setText("theme")
    row = palette.list.currentRow()
    keys(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentRow() == row + 1
    keys(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentRow() == row
    light = next(r for r in range(palette.list.count()) if palette._entry(r).name == "Light theme")
    at = palette.list.visualItemRect(palette.list.item(light)).center()
    QTest.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert app.themes.choice == "light"
    app.window.help.open_palette()
    palette.field.setText("light theme")
    assert palette._entry(0).checked and "on" in palette._entry(0).spoken


def test_what_is_impossible_is_greyed_and_does_nothing(app, palette):
    palette.field.setText("cancel the import")
    entry = palette._entry(0)
    assert entry.name == "Cancel the import" and not entry.enabled
    assert "not possible now" in entry.spoken
    assert palette.list.currentRow() != 0
    ran = []
    app.window.table.actions["file.cancel_import"].triggered.connect(lambda: ran.append(1))
    palette._run(entry)
    keys(palette.field, Qt.Key.Key_Return)
    assert not ran


def test_the_commands_used_last_come_first(app, palette):
    for name in ("view.top", "view.fit"):
        palette.field.setText(app.window.table.commands[name].text.replace("&", ""))
        keys(palette.field, Qt.Key.Key_Return)
        app.window.help.open_palette()
    assert [palette._entry(row).command.id for row in range(2)] == ["view.fit", "view.top"]
    assert all(palette._entry(row).recent for row in range(2)) and not palette._entry(2).recent
    assert len(names(palette)) == len(set(names(palette)))


def test_no_match_says_so(app, palette):
    palette.field.setText("qqqq")
    assert palette.nothing.isVisible() and not palette.list.isVisible()
    keys(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_it_stays_inside_a_small_window(app, palette):
    app.window.resize(960, 600)
    palette.refresh()
    assert app.window.rect().contains(palette.geometry())


def test_it_goes_when_one_clicks_elsewhere(app, palette):
    app.window.results.grid.setFocus()
    assert not palette.isVisible()


def test_menus_grey_what_is_impossible_only_while_they_are_open(app):
    action = app.window.table.actions["file.cancel_import"]
    menu = next(m for m in app.window.menuBar().actions() if m.text() == "&Library").menu()
    menu.aboutToShow.emit()
    assert not action.isEnabled()
    menu.aboutToHide.emit()
    assert action.isEnabled()


def test_matching_prefers_what_one_means(qapp):
    def best(typed, *names):
        found = {name: fit(typed, name) for name in names}
        return max((n for n in names if found[n]), key=lambda n: found[n].rank)

    assert best("view", "Review the list", "Front view") == "Front view"
    assert best("ex", "Export…", "Save the explanation…") == "Export…"
    assert best("play", "Do not play", "Play or pause") == "Play or pause"
    assert fit("motion fit", "Fit the motion") is not None
    assert fit("library", "Quit", "Library") is not None and fit("quip", "Quit", "Library") is None


def test_a_table_without_menus_keeps_its_key_commands(qapp, qtbot):
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    table = CommandTable(window, [Command("a", "&Only by key", lambda: None, "", ("Q",), typing=False)])
    assert [(e.name, e.keys) for e in entries(table, "", [])] == [("Only by key", ("Q",))]
