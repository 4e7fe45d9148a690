"""The query bar: the one place to start. Words, examples as chips, what to avoid."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QSlider, QWidget

from ..state.query import QueryModel, split_avoided
from ..theme import ThemeManager, icon
from .dropping import Dropped, dropped_on_query
from .query_chip import QueryChip
from .widgets import IconButton, label

PLACEHOLDER = "Describe a motion: a person waves with the left hand"
WITH_EXAMPLE = "Add words, or leave it at the example"


class QueryEdit(QLineEdit):
    """Escape clears; Down goes to the cards; Left and Backspace before the first letter go to the chips."""

    leave_down = Signal()
    leave_left = Signal()
    escaped = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of our own."""
        at_start = self.cursorPosition() == 0 and not self.hasSelectedText()
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.escaped.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.leave_down.emit()
        elif at_start and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Backspace):
            self.leave_left.emit()
        else:
            super().keyPressEvent(event)


class QueryBar(QWidget):
    """Shows and edits a ``QueryModel``. ``edited``: text as one types; ``entered``: Enter; ``video_dropped`` and
    ``motion_dropped``: a file to search by; ``chip_opened``: a click on a chip."""

    edited = Signal(str)
    entered = Signal()
    video_dropped = Signal(object)
    motion_dropped = Signal(object)
    chip_opened = Signal(int)
    drag_seen = Signal(object)

    def __init__(self, query: QueryModel, themes: ThemeManager) -> None:
        super().__init__()
        self.setObjectName("queryBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self._query, self._themes = query, themes
        self.chips: dict[int, QueryChip] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(self._field(), 1)
        row.addWidget(self._share())
        self.clear = IconButton("x", "Clear the query (Esc)", themes, self.clear_all)
        self.clear.setIconSize(QSize(16, 16))
        row.addWidget(self.clear)
        self._connect()
        self._refresh()

    # -- building --------------------------------------------------------------------------------

    def _field(self) -> QWidget:
        self.field = QFrame()
        self.field.setObjectName("queryField")
        self.edit = QueryEdit()
        self.edit.setObjectName("query")
        self.edit.setAccessibleName("Describe a motion")
        self.edit.setMinimumHeight(36)
        self.edit.setMinimumWidth(120)
        self.edit.setToolTip("Search by description ( / )")
        self._glass = label("")
        self.avoid = QueryEdit()
        self.avoid.setObjectName("query")
        self.avoid.setPlaceholderText("Avoid: running")
        self.avoid.setAccessibleName("What the motions should not be")
        self.avoid.setToolTip("Motions like this come last ( - )")
        self.avoid.setFixedWidth(148)
        self._minus = label("")
        line = QFrame()
        line.setObjectName("queryLine")
        line.setFixedSize(1, 20)
        self._chip_row = QHBoxLayout()
        self._chip_row.setSpacing(6)
        box = QHBoxLayout(self.field)
        box.setContentsMargins(10, 1, 4, 1)
        box.setSpacing(6)
        box.addWidget(self._glass)
        box.addLayout(self._chip_row)
        box.addWidget(self.edit, 1)
        box.addWidget(line)
        box.addSpacing(2)
        box.addWidget(self._minus)
        box.addWidget(self.avoid)
        for one in (self.edit, self.avoid):
            one.setAcceptDrops(False)  # a file's name would be typed in; the bar takes what is dropped
            one.setFrame(False)
            one.installEventFilter(self)
        self._tint()
        return self.field

    def _share(self) -> QWidget:
        """Words or example: which counts more."""
        self.share = QWidget()
        box = QHBoxLayout(self.share)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setFixedWidth(104)
        self.slider.setPageStep(25)
        self.slider.setSingleStep(5)
        self.slider.setAccessibleName("How much the example counts against the words")
        self.slider.valueChanged.connect(self._slid)
        self.words_label, self.example_label = label("Words", "muted"), label("Example", "muted")
        for widget in (self.words_label, self.slider, self.example_label):
            box.addWidget(widget)
        return self.share

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._changed)
        self.edit.textEdited.connect(self._split)
        self.edit.returnPressed.connect(self.entered)
        self.edit.leave_left.connect(lambda: self._walk(None, -1))
        self.edit.escaped.connect(self._remove_last)
        self.avoid.textChanged.connect(self._query.set_avoid)
        self.avoid.returnPressed.connect(self.entered)
        self.avoid.leave_left.connect(self.edit.setFocus)
        self.avoid.leave_down.connect(self.edit.leave_down)
        self.avoid.escaped.connect(self.edit.setFocus)
        for signal in (self._query.changed, self._query.chips_changed):
            signal.connect(self._refresh)
        self._themes.changed.connect(self._tint)

    # -- what the user does ----------------------------------------------------------------------

    def focus(self) -> None:
        """Put the cursor there, with everything selected."""
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()

    def focus_avoid(self) -> None:
        """Say what is not wanted."""
        self.avoid.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.avoid.selectAll()

    def set_text(self, text: str) -> None:
        """Ask this (a clicked suggestion); what stands after a lonely minus is to be avoided."""
        words, avoided = split_avoided(text)
        if avoided:
            self.avoid.setText(avoided)
        self.edit.setText(words)

    def clear_all(self) -> None:
        """Words, examples, and what to avoid."""
        self._query.clear_chips()
        self.avoid.clear()
        self.edit.clear()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def clear_words(self) -> None:
        """Another question; Ctrl+Z in the field brings the words back."""
        self.avoid.clear()
        self.edit.selectAll()
        self.edit.del_()

    def _split(self, text: str) -> None:
        """A lonely minus at the end goes on in the field for what to avoid."""
        words, minus, avoided = text.partition(" - ")
        if minus:
            self.edit.setText(words)
            self.avoid.setFocus(Qt.FocusReason.OtherFocusReason)
            self.avoid.setText(avoided.strip() or self.avoid.text())
            self.avoid.end(False)

    def _changed(self, _text: str) -> None:
        text = self.edit.text()  # what is told may be older: a minus was taken out meanwhile
        self._query.set_text(text)
        self._refresh()
        self.edited.emit(text)

    def _slid(self, value: int) -> None:
        self._query.set_weight(1 - value / 100)
        self.slider.setToolTip(f"Words {100 - value} %, example {value} %")

    def _remove_last(self) -> None:
        if self._query.chips:
            self._query.remove(self._query.chips[-1].id)
        elif self.avoid.text():
            self.avoid.clear()

    def _remove(self, number: int) -> None:
        self._query.remove(number)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _walk(self, number: int | None, step: int) -> None:
        """The keyboard walks over chips and field: chips first, then the words."""
        stops: list[QWidget] = [*self.chips.values(), self.edit]
        at = len(stops) - 1 if number is None else list(self.chips).index(number)
        stops[min(max(at + step, 0), len(stops) - 1)].setFocus(Qt.FocusReason.TabFocusReason)

    # -- following -------------------------------------------------------------------------------

    def _refresh(self, *_: object) -> None:
        query = self._query
        there = {chip.id for chip in query.chips}
        for number in [number for number in self.chips if number not in there]:
            gone = self.chips.pop(number)
            self._chip_row.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for chip in query.chips:
            if chip.id in self.chips:
                if self.chips[chip.id].chip is not chip:
                    self.chips[chip.id].show_chip(chip)
                continue
            made = self.chips[chip.id] = QueryChip(chip, self._themes)
            made.removed.connect(self._remove)
            made.opened.connect(self.chip_opened)
            made.left.connect(lambda step, n=chip.id: self._walk(n, step))
            self._chip_row.addWidget(made)
            QWidget.setTabOrder(made, made.cross)  # Tab goes from chip to chip to words
            QWidget.setTabOrder(made.cross, self.edit)
        self.edit.setPlaceholderText(WITH_EXAMPLE if query.chips else PLACEHOLDER)
        self.share.setVisible(query.combined)
        value = round(100 * (1 - query.text_weight))
        if value != self.slider.value():
            self.slider.setValue(value)
        self.clear.setVisible(bool(self.edit.text() or self.avoid.text() or query.chips))
        if query.avoid != self.avoid.text().strip():
            self.avoid.setText(query.avoid)

    def _tint(self) -> None:
        theme = self._themes.theme
        self._glass.setPixmap(icon("magnifying-glass", theme).pixmap(18, 18))
        self._minus.setPixmap(icon("minus-circle", theme).pixmap(16, 16))

    def _mark(self, name: str, on: bool) -> None:
        """A look of the field that the style sheet knows."""
        if bool(self.field.property(name)) != on:
            self.field.setProperty(name, on)
            self.field.style().unpolish(self.field)
            self.field.style().polish(self.field)

    # -- events ----------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The frame round the fields shows that one of them has the focus."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._mark("focused", event.type() == QEvent.Type.FocusIn)
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files to search by, and text."""
        kind, _ = dropped_on_query(event.mimeData())
        if kind is Dropped.NOTHING:
            return
        event.acceptProposedAction()
        self._mark("dropping", True)
        self.drag_seen.emit(kind)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It went elsewhere."""
        self._mark("dropping", False)
        self.drag_seen.emit(Dropped.NOTHING)

    def dropEvent(self, event: QDropEvent) -> None:
        """Search by what was dropped."""
        self._mark("dropping", False)
        kind, path = dropped_on_query(event.mimeData())
        event.acceptProposedAction()
        if kind is Dropped.TEXT:
            self.set_text(event.mimeData().text().strip().splitlines()[0])
            self.focus()
        elif kind is Dropped.VIDEO:
            self.video_dropped.emit(path)
        elif kind is Dropped.MOTION:
            self.motion_dropped.emit(path)
