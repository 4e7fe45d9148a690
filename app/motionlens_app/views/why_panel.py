"""Under the viewer: why this motion. Tools, the maps of one or two motions, and what they say in words."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from motionlens.errors import MotionLensError
from motionlens.explanation.result import QUANTITIES

from .. import theme as look
from ..imports_quietly import import_quietly
from ..state.explain import PINS, WhyController, WhyState
from ..state.scales import ScaleMode
from .answer_panel import AnswerPanel
from .colour_bar import ColourBar
from .data_colours import colour_map
from .why_switch import WhySwitch
from .why_words import EMPTY, HOW_TO_READ, NAMES, SHORT, SHORT_EXAMPLE, outcome, readout
from .widgets import ElidedLabel, IconButton, MenuButton, button, label

SIDE_BY_SIDE_FROM = 820
"""Two motions stand beside one another from this width on, else one above the other."""
EXPORTS = (
    ("Picture (PNG)…", ".png"),
    ("Drawing (SVG)…", ".svg"),
    ("Table (CSV)…", ".csv"),
    ("Arrays (npz)…", ".npz"),
)
_MODES: tuple[tuple[ScaleMode, str, str], ...] = (
    ("query", "All rows", "One colour scale for all ro&ws of the query"),
    ("word", "Each row", "&Each row on its own colour scale"),
    ("shared", "All motions", "One colour scale for all &motions that are compared"),
)


def _prepare() -> None:
    """What the maps need and takes long to import."""
    import_quietly("motionlens_app.views.why_map")  # and pyqtgraph with it
    for quantity in QUANTITIES:
        colour_map(quantity)


class WhyPanel(QWidget):
    """Follows the controller; ``search_wanted`` carries a query without its struck words."""

    search_wanted = Signal(str)
    room_wanted = Signal(bool)

    def __init__(self, why: WhyController, themes: look.ThemeManager) -> None:
        super().__init__()
        self.setAccessibleName("Why this motion")
        self.why, self._themes = why, themes
        why.prepare = _prepare
        why.prepared.connect(self._prepared)
        self.ask_path = self._ask_path
        self.panels: list[AnswerPanel] = []
        self._made_room = False
        self.line = ElidedLabel("title")
        self.value = ElidedLabel("muted")
        self.restore = IconButton("arrow-counter-clockwise", "Put all words back", themes, why.restore)
        self.search = IconButton(
            "magnifying-glass", "Search for the query without the struck words", themes,
            lambda: self.search_wanted.emit(why.text_left),
        )  # fmt: skip
        self.tools = self._tools()
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 4, 8, 4)
        box.setSpacing(1)
        row = QHBoxLayout()
        row.setSpacing(2)
        self.line.setFixedHeight(20)
        row.addWidget(self.line, 1)
        for small in (self.restore, self.search):
            small.setFixedSize(26, 20)
            small.setIconSize(QSize(16, 16))
            small.setStyleSheet("padding: 0px;")
        row.addWidget(self.restore)
        row.addWidget(self.search)
        self.switch = WhySwitch(why, themes)
        box.addWidget(self.switch)
        box.addLayout(row)
        box.addWidget(self.value)
        box.addWidget(self._stack(), 1)
        box.addWidget(self._legend())
        why.changed.connect(self.refresh)
        why.ranked.connect(self._say)
        why.selection.changed.connect(self._say)
        why.selection.changed.connect(self._name_scales)
        themes.changed.connect(self._tint)
        self.refresh()

    # -- building --------------------------------------------------------------------------------

    def _tools(self) -> QWidget:
        """For the row of tabs."""
        tools = QWidget()
        row = QHBoxLayout(tools)
        row.setContentsMargins(0, 2, 6, 0)
        row.setSpacing(0)
        themes = self._themes
        group = QButtonGroup(self)
        self.quantity_buttons: dict[str, QToolButton] = {}
        for quantity, text in zip(QUANTITIES, ("Similarity", "Interaction"), strict=True):
            made = IconButton(
                "", f"{NAMES[quantity]}: {SHORT[quantity]} (I)", themes, checkable=True, text=text
            )
            made.clicked.connect(lambda _checked=False, q=quantity: self.why.set_quantity(q))
            group.addButton(made)
            self.quantity_buttons[quantity] = made
            row.addWidget(made)
        row.addSpacing(6)
        self.pin_button = IconButton(
            "push-pin", "Pin this motion to compare it with another (P)", themes, checkable=True
        )
        self.pin_button.clicked.connect(lambda _checked=False: self.pin())
        self.export_button = IconButton("export", "Save this explanation", themes)
        self.export_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.export_button)
        for text, suffix in EXPORTS:
            action = QAction(text, menu)
            action.triggered.connect(lambda _checked=False, s=suffix: self.export(s))
            menu.addAction(action)
        self.export_button.setMenu(menu)
        self.room_button = IconButton("arrows-out-simple", "More room for this pane", themes, checkable=True)
        self.room_button.toggled.connect(self.room_wanted)
        self.help_button = IconButton("question", "How to read this", themes, checkable=True)
        self.help_button.toggled.connect(self.refresh)
        for made in (self.pin_button, self.export_button, self.room_button, self.help_button):
            row.addWidget(made)
        return tools

    def _legend(self) -> QWidget:
        """Colour bars, and beside them what a scale is for."""
        self.legend = QWidget()
        row = QHBoxLayout(self.legend)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.bars = [ColourBar(self._themes) for _ in range(PINS)]
        column = QVBoxLayout()
        column.setSpacing(0)
        for bar in self.bars:
            column.addWidget(bar)
        row.addLayout(column, 1)
        self.mode = MenuButton("All rows", "What one colour scale is for", self._themes)
        self.mode.setFixedHeight(22)
        menu, group = QMenu(self.mode), QActionGroup(self.mode)
        self.mode_actions: dict[str, QAction] = {}
        for mode, _short, text in _MODES:
            action = QAction(text, menu, checkable=True)
            action.triggered.connect(lambda _checked=False, m=mode: self.why.set_mode(m))
            group.addAction(action)
            menu.addAction(action)
            self.mode_actions[mode] = action
        self.mode.setMenu(menu)
        row.addWidget(self.mode, 0, Qt.AlignmentFlag.AlignTop)
        return self.legend

    def _stack(self) -> QStackedWidget:
        self.stack = QStackedWidget()
        self.empty = QWidget()
        self.picture = QLabel(alignment=Qt.AlignmentFlag.AlignHCenter)
        self.title = label("", "title")
        self.sentence = label("", "muted", wrap=True)
        self.again = button("Try again", "", self.why.retry)
        inner = QVBoxLayout(self.empty)
        inner.setSpacing(6)
        inner.addStretch(1)
        for widget in (self.picture, self.title, self.sentence):
            widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            inner.addWidget(widget)
        inner.addWidget(self.again, 0, Qt.AlignmentFlag.AlignHCenter)
        inner.addStretch(1)
        self.maps = QWidget()
        self.maps_box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self.maps)
        self.maps_box.setContentsMargins(0, 0, 0, 0)
        self.maps_box.setSpacing(8)
        self.help_text = label(HOW_TO_READ, "", wrap=True)
        self.help_text.setTextFormat(Qt.TextFormat.RichText)
        self.help_text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.help_text.setContentsMargins(0, 8, 12, 8)
        self.help_page = _scrolled(self.help_text)
        for page in (self.empty, self.maps, self.help_page):
            self.stack.addWidget(page)
        return self.stack

    # -- following -------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Follow the controller: what is there is filled anew, nothing is rebuilt."""
        why = self.why
        answers = why.panels
        for quantity, made in self.quantity_buttons.items():
            made.setChecked(why.quantity == quantity)
        self.mode_actions[why.mode].setChecked(True)
        self.mode.setText(next(short for mode, short, _ in _MODES if mode == why.mode))
        here = why.question is not None and why.is_pinned(why.question.item.key)
        self.pin_button.setChecked(here)
        self.pin_button.setEnabled(why.question is not None)
        self.export_button.setEnabled(bool(answers))
        if answers and (why.state is not WhyState.COMPUTING or not self._pictured):
            self._show(answers)
        if self.help_button.isChecked():
            self.stack.setCurrentWidget(self.help_page)
        elif answers and why.state in (WhyState.READY, WhyState.COMPUTING):
            self.stack.setCurrentWidget(self.maps)
        else:
            # While the next hit is read the last picture stays: blinking tires.
            if why.state is not WhyState.COMPUTING or not self._pictured:
                self._present_empty()
                self.stack.setCurrentWidget(self.empty)
        self.legend.setVisible(self.stack.currentWidget() is self.maps)
        self._say()

    def _show(self, answers: list) -> None:
        while len(self.panels) < min(len(answers), PINS):
            self._add_panel()
        for panel, answer in zip(self.panels, answers, strict=False):
            panel.show_answer(answer, alone=len(answers) == 1 and not self.why.pins)
        for number, panel in enumerate(self.panels):
            panel.setVisible(number < len(answers))
        self._name_scales()

    @property
    def _pictured(self) -> bool:
        """True once an explanation was shown."""
        return any(panel.answer is not None for panel in self.panels)

    def _add_panel(self) -> None:
        made = AnswerPanel(self.why, self._themes)
        made.hide()
        self.panels.append(made)
        self.maps_box.addWidget(made, 1)

    def _prepared(self) -> None:
        """Making the first panel takes as long as filling it: in an event of its own."""
        if not self.panels:
            self._add_panel()

    def _name_scales(self) -> None:
        why = self.why
        shown = [panel for panel in self.panels if not panel.isHidden()]
        for number, bar in enumerate(self.bars):
            there = number < (1 if why.mode == "shared" else len(shown))
            bar.setVisible(there)
            if there and shown:
                word = why.selection.current.word if why.mode == "word" else None
                bar.show_scales(shown[number].map.scale, shown[number].map.time_scale, word)

    def _present_empty(self) -> None:
        why = self.why
        icon, title, sentence = EMPTY[why.state if why.state in EMPTY else WhyState.COMPUTING]
        self._icon = icon
        self._tint()
        self.title.setText(title)
        if why.error is not None:
            known = isinstance(why.error, MotionLensError)
            sentence = str(why.error) if known else "This is a fault in MotionLens; the log says more."
        self.sentence.setText(sentence)
        self.again.setVisible(why.state is WhyState.FAILED)

    def _tint(self) -> None:
        name = getattr(self, "_icon", "")
        if name:
            self.picture.setPixmap(look.icon(name, self._themes.theme, accent=True).pixmap(32, 32))

    def _say(self) -> None:
        why, answer = self.why, self.why.current
        struck = bool(why.struck) and answer is not None
        self.restore.setVisible(struck)
        self.search.setVisible(struck)
        self.line.set_whole(outcome(answer, why.rank) if answer else "")
        if answer is None:
            self.value.set_whole("")
            return
        said = readout(answer, why.quantity, why.selection.current.seen_on(answer.item.key))
        short = SHORT if why.by_words else SHORT_EXAMPLE
        self.value.set_whole(said or short[why.quantity])
        for panel in self.panels:
            panel.say(said)

    # -- what the user does ----------------------------------------------------------------------

    def export(self, suffix: str) -> None:
        """Ask where to, and write in the background."""
        answer = self.why.current or next(iter(self.why.panels), None)
        if answer is None:
            return
        path = self.ask_path(f"{answer.item.name or 'explanation'} why{suffix}", suffix)
        if path:
            self.why.export(Path(path).with_suffix(suffix), answer)

    def _ask_path(self, name: str, suffix: str) -> str:
        kind = {".png": "Pictures", ".svg": "Drawings", ".csv": "Tables", ".npz": "Arrays"}[suffix]
        return QFileDialog.getSaveFileName(self, "Save the explanation", name, f"{kind} (*{suffix})")[0]

    def toggle_quantity(self) -> None:
        """The other quantity."""
        self.why.set_quantity("interaction" if self.why.quantity == "similarity" else "similarity")

    def pin(self) -> None:
        """Pin the present motion, or let it go. Comparing needs room: it is made, and given back."""
        self.why.toggle_pin()
        if bool(self.why.pins) != self.room_button.isChecked() and (self.why.pins or self._made_room):
            self._made_room = bool(self.why.pins)
            self.room_button.setChecked(self._made_room)

    def strike_picked(self) -> None:
        """Strike the hovered or pinned word out, or put it back."""
        word = self.why.selection.current.word
        if word is not None:
            self.why.strike(word)

    def focus_map(self) -> None:
        """The keyboard walks over the maps."""
        if self.panels and self.stack.currentWidget() is self.maps:
            self.panels[0].map.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # -- events ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Beside or above one another."""
        super().resizeEvent(event)
        wide = self.width() >= SIDE_BY_SIDE_FROM
        self.maps_box.setDirection(
            QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Explain from now on."""
        super().showEvent(event)
        self.why.set_active(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Explain nothing unseen."""
        super().hideEvent(event)
        self.why.set_active(False)


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(widget)
    widget.setObjectName("panel")
    area.viewport().setAutoFillBackground(False)
    return area
