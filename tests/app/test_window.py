"""The window, driven as a user would."""

from __future__ import annotations

import time

import pytest
from fakes import FakeLibrary
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from motionlens.errors import MotionLensError
from motionlens_app import theme as look
from motionlens_app.main import first_library
from motionlens_app.settings import Settings
from motionlens_app.state.libraries import own_choice, starter_choice
from motionlens_app.state.search import SearchPhase
from motionlens_app.views.dropping import dropped_paths


def results(app, qtbot, text="waves left"):
    app.window.query.set_text(text)
    qtbot.waitUntil(lambda: app.session.search.phase is SearchPhase.RESULTS)


def test_first_start_shows_the_first_motion_playing(app, qtbot):
    viewer = app.session.viewer
    qtbot.waitUntil(lambda: viewer.shown is not None)
    assert app.window.results.stack.currentWidget() is app.window.results.grid
    before = viewer.playback.frame
    qtbot.waitUntil(lambda: viewer.playback.frame != before)
    assert "30 motions" in app.window.results.line.toolTip()
    assert "model ready" in app.window.model_label.text()


def test_while_a_library_opens_no_filter_is_offered(make_app):
    side = make_app(start=False).window.side
    assert side.facets.isHidden() and side.watch.isHidden() and side.collections.isHidden()


def test_loading_model_is_visible(make_app, services, qtbot):
    services.model_gate.clear()
    app = make_app()
    assert "Loading the model" in app.window.model_label.text()
    app.window.query.set_text("left")
    qtbot.waitUntil(lambda: "your query is kept" in app.window.results.line.toolTip())
    services.model_gate.set()
    qtbot.waitUntil(lambda: app.session.search.phase is SearchPhase.RESULTS)


def test_only_visible_cards_are_painted(make_app, services, qtbot):
    services.starter = FakeLibrary(2000)
    app = make_app()
    grid = app.window.results.grid
    qtbot.waitUntil(lambda: app.session.items.rowCount() == 2000)
    grid.set_animate_all(False)
    qtbot.wait(150)
    app.window.results.grid._delegate.painted = 0
    grid.viewport().repaint()
    assert 0 < grid._delegate.painted <= len(grid.visible_rows()) <= 24
    assert len(app.session.thumbnails._clips) < 100


def test_cards_move_and_rest(app, qtbot):
    grid = app.window.results.grid
    key = app.session.items.items[0].key
    qtbot.waitUntil(lambda: app.session.thumbnails.get(key) is not None)
    clip, item = app.session.thumbnails.get(key), app.session.items.items[0]
    frames = set()
    for _ in range(5):
        frames.add(grid.frame_of(0, item, clip))
        qtbot.wait(60)
    assert len(frames) >= 3 and grid.animating
    grid.set_animate_all(False)
    qtbot.wait(120)
    assert grid.frame_of(0, item, clip) == clip.still
    assert not grid.animating


def test_hover_scrubs(app, qtbot):
    grid = app.window.results.grid
    grid.set_animate_all(False)
    key = app.session.items.items[1].key
    qtbot.waitUntil(lambda: app.session.thumbnails.get(key) is not None)
    clip, item = app.session.thumbnails.get(key), app.session.items.items[1]
    picture = grid.picture_of(1)
    shown = []
    for share in (0.1, 0.5, 0.9):
        point = QPoint(round(picture.x() + share * picture.width()), picture.center().y())
        QTest.mouseMove(grid.viewport(), point)
        grid._hover(point)
        shown.append(grid.frame_of(1, item, clip) / (clip.n_frames - 1))
    assert shown == pytest.approx([0.1, 0.5, 0.9], abs=0.03)
    grid._hover(QPoint(-1, -1))
    assert grid.frame_of(1, item, clip) == clip.still


