"""Which part of the query the "Why" pane explains: its words or an example, and by what rows."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from .. import theme as look
from ..services import Rows
from ..state.explain import WhyController
from .widgets import IconButton

_ROWS: tuple[tuple[Rows, str, str], ...] = (
    (
        "body part",
        "Body parts",
        "Rows are the example's body parts: which of them meets which joint, and when",
    ),
    (
        "segment",
        "Windows",
        "Rows are the example's windows of time: which of them meets which joint, and when",
    ),
)


class WhySwitch(QWidget):
    """Shown for queries with an example."""

    def __init__(self, why: WhyController, themes: look.ThemeManager) -> None:
        super().__init__()
        self._why, self._themes = why, themes
        self._names: list[str] = []
        self.sides: list[QToolButton] = []
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 4, 2)
        row.setSpacing(2)
        self._places = QHBoxLayout()
        self._places.setSpacing(2)
        row.addLayout(self._places)
        row.addStretch(1)
        rows = QButtonGroup(self)
        self.rows: dict[Rows, QToolButton] = {}
        for which, text, tip in _ROWS:
            made = self.rows[which] = self._button(text, tip)
            made.clicked.connect(lambda _checked=False, w=which: why.set_rows(w))
            rows.addButton(made)
            row.addWidget(made)
        why.changed.connect(self.refresh)
        self.refresh()

    def _button(self, text: str, tip: str) -> QToolButton:
        made = IconButton("", tip, self._themes, checkable=True, text=text)
        made.setFixedHeight(22)
        made.setStyleSheet("padding: 0px 6px;")
        return made

    def refresh(self) -> None:
        """Follow the controller."""
        why = self._why
        question = why.question
        names = why.sides if question is not None and question.examples else []
        if names != self._names:
            self._names = names
            for old in self.sides:
                self._group.removeButton(old)
                old.hide()
                old.deleteLater()
            self.sides = []
            for number, name in enumerate(names):
                made = self._button(name, "")
                made.clicked.connect(lambda _checked=False, n=number: why.choose_side(n))
                self._group.addButton(made)
                self._places.addWidget(made)
                self.sides.append(made)
        self.setVisible(bool(names))
        if names and question is not None:
            tips = (["the words"] if question.text else []) + [one.name for one in question.examples]
            for made, tip in zip(self.sides, tips, strict=True):
                made.setToolTip(f"Explain by {tip}")
                made.setAccessibleName(f"Explain by {tip}")
            self.sides[why.side_index].setChecked(True)
        for which, made in self.rows.items():
            made.setVisible(not why.by_words)
            made.setChecked(why.rows == which)
