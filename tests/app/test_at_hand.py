"""Keyboard, screen readers, contrast, and what is kept between starts: of the whole window and its dialogs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenuBar,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)

from motionlens.errors import MotionLensError
from motionlens_app import theme as look
from motionlens_app.main import build
from motionlens_app.settings import Settings
from motionlens_app.views.key_page import KeyPage
from motionlens_app.views.window_state import arrangement_from_text

CONTROLS = (
    QAbstractButton, QLineEdit, QComboBox, QAbstractSlider, QAbstractItemView, QTabBar, QPlainTextEdit,
)  # fmt: skip
LED_BY_A_FIELD = ("suggestionRows", "paletteRows")
"""Lists whose keys the field above them takes."""


def stock(widget: QWidget) -> bool:
    """Parts that Qt makes for itself inside its widgets."""
    inside = widget.parentWidget()
    return (
        isinstance(widget, QScrollBar | QHeaderView | QLabel | QMenuBar)
        or widget.objectName().startswith("qt_")
        or (isinstance(inside, QAbstractScrollArea) and widget is inside.viewport())
        or type(widget).__name__ == "QWidget"
        or "ComboBoxPrivate" in widget.metaObject().className()
        or isinstance(inside, QMenuBar)
        or (inside is not None and "ComboBoxPrivate" in inside.metaObject().className())
        or widget.metaObject().className() == "QTableCornerButton"
    )  # fmt: skip


def controls(root: QWidget) -> list[QWidget]:
    """What one can click, type into or give the keyboard to."""
    return [
        w for w in root.findChildren(QWidget)
        if not stock(w) and (isinstance(w, CONTROLS) or w.focusPolicy() != Qt.FocusPolicy.NoFocus)
    ]  # fmt: skip


def by_arrows(widget: QWidget) -> bool:
    """One of several alternatives: Tab goes to the one that is chosen, arrows to the others."""
    if not isinstance(widget, QAbstractButton) or widget.isChecked():
        return False
    group = widget.group()
    return widget.autoExclusive() or (group is not None and group.exclusive())


def parents(widget: QWidget) -> list[QWidget]:
    """All that a widget lies in."""
    out = []
    while (widget := widget.parentWidget()) is not None:
        out.append(widget)
    return out


def name_of(widget: QWidget) -> str:
    return widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")


def told(widget: QWidget) -> str:
    return f"{type(widget).__name__} “{name_of(widget)}” #{widget.objectName()} in {type(widget.parent()).__name__}"


def open_window(app, tmp_path, qtbot):
    """With a video, an error, the palette and the tour."""
    window, clip = app.window, tmp_path / "clip.mp4"
    clip.write_bytes(b"video")
    window.queries.search_by_video(clip)
    qtbot.waitUntil(lambda: app.session.video.example is not None)
    window.messages.show_failure("The search did not work", RuntimeError("no"), ("Try again", lambda: None))
    window.help.tour.start()
    window.help.open_palette()
    return window


def open_import(app, tmp_path, qtbot):
    app.window.imports.review([tmp_path])
    qtbot.waitUntil(lambda: app.window.imports.dialog.kinds.count() > 0)
    return app.window.imports.dialog


def open_export(app, tmp_path, qtbot):
    qtbot.waitUntil(lambda: app.session.viewer.shown is not None)
    app.window.exports.ask()
    return app.window.exports.dialog


def open_failures(app, tmp_path, qtbot):
    app.window._present_failures([])
    return app.window.failure_dialog


def open_keys(app, tmp_path, qtbot):
    app.window.help.show_shortcuts()
    return app.window.findChild(KeyPage)


def open_options(app, tmp_path, qtbot):
    return app.window.viewer.options


PLACES = [open_window, open_import, open_export, open_failures, open_keys, open_options]


@pytest.mark.parametrize("place", PLACES)
def test_everything_wears_the_theme(app, tmp_path, qtbot, place):
    root = place(app, tmp_path, qtbot)
    there = controls(root)
    assert there and not {told(w) for w in there if w.style().metaObject().className() != "QStyleSheetStyle"}
    for name in ("light", "dark"):
        app.window.choose_theme(name)
        qtbot.waitUntil(lambda: app.themes.settled)
        worn = {
            part.styleSheet() for w in there for part in [w, *parents(w)] if "#queryBar" in part.styleSheet()
        }
        assert len(worn) >= 1 and all(app.themes.sheet in sheet for sheet in worn)
        assert root.updatesEnabled() and all(w.updatesEnabled() for w in there)


def test_a_menu_is_dressed_before_it_is_seen(app, qtbot):
    window = app.window
    qtbot.waitUntil(lambda: app.session.viewer.shown is not None)
    window.results.grid.menu_wanted.emit(window.results.grid.mapToGlobal(QPoint(40, 40)))
    menu = window.context_menu
    assert menu.isVisible() and app.themes.sheet in menu.styleSheet()
    menu.close()


@pytest.mark.parametrize("place", PLACES)
def test_everything_has_a_name_and_the_keyboard_reaches_it(app, tmp_path, qtbot, place):
    root = place(app, tmp_path, qtbot)
    there = controls(root)
    assert there
    empty = [
        w for w in there if not w.isVisible() and isinstance(w, QAbstractButton)
    ]  # they get their words later
    assert not {told(w) for w in there if not name_of(w) and w not in empty}
    assert not {
        told(w) for w in there
        if not w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.objectName() not in LED_BY_A_FIELD
    }  # fmt: skip
    if root is not app.window:
        root.close()
        qtbot.wait(60)


def test_tab_goes_round_the_window(app, qtbot):
    window = app.window
    qtbot.waitUntil(lambda: app.session.viewer.shown is not None and window.results.grid.isVisible())
    window.activateWindow()
    window.query.edit.setFocus()
    wanted = {w for w in controls(window) if w.isVisible() and w.isEnabled()}
    seen = []
    for _ in range(200):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        if window.focusWidget() is window.query.edit:
            break
        seen.append(window.focusWidget())
    assert window.focusWidget() is window.query.edit, "Tab never came back"
    missed = {told(w) for w in wanted - set(seen) - {window.query.edit} if not by_arrows(w)}
    assert not missed
    assert window.results.grid in seen and window.viewer.viewport in seen and window.viewer.tabs in seen


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_focus_is_seen_wherever_it_is(app, qtbot, theme):
    window = app.window
    window.choose_theme(theme)
    window.results.grid.set_animate_all(False)
    qtbot.waitUntil(lambda: app.session.viewer.shown is not None)
    app.session.viewer.playback.pause()
    window.activateWindow()
    qtbot.wait(150)
    unseen = []
    widgets = [
        w for w in controls(window) if w.isVisible() and w.isEnabled() and not w.visibleRegion().isEmpty()
    ]
    assert len(widgets) >= 25
    for widget, other in zip(widgets, widgets[1:] + widgets[:1], strict=True):
        corner = widget.mapTo(window, QPoint(0, 0))
        room = QRect(corner, widget.size()).adjusted(-6, -6, 6, 6)
        other.setFocus(Qt.FocusReason.TabFocusReason)
        without = window.grab(room).toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if window.grab(room).toImage() == without:
            unseen.append(told(widget))
    assert not unseen


SURFACES = ("window", "panel", "card", "card_hover", "accent_soft", "error_soft")


@pytest.mark.parametrize("theme", [look.DARK, look.LIGHT], ids=["dark", "light"])
def test_text_stands_out_from_what_it_lies_on(theme):
    pairs = [("text", s) for s in SURFACES] + [("muted", s) for s in SURFACES[:5]]
    pairs += [("accent", s) for s in ("panel", "card", "card_hover")] + [("on_accent", "accent")]
    pairs += [("error", s) for s in ("window", "panel", "card", "error_soft")]
    weak = {
        f"{a} on {b}": round(look.contrast(getattr(theme, a), getattr(theme, b)), 2)
        for a, b in pairs if look.contrast(getattr(theme, a), getattr(theme, b)) < 4.5
    }  # fmt: skip
    assert not weak
    for surface in ("window", "panel", "card"):  # the ring of the focus (WCAG 2.2, 1.4.11)
        assert look.contrast(theme.accent, getattr(theme, surface)) >= 3


def test_the_ring_stands_out_where_the_button_has_its_colour():
    for theme in (look.DARK, look.LIGHT):
        assert look.contrast(theme.text, theme.accent) >= 2  # of a primary button
        assert "QPushButton#primary:focus { border: 2px solid " + theme.text in look.stylesheet(theme)


# -- kept between starts ---------------------------------------------------------------------------


def again(app, qtbot, qapp, services):
    """Close the window and open another one on the same settings."""
    path = app.settings._store.fileName()
    app.window.close()
    made = build(qapp, services, Settings(path))
    made.window.show()
    qtbot.waitExposed(made.window)
    return made


@pytest.fixture
def restart(app, qtbot, qapp, services):
    made = []

    def run():
        made.append(again(app, qtbot, qapp, services))
        return made[-1]

    yield run
    for one in made:
        one.window.close()
        one.window.deleteLater()
        one.session.deleteLater()
        one.themes.deleteLater()


def test_the_layout_is_kept(app, restart):
    window = app.window
    window.resize(1400, 860)
    window.splitter.setSizes([0, 800, 560])
    window.viewer.splitter.setSizes([500, 200])
    wide, high = window.splitter.sizes(), window.viewer.splitter.sizes()
    assert wide[0] == 0
    after = restart().window
    if after.screen().availableSize().width() >= 1400:  # else Qt fits the window into the screen
        assert after.size().toTuple() == (1400, 860)
        assert after.splitter.sizes() == wide and after.viewer.splitter.sizes() == high
    assert after.splitter.sizes()[0] == 0  # folded away
    share = after.viewer.splitter.sizes()[0] / sum(after.viewer.splitter.sizes())
    assert share == pytest.approx(high[0] / sum(high), abs=0.06)


def test_choices_are_kept(app, restart):
    window, session = app.window, app.session
    window.choose_theme("light")
    window.results.density.setChecked(True)
    window.results.animate.setChecked(False)
    session.finding.set_arrangement(sort="length", descending=True, group=True, fold=True)
    session.viewer.set_options(session.viewer.options.having(body="skeleton", ghosts="4", grid=False))
    session.why.set_quantity("interaction")
    window.viewer.tabs.setCurrentIndex(1)
    arranged, options = session.finding.arrangement, session.viewer.options
    made = restart()
    assert made.themes.choice == "light" and made.themes.theme.name == "light"
    assert made.window.table.actions["view.theme_light"].isChecked()
    assert made.window.results.grid.density == "list" and not made.window.results.grid.animate_all
    assert made.window.table.actions["view.list"].isChecked()
    assert made.session.finding.arrangement == arranged
    assert made.session.viewer.options == options
    assert made.session.why.quantity == "interaction"
    assert made.window.viewer.pages.currentIndex() == 1


def test_the_library_is_kept(app, restart, tmp_path):
    from motionlens_app.main import first_library
    from motionlens_app.state.libraries import choice_for

    folder = tmp_path / "mine"
    folder.mkdir()
    app.window.open_library(choice_for(folder))
    assert first_library(None, restart().settings).folder == folder


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"sort": "colour", "fold": 3, "seed": null}'])
def test_damaged_choices_are_as_at_the_first_start(text):
    assert arrangement_from_text(text) == {}


def test_every_failure_is_said_in_one_place(app, services, qtbot):
    """Query, library and model: what each of them says stands in the message bar, one sentence at a time."""
    said = []
    bar = app.window.messages
    for what, error in (("The search did not work", MotionLensError("Type fewer words.")),
                        ("The library could not be opened", RuntimeError("disk"))):  # fmt: skip
        app.session.failed.emit(what, error)
        said.append((bar.title.text(), bar.sentence.text()))
        assert bar.isVisible()
    assert said == [
        ("The search did not work", "Type fewer words."),
        ("The library could not be opened", "This is a fault in MotionLens; the details help to report it."),
    ]
    assert len({id(b) for b in app.window.findChildren(type(bar))}) == 1


def test_the_page_of_keys_shows_every_key_once(app, qtbot):
    page = open_keys(app, None, qtbot)
    shown = [w.text() for w in page.findChildren(QLabel, "cap")]
    keys = [key for c in app.window.table.commands.values() for key in c.shortcuts]
    assert sorted(shown) == sorted(keys)
    assert all(w.height() >= w.sizeHint().height() for w in page.findChildren(QLabel, "cap"))  # none is cut
    page.close()
    qtbot.wait(20)