def test_keyboard_walks_through_the_hits(app, qtbot):
    results(app, qtbot)
    window, grid = app.window, app.window.results.grid
    window.query.focus()
    QTest.keyClick(window.query.edit, Qt.Key.Key_Return)
    assert window.focusWidget() is grid
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    chosen = grid.current_item()
    assert chosen == app.session.items.items[2]
    qtbot.waitUntil(lambda: app.session.viewer.shown is not None and app.session.viewer.shown.item == chosen)
    playback = app.session.viewer.playback
    assert playback.playing
    QTest.keyClick(grid, Qt.Key.Key_Space)
    assert not playback.playing
    frame = round(playback.frame)
    QTest.keyClick(grid, Qt.Key.Key_Period)
    assert playback.frame == min(frame + 1, playback.last)
    QTest.keyClick(grid, Qt.Key.Key_Comma)
    QTest.keyClick(grid, Qt.Key.Key_BracketLeft)
    assert playback.range[0] == round(playback.frame)
    QTest.keyClick(grid, Qt.Key.Key_Home)
    assert playback.frame == playback.range[0]
    QTest.keyClick(grid, Qt.Key.Key_Slash)
    assert window.focusWidget() is window.query.edit


def test_plain_keys_type_in_the_query(app, qtbot):
    app.window.query.focus()
    QTest.keyClicks(app.window.query.edit, "a/b, c.")
    assert app.window.query.edit.text() == "a/b, c."
    QTest.keyClick(app.window.query.edit, Qt.Key.Key_Escape)
    assert app.window.query.edit.text() == ""


def test_selection_stays_when_results_refine(app, qtbot):
    results(app, qtbot, "waves left")
    app.window.results.grid.select_row(3)
    key = app.window.results.grid.current_item().key
    results(app, qtbot, "person waves left hand")
    qtbot.waitUntil(lambda: app.session.search.result.query == "person waves left hand")
    qtbot.wait(30)
    assert app.window.results.grid.current_item().key == key


def test_another_question_begins_at_its_best_hit(app, qtbot):
    grid, search = app.window.results.grid, app.session.search
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    first = []
    for text in ("left", "right", "left hand"):  # the best hit of one is another than of the next
        results(app, qtbot, text)
        qtbot.waitUntil(lambda text=text: search.result.query == text)
        qtbot.waitUntil(lambda: grid.currentIndex().row() == 0)
        first.append(grid.current_item().key)
        assert grid.verticalScrollBar().value() == 0
    assert len(set(first)) > 1
    grid.select_row(len(app.session.items.items) - 1)
    chosen = grid.current_item().key
    results(app, qtbot, "person waves left hand")
    qtbot.waitUntil(lambda: app.session.search.result.query == "person waves left hand")
    qtbot.waitUntil(lambda: grid.verticalScrollBar().value() == 0)
    assert grid.current_item().key == chosen


def test_no_result_offers_queries(app, qtbot):
    app.window.query.set_text("nothing")
    qtbot.waitUntil(lambda: app.session.search.phase is SearchPhase.NOTHING)
    empty = app.window.results.empty
    assert app.window.results.stack.currentWidget() is empty
    chips = [b for b in empty.findChildren(QPushButton) if b.objectName() == "chip" and b.isVisibleTo(empty)]
    assert len(chips) >= 4
    chips[0].click()
    assert app.window.query.edit.text() == chips[0].text()


def test_empty_library_says_what_to_do(app, qtbot):
    app.window.open_library(own_choice())
    empty = app.window.results.empty
    qtbot.waitUntil(lambda: empty.title.text() == "This library is empty")

    def shown():
        return {b.text() for b in empty.findChildren(QPushButton) if b.isVisibleTo(empty)}

    qtbot.waitUntil(lambda: shown() == {"Import a folder…", "Open the starter library"})
    assert app.session.viewer.shown is None


def test_a_library_that_cannot_be_opened_leaves_a_way_on(app, services, qtbot, tmp_path):
    services.library_error = MotionLensError("The library is damaged: import its folders into a new one.")
    app.window.open_library(own_choice())
    qtbot.waitUntil(lambda: app.window.messages.isVisible())
    assert "is damaged" in app.window.messages.sentence.text()
    assert app.window.results.empty.title.text() == "No library is open"
    app.window.open_library(starter_choice())
    qtbot.waitUntil(lambda: app.session.items.rowCount() == 30)
    assert not app.window.messages.isVisible()


def test_every_icon_named_in_the_code_exists(app):
    import re
    from pathlib import Path

    import motionlens_app
    from motionlens_app.theme import icon

    named = set()
    for path in Path(motionlens_app.__file__).parent.rglob("*.py"):
        text = path.read_text()
        named |= set(re.findall(r'IconButton\(\s*"([a-z-]+)"', text))
        named |= set(re.findall(r'_present\(\s*"([a-z-]+)"', text))
        named |= set(re.findall(r'_row\("[^"]*", "([a-z-]+)"', text))
        named |= set(re.findall(r'set_icon\("([a-z-]+)"', text))
    assert len(named) >= 15
    for name in named:
        assert not icon(name, look.DARK).isNull(), name


