"""What keeps the window looking designed: nothing cut, nothing left of the other theme, one distance to the button."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QImage
from PySide6.QtWidgets import QLineEdit, QWidget

from motionlens_app import theme as look
from motionlens_app.views.empty_state import EmptyState
from motionlens_app.views.failure_table import FailureTable
from motionlens_app.views.flow import FlowLayout
from motionlens_app.views.name_dialog import NameDialog
from motionlens_app.views.query_chip import short_label
from motionlens_app.views.result_panel import line_forms
from motionlens_app.views.rows import TickBox
from motionlens_app.views.widgets import ElidedLabel, NoteLabel, QuietScrollBar, button


@pytest.fixture
def themes(qapp):
    return look.ThemeManager(qapp, "dark")


def colours(image: QImage) -> set[str]:
    """The colours in a picture."""
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_the_longest_form_that_fits_is_shown(qtbot):
    label = ElidedLabel()
    qtbot.addWidget(label)
    whole = "Best 120 of 334 moments · 9 hidden by filters · 32 ms"
    label.set_whole(whole, line_forms(whole))
    shown = []
    for width in (600, 180, 130, 90):
        label.resize(width, 20)
        label.show()
        assert label.fontMetrics().horizontalAdvance(label.text()) <= width
        shown.append(label.text())
    assert shown[0] == "Best 120 of 334 moments · 32 ms" and shown[-1] == "120 of 334"
    assert label.toolTip() == whole


def test_a_sentence_does_not_keep_the_height_of_the_one_before(qtbot, themes):
    state = EmptyState(themes)
    qtbot.addWidget(state)
    state.present("info", "Long", "many words that need several lines " * 6)
    tall = state.sentence.height()
    state.present("info", "Short", "One line.")
    assert state.sentence.height() < tall / 3


def test_a_scroll_bar_with_nothing_to_scroll_is_not_drawn(qtbot, themes):
    bar = QuietScrollBar(Qt.Orientation.Vertical)
    qtbot.addWidget(bar)
    bar.setStyleSheet(themes.sheet)
    bar.resize(12, 200)
    handle = look.DARK.border
    bar.setRange(0, 0)
    assert handle not in colours(bar.grab().toImage())
    bar.setRange(0, 50)
    assert handle in colours(bar.grab().toImage())


def test_a_note_takes_room_only_while_it_says_something(qtbot):
    note = NoteLabel()
    qtbot.addWidget(note)
    note.setText("Saved")
    assert note.isVisible()
    note.clear()
    assert not note.isVisible()


def test_widgets_of_a_line_share_their_middle(qtbot, themes):
    box = QWidget()
    qtbot.addWidget(box)
    flow = FlowLayout(box)
    tall, low = button("tall"), button("low")
    tall.setFixedHeight(40)
    low.setFixedHeight(20)
    flow.addWidget(tall)
    flow.addWidget(low)
    box.resize(400, 60)
    box.show()
    assert abs(tall.geometry().center().y() - low.geometry().center().y()) <= 1


def test_a_name_is_asked_for_and_must_not_be_empty(qtbot):
    dialog = NameDialog("Name of the collection")
    qtbot.addWidget(dialog)
    assert not dialog.keep.isEnabled()
    dialog.field.setText("  ")
    assert not dialog.keep.isEnabled()
    dialog.field.setText("Greetings")
    assert dialog.keep.isEnabled()


def test_a_failure_names_its_file_without_the_folders(qtbot):
    table = FailureTable("File", "Why", "Files not imported", 220)
    qtbot.addWidget(table)
    table.fill([("/takes/a/cut.bvh", "/takes/a/cut.bvh is cut short: copy it again.")])
    assert table.item(0, 1).text() == "cut.bvh is cut short: copy it again."
    assert "/takes/a/cut.bvh is cut short" in table.text()


@pytest.mark.parametrize("choice", ["dark", "light"])
def test_placeholders_have_the_contrast_of_text(qtbot, qapp, choice):
    themes = look.ThemeManager(qapp, choice)
    edit = QLineEdit()
    qtbot.addWidget(edit)
    edit.setStyleSheet(themes.sheet)
    edit.setPlaceholderText("Describe a motion")
    edit.resize(240, 32)
    edit.ensurePolished()
    shown = edit.palette().placeholderText().color()
    assert shown.alpha() == 255 and look.contrast(shown.name(), themes.theme.card) >= 4.5


def test_a_tick_is_the_accent_in_both_themes(qtbot, qapp):
    themes = look.ThemeManager(qapp, "dark")
    box = TickBox("Replace", themes)
    qtbot.addWidget(box)
    box.resize(box.sizeHint())
    box.setChecked(True)
    for choice, accent in (("dark", look.DARK.accent), ("light", look.LIGHT.accent)):
        themes.choose(choice)
        assert accent in colours(box.grab().toImage())


def test_a_chip_keeps_the_range_whole(qapp):
    metrics = QFontMetricsF(look.font())
    short = short_label("walk_and_jump_down_from_the_wall.mp4 3.5–7.7 s", metrics, 168)
    assert short.endswith(" 3.5–7.7 s") and "…" in short
    assert metrics.horizontalAdvance(short) <= 169
    assert short_label("wave left", metrics, 168) == "wave left"