def test_dropping_a_folder_imports_it(app, services, qtbot, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    assert dropped_paths(mime) == [tmp_path]
    drop = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    services.import_delay_s = 0.02
    with qtbot.waitSignal(app.session.import_finished, timeout=5000):
        app.window.dropEvent(drop)
        qtbot.waitUntil(lambda: "of 12 files" in app.window.import_strip.sentence.text())
        assert app.window.import_strip.isVisible()
    assert services.imports[0][1] == [tmp_path]
    assert app.window.side.own.isChecked()
    dialog = app.window.failure_dialog
    assert dialog.isVisible() and dialog.table.rowCount() == 3
    dialog.table.copy()
    assert dialog.table.text().count("cut short") == 3 and str(tmp_path) in dialog.table.text()
    dialog.close()
    assert "9 files imported, 3 could not be read" in app.window.note.text()
    assert not app.window.import_strip.isVisible()


def test_an_error_is_shown_once_and_goes_away(app, qtbot):
    app.session.failed.emit(
        "The import stopped", MotionLensError("The disk is full: make room and import again.")
    )
    bar = app.window.messages
    assert bar.isVisible() and "disk is full" in bar.sentence.text() and not bar.more.isVisible()
    bar.close_button.click()
    assert not bar.isVisible()
    app.session.failed.emit("The import stopped", ValueError("odd"))
    bar.more.click()
    assert bar.details.isVisible() and "odd" in bar.details.toPlainText()


def test_theme_switch(app, qapp, qtbot):
    window = app.window
    window.table.actions["view.theme_light"].setChecked(True)
    qtbot.waitUntil(lambda: app.themes.settled)
    assert app.themes.theme is look.LIGHT
    assert qapp.palette().window().color().lightness() > 200
    light = window.results.grid.grab().toImage().pixelColor(3, 3).lightness()
    window.table.actions["view.theme_dark"].setChecked(True)
    qtbot.waitUntil(lambda: app.themes.settled)
    dark = window.results.grid.grab().toImage().pixelColor(3, 3).lightness()
    assert light > 200 and dark < 60
    assert app.settings.text("theme") == "dark"


@pytest.mark.parametrize("theme", [look.DARK, look.LIGHT], ids=lambda t: t.name)
def test_text_contrast(theme):
    for ground in (
        theme.window,
        theme.panel,
        theme.card,
        theme.card_hover,
        theme.error_soft,
        theme.accent_soft,
    ):
        assert look.contrast(theme.text, ground) >= 4.5
    for ground in (theme.window, theme.panel, theme.card, theme.card_hover):
        assert look.contrast(theme.muted, ground) >= 4.5
    assert look.contrast(theme.on_accent, theme.accent) >= 4.5


def test_timeline_scrubs_and_shows_the_span(app, qtbot):
    results(app, qtbot)
    qtbot.waitUntil(
        lambda: app.session.viewer.shown is not None and app.session.viewer.shown.item.score is not None
    )
    timeline, playback = app.window.viewer.timeline, app.session.viewer.playback
    assert playback.span[0] == 10
    playback.pause()
    QTest.mousePress(timeline, Qt.MouseButton.LeftButton, pos=QPoint(round(timeline.x_of(30)), 17))
    assert playback.frame == pytest.approx(30, abs=0.6)
    QTest.mouseRelease(timeline, Qt.MouseButton.LeftButton)


def test_the_timeline_is_worked_by_keys_and_shows_its_focus(app, qtbot):
    results(app, qtbot)
    qtbot.waitUntil(lambda: app.session.viewer.shown is not None)
    timeline, playback = app.window.viewer.timeline, app.session.viewer.playback
    playback.pause()
    playback.seek(30)
    without = timeline.grab().toImage()
    app.window.activateWindow()
    timeline.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(timeline.hasFocus)
    assert timeline.grab().toImage() != without
    for key, frame in (
        (Qt.Key.Key_Right, 31), (Qt.Key.Key_PageDown, 41), (Qt.Key.Key_Left, 40), (Qt.Key.Key_PageUp, 30),
        (Qt.Key.Key_End, playback.last), (Qt.Key.Key_Right, playback.last), (Qt.Key.Key_Home, 0),
    ):  # fmt: skip
        QTest.keyClick(timeline, key)
        assert playback.frame == frame
    grid = app.window.results.grid
    grid.setFocus()
    QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(round(timeline.x_of(30)), 17))
    assert grid.hasFocus()


def test_window_state_is_remembered(make_app, services, qtbot, tmp_path):
    app = make_app()
    app.window.results.animate.setChecked(False)
    app.window.choose_theme("light")
    app.window.open_library(own_choice())
    app.window.splitter.setSizes([260, 500, 400])
    sizes = app.window.splitter.saveState()
    app.window.close()
    settings = Settings(tmp_path / "app.ini")
    assert settings.text("theme") == "light"
    assert settings.text("library") == str(own_choice().folder)
    again = make_app(start=False, resize=False)
    assert again.themes.choice == "light" and not again.window.results.grid.animate_all
    assert again.window.splitter.saveState() == sizes
    assert not settings.blob("window/geometry").isEmpty()


def test_first_library(tmp_path):
    settings = Settings(tmp_path / "a.ini")
    assert first_library(None, settings) == starter_choice()
    assert first_library("starter", settings) == starter_choice()
    assert first_library(str(tmp_path), settings).folder == tmp_path
    settings.put("library", str(tmp_path))
    assert first_library(None, settings).kind == "other"
    settings.put("library", str(tmp_path / "gone"))
    assert first_library(None, settings) == starter_choice()


def test_main_opens_the_library_it_is_told_and_ends_with_its_window(qapp, services, monkeypatch, tmp_path):
    from motionlens_app import main as entry
    from motionlens_app.views.main_window import MainWindow

    monkeypatch.setattr(entry, "LocalServices", lambda: services)
    monkeypatch.setenv("MOTIONLENS_HOME", str(tmp_path / "home"))
    seen = []

    def close():
        for window in qapp.topLevelWidgets():
            if isinstance(window, MainWindow) and window.isVisible():
                seen.append(window.session.libraries.choice.folder)
                window.close()

    QTimer.singleShot(400, close)
    assert entry.main(["--library", str(tmp_path)]) == 0
    assert seen == [tmp_path]


def test_every_button_has_a_name_and_the_keyboard_reaches_it(app):
    from PySide6.QtWidgets import QAbstractButton

    for button in app.window.findChildren(QAbstractButton):
        if button.isVisible() and button.objectName() in ("flat", "row", "chip", "primary"):
            assert button.text() or button.accessibleName(), button
            assert button.focusPolicy() & Qt.FocusPolicy.TabFocus, button


def test_commands_have_unique_shortcuts(app):
    keys = [key for c in app.window.table.commands.values() for key in c.shortcuts]
    assert len(keys) == len(set(keys))


def test_gui_thread_never_stalls(make_app, services, qtbot):
    """A watchdog ticks every 5 ms during a scripted session; the engine's answers are slow on purpose."""
    services.starter = FakeLibrary(500)
    services.starter.delay_s = 0.02
    services.import_delay_s = 0.005
    app = make_app()
    qtbot.waitUntil(lambda: app.session.search.has_searcher)
    qtbot.wait(300)
    gaps: list[float] = []
    last = time.thread_time()
    cpu = QTimer(interval=5)

    def tick() -> None:
        # Processor time of the GUI thread: what it spent in one go, however busy the machine is.
        nonlocal last
        now = time.thread_time()
        gaps.append(now - last)
        last = now

    cpu.timeout.connect(tick)
    cpu.start()
    window = app.window
    for text in ("w", "waves", "waves left", "walks take 3"):
        window.query.set_text(text)
        qtbot.wait(60)
    for row in range(4):
        window.results.grid.select_row(row)
        qtbot.wait(40)
    window.results.grid.verticalScrollBar().setValue(3000)
    qtbot.wait(150)
    window.query.set_text("")
    qtbot.wait(100)
    cpu.stop()
    assert len(gaps) > 5
    slow = sorted(gaps)[-3:]
    assert slow[0] < 0.05, f"the GUI thread was busy for {[f'{1e3 * s:.0f} ms' for s in slow]} at once"
